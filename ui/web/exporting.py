"""Turns of a conversation -> one file to keep: Markdown or Word, with page-level references."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from rag.export import escaped
from rag.forms import gbt7714
from rag.records import Answer, Citation, Status
from ui.web.conversations import Turn
from ui.web.strings import text

EXPORTS = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# Not allowed in XML, and Word refuses a file that has them.
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_turns(turns: Sequence[Turn], kind: str, language: str) -> bytes:
    """Return the answers of ``turns`` as a file of ``kind`` ("md" or "docx")."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return _docx(answers, language) if kind == "docx" else _markdown(answers, language).encode()


def reference(citation: Citation, language: str) -> str:
    """Return the citation as a GB/T 7714-2015 entry with its page, then its section."""
    entry = gbt7714(citation.paper, citation.page, language)
    return " › ".join((entry, *citation.section))


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
    parts = []
    for answer in answers:
        parts.append(f"# {escaped(answer.question)}")
        parts += [escaped(line) for line in _lines(answer, language)]
        if _cited(answer):
            parts.append(f"## {text(_heading(answer), language)}")
        for citation in _cited(answer):
            parts.append(escaped(_label(citation) + reference(citation, language)))
            parts.append(f"> {escaped(_quoted(citation, language))}")
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
