"""Records -> the JSON that the page draws; no markup is made here or anywhere from values.

Every text stays plain text: the page puts it in place with ``textContent``.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.records import Paper
from rag.parts import cells_apart, reference
from rag.records import Answer, AnswerSentence, Citation
from ui.web.conversations import Turn

ID_LENGTH = 16  # hexadecimal digits of the SHA-256 that name a paper in addresses
CONTEXT = 90  # characters shown before and after a quote
# What is left of a foreign word at the edge of the context; Chinese may be cut anywhere.
_WORD_BEGUN = re.compile(r"^[\w-]*? ", re.ASCII)
_WORD_CUT = re.compile(r" [\w-]*$", re.ASCII)


def turn_json(turn: Turn) -> dict[str, Any]:
    """Return a turn as the page wants it; ``answer`` is None until there is one."""
    return {
        "number": turn.number,
        "question": turn.question,
        "state": turn.state,
        "request": turn.request,
        "code": turn.code,
        "message": list(turn.message),
        "answer": answer_json(turn.answer) if turn.answer is not None else None,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer with all that its chips, cards and marks need, and nothing else."""
    return {
        "resolved": answer.resolved if answer.resolved != answer.question else "",
        "language": answer.language,
        "sentences": [_sentence_json(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": [citation_json(citation) for citation in answer.nearest],
        "missing": list(answer.missing),
        "notes": [list(note) for note in answer.notes],
        "milliseconds": round(answer.timings.get("total", sum(answer.timings.values()))),
        "model": answer.model,
    }


def _sentence_json(sentence: AnswerSentence) -> dict[str, Any]:
    return {
        "text": cells_apart(sentence.text),
        "citations": list(sentence.citations),
        "origin": sentence.origin,
        "reason": sentence.reason,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return one citation; boxes are [page, x0, top, x1, bottom] in points, top-left origin."""
    before, after = _around(citation)
    return {
        "number": citation.number,
        "paper": paper_json(citation.paper),
        "page": citation.page,
        "section": list(citation.section),
        "reference": [reference(citation, language) for language in ("zh", "en")],
        "quote": cells_apart(citation.quote),
        "before": before,
        "after": after,
        "boxes": [[b.page, b.x0, b.top, b.x1, b.bottom] for b in citation.boxes],
        "ocr": citation.ocr,
        "cited": [{"number": r.number, "text": r.text} for r in citation.cited],
        "gloss": [list(pair) for pair in citation.gloss],
    }


def _around(citation: Citation) -> tuple[str, str]:
    """Return the text before and after the quote, cut between words and marked where it is cut."""
    before = citation.context[: citation.start]
    after = citation.context[citation.end :]
    if len(before) > CONTEXT:
        before = "…" + _WORD_BEGUN.sub("", before[-CONTEXT:])
    if len(after) > CONTEXT:
        after = _WORD_CUT.sub("", after[:CONTEXT]) + "…"
    return before, after


def paper_json(paper: Paper) -> dict[str, Any]:
    """Return who a paper is; ``id`` is the short id used in addresses."""
    return {
        "id": paper.id[:ID_LENGTH],
        "title": paper.title or paper.file,
        "title_en": paper.title_en,
        "file": paper.file,
        "authors": list(paper.authors),
        "journal": paper.journal,
        "year": paper.year,
        "doi": paper.doi,
        "pages": paper.page_count,
    }
