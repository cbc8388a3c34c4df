"""A page of an open pdfium document, turned so that most of its text can be read.

A wide table is often set sideways on an upright page. Such a page is read and drawn turned, so
that its lines are lines and its boxes lie on the page image that a person is shown.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pypdfium2.raw as raw

# Characters looked at, the least that decide, and the part of them that must agree.
_SAMPLE, _LEAST, _MOST = 200, 30, 0.7
# Writing direction as displayed, in quarter turns counter-clockwise -> turn that makes it upright.
_TURN = {0: 0, 1: 90, 2: 180, 3: 270}


def load_page(document: Any, index: int) -> Any:  # noqa: ANN401
    """Return page ``index`` (from 0) as it is displayed, turned upright.

    Raises PdfiumError or ValueError when pdfium cannot load it.
    """
    page = document[index]
    textpage = page.get_textpage()
    try:
        turn_upright(page, textpage)
    finally:
        textpage.close()
    return page


def turn_upright(page: Any, textpage: Any) -> None:  # noqa: ANN401
    """Change the rotation of a page in memory when its text is set sideways."""
    if turn := _turn(page, textpage):
        page.set_rotation((page.get_rotation() + turn) % 360)


def _turn(page: Any, textpage: Any) -> int:  # noqa: ANN401
    count = textpage.count_chars()
    matrix = raw.FS_MATRIX()
    found: Counter[int] = Counter()
    for index in range(0, count, max(1, count // _SAMPLE)):
        if raw.FPDFText_GetTextObject(textpage, index):
            raw.FPDFText_GetMatrix(textpage, index, matrix)
            found[_quarter(matrix.a, matrix.b)] += 1
    if found.total() < _LEAST:
        return 0
    quarter, agreeing = found.most_common(1)[0]
    shown = (quarter - page.get_rotation() // 90) % 4
    return _TURN[shown] if agreeing >= _MOST * found.total() else 0


def _quarter(a: float, b: float) -> int:
    """Return a direction of user space in quarter turns counter-clockwise."""
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 1 if b > 0 else 3
