"""Runs of a page in, text that runs up or down its margin out.

Running heads of a page whose text is set sideways stand so, and the notes of some archives.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.page_text import Line, PageText

# The margin is this part of the page width; so many characters touch each other there.
_MARGIN = 0.12
_LEAST = 4
# Characters written up or down touch, or leave this gap (em); lines leave a larger one.
_GAP_EM = 0.35


def find_margin_text(page: PageText, runs: Sequence[Line]) -> list[Line]:
    """Return the single characters among ``runs`` that are set one below the other at an edge."""
    single = [run for run in runs if len(run.text.strip()) == 1 and _is_outside(run, page)]
    single.sort(key=lambda run: (run.box.x0 > page.width / 2, run.baseline))
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
    gap = run.chars[0].top - before.chars[0].bottom
    shared = min(before.box.x1, run.box.x1) - max(before.box.x0, run.box.x0)
    return run.baseline > before.baseline and shared > 0 and gap < _GAP_EM * run.size
