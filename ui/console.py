"""Records -> text for a terminal, and progress events -> one bar on standard error."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from index.records import Hit
from ingest.records import Paper
from rag.parts import cells_apart
from rag.records import Answer, Citation, Status

NOT_FOUND = "未在已收录的文献中找到依据。/ Not found in these papers."
NEAREST = "最接近的段落（不足以作答）/ Nearest passages (not sufficient):"
DISCLAIMER = (
    "仅供科研参考，不构成医疗建议；请核对所引页面。/ "
    "A research aid, no medical advice; check the cited page."
)


def paper_line(paper: Paper) -> str:
    """Return title, journal and year on one line."""
    facts = [paper.title or paper.file, paper.journal, str(paper.year) if paper.year else ""]
    return "，".join(part for part in facts if part)


def citation_text(citation: Citation, *, label: str) -> str:
    """Return a citation as a few indented lines: where it stands, then the quote."""
    place = " › ".join(citation.section)
    head = f"{label} {paper_line(citation.paper)}"
    where = f"第 {citation.page} 页 / p. {citation.page}" + (f"，{place}" if place else "")
    if citation.ocr:
        where += "（OCR）"
    lines = [head, f"    {where}  ({citation.paper.file})", f"    “{cells_apart(citation.quote)}”"]
    if citation.gloss:
        terms = "; ".join(f"{zh} = {en}" for zh, en in citation.gloss)
        lines.append(f"    {terms}")
    for entry in citation.cited:
        lines.append(f"    文中引用 / citing [{entry.number}] {entry.text}")
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """Return an answer for a terminal."""
    zh = answer.language == "zh"
    parts: list[str] = []
    if answer.resolved != answer.question:
        parts.append(f"→ {answer.resolved}")
    if answer.status is Status.NOT_FOUND:
        parts.append(NOT_FOUND)
    else:
        for sentence in answer.sentences:
            numbers = "".join(f"[{number}]" for number in sentence.citations)
            parts.append(
                f"{cells_apart(sentence.text)} {numbers}"
                + (f"  ✗ {sentence.reason}" if sentence.reason else "")
            )
        if answer.missing:
            label = "未涵盖：" if zh else "Not covered: "
            parts.append(label + ("、" if zh else ", ").join(answer.missing))
        parts.append("")
        parts.extend(citation_text(c, label=f"[{c.number}]") for c in answer.citations)
    if answer.nearest:
        parts.append("")
        parts.append(NEAREST)
        parts.extend(citation_text(c, label="·") for c in answer.nearest)
    parts.extend(f"※ {note[0 if zh else 1]}" for note in answer.notes)
    parts.append(f"\n{DISCLAIMER}")
    return "\n".join(parts)


def hit_text(number: int, hit: Hit, *, explain: bool) -> str:
    """Return a search hit: score, place and the passage."""
    page = hit.passage.spans[0].box.page if hit.passage.spans else 1
    place = " › ".join(hit.passage.section)
    lines = [f"{number}. {paper_line(hit.paper)}  第 {page} 页 / p. {page}  {place}"]
    if explain:
        legs = "  ".join(f"{name} {value:.3f}" for name, value in hit.legs.items())
        lines.append(f"    score {hit.score:.3f}  ({legs})")
    lines.append(textwrap.indent(hit.passage.text, "    "))
    return "\n".join(lines)


def retrieval_table(value: Mapping[str, Any]) -> str:
    """Return the measures of ``yinzheng eval retrieval`` in %, with 95 % intervals."""
    legs = list(value["intervals"])
    measures = list(value[legs[0]])
    rows = []
    for leg in legs:
        cells: list[str] = [leg]
        for measure in measures:
            low, high = value["intervals"][leg][measure]
            cells.append(f"{100 * value[leg][measure]:.1f} ({100 * low:.1f}–{100 * high:.1f})")
        times = value["milliseconds"][leg]
        rows.append([*cells, f"{times['p50']:.0f} / {times['p95']:.0f}"])
    shown = table(("", *measures, "ms p50 / p95"), rows)
    count = f"问题 / questions: {value['questions']}  段落 / passages: {value['passages']}"
    return f"{count}\n{shown}"


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as aligned columns; a Chinese character counts as two columns wide."""
    cells = [list(map(str, header)), *[list(map(str, row)) for row in rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if ord(c) >= 0x1100 and not c.isascii() and ord(c) > 0x2E7F else 1 for c in text)


def reading_text(place: Mapping[str, Any] | None) -> str:
    """Return how far the reading of one PDF is, with the time OCR will still take."""
    if not place or place["done"] >= place["total"]:
        return ""
    text = f"{place['done'] + 1}/{place['total']}"
    if place["stage"] != "ocr":
        return text
    left = place.get("seconds_left")
    return f"OCR {text}" + (f"，约剩 {left:.0f} 秒 / {left:.0f} s left" if left else "")


class Progress:
    """Shows build events (see index.build) as one bar on standard error.

    An event is a mapping with ``stage`` (text), ``done`` and ``total`` (numbers), and
    optionally ``file`` and ``reading`` (the place in that file). Nothing is drawn when
    standard error is not a terminal, except one line for each stage.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take one event."""
        from tqdm import tqdm

        stage = str(event.get("stage", ""))
        done, total = event.get("done"), event.get("total")
        if stage != self._stage or self._bar is None:
            self.close()
            self._stage = stage
            self._bar = tqdm(
                total=total,
                desc=stage,
                file=sys.stderr,
                leave=False,
                disable=not sys.stderr.isatty(),
            )
            if not sys.stderr.isatty():
                print(f"{stage} …", file=sys.stderr)
        if total is not None:
            self._bar.total = total
        if done is not None:
            self._bar.update(max(0, done - self._bar.n))
        if file := event.get("file"):
            place = reading_text(event.get("reading"))
            self._bar.set_postfix_str(f"{str(file)[-40:]} {place}".strip(), refresh=bool(place))

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
