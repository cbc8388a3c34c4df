"""The white strip between two columns, and where the ink of a line begins and ends."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.page_text import Line

# Stops are as wide as characters, but most of that is white, and may hang out of the column.
_STOPS = "，。、；：！？）》】〕］”’"


_STOP_WHITE_EM = 0.55


_BRACKETS = "（《【〔［“‘"


_BRACKET_WHITE_EM = 0.45


@dataclass(frozen=True, slots=True)
class Gutter:
    """The white strip between ``x0`` and ``x1``, in force from ``top`` to ``bottom``."""

    x0: float
    x1: float
    top: float
    bottom: float
    support: int = 0

    @property
    def x(self) -> float:
        """The line that no text crosses."""
        return (self.x0 + self.x1) / 2

    def is_in_force(self, run: Line) -> bool:
        """Tell whether the gutter reaches to the height of ``run``."""
        return self.top <= run.baseline <= self.bottom

    def parts(self, one: Line, other: Line) -> bool:
        """Tell whether the gutter stands between two runs, one beside the other."""
        left, right = (one, other) if one.box.x0 < other.box.x0 else (other, one)
        return (
            self.is_in_force(one) and ink_end(left) <= self.x1 + 1.0 and ink_start(right) >= self.x
        )

    def is_crossed(self, line: Line) -> bool:
        """Tell whether a line stands on both sides of the gutter."""
        return ink_start(line) < self.x < ink_end(line)


def ink_start(run: Line) -> float:
    """Return where a run begins, the white part of an opening bracket left out."""
    first = run.chars[0]
    return run.box.x0 + (_BRACKET_WHITE_EM * first.size if first.text in _BRACKETS else 0.0)


def ink_end(run: Line) -> float:
    """Return where a run ends, the white part of a stop that hangs out of the column left out."""
    last = run.chars[-1]
    return run.box.x1 - (_STOP_WHITE_EM * last.size if last.text in _STOPS else 0.0)
