"""The records that index produces: hits, and the manifest of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.records import Paper, Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query, best first.

    ``score`` is the fused score. ``legs`` keeps each leg's own normalised score by name
    ("dense", "lexical", "dictionary", ...), 0 where the leg was silent. ``row`` is the
    passage's row in the snapshot, ``child`` the best child's span in the passage's text.
    """

    passage: Passage
    paper: Paper
    row: int
    score: float
    legs: dict[str, float]
    child: tuple[int, int]


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """Which encoder made a set of vectors; the fingerprint is over its weights and prompts."""

    leg: str
    model: str
    fingerprint: str
    dimension: int
    index_type: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the snapshot folder and its checksum."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A PDF of the library as it was indexed (or refused, with the reason).

    ``path`` is as ``ingest.file_names`` stores it. ``status`` is "indexed", "partial" (some
    pages lost), "failed" or "duplicate". ``unread`` tells that scanned pages were left unread
    because OCR was off or not installed.
    """

    path: str
    sha256: str
    status: str
    reason_zh: str = ""
    reason_en: str = ""
    pages: int = 0
    passages: int = 0
    size: int = 0
    mtime_ns: int = 0
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot folder holds; written last, hashed by the pointer file.

    ``parent`` is the snapshot it was made from: "" for none, None where that is not known.
    """

    format: int
    product: str
    snapshot: str
    created: str
    settings: dict[str, str]
    encoders: tuple[EncoderInfo, ...]
    sources: tuple[str, ...]
    papers: tuple[PaperEntry, ...]
    passages: int
    children: int
    sentences: int
    files: tuple[FileEntry, ...]
    parent: str | None = None
