"""The records of the two tables: what a sentence says of mechanisms and of treatments."""

from __future__ import annotations

from dataclasses import dataclass

from rag.records import Citation

UP, DOWN, NONE = "up", "down", "none"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """``molecule`` acts on ``target``: ``effect`` as worded, ``direction`` up, down or none.

    "none" is an effect that the sentence denies.
    """

    molecule: str
    effect: str
    direction: str
    target: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was given to whom, in which line, with what outcome; "" for what is not said."""

    regimen: str
    population: str
    line: str
    outcome: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells in the order of the table's columns, each of words of the citation's quote."""

    cells: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Table:
    """A view over the library. ``columns`` are (zh, en) headings; ``kind`` its name."""

    kind: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[TableRow, ...]
