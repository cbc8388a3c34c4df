"""The records that rag produces: an answer whose every sentence is cited."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ingest.records import Box, Paper, Reference


class Status(StrEnum):
    """How well the papers answer the question."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands. ``number`` counts from 1; 0 for nearest passages.

    ``start:end`` is the quote's place in the passage's text; ``context`` is that whole text.
    ``cited`` are the reference entries whose marks stand in the quote ("citing the cited").
    ``gloss`` lists (Chinese term, English term) pairs for a reader of the other language.
    """

    number: int
    paper: Paper
    passage_id: str
    page: int
    section: tuple[str, ...]
    quote: str
    boxes: tuple[Box, ...]
    score: float
    start: int = 0
    end: int = 0
    context: str = ""
    ocr: bool = False
    cited: tuple[Reference, ...] = ()
    gloss: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of the answer and the numbers of the citations it stands on.

    ``origin`` is "quote" for the paper's own words and "llm" for a synthesised sentence that
    passed the claim guard; ``reason`` is non-empty for a sentence shown struck out.
    """

    text: str
    citations: tuple[int, ...]
    origin: str = "quote"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a question.

    ``question`` is as asked, ``resolved`` as completed from earlier turns. ``language`` is the
    question's ("zh" or "en"). ``missing`` names the parts of the question not covered when
    the status is PARTLY. ``nearest`` are the closest passages, shown as not sufficient when
    nothing was found. ``timings`` are milliseconds by stage. ``notes`` are plain remarks
    (fallback from the LLM, dropped claims) as (zh, en) pairs.
    """

    question: str
    resolved: str
    language: str
    status: Status
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    timings: dict[str, float]
    snapshot: str
    confidence: float = 0.0
    missing: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    dropped: int = 0
    model: str = ""
    extra: dict[str, str] = field(default_factory=dict)
