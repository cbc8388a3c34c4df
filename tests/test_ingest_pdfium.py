"""Characters, fonts, images and rules stand where the page shows them."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from ingest.fonts import font_name
from ingest.page_text import PageText
from ingest.pdf import extract_pages
from ingest.pypdf_text import PypdfFile
from ingest.records import Box
from ingest.render import render_page
from tests.small_pdfs import one_page

# A word, a grey square, a table rule, a stroked frame and a curve, away from the middle.
CONTENT = """BT /F1 20 Tf 1 0 0 1 100 500 Tm (Hxg) Tj ET
q 40 0 0 30 300 420 cm /Im1 Do Q
80 400 200 1 re f
0.8 w 90 330 120 40 re S
120 250 m 160 300 200 300 240 250 c S
q 1 0 0 1 10 -20 cm /Fm1 Do Q"""
FORM = (
    "<< /Type /XObject /Subtype /Form /BBox [0 0 600 900] /Matrix [1 0 0 1 5 5] /Length 20 >>",
    b"300 600 100 1 re f\n\n",
)
FRAMES = {
    "plain": "/MediaBox [0 0 595 842]",
    "cropped": "/MediaBox [0 0 595 842] /CropBox [30 60 550 780]",
    "negative": "/MediaBox [-100 -50 495 792] /CropBox [-80 -30 480 700]",
    "beyond": "/MediaBox [0 0 500 700] /CropBox [20 40 900 900]",
}


def read(data: bytes) -> PageText:
    return extract_pages(data, Path("page.pdf")).pages[0]


def turned_page(frame: str, rotation: int, *, inherited: bool = False) -> bytes:
    box = FRAMES[frame] + f" /Rotate {rotation}"
    own, parent = ("", box) if inherited else (box, "")
    return one_page(CONTENT, page=own, pages=parent, extra={7: FORM}, resources="").replace(
        b"/Im1 6 0 R", b"/Im1 6 0 R /Fm1 7 0 R"
    )


@cache
def drawn(data: bytes, dpi: int) -> Image.Image:
    return Image.open(io.BytesIO(render_page(data, 1, dpi))).convert("L")


def ink(data: bytes, box: Box, grow: float = 0.0) -> tuple[float, float, float, float] | None:
    """Return where ink lies inside a box, in points, as the page is drawn."""
    scale = 3.0
    image = drawn(data, int(72 * scale))
    x, y = (box.x0 - grow) * scale, (box.top - grow) * scale
    part = image.crop(
        (int(x), int(y), int((box.x1 + grow) * scale), int((box.bottom + grow) * scale))
    )
    found = part.point(lambda value: 255 if value < 200 else 0).getbbox()
    if found is None:
        return None
    return tuple(v / scale for v in (found[0] + x, found[1] + y, found[2] + x, found[3] + y))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("frame", list(FRAMES))
def test_boxes_lie_on_the_ink(frame: str, rotation: int) -> None:
    data = turned_page(frame, rotation)
    page = read(data)
    assert "".join(c.text for c in page.chars) == "Hxg"
    assert page.rotation == rotation
    for char in page.chars:
        box = Box(1, char.x0, char.top, char.x1, char.bottom)
        x0, top, x1, bottom = ink(data, box, grow=6) or pytest.fail("no ink")
        middle = ((x0 + x1) / 2, (top + bottom) / 2)
        assert char.x0 < middle[0] < char.x1
        assert char.top < middle[1] < char.bottom
    (image,) = page.images
    assert sorted((image.x1 - image.x0, image.bottom - image.top)) == pytest.approx(
        [30, 40], abs=0.1
    )
    assert ink(data, image, grow=6) == pytest.approx(
        (image.x0, image.top, image.x1, image.bottom), abs=0.8
    )
    assert len(page.rules) == 6  # the rule, four sides of the frame, the rule of the form
    for rule in page.rules:
        x0, top, x1, bottom = ink(data, rule, grow=3) or pytest.fail("no ink")
        assert x0 <= rule.x0 + 1.5 and rule.x1 - 1.5 <= x1
        assert top <= rule.top + 1.5 and rule.bottom - 1.5 <= bottom


def test_inherited_boxes_and_rotation_count_too() -> None:
    own, inherited = (read(turned_page("negative", 90, inherited=i)) for i in (False, True))
    assert own.chars == inherited.chars
    assert (own.width, own.height) == (inherited.width, inherited.height) == (730, 560)


@pytest.mark.parametrize(
    ("matrix", "height", "width"),
    [("0 1 -1 0 300 300", 14.4, 20.4), ("0 -1 1 0 300 500", 14.4, 20.4)],
)
def test_text_set_sideways_has_boxes_on_its_ink(matrix: str, height: float, width: float) -> None:
    data = one_page(f"BT /F1 20 Tf {matrix} Tm (HHH) Tj ET")
    page = read(data)
    assert len(page.chars) == 3
    for char in page.chars:
        assert char.bottom - char.top == pytest.approx(height, abs=0.2)
        assert char.x1 - char.x0 == pytest.approx(width, abs=0.2)
        x0, top, x1, bottom = ink(
            data, Box(1, char.x0, char.top, char.x1, char.bottom)
        ) or pytest.fail("no ink")
        assert x1 - x0 == pytest.approx(14.3, abs=1)
        assert bottom - top > 8


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ("1 0 0 1 100 500", 0),
        ("0 1 -1 0 300 100", 90),
        ("-1 0 0 -1 500 500", 180),
        ("0 -1 1 0 300 700", 270),
    ],
)
def test_a_page_set_sideways_is_read_and_drawn_upright(
    matrix: str, turn: int, rotation: int
) -> None:
    words = "a table that is set sideways on its page"
    data = one_page(
        f"BT /F1 20 Tf {matrix} Tm ({words}) Tj ET",
        page=f"/MediaBox [0 0 595 842] /Rotate {rotation}",
    )
    page = read(data)
    # A page displayed turned shows upright what was set turned the other way.
    assert page.rotation == turn
    assert (page.width, page.height) == ((842, 595) if turn in (90, 270) else (595, 842))
    assert "".join(c.text for c in page.chars) == words
    xs = [c.x0 for c in page.chars]
    assert xs == sorted(xs) and len({round(c.baseline, 1) for c in page.chars}) == 1
    image = drawn(data, 216)
    assert image.width / 3 == pytest.approx(page.width, abs=1)
    char = page.chars[words.index("t")]
    assert ink(data, Box(1, char.x0, char.top, char.x1, char.bottom)) is not None
    second = PypdfFile(data, Path("page.pdf")).read_page(0, page.rotation)
    assert second.chars[0].x0 == pytest.approx(page.chars[0].x0, abs=1.5)
    assert second.chars[0].baseline == pytest.approx(page.chars[0].baseline, abs=1.5)


def test_watermarks_at_an_angle_are_left_out_but_a_slight_tilt_is_text() -> None:
    page = read(
        one_page(
            "BT /F1 20 Tf 0.7 0.7 -0.7 0.7 200 200 Tm (DRAFT) Tj"
            " 1 -0.002 0.002 1 100 500 Tm (level) Tj ET"
        )
    )
    assert "".join(c.text for c in page.chars) == "level"


def test_a_letter_printed_twice_is_read_once_and_a_stroked_one_is_bold() -> None:
    page = read(
        one_page(
            "BT /F1 20 Tf 1 0 0 1 100 500 Tm (A) Tj 1 0 0 1 100.4 500 Tm (A) Tj"
            " 1 0 0 1 140 500 Tm 2 Tr (B) Tj 0 Tr 1 0 0 1 180 500 Tm (C) Tj ET"
        )
    )
    assert [(c.text, c.font) for c in page.chars] == [
        ("A", "Helvetica"),
        ("B", "Helvetica,Bold"),
        ("C", "Helvetica"),
    ]


@pytest.mark.parametrize(
    ("raw", "bold", "name"),
    [
        (b"ABCDEF+SimHei", False, "SimHei"),
        ("黑体".encode(), False, "黑体"),
        ("黑体".encode("gbk"), True, "黑体,Bold"),
        (b"SimSun,Bold", True, "SimSun,Bold"),
        (b"Arial-BoldMT", True, "Arial-BoldMT"),
    ],
)
def test_font_names(raw: bytes, bold: bool, name: str) -> None:
    assert font_name(raw, heavy=bold) == name
