"""Turns of a conversation -> one file to keep, with page-level references."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.documents import to_docx, to_pdf
from rag.export import markdown
from rag.parts import Part, document_parts
from ui.web.conversations import Turn

EXPORTS = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",  # for the page's own print view
}


def export_turns(turns: Sequence[Turn], kind: str, language: str) -> bytes:
    """Return the answers of ``turns`` as a file of ``kind``, a key of EXPORTS."""
    parts = document_parts([turn.answer for turn in turns if turn.answer is not None], language)
    if kind == "docx":
        return to_docx(parts)
    if kind == "pdf":
        return to_pdf(parts, language)
    return (_json(parts) if kind == "json" else markdown(parts)).encode()


def _json(parts: Sequence[Part]) -> str:
    return json.dumps(
        [{"kind": part.kind, "text": part.plain} for part in parts], ensure_ascii=False
    )
