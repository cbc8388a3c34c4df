"""Runs of a page in, text that runs up or down its margin out.

Running heads of a page whose text is set sideways stand so, and the notes of some archives.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.records import Line, PageText

# The margin is this part of the page width; so many characters touch each other there.
_MARGIN = 0.12
_LEAST = 4
_SAME_X = 4.0
# Characters written up or down follow each other nearer (em) than lines do.
_STEP_EM = 1.15


def find_margin_text(page: PageText, runs: Sequence[Line]) -> list[Line]:
    """Return the single characters among ``runs`` that are set one below the other at an edge."""
    single = [run for run in runs if len(run.text.strip()) == 1 and _is_outside(run, page)]
    single.sort(key=lambda run: (round(run.box.x0 / _SAME_X), run.baseline))
    found: list[Line] = []
    stack: list[Line] = []
    for run in single:
        if stack and not _follows(stack[-1], run):
            found += stack if len(stack) >= _LEAST else []
            stack = []
        stack.append(run)
    return [*found, *(stack if len(stack) >= _LEAST else [])]


def _is_outside(run: Line, page: PageText) -> bool:
    return run.box.x1 < _MARGIN * page.width or run.box.x0 > (1 - _MARGIN) * page.width


def _follows(before: Line, run: Line) -> bool:
    step = run.baseline - before.baseline
    return abs(before.box.x0 - run.box.x0) < _SAME_X and 0 < step < _STEP_EM * run.size
