"""Two engines and three repairs: which reading of a page is taken, and what it must say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import engines
from ingest.choice import choose, image_share, is_scan, without_ground
from ingest.page_text import Char, PageText
from ingest.pdf import extract_pages
from ingest.plausible import agreement, common_share, fault
from ingest.pypdf_text import PypdfFile
from ingest.records import Box
from ingest.repairs import cid_table, double_byte_encoding, winansi_bytes
from tests.small_pdfs import Stream, make_pdf, one_page

CHINESE = (
    "整合素在肿瘤细胞的黏附和转移中起重要的作用，它与细胞外基质结合以后能够激活多条信号通路，"
    "并且可以使肿瘤细胞在肝脏的小血管中停留下来，这是转移的第一个步骤。研究表明，这一过程还受到多种因子的调节。"
)
SIMPLE = "<< /Type /Font /Subtype /TrueType /BaseFont /Song /Encoding /WinAnsiEncoding >>"
COMPOSITE = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
    " /DescendantFonts [7 0 R] >>"
)


def page_of(text: str, engine: str = "pdfium", **facts: object) -> PageText:
    chars = tuple(
        Char(c, 10.0 * i, 0.0, 10.0 * i + 10, 10.0, 9.0, 10.0) for i, c in enumerate(text)
    )
    return replace(PageText(1, 595.0, 842.0, 0, chars, engine), **facts)


def text_of(page: PageText) -> str:
    return "".join(char.text for char in page.chars)


def shown(codes: bytes) -> str:
    return f"BT /F1 4 Tf 1 0 0 1 50 700 Tm <{codes.hex()}> Tj ET"


def cid_page(collection: str, text: str, *, ordering: str = "") -> bytes:
    """Return a page in a composite font without /ToUnicode."""
    back = {char: cid for cid, char in cid_table(collection, range(1, 25_000)).items()}
    codes = b"".join(back[char].to_bytes(2, "big") for char in text)
    extra: dict[int, str | Stream] = {
        7: "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Fandol /CIDSystemInfo"
        f" << /Registry (Adobe) /Ordering ({ordering or collection}) /Supplement 5 >>"
        " /FontDescriptor 8 0 R >>",
        8: "<< /Type /FontDescriptor /FontName /Fandol /Flags 4 /FontBBox [0 0 1000 1000]"
        " /ItalicAngle 0 /Ascent 800 /Descent -200 /StemV 80 /CapHeight 700 >>",
    }
    return one_page(shown(codes), font=COMPOSITE.format(name="Fandol"), extra=extra)


@pytest.mark.parametrize(
    ("collection", "text"),
    [
        ("GB1", "转移与信号通路 TGF"),
        ("CNS1", "轉移與信號通路"),
        ("Japan1", "日本語の文"),
        ("Korea1", "한국어"),
    ],
)
def test_cids_of_a_collection_are_read_without_a_unicode_map(collection: str, text: str) -> None:
    data = cid_page(collection, text)
    by_pypdf = PypdfFile(data, Path("a.pdf")).read_page(0)
    assert text_of(by_pypdf) == text
    (page,) = extract_pages(data, Path("a.pdf")).pages
    assert (text_of(page), page.engine) == (text, "pdfium")


def test_cids_of_an_unknown_collection_are_a_doubt_that_both_engines_fail(tmp_path: Path) -> None:
    data = cid_page("GB1", CHINESE, ordering="Identity")
    (font,) = PypdfFile(data, Path("a.pdf")).fonts(0)
    assert font.doubtful and font.name == "Fandol"
    extraction = extract_pages(data, Path("a.pdf"))
    assert extraction.scans == extraction.failed_pages == (1,)
    assert not extraction.pages[0].chars
    assert "未识别" in extraction.pages[0].warnings[0]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", CHINESE),
        ("big5", "這是在肝臟中的轉移與人體的關係，可以使用不同的方法來研究它們的作用。"),
    ],
)
def test_double_bytes_in_a_western_font_are_decoded(encoding: str, text: str) -> None:
    data = one_page(shown(text.encode(encoding)), font=SIMPLE)
    (page,) = extract_pages(data, Path("a.pdf")).pages
    assert text_of(page) == text
    assert page.engine == "pypdf"
    assert any("pdfium" in warning and "乱码" in warning for warning in page.warnings)
    first, last = page.chars[0], page.chars[-1]
    assert (first.x0, round(first.baseline)) == (50, 142) and first.font == "Song"
    assert last.x1 - first.x0 == pytest.approx(4 * len(text), rel=0.05)


@pytest.mark.parametrize(
    "text", ["Café Müller, Ångström: señor", "5 µm ± 0.2 °C × 10", "naïve façade"]
)
def test_western_text_is_no_double_byte_text(text: str) -> None:
    assert double_byte_encoding(text) == ""
    data = one_page(shown(text.encode("cp1252")), font=SIMPLE)
    (page,) = extract_pages(data, Path("a.pdf")).pages
    assert text_of(page) == text and page.engine == "pdfium"


@pytest.mark.parametrize(
    ("name", "shown_as"), [("ABCDEF+SymbolMT", "TGF-β≥"), ("Wingdings", "TGF-\uf062\uf0b3")]
)
def test_greek_letters_of_the_symbol_font(name: str, shown_as: str) -> None:
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        b" 1 begincodespacerange <00> <FF> endcodespacerange"
        b" 2 beginbfchar <62> <F062> <B3> <F0B3> endbfchar endcmap end end"
    )
    data = one_page(
        "BT /F1 12 Tf 1 0 0 1 50 700 Tm (TGF-) Tj /F2 12 Tf <62B3> Tj ET",
        fonts="/F1 4 0 R /F2 7 0 R",
        extra={
            7: f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /ToUnicode 8 0 R >>",
            8: (f"<< /Length {len(cmap)} >>", cmap),
        },
    )
    (page,) = extract_pages(data, Path("a.pdf")).pages
    assert text_of(page) == shown_as
    assert page.unknown == shown_as.count("\uf062") + shown_as.count("\uf0b3")
    assert text_of(PypdfFile(data, Path("a.pdf")).read_page(0)) == shown_as


def test_bytes_without_a_western_character_survive() -> None:
    data = bytes(range(0x20, 0x100))
    decoded = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)
    assert winansi_bytes(decoded) == data
    assert winansi_bytes("汉") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CHINESE, ""),
        ("The epithelial–mesenchymal transition (EMT) of A549 cells, p < 0.05; α, β ≥ 3 μm. ①", ""),
        ("", ""),
        ("■■■■ ■■■ 2020", "strange"),
        ("\ue001\ue002 text with \ue003 private use", "strange"),
        ("\ufffd\ufffd\ufffd lost", "strange"),
        ("¹Ø ÓÚ ÖÐ ¹ú ×ÔÈ» ÓïÑÔ", "mojibake"),
        (
            re.sub("[一-龥]", lambda m: chr(0x4E00 + ord(m[0]) * 7919 % 20000), CHINESE * 2),
            "random",
        ),
    ],
)
def test_faults_of_a_text(text: str, name: str) -> None:
    assert fault(text) == name


def test_traditional_script_is_not_random() -> None:
    assert (
        common_share("轉化生長因子促進腫瘤細胞的侵襲和轉移，並通過上皮間質轉化影響肝臟的環境。")
        > 0.2
    )


def test_agreement_counts_chinese_in_any_code_form() -> None:
    assert agreement("⼀个⽅法", "一个方法") == 1.0
    assert agreement("一二三四", "一二") == 0.5
    assert agreement("abc", "xyz") == 1.0


def test_the_sound_reading_is_chosen() -> None:
    good, bad = page_of(CHINESE), page_of("■" * 60)
    other = page_of(CHINESE, "pypdf")
    assert choose(good, None).page is good
    assert choose(good, bad).page is good
    assert choose(good, other).page is good
    chosen = choose(bad, other)
    assert chosen.page is not None and chosen.page.engine == "pypdf" and not chosen.needs_ocr
    assert choose(None, other).page is not None
    assert choose(bad, None).needs_ocr
    few = page_of("naïve é")
    assert choose(few, None).page is few and not choose(few, None).needs_ocr
    assert not choose(page_of(""), None).needs_ocr
    assert choose(None, None).page is None


def test_what_is_printed_twice_is_no_reason_to_leave_pdfium_but_a_loss_is() -> None:
    once, twice = page_of(CHINESE), page_of(CHINESE + CHINESE, "pypdf")
    assert choose(once, twice).page is once
    half = page_of(CHINESE[:30])
    chosen = choose(half, page_of(CHINESE, "pypdf")).page
    assert chosen is not None and chosen.engine == "pypdf" and "缺字" in chosen.warnings[0]


def test_a_scan_is_a_page_of_images_with_hardly_any_text() -> None:
    strips = tuple(Box(1, 0, 842 * n / 62, 595, 842 * (n + 1) / 62) for n in range(62))
    assert image_share(page_of("", images=strips)) > 0.95
    assert is_scan(page_of("12", images=strips))
    assert not is_scan(page_of(CHINESE, images=strips))
    assert not is_scan(page_of("12", images=strips[:20]))
    assert not is_scan(page_of(""))


def test_an_image_behind_all_of_the_page_is_no_figure() -> None:
    figure, ground = Box(1, 100, 100, 400, 400), Box(1, 0, 0, 595, 842)
    assert without_ground(page_of(CHINESE, images=(figure,))).images == (figure,)
    assert without_ground(page_of(CHINESE, images=(ground, figure))).images == ()


@pytest.mark.parametrize(("letters", "scan"), [(300, True), (60, False)])
def test_text_turned_into_curves_is_a_scan(letters: int, scan: bool) -> None:
    shape = "{x} {y} m {x} {z} l {w} {z} {w} {y} {x} {y} c f "
    drawn = "".join(
        shape.format(x=x, y=y, z=y + 9, w=x + 9)
        for x, y in ((50 + n % 40 * 12, 700 - n // 40 * 15) for n in range(letters))
    )
    extraction = extract_pages(one_page(drawn), Path("a.pdf"))
    assert bool(extraction.scans) == scan


TWO_PAGES: dict[int, str | Stream] = {
    1: "<< /Type /Catalog /Pages 2 0 R >>",
    2: "<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 >>",
    3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    " /Resources << /Font << /F1 7 0 R >> >> >>",
    4: ("<< /Length 46 >>", b"BT /F1 12 Tf 1 0 0 1 50 700 Tm (first) Tj ET  "),
    5: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
    " /Resources << /Font << /F1 7 0 R >> >> >>",
    6: ("<< /Length 46 >>", b"BT /F1 12 Tf 1 0 0 1 50 700 Tm (second) Tj ET "),
    7: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
}


def test_a_page_that_pdfium_loses_is_read_by_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    read = engines.read_page

    def fails(document: object, index: int) -> PageText:
        if index == 1:
            raise ValueError("no such page")
        return read(document, index)

    monkeypatch.setattr(engines, "read_page", fails)
    extraction = extract_pages(make_pdf(TWO_PAGES), Path("a.pdf"))
    assert [page.engine for page in extraction.pages] == ["pdfium", "pypdf"]
    assert [text_of(page) for page in extraction.pages] == ["first", "second"]
    assert "无法读取" in extraction.pages[1].warnings[0] and not extraction.failed_pages


def test_good_pages_of_a_partly_bad_file_are_kept_and_the_bad_ones_named() -> None:
    broken = dict(TWO_PAGES)
    broken[2] = "<< /Type /Pages /Kids [3 0 R 99 0 R] /Count 2 >>"
    extraction = extract_pages(make_pdf(broken), Path("a.pdf"))
    assert extraction.page_count == 2
    assert [text_of(page) for page in extraction.pages] == ["first"]
    assert extraction.failed_pages == (2,)


def test_a_file_without_a_table_of_objects_is_still_read() -> None:
    data = make_pdf(TWO_PAGES)
    start = data.rindex(b"xref\n0")
    lost = data[:start] + data[data.index(b"trailer", start) :]
    extraction = extract_pages(lost, Path("a.pdf"))
    assert [text_of(page) for page in extraction.pages] == ["first", "second"]


def test_the_document_information_is_read() -> None:
    data = make_pdf(TWO_PAGES | {8: "<< /Title (Metastasis) /Author () >>"})
    data = data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 8 0 R")
    assert extract_pages(data, Path("a.pdf")).info == {"Title": "Metastasis"}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "box", ["/MediaBox [0 0 595 842]", "/MediaBox [-100 -50 495 792] /CropBox [-80 -30 480 700]"]
)
def test_both_engines_put_a_character_at_one_place(rotation: int, box: str) -> None:
    matrix = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[rotation]
    data = one_page(
        f"BT /F1 20 Tf {matrix} 200 300 Tm (mmm) Tj ET", page=f"{box} /Rotate {rotation}"
    )
    first = extract_pages(data, Path("a.pdf")).pages[0]
    second = PypdfFile(data, Path("a.pdf")).read_page(0)
    assert (first.width, first.height) == pytest.approx((second.width, second.height))
    a, b = first.chars[0], second.chars[0]
    assert (a.x0, a.top, a.baseline) == pytest.approx((b.x0, b.top, b.baseline), abs=1.5)
    assert text_of(first) == text_of(second) == "mmm"
