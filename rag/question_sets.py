"""A BEIR folder -> its questions, and a library of its corpus built as the product builds one.

``corpus.jsonl`` has ``_id``, ``title``, ``text``; ``queries.jsonl`` has ``_id``, ``text`` and,
for answers, ``lang`` and ``answers``; ``qrels/*.tsv`` has query id, corpus id and score. A
corpus entry becomes a paper of one page, so that everything after reading is the product's
own path. Libraries are kept by the hash of the corpus and brought up to date incrementally.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.build import build_library
from index.reading import OnProgress
from index.shape import Shape
from ingest.errors import SettingsError, SnapshotMismatch
from ingest.folders import cache_folder
from ingest.languages import detect_language
from ingest.records import Block, BlockKind, Box, Document, Page, Paper, Span
from rag import wiring
from rag.settings import Settings

_WIDTH, _HEIGHT = 595.0, 842.0


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question of a set; ``gold`` are corpus ids, ``answers`` strings that an answer holds.

    A question with neither has no answer in the corpus.
    """

    id: str
    text: str
    language: str
    answers: tuple[str, ...]
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a BEIR folder and its corpus: id -> (title, text)."""

    name: str
    corpus: Mapping[str, tuple[str, str]]
    questions: tuple[SetQuestion, ...]

    def thinned(self, most: int | None) -> QuestionSet:
        """Return at most ``most`` questions (None: all), evenly from the whole set."""
        step = -(-len(self.questions) // most) if most and self.questions else 1
        return replace(self, questions=self.questions[::step])


def read_set(folder: Path) -> QuestionSet:
    """Read a BEIR folder. Raises SettingsError when a file is missing or malformed."""
    try:
        corpus = {
            str(row["_id"]): (str(row.get("title") or ""), str(row["text"]))
            for row in _rows(folder / "corpus.jsonl")
        }
        gold = _gold(folder)
        questions = tuple(
            SetQuestion(
                id=str(row["_id"]),
                text=str(row["text"]),
                language=str(row.get("lang") or detect_language(str(row["text"]))),
                answers=tuple(str(a) for a in row.get("answers") or () if str(a).strip()),
                gold=frozenset(gold.get(str(row["_id"]), ())),
            )
            for row in _rows(folder / "queries.jsonl")
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{folder} 不是 BEIR 数据："
            f"需要 corpus.jsonl、queries.jsonl 和 qrels/*.tsv（{error}）。",
            f"{folder} is no BEIR folder: it needs corpus.jsonl, queries.jsonl and qrels/*.tsv "
            f"({error}).",
        ) from error
    return QuestionSet(folder.resolve().name, corpus, questions)


def set_library(
    folder: Path,
    settings: Settings,
    *,
    cache: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Path:
    """Return the library of a BEIR folder's corpus, built or brought up to date.

    ``cache`` is where it is kept (the user's cache folder by default).
    """
    corpus = read_set(folder).corpus
    digest = hashlib.sha256(json.dumps(corpus, sort_keys=True).encode()).hexdigest()[:16]
    home = (cache or cache_folder() / "question-sets") / digest
    files = _write_documents(corpus, home / "documents")
    shape = Shape(
        settings.model, settings.second_model, settings.parent_chars, settings.child_chars
    )

    def build(full: bool) -> None:
        build_library(
            home / "library",
            files,
            encoders=lambda: tuple(wiring.load_encoders(settings).values()),
            shape=shape,
            full=full,
            on_progress=on_progress,
            read=read_text_document,
        )

    try:
        build(False)
    except SnapshotMismatch:
        build(True)
    return home / "library"


def read_text_document(path: Path, **_: object) -> Document:
    """Return the corpus entry in ``path`` as a paper of one page, a paragraph to a line."""
    data = path.read_bytes()
    entry = json.loads(data)
    text = str(entry["text"])
    title = str(entry["title"])
    language = detect_language(text)
    blocks: list[Block] = []
    for line in text.splitlines():
        if line.strip():
            top = 40.0 + len(blocks)
            step = (_WIDTH - 80) / len(line)
            edges = tuple(40 + step * i for i in range(len(line) + 1))
            span = Span(0, len(line), Box(1, 40.0, top, edges[-1], top + 1), edges)
            own = detect_language(line)
            blocks.append(
                Block(
                    kind=BlockKind.PARAGRAPH,
                    text=line,
                    section=(),
                    spans=(span,),
                    language="en" if own == "en" else "zh",
                )
            )
    paper = Paper(
        id=hashlib.sha256(data).hexdigest(),
        file=str(entry["_id"]),
        title=title,
        language="en" if language == "en" else "zh",
        page_count=1,
    )
    return Document(paper, (Page(1, _WIDTH, _HEIGHT, 0, "text", 1),), tuple(blocks))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _gold(folder: Path) -> dict[str, set[str]]:
    """Return the relevant corpus ids of each query id, from every file of ``qrels``."""
    found: dict[str, set[str]] = {}
    for file in sorted((folder / "qrels").glob("*.tsv")):
        with open(file, encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                if len(row) == 3 and row[2].lstrip("-").isdigit() and int(row[2]) > 0:
                    found.setdefault(row[0], set()).add(row[1])
    return found


def _write_documents(corpus: Mapping[str, tuple[str, str]], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, (name, (title, text)) in enumerate(corpus.items()):
        file = folder / f"{number:07d}.json"
        data = json.dumps({"_id": name, "title": title, "text": text}, ensure_ascii=False)
        if not file.exists() or file.read_text(encoding="utf-8") != data:
            temporary = file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(data, encoding="utf-8")
            os.replace(temporary, file)
        files.append(file)
    return files
