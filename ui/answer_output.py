"""An answer -> the form that ``yinzheng ask --format`` names, on the screen or in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag import export
from rag.documents import to_docx, to_pdf
from rag.parts import document_parts
from rag.records import Answer
from ui.arguments import BINARY


def write_answer(answer: Answer, form: str, out: Path | None) -> None:
    """Print ``answer`` in ``form``, or write it to ``out``; Word and PDF need a file."""
    if out is None:
        print(_text(answer, form))
    elif form in BINARY:
        out.write_bytes(_document(answer, form))
    else:
        out.write_text(_text(answer, form) + "\n", encoding="utf-8")


def _document(answer: Answer, form: str) -> bytes:
    parts = document_parts((answer,), answer.language)
    return to_docx(parts) if form == "docx" else to_pdf(parts, answer.language)


def _text(answer: Answer, form: str) -> str:
    from ui import console

    writers: dict[str, Callable[[Answer], str]] = {
        "text": console.answer_text,
        "markdown": export.to_markdown,
        "gbt7714": export.to_gbt7714,
        "bibtex": export.to_bibtex,
        "ris": export.to_ris,
    }
    return writers[form](answer)
