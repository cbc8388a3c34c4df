"""A snapshot in, a table over its papers out: treatments or mechanisms, each row with its quote.

Read by rules with the lexicon from every sentence of every paragraph, and treatments also from
the tables of the papers. Every cell is text of the quoted sentence or table row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.records import Hit
from index.snapshot import Snapshot
from ingest.clean import search_text
from ingest.errors import SettingsError
from ingest.records import BlockKind, Paper, Passage
from ingest.spans import marks_within
from rag.citing import citable, cite
from rag.mechanisms import mechanisms_zh
from rag.mechanisms_en import mechanisms_en
from rag.printed_tables import printed_treatments
from rag.table_records import Mechanism, Table, TableRow, Treatment
from rag.terms import Translator
from rag.treatments import treatments_zh
from rag.treatments_en import treatments_en

KINDS = ("treatments", "mechanisms")
COLUMNS = {
    "treatments": (
        ("方案", "Regimen"), ("适用人群", "Population"), ("治疗线", "Line"), ("结果", "Outcome"),
    ),
    "mechanisms": (
        ("分子", "Molecule"), ("效应", "Effect"), ("方向", "Direction"), ("作用对象", "Target"),
    ),
}  # fmt: skip
ARROWS = {"up": "↑", "down": "↓", "none": "—"}

_Cells = tuple[str, ...]
# A statement ends; what does not is a heading, a cell or torn off.
_WHOLE = re.compile(r"[。！？.!?；;：:”’」』）)\]】]\s*$")


def table(
    snapshot: Snapshot,
    kind: str,
    lexicon: Translator | None,
    *,
    papers: frozenset[str] | None = None,
) -> Table:
    """Return the table ``kind`` ("treatments", "mechanisms") over ``papers`` (None: all).

    Rows stand in the order of the papers and their pages. Raises SettingsError for another
    kind.
    """
    if kind not in KINDS:
        raise SettingsError(
            f"没有「{kind}」这种总表；可用：{'、'.join(KINDS)}。",
            f"there is no table {kind!r}; known: {', '.join(KINDS)}.",
        )
    rows: list[TableRow] = []
    for number in range(snapshot.manifest.passages):
        passage = snapshot.passage(number)
        paper = snapshot.papers.get(passage.paper_id)
        if paper is not None and (papers is None or paper.id in papers):
            rows += rows_of(paper, passage, kind, lexicon, row=number)
    numbered = (
        replace(row, citation=replace(row.citation, number=n)) for n, row in enumerate(rows, 1)
    )
    return Table(kind, COLUMNS[kind], tuple(numbered))


def rows_of(
    paper: Paper, passage: Passage, kind: str, lexicon: Translator | None, *, row: int = 0
) -> list[TableRow]:
    """Return what a passage says, in its order; each row cites the sentence that says it."""
    hit = Hit(passage, paper, row, 0.0, {}, (0, len(passage.text)))
    rows: list[TableRow] = []
    for start, end, cells in _said(passage, kind, lexicon):
        # A sentence without a place on a page cannot be shown.
        if citable(hit, start, end):
            rows.append(TableRow(cells, cite(hit, start, end, number=0, score=0.0)))
    return rows


def _said(
    passage: Passage, kind: str, lexicon: Translator | None
) -> Iterator[tuple[int, int, _Cells]]:
    if passage.kind is BlockKind.TABLE:
        if kind == "treatments":
            for start, end, treatment in printed_treatments(passage.text, lexicon):
                yield start, end, _cells(treatment)
        return
    if passage.kind is not BlockKind.PARAGRAPH:
        return
    read = _reader(kind, passage.language)
    for sentence in passage.sentences:
        text = passage.text[sentence.start : sentence.end]
        if not _WHOLE.search(text):
            continue
        marks = marks_within(passage.marks, sentence.start, sentence.end)
        for found in read(search_text(text, marks), lexicon):
            yield sentence.start, sentence.end, _cells(found)


_Reader = Callable[[str, Translator | None], Sequence[Treatment | Mechanism]]


def _reader(kind: str, language: str) -> _Reader:
    if kind == "treatments":
        return treatments_en if language == "en" else treatments_zh
    return mechanisms_en if language == "en" else mechanisms_zh


def _cells(found: Treatment | Mechanism) -> _Cells:
    if isinstance(found, Treatment):
        return (found.regimen, found.population, found.line, found.outcome)
    return (found.molecule, found.effect, ARROWS[found.direction], found.target)
