"""One PDF -> what was read from it, as JSON or as text for a terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.isolation import read_isolated
from ingest.records import Block, Document
from ingest.report import report
from ingest.spans import boxes_of
from rag.export import box_json
from ui import console

READING = {"text": "读取 / reading", "ocr": "文字识别 / OCR"}


def read_with_progress(path: Path, *, ocr: bool) -> Document:
    """Read ``path``, with a bar on standard error."""
    progress = console.Progress()

    def tell(place: Mapping[str, Any]) -> None:
        progress({**place, "stage": READING[place["stage"]]})

    try:
        return read_isolated(path, ocr=ocr, on_progress=tell)
    finally:
        progress.close()


def _block_json(block: Block) -> dict[str, Any]:
    boxes = boxes_of(block.spans, 0, len(block.text)) or tuple(s.box for s in block.spans)
    return {
        "kind": str(block.kind),
        "section": list(block.section),
        "level": block.level,
        "language": block.language,
        "text": block.text,
        "marks": [
            {"text": block.text[mark.start : mark.end], "numbers": list(mark.numbers)}
            for mark in block.marks
        ],
        "boxes": [box_json(box) for box in boxes],
    }


def inspect_json(document: Document) -> dict[str, Any]:
    """Return all that was read, as described in docs/json.md."""
    by_page: dict[int, list[dict[str, Any]]] = {page.number: [] for page in document.pages}
    for block in document.blocks:
        by_page.setdefault(block.page, []).append(_block_json(block))
    return {
        "paper": dataclasses.asdict(document.paper),
        "pages": [
            {**dataclasses.asdict(page), "blocks": by_page[page.number]} for page in document.pages
        ],
        "references": [
            {**dataclasses.asdict(entry), "boxes": [box_json(box) for box in entry.boxes]}
            for entry in document.references
        ],
        "report": dataclasses.asdict(report(document)),
    }


def inspect_text(document: Document) -> str:
    """Return the report card, then every block with its kind, for a person to read."""
    card = report(document)
    paper = document.paper
    lines = [
        f"{paper.title}  ({paper.file})",
        f"作者 / authors: {'、'.join(paper.authors)}",
        f"期刊 / journal: {paper.journal} {paper.year or ''} "
        f"{paper.volume}({paper.issue}) {paper.pages}",
        f"DOI: {paper.doi}",
        f"页 / pages: {card.pages}  栏 / columns: {card.columns}  语言 / language: {card.language}",
        f"引擎 / engines: {card.engines}  OCR: {card.ocr_pages or '-'}",
        f"块 / blocks: {card.blocks}",
        f"参考文献 / references: {card.references}  "
        f"引用标记 / marks: {card.marks}, 已对应 / resolved {card.marks_resolved}",
        f"看不见的字符 / hidden: {card.hidden}  无法识别 / unknown: {card.unknown}",
        *(f"! {warning}" for warning in card.warnings),
    ]
    number = 0
    for block in document.blocks:
        if block.page != number:
            number = block.page
            lines.append(f"\n── 第 {number} 页 / page {number} " + "─" * 40)
        indent = "  " * max(0, len(block.section) - 1)
        lines.append(f"{indent}[{block.kind}] {block.text}")
    return "\n".join(lines)
