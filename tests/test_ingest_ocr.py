"""Scanned pages are read by RapidOCR where it is installed, and refused with the remedy where not."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ingest import ocr, pdf
from ingest.clean import is_han
from ingest.errors import NoTextLayer
from ingest.extras import ocr_installed
from ingest.isolation import read_isolated
from ingest.ocr import OcrLine, ScanReader, _chars, full_width
from ingest.pdf import extract_pages
from ingest.reader import read_document
from ingest.records import PageText
from ingest.render import render_page

needs_ocr = pytest.mark.skipif(not ocr_installed(), reason="needs the extra yinzheng[ocr]")


def scan_of(images: list[Image.Image], dpi: int = 100) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=images[1:])
    return out.getvalue()


def blank() -> Image.Image:
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).rectangle((100, 100, 400, 130), fill=0)
    return image


def text_of(page: PageText) -> str:
    return "".join(char.text for char in page.chars)


def test_a_line_is_parted_by_the_widths_of_its_characters() -> None:
    line = OcrLine("转移TGF-β", 0.9, 100, 200, 100 + 45 * 10, 260)
    chars = _chars([line], 0.5, 0.5)
    assert "".join(c.text for c in chars) == line.text
    widths = [round(c.x1 - c.x0, 2) for c in chars]
    assert widths == [50, 50, 25, 25, 25, 25, 25]
    assert (chars[0].x0, chars[-1].x1) == (50, 275)
    assert all(a.x1 == b.x0 for a, b in pairwise(chars))
    assert len({(c.baseline, c.size, c.top, c.bottom) for c in chars}) == 1
    middle = (chars[0].top + chars[0].bottom) / 2
    assert middle == pytest.approx(115, abs=0.5)  # of 100 to 130 points


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("结果:肿瘤细胞,即A549(人肺癌)细胞", "结果：肿瘤细胞，即A549（人肺癌）细胞"),
        ("转化生长因子(TGF-β)促进转移;", "转化生长因子（TGF-β）促进转移；"),
        ("In 12:30, (p < 0.05); see Fig. 1", "In 12:30, (p < 0.05); see Fig. 1"),
        ("(3)为有用物的量", "(3)为有用物的量"),
        ("率（eGFR)下降", "率（eGFR）下降"),
        ("条目1:非真实", "条目1：非真实"),
        ("[J].中华医学杂志,2016,6(1):60-6", "[J].中华医学杂志,2016,6(1):60-6"),
        ("细胞)的数量", "细胞）的数量"),
    ],
)
def test_punctuation_of_chinese_lines_is_wide(read: str, meant: str) -> None:
    assert full_width(read) == meant


def test_lines_of_about_one_size_have_one_size() -> None:
    lines = [
        OcrLine("信号通路促进转移", 1, 0, y, 8 * w, y + 30)
        for y, w in ((0, 24), (50, 25), (100, 40))
    ]
    sizes = [c.size for c in _chars(lines, 1, 1)[::8]]
    assert sizes[0] == sizes[1] == 25 and sizes[2] == 40


def test_an_upright_line_runs_downwards() -> None:
    chars = _chars([OcrLine("中国医学", 1, 10, 0, 40, 160)], 1, 1)
    assert [(c.x0, c.top) for c in chars] == [(10, 0), (10, 40), (10, 80), (10, 120)]


class Engine:
    """Stands in for RapidOCR: counts its calls and finds one line."""

    calls = 0

    def __call__(self, pixels: Any) -> Any:
        Engine.calls += 1
        box = [[200, 200], [800, 200], [800, 260], [200, 260]]
        return type("Found", (), {"boxes": [box], "txts": ["肝转移的机制"], "scores": [0.97]})


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    Engine.calls = 0
    monkeypatch.setattr(ocr, "_load_engine", Engine)
    monkeypatch.setattr(pdf, "ocr_installed", lambda: True)
    return Engine


def test_only_pages_without_usable_text_are_read_and_once(
    tmp_path: Path, samples: tuple[Path, ...], engine: type[Engine]
) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(samples[1])
    writer.append(io.BytesIO(scan_of([blank()])))
    out = io.BytesIO()
    writer.write(out)
    seen: list[Any] = []
    extraction = extract_pages(
        out.getvalue(), Path("a.pdf"), ocr=True, cache_dir=tmp_path, on_progress=seen.append
    )
    *text, scan = extraction.pages
    assert {page.engine for page in text} == {"pdfium"}
    assert (scan.engine, scan.confidence, text_of(scan)) == ("ocr", 0.97, "肝转移的机制")
    assert scan.chars[0].font == "OCR" and not scan.images  # the scan itself is no figure
    assert extraction.scans == (scan.number,) and not extraction.failed_pages
    assert [(p.stage, p.done, p.total) for p in seen[-2:]] == [("ocr", 0, 1), ("ocr", 1, 1)]
    again = extract_pages(out.getvalue(), Path("a.pdf"), ocr=True, cache_dir=tmp_path)
    assert again.pages == extraction.pages and engine.calls == 1


def test_a_damaged_cache_is_read_anew(tmp_path: Path, engine: type[Engine]) -> None:
    data = scan_of([blank()])
    first = extract_pages(data, Path("a.pdf"), ocr=True, cache_dir=tmp_path)
    (kept,) = tmp_path.rglob("*.json")
    assert json.loads(kept.read_text("utf-8"))[0][0] == "肝转移的机制"
    for damage in ("", "[[1]]", "{", '[["a","b"]]'):
        kept.write_text(damage)
        assert extract_pages(data, Path("a.pdf"), ocr=True, cache_dir=tmp_path) == first
    assert engine.calls == 5


def test_an_ocr_failure_costs_its_page_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: type[Engine]
) -> None:
    read = ScanReader.__call__

    def fails(self: ScanReader, page: PageText) -> PageText:
        if page.number == 1:
            raise RuntimeError("no room for the image")
        return read(self, page)

    monkeypatch.setattr(ScanReader, "__call__", fails)
    other = blank()
    other.paste(0, (0, 700, 50, 750))
    extraction = extract_pages(
        scan_of([blank(), other]), Path("a.pdf"), ocr=True, cache_dir=tmp_path
    )
    assert [page.engine for page in extraction.pages] == ["pdfium", "ocr"]
    assert extraction.failed_pages == (1,) and "未识别" in extraction.pages[0].warnings[0]


def test_a_scan_that_cannot_be_read_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of([blank()]))
    with pytest.raises(NoTextLayer, match="--no-ocr"):
        read_document(path, ocr=False)
    monkeypatch.setattr(pdf, "ocr_installed", lambda: False)
    with pytest.raises(NoTextLayer) as caught:
        read_document(path)
    for text in (caught.value.zh, caught.value.en):
        assert 'pip install "yinzheng[ocr]"' in text


@needs_ocr
@pytest.mark.slow
def test_a_scanned_page_in_a_worker(tmp_path: Path, samples: tuple[Path, ...]) -> None:
    """Chinese characters of a clean 200 dpi scan, against its text layer."""
    source = samples[0].read_bytes()
    image = Image.open(io.BytesIO(render_page(source, 2, 200))).convert("L")
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of([image], 200))
    seen: list[Mapping[str, Any]] = []
    document = read_isolated(path, cache_dir=tmp_path / "cache", on_progress=seen.append)
    (page,) = document.pages
    assert page.engine == "ocr" and page.confidence is not None and page.confidence > 0.95
    assert seen[-1]["stage"] == "ocr" and seen[-1]["seconds_left"] == 0.0
    truth = extract_pages(source, samples[0]).pages[1]
    wanted = Counter(filter(is_han, text_of(truth)))
    found = Counter(c for block in document.blocks for c in block.text if is_han(c))
    wrong = max((wanted - found).total(), (found - wanted).total())
    assert wrong <= 0.005 * wanted.total()
