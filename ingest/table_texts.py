"""The place of a table in, the lines of its caption above and of its notes below it out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from ingest.captions import ENGLISH_CAPTION, FIGURE_CAPTION, NOTE, TABLE_CAPTION
from ingest.cells import as_rows
from ingest.page_text import Line
from ingest.records import Box

# A caption stands this near (em) above its table; its lines follow each other as near.
CAPTION_EM = 2.6
_NOTE_EM = 2.4
_CAPTION_LINES = 5
# Notes of several sentences are smaller than the text by this factor.
_NOTE_SIZE = 0.93


def caption_above(top: Box, runs: Sequence[Line]) -> list[Line]:
    """Return the lines of the caption above a rule, from its first line on, or nothing."""
    over = [
        run
        for run in runs
        if run.baseline <= top.top + 2
        and run.box.x1 > top.x0 - 2
        and run.box.x0 < top.x1 + 2
        and top.top - run.baseline < 90
    ]
    rows = as_rows(over)
    taken: list[list[Line]] = []
    below = top.top
    found = 0
    for row in reversed(rows[-_CAPTION_LINES:]):
        size = max(run.size for run in row)
        if below - row[0].baseline > CAPTION_EM * size or FIGURE_CAPTION.match(row[0].text):
            break
        starts = next((run for run in row if TABLE_CAPTION.match(run.text)), None)
        if found and not starts:
            break
        # Text of the other column, left of the caption on its line, is no part of it.
        taken.append([run for run in row if starts is None or run.box.x0 >= starts.box.x0])
        below = row[0].baseline - size
        if starts:
            found = len(taken)
            if not ENGLISH_CAPTION.match(starts.text):
                break
    return [run for row in reversed(taken[:found]) for run in row]


def notes_below(box: Box, runs: Sequence[Line]) -> list[Line]:
    """Return the notes that stand under a table whose rows fill ``box``."""
    under = [
        run
        for run in runs
        if run.baseline > box.bottom and run.box.x0 > box.x0 - 12 and run.box.x1 < box.x1 + 12
    ]
    notes: list[Line] = []
    edge = box.bottom
    for row in as_rows(under):
        size = row[0].size
        begins = NOTE.match(row[0].text) is not None
        same = bool(notes) and abs(size - notes[0].size) < 0.3
        goes_on = same and (_is_open(notes) or size < _NOTE_SIZE * _usual_size(runs))
        if row[0].baseline - edge > _NOTE_EM * size or not (begins or goes_on):
            break
        notes += row
        edge = row[0].baseline
    return notes


def _is_open(notes: Sequence[Line]) -> bool:
    return notes[-1].text.rstrip()[-1:] not in "。.．"


def _usual_size(runs: Sequence[Line]) -> float:
    """Return the size in which most of a page is set."""
    return median_low([run.size for run in runs for _ in run.chars])
