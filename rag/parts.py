"""Answers -> the paragraphs of an exported document; Markdown, Word, PDF and print set them.

What an export says and in which order is decided here only; a writer knows the looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.forms import gbt7714
from rag.records import Answer, Citation, Status


class Kind(StrEnum):
    """What a paragraph is."""

    QUESTION = "question"
    RESOLVED = "resolved"
    TEXT = "text"
    MISSING = "missing"
    HEADING = "heading"
    REFERENCE = "reference"
    QUOTE = "quote"
    CITED = "cited"
    NOTE = "note"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph: plain text, never markup.

    ``marks`` are citation numbers: behind a sentence the ones it stands on, before a
    reference its own (none before a passage that is only near).
    """

    kind: Kind
    text: str
    marks: tuple[int, ...] = ()

    @property
    def plain(self) -> str:
        """The text with its marks, as a reader sees it."""
        marks = "".join(f"[{number}]" for number in self.marks)
        before, after = (marks, self.text) if self.kind is Kind.REFERENCE else (self.text, marks)
        return " ".join(filter(None, (before, after)))


_LABELS = {
    "not_found": ("未在已收录的文献中找到依据", "Not found in these papers"),
    "nearest": ("最接近的段落（不足以作答）", "Nearest passages (not sufficient)"),
    "missing": ("文献中未见：", "Not covered by the papers: "),
    "comma": ("、", ", "),
    "citations": ("引证", "Citations"),
    "cited": ("文中此处引用", "Citing"),
    "synthesised": ("（归纳句，非原文）", " (synthesised, not a quotation)"),
    "ocr": (
        "这一页是扫描件，文字由 OCR 识别，请以图像为准。",
        "This page is a scan read by OCR. Trust the image.",
    ),
    "notice": (
        "科研辅助工具，不构成医疗建议；请核对原文，勿输入患者信息。",
        "A research aid, no medical advice. Check the cited page. Enter no patient data.",
    ),
}


def document_parts(answers: Sequence[Answer], language: str) -> tuple[Part, ...]:
    """Return the paragraphs of ``answers`` one after the other, labelled in ``language``."""
    parts = [part for answer in answers for part in _answer_parts(answer, language)]
    return (*parts, Part(Kind.NOTICE, _label("notice", language)))


def reference(citation: Citation, language: str) -> str:
    """Return the citation as a GB/T 7714-2015 entry with its page, then its section."""
    place = " › ".join(citation.section)
    return " ".join(filter(None, (gbt7714(citation.paper, citation.page, language), place)))


def _label(name: str, language: str) -> str:
    return _LABELS[name][0 if language == "zh" else 1]


def cells_apart(quote: str) -> str:
    """Return a quote as it is shown: the cells of a table's row are parted by bars."""
    return quote.replace("\t", " ｜ ")


def _answer_parts(answer: Answer, language: str) -> Iterator[Part]:
    found = answer.status is not Status.NOT_FOUND
    yield Part(Kind.QUESTION, answer.question)
    if answer.resolved != answer.question:
        yield Part(Kind.RESOLVED, answer.resolved)
    if not found:
        yield Part(Kind.TEXT, _label("not_found", language))
    for sentence in answer.sentences if found else ():
        if not sentence.reason:
            own = "" if sentence.origin == "quote" else _label("synthesised", language)
            yield Part(Kind.TEXT, cells_apart(sentence.text) + own, sentence.citations)
    if answer.missing:
        missing = _label("comma", language).join(answer.missing)
        yield Part(Kind.MISSING, _label("missing", language) + missing)
    cited = answer.citations if found else answer.nearest
    if cited:
        yield Part(Kind.HEADING, _label("citations" if found else "nearest", language))
    for citation in cited:
        yield from _citation_parts(citation, language)
    for note in answer.notes:
        yield Part(Kind.NOTE, note[0 if language == "zh" else 1])


def _citation_parts(citation: Citation, language: str) -> Iterator[Part]:
    number = (citation.number,) if citation.number else ()
    yield Part(Kind.REFERENCE, reference(citation, language), number)
    yield Part(Kind.QUOTE, cells_apart(citation.quote))
    if citation.ocr:
        yield Part(Kind.CITED, _label("ocr", language))
    for entry in citation.cited:
        yield Part(Kind.CITED, f"{_label('cited', language)} [{entry.number}] {entry.text}")
