"""Turns of a conversation -> one file to keep: Markdown or Word, with page-level references."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from rag.records import Answer, Citation, Status
from ui.web.conversations import Turn
from ui.web.strings import text

EXPORTS = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# Not allowed in XML, and Word refuses a file that has them.
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")


def export_turns(turns: Sequence[Turn], kind: str, language: str) -> bytes:
    """Return the answers of ``turns`` as a file of ``kind`` ("md" or "docx")."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return _docx(answers, language) if kind == "docx" else _markdown(answers, language).encode()


def reference(citation: Citation, language: str) -> str:
    """Return who, what, where and the page, as far as the paper tells."""
    paper = citation.paper
    authors = ", ".join(paper.authors[:3])
    if len(paper.authors) > 3:
        authors += ", 等" if language == "zh" else ", et al."
    source = ", ".join(str(part) for part in (paper.journal, paper.year) if part)
    page = text("page_n", language, page=citation.page)
    doi = f"DOI: {paper.doi}" if paper.doi else ""
    section = " › ".join(citation.section)
    parts = (authors, paper.title or paper.file, source, section, page, doi)
    return ". ".join(part for part in parts if part)


def _cited(answer: Answer) -> tuple[Citation, ...]:
    return answer.nearest if answer.status is Status.NOT_FOUND else answer.citations


def _lines(answer: Answer, language: str) -> list[str]:
    """Return the answer's paragraphs, each sentence with its marks."""
    if answer.status is Status.NOT_FOUND:
        return [text("not_found", language)]
    lines = [
        f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"
        for sentence in answer.sentences
        if not sentence.reason
    ]
    if answer.missing:
        parts = ("、" if language == "zh" else ", ").join(answer.missing)
        lines.append(text("missing", language, parts=parts))
    return lines


def _label(citation: Citation) -> str:
    return f"[{citation.number}] " if citation.number else "· "


def _quoted(citation: Citation, language: str) -> str:
    return f"「{citation.quote}」" if language == "zh" else f"“{citation.quote}”"


def _heading(answer: Answer) -> str:
    return "nearest" if answer.status is Status.NOT_FOUND else "references"


def _markdown(answers: Sequence[Answer], language: str) -> str:
    def plain(value: str) -> str:
        # Text of a paper must not become markup, a link or an image where it is opened.
        return _MARKDOWN.sub(r"\\\1", value).replace("\n", " ")

    parts = []
    for answer in answers:
        parts.append(f"# {plain(answer.question)}")
        parts += [plain(line) for line in _lines(answer, language)]
        if _cited(answer):
            parts.append(f"## {text(_heading(answer), language)}")
        for citation in _cited(answer):
            parts.append(plain(_label(citation) + reference(citation, language)))
            parts.append(f"> {plain(_quoted(citation, language))}")
    parts.append(f"---\n\n{text('notice', language)}")
    return "\n\n".join(parts) + "\n"


def _docx(answers: Sequence[Answer], language: str) -> bytes:
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    normal = document.styles["Normal"]
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")

    def add(value: str, style: str) -> None:
        document.add_paragraph(_CONTROL.sub("", value), style=style)

    for answer in answers:
        add(answer.question, "Heading 1")
        for line in _lines(answer, language):
            add(line, "Normal")
        if _cited(answer):
            add(text(_heading(answer), language), "Heading 2")
        for citation in _cited(answer):
            add(_label(citation) + reference(citation, language), "Normal")
            add(_quoted(citation, language), "Intense Quote")
    add(text("notice", language), "Normal")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
