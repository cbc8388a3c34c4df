"""Answers and hits -> JSON, Markdown, GB/T 7714-2015, BibTeX, RIS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.records import Hit
from ingest.records import Box, Paper
from rag.forms import bibtex, gbt7714, ris
from rag.parts import Kind, Part, document_parts
from rag.records import Answer, Citation

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$&])")
_LINE_START = re.compile(r"^(#+|[-+=]|\d{1,9}(?=[.)]))")


def box_json(box: Box) -> dict[str, float]:
    """Return a box as plain numbers, points rounded to a hundredth."""
    return {
        "page": box.page,
        "x0": round(box.x0, 2),
        "top": round(box.top, 2),
        "x1": round(box.x1, 2),
        "bottom": round(box.bottom, 2),
    }


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.title,
        "file": paper.file,
        "authors": list(paper.authors),
        "journal": paper.journal,
        "year": paper.year,
        "doi": paper.doi,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as described in docs/json.md."""
    return {
        "number": citation.number,
        "paper": _paper(citation.paper),
        "passage": citation.passage_id,
        "page": citation.page,
        "section": list(citation.section),
        "quote": citation.quote,
        "boxes": [box_json(box) for box in citation.boxes],
        "score": citation.score,
        "ocr": citation.ocr,
        "cited": [{"number": r.number, "text": r.text} for r in citation.cited],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as described in docs/json.md."""
    return {
        "question": answer.question,
        "resolved": answer.resolved,
        "language": answer.language,
        "status": str(answer.status),
        "confidence": answer.confidence,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "origin": s.origin}
            for s in answer.sentences
            if not s.reason
        ],
        "struck": [{"text": s.text, "reason": s.reason} for s in answer.sentences if s.reason],
        "dropped": answer.dropped,
        "model": answer.model,
        "citations": [citation_json(c) for c in answer.citations],
        "nearest": [citation_json(c) for c in answer.nearest],
        "missing": list(answer.missing),
        "notes": [{"zh": zh, "en": en} for zh, en in answer.notes],
        "timings_ms": {name: round(value, 2) for name, value in answer.timings.items()},
        "snapshot": answer.snapshot,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a search hit as described in docs/json.md."""
    boxes = [box_json(span.box) for span in hit.passage.spans]
    return {
        "paper": _paper(hit.paper),
        "passage": hit.passage.id,
        "page": hit.passage.spans[0].box.page if hit.passage.spans else 1,
        "section": list(hit.passage.section),
        "text": hit.passage.text,
        "boxes": boxes,
        "score": round(hit.score, 4),
        "legs": {name: round(value, 4) for name, value in hit.legs.items()},
    }


def to_gbt7714(answer: Answer) -> str:
    """Return one GB/T 7714-2015 entry per citation, with the page of the quote."""
    return "\n".join(
        f"[{c.number}] {gbt7714(c.paper, c.page, answer.language)}" for c in answer.citations
    )


_MARKDOWN_FORMS = {
    Kind.QUESTION: "# {}",
    Kind.RESOLVED: "→ {}",
    Kind.HEADING: "## {}",
    Kind.QUOTE: "> {}",
    Kind.CITED: "> {}",
    Kind.NOTE: "※ {}",
    Kind.NOTICE: "---\n\n{}",
}


def to_markdown(answer: Answer) -> str:
    """Return one answer with quotes and references as Markdown; texts are escaped."""
    return markdown(document_parts((answer,), answer.language))


def markdown(parts: Sequence[Part]) -> str:
    """Return ``parts`` as Markdown; their texts are escaped, citation marks are not."""
    return "\n\n".join(_paragraph(part) for part in parts) + "\n"


def _paragraph(part: Part) -> str:
    shown = replace(part, text=escaped(part.text)).plain
    return _MARKDOWN_FORMS.get(part.kind, "{}").replace("{}", shown)


def escaped(text: str) -> str:
    """Return ``text`` on one line so that Markdown shows it as it is."""
    line = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return _LINE_START.sub(_blunt, line)


def _blunt(match: re.Match[str]) -> str:
    """A heading, list or rule begins with a sign, a numbered item ends its number with one."""
    start = match.group()
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"


def _quoted(answer: Answer) -> list[tuple[Paper, tuple[int, ...]]]:
    """Return each cited paper once, with the pages that are quoted."""
    pages: dict[str, set[int]] = {}
    papers: dict[str, Paper] = {}
    for citation in answer.citations:
        papers[citation.paper.id] = citation.paper
        pages.setdefault(citation.paper.id, set()).add(citation.page)
    return [(paper, tuple(sorted(pages[key]))) for key, paper in papers.items()]


def to_bibtex(answer: Answer) -> str:
    """Return one BibTeX entry per cited paper, with the pages that are quoted."""
    return bibtex(_quoted(answer))


def to_ris(answer: Answer) -> str:
    """Return one RIS record per cited paper, with the pages that are quoted."""
    return ris(_quoted(answer))
