"""Which passages may be found: by paper, by year, by words of a heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.snapshot import Snapshot

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages may be found: paper ids, years (first, last), words of a heading."""

    papers: frozenset[str] | None = None
    years: tuple[int, int] | None = None
    section: str = ""

    def __bool__(self) -> bool:
        return self.papers is not None or self.years is not None or bool(self.section)


EVERYTHING = Filter()


def allowed_rows(snapshot: Snapshot, only: Filter) -> Mask | None:
    """Return which passages a filter lets through, None for all."""
    if not only:
        return None
    mask = np.ones(snapshot.manifest.passages, np.bool_)
    if only.papers is not None:
        mask[:] = False
        mask[snapshot.rows_of(only.papers)] = True
    if only.years is not None:
        years = snapshot.years[snapshot.paper_rows]
        mask &= (years >= only.years[0]) & (years <= only.years[1])
    if only.section:
        wanted = only.section.casefold()
        for row in np.flatnonzero(mask):
            headings = " ".join(snapshot.passage(int(row)).section).casefold()
            mask[row] = wanted in headings
    return mask
