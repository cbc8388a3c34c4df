"""What is made of a scan: sizes and places of lines, signs of one shape, rules, pictures, turns."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ingest.extras import ocr_installed
from ingest.geometry import Turn
from ingest.reader import read_document
from ingest.records import Block, BlockKind, Box, Span
from ingest.render import page_image
from ingest.scan_drawings import find_pictures, find_rules
from ingest.scan_lines import OcrLine, as_printed, chars_of, sizes_of
from ingest.scan_turn import lean_of, quarter_of, turned
from ingest.spans import boxes_of
from ingest.turned import blocks_back

needs_ocr = pytest.mark.skipif(not ocr_installed(), reason="needs the extra yinzheng[ocr]")


def line(text: str, y: float, pitch: float, height: float, x0: float = 100.0) -> OcrLine:
    """A line of Chinese characters ``pitch`` pixels apart."""
    centres = tuple(x0 + pitch * (place + 0.5) for place in range(len(text)))
    return OcrLine(text, 1.0, x0, y, x0 + pitch * len(text), y + height, centres)


def test_a_line_without_known_middles_is_parted_by_the_widths_of_its_characters() -> None:
    read = OcrLine("转移TGF-β", 0.9, 100, 200, 100 + 45 * 10, 260)
    chars = list(chars_of([read], 0.5))
    assert "".join(c.text for c in chars) == read.text
    assert [round(c.x1 - c.x0, 2) for c in chars] == [50, 50, 25, 25, 25, 25, 25]
    assert (chars[0].x0, chars[-1].x1) == (50, 275)
    assert all(a.x1 == b.x0 for a, b in pairwise(chars))
    assert len({(c.baseline, c.size, c.top, c.bottom) for c in chars}) == 1
    middle = (chars[0].top + chars[0].bottom) / 2
    assert middle == pytest.approx(115, abs=0.5)  # of 100 to 130 points


def test_characters_stand_where_they_were_read() -> None:
    read = OcrLine("肝(a)移", 1.0, 0, 0, 140, 30, (15, 50, 65, 80, 125))
    edges = [c.x0 for c in chars_of([read], 1)]
    assert edges == pytest.approx([0, 38.3, 57.5, 72.5, 95], abs=0.1)


def test_lines_have_the_size_of_their_characters_and_not_of_their_boxes() -> None:
    """A box too high, a stretched line, a last word and a Latin line are of the paragraph's size."""
    body = [line("信号通路促进肿瘤转移的机制", y, 28, 34) for y in range(0, 250, 50)]
    odd = [
        line("信号通路促进肿瘤转移的机制", 250, 28, 41),
        line("信号通路促进肿瘤转移的机", 300, 31, 34),
        line("转移。”", 350, 28, 55),
        OcrLine("of the liver in mice", 1.0, 100, 400, 400, 438),
    ]
    notes = [line("注释里的文字比正文小一些", y, 23, 29) for y in (800, 840)]
    notes.append(OcrLine("see p. 42", 1.0, 100, 880, 300, 912))
    heading = [line("结果与讨论", 1000, 36, 44)]
    sizes = sizes_of([*body, *odd, *notes, *heading])
    assert sizes[:9] == [28.0] * 9
    assert sizes[9:12] == [23.0] * 3
    assert sizes[12] == pytest.approx(36, abs=0.1)
    head = [line("类别", 700, 22, 38), line("代表药物", 700, 24, 37, x0=400)]
    assert sizes_of([*body, *notes, *head])[-2:] == [23.0] * 2


def test_an_upright_line_runs_downwards() -> None:
    chars = list(chars_of([OcrLine("中国医学", 1, 10, 0, 40, 160)], 1))
    assert [(c.x0, c.top) for c in chars] == [(10, 0), (10, 40), (10, 80), (10, 120)]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("结果:肿瘤细胞,即A549(人肺癌)细胞", "结果：肿瘤细胞，即A549（人肺癌）细胞"),
        ("转化生长因子(TGF-β)促进转移;", "转化生长因子（TGF-β）促进转移；"),
        ("(PDGF)是强的促分裂因子", "（PDGF）是强的促分裂因子"),
        ("MMP)尤其是MMP-2", "MMP）尤其是MMP-2"),
        ("In 12:30, (p < 0.05); see Fig. 1", "In 12:30, (p < 0.05); see Fig. 1"),
        ("(3)为有用物的量", "（3）为有用物的量"),
        ("率（eGFR)下降", "率（eGFR）下降"),
        ("条目1:非真实", "条目1：非真实"),
        ("[J].中华医学杂志,2016,6(1):60-6", "[J].中华医学杂志,2016,6(1):60-6"),
        ("细胞)的数量", "细胞）的数量"),
        ("防线之—。此外", "防线之一。此外"),
        ("防线之—[25]", "防线之一[25]"),
        ("结果——如图——表明", "结果——如图——表明"),
        ("北京—上海", "北京—上海"),
        ("整合素avβ5与CD8+", "整合素avβ5与CD8+"),  # what letter it is, the page must say
    ],
)
def test_signs_of_one_shape_are_set_as_in_chinese_text(read: str, meant: str) -> None:
    assert as_printed(read) == meant


def drawn_page() -> Image.Image:
    """A page of 600 x 800 points at 2 pixels a point with a table, a note's rule and a figure."""
    image = Image.new("L", (1200, 1600), 255)
    draw = ImageDraw.Draw(image)
    for y in (300, 340, 500):
        draw.line((100, y, 900, y + 2), fill=60, width=3)  # a scan leans a little
    draw.line((500, 300, 500, 500), fill=60, width=2)
    draw.line((100, 1400, 300, 1400), fill=90, width=2)
    for x in range(100, 900, 40):  # characters: strokes shorter than any rule
        draw.line((x, 1000, x + 28, 1000), fill=0, width=3)
    for x in (200, 430):
        draw.rectangle((x, 700, x + 200, 760), outline=0, width=2)
        draw.ellipse((x, 800, x + 120, 880), outline=0, width=3)
    return image


def test_rules_of_a_scan_are_found() -> None:
    rules = find_rules(np.asarray(drawn_page()), 2.0)
    across = sorted(r for r in rules if r[2] - r[0] > 10 * (r[3] - r[1]))
    wide = [(x0, x1) for x0, _, x1, _ in across if x1 - x0 > 450]
    assert len(wide) == 3 and all(side == pytest.approx((100, 901), abs=4) for side in wide)
    assert any(abs(top - 1400) < 3 and abs(x1 - 300) < 5 for _, top, x1, _ in across)
    assert any(x1 - x0 < 6 and bottom - top > 150 for x0, top, x1, bottom in rules)
    assert not any(995 < top < 1005 for _, top, _, _ in rules)
    blank = np.full((1600, 1200), 255, dtype=np.uint8)
    assert find_rules(blank, 2.0) == []
    assert find_rules(np.zeros_like(blank), 2.0) == []  # a black page is no rule


@needs_ocr
def test_a_drawing_with_its_lettering_is_a_picture_and_a_frame_around_text_is_none() -> None:
    grey = np.array(drawn_page())
    grey[:600] = 255  # without the table
    text = [((100.0, 990.0, 900.0, 1010.0), "字" * 20)]
    lettering = [((220.0, 710.0, 380.0, 750.0), "原发灶")]
    (found,) = find_pictures(grey, 2.0, [*text, *lettering])
    assert found == pytest.approx((200, 700, 630, 880), abs=6)
    framed = Image.new("L", (1200, 1600), 255)
    ImageDraw.Draw(framed).rectangle((200, 700, 640, 800), outline=0, width=2)
    prose = [((210.0, y, 620.0, y + 20), "文" * 18) for y in (710.0, 750.0)]
    assert len(find_pictures(np.asarray(framed), 2.0, [])) == 1
    assert find_pictures(np.asarray(framed), 2.0, prose) == []


@pytest.mark.parametrize("degrees", [90.0, 180.0, 270.0, 2.5, -1.3, 92.0])
def test_boxes_of_a_turned_page_lie_where_its_ink_is(degrees: float) -> None:
    shown = Image.new("L", (600, 800), 255)
    upright = turned(shown, degrees)
    turn = Turn(degrees, 600, 800)
    assert turn.size == pytest.approx(upright.size, abs=2.5)
    ImageDraw.Draw(upright).rectangle((200, 300, 340, 312), fill=0)
    back = turned(upright, -degrees)
    left, top = (back.width - 600) // 2, (back.height - 800) // 2
    ink = np.asarray(back.crop((left, top, left + 600, top + 800))) < 128
    edges = tuple(float(x) for x in range(200, 341, 10))
    block = Block(BlockKind.PARAGRAPH, "一二三四五六七八九十甲乙丙丁", (), (
        Span(0, 14, Box(1, 200, 300, 340, 312), edges),
    ))  # fmt: skip
    (found,) = blocks_back([block], {1: turn})
    assert "".join(found.text[s.start : s.end] for s in found.spans) == block.text
    assert all(len(s.edges) == s.end - s.start + 1 for s in found.spans)
    whole = boxes_of(found.spans, 0, 14)
    covered = np.zeros_like(ink)
    for box in whole:
        covered[
            round(box.top) - 1 : round(box.bottom) + 1, round(box.x0) - 1 : round(box.x1) + 2
        ] = 1
    assert (ink & ~covered.astype(bool)).sum() < 0.02 * ink.sum()
    assert covered.sum() < 2.2 * ink.sum()  # and hardly anything else
    (first, *_) = boxes_of(found.spans, 0, 1)
    x, y = turn.back(205, 306)
    assert first.x0 <= x <= first.x1 and first.top <= y <= first.bottom
    assert len(whole) <= 4


class Confidence:
    """An engine whose lines read well only when their ink is on the left."""

    def cut(self, image: Any, corners: Any) -> Any:
        (x0, y0), (x1, y1) = corners[0], corners[2]
        part = image[int(y0) : int(y1), int(x0) : int(x1)]
        return np.rot90(part) if part.shape[0] > 1.5 * part.shape[1] else part

    def read(self, part: Any) -> Any:
        middle = part.shape[1] // 2
        sound = (part[:, :middle] < 128).mean() > (part[:, middle:] < 128).mean()
        return type("R", (), {"score": 0.95 if sound else 0.4})


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_a_page_is_turned_the_way_its_lines_read(quarter: int) -> None:
    upright = Image.new("RGB", (600, 800), (255, 255, 255))
    draw = ImageDraw.Draw(upright)
    for y in range(100, 500, 40):
        draw.rectangle((50, y, 150, y + 20), fill=(0, 0, 0))
    boxes = [[(50, y), (500, y), (500, y + 20), (50, y + 20)] for y in range(100, 500, 40)]
    shown = turned(upright, -quarter)
    turn = Turn(quarter, *map(float, shown.size))
    corners = []
    for box in boxes:
        points = [turn.back(x, y) for x, y in box]
        xs, ys = sorted({round(x) for x, _ in points}), sorted({round(y) for _, y in points})
        corners.append([(xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1])])
    found = quarter_of(Confidence(), shown, np.array(corners, dtype=np.float32))  # type: ignore[arg-type]
    assert found == quarter


def test_the_lean_of_a_page_is_that_of_its_long_lines() -> None:
    lines = []
    for y in range(100, 700, 50):
        fall = 400 * np.tan(np.radians(2))
        lines.append([(100, y), (500, y + fall), (500, y + fall + 20), (100, y + 20)])
    corners = np.array(lines, dtype=np.float32)
    assert lean_of(corners) == pytest.approx(2.0, abs=0.05)
    assert lean_of(corners[:2]) == 0.0  # too few lines to tell


@needs_ocr
@pytest.mark.slow
@pytest.mark.parametrize("degrees", [180.0, 90.0, 268.0, 2.5])
def test_a_scan_that_does_not_lie_straight_is_read(
    degrees: float, tmp_path: Path, samples: tuple[Path, ...]
) -> None:
    """Two columns, sideways, upside down or askew: the text in order, the boxes on the page."""
    page = pypdfium2.PdfDocument(samples[0])[4]
    shown = turned(page_image(page, 150), -degrees)
    path = tmp_path / "scan.pdf"
    shown.save(path, "PDF", resolution=150)
    found = read_document(path, cache_dir=tmp_path / "cache")
    straight = tmp_path / "straight.pdf"
    page_image(page, 150).save(straight, "PDF", resolution=150)
    wanted = read_document(straight, cache_dir=tmp_path / "cache")
    longest = max(
        (b for b in wanted.blocks if b.kind is BlockKind.PARAGRAPH), key=lambda b: len(b.text)
    )
    piece = longest.text[20:32]
    (block,) = [b for b in found.blocks if piece in b.text]
    at = block.text.index(piece)
    (shown_page,) = found.pages
    turn = Turn(degrees, shown_page.width, shown_page.height)
    places = boxes_of(block.spans, at, at + len(piece))
    originals = boxes_of(longest.spans, 20, 32)
    width, height = wanted.pages[0].width, wanted.pages[0].height
    offset = ((turn.size[0] - width) / 2, (turn.size[1] - height) / 2)
    middle = turn.back(
        (originals[0].x0 + originals[0].x1) / 2 + offset[0],
        (originals[0].top + originals[0].bottom) / 2 + offset[1],
    )
    assert any(
        b.x0 - 8 < middle[0] < b.x1 + 8 and b.top - 8 < middle[1] < b.bottom + 8 for b in places
    )
