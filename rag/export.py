"""Answers and hits -> JSON, Markdown, GB/T 7714-2015, BibTeX, RIS."""

from __future__ import annotations

from typing import Any

from index.records import Hit
from ingest.records import Box, Paper
from rag.records import Answer, Citation, Status


def _box(box: Box) -> dict[str, float]:
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


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "paper": _paper(citation.paper),
        "passage": citation.passage_id,
        "page": citation.page,
        "section": list(citation.section),
        "quote": citation.quote,
        "boxes": [_box(box) for box in citation.boxes],
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
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "origin": s.origin}
            for s in answer.sentences
            if not s.reason
        ],
        "struck": [{"text": s.text, "reason": s.reason} for s in answer.sentences if s.reason],
        "dropped": answer.dropped,
        "model": answer.model,
        "citations": [_citation(c) for c in answer.citations],
        "nearest": [_citation(c) for c in answer.nearest],
        "missing": list(answer.missing),
        "notes": [{"zh": zh, "en": en} for zh, en in answer.notes],
        "timings_ms": {name: round(value, 2) for name, value in answer.timings.items()},
        "snapshot": answer.snapshot,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a search hit as described in docs/json.md."""
    boxes = [_box(span.box) for span in hit.passage.spans]
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
    """Return one GB/T 7714-2015 line per citation, with the page of the quote."""
    return "\n".join(
        f"[{c.number}] {gbt7714(c.paper)}（引文见第 {c.page} 页）" for c in answer.citations
    )


def gbt7714(paper: Paper) -> str:
    """Return a paper as a GB/T 7714-2015 entry, as far as its data are known."""
    authors = ", ".join(paper.authors[:3]) + (", 等" if len(paper.authors) > 3 else "")
    issue = f"{paper.volume}({paper.issue})" if paper.issue else paper.volume
    where = ", ".join(p for p in (paper.journal, str(paper.year or ""), issue) if p)
    pages = f": {paper.pages}" if paper.pages else ""
    doi = f" DOI: {paper.doi}." if paper.doi else ""
    head = f"{authors}. " if authors else ""
    tail = f" {where}{pages}." if where else ""
    return f"{head}{paper.title}[J].{tail}{doi}"


def to_markdown(answer: Answer) -> str:
    """Return the answer with quotes and references as Markdown."""
    lines = [f"# {answer.question}", ""]
    if answer.status is Status.NOT_FOUND:
        lines.append("未在已收录的文献中找到依据。Not found in these papers.")
    for sentence in answer.sentences:
        lines.append(f"{sentence.text} " + "".join(f"[{n}]" for n in sentence.citations) + "\n")
    for c in answer.citations:
        place = " › ".join(c.section)
        lines.append(f"[{c.number}] {gbt7714(c.paper)} p. {c.page}, {place}\n\n> {c.quote}\n")
    return "\n".join(lines)


def _papers(answer: Answer) -> list[Paper]:
    return list({c.paper.id: c.paper for c in answer.citations}.values())


def to_bibtex(answer: Answer) -> str:
    """Return one BibTeX entry per cited paper."""
    entries = []
    for paper in _papers(answer):
        fields = {
            "title": paper.title,
            "author": " and ".join(paper.authors),
            "journal": paper.journal,
            "year": str(paper.year or ""),
            "volume": paper.volume,
            "number": paper.issue,
            "pages": paper.pages,
            "doi": paper.doi,
        }
        body = ",\n".join(f"  {k} = {{{v}}}" for k, v in fields.items() if v)
        entries.append(f"@article{{{paper.id[:8]},\n{body}\n}}")
    return "\n\n".join(entries)


def to_ris(answer: Answer) -> str:
    """Return one RIS record per cited paper."""
    records = []
    for paper in _papers(answer):
        lines = ["TY  - JOUR", f"TI  - {paper.title}"]
        lines += [f"AU  - {name}" for name in paper.authors]
        pairs = (("JO", paper.journal), ("PY", paper.year), ("VL", paper.volume), ("DO", paper.doi))
        lines += [f"{tag}  - {value}" for tag, value in pairs if value]
        records.append("\n".join([*lines, "ER  - "]))
    return "\n\n".join(records)
