"""Lines become the printed text of a paragraph; citation marks are told from exponents."""

from __future__ import annotations

import pytest

from ingest.join import Joined, join_lines
from ingest.marks import find_marks, parse_numbers
from ingest.page_text import Char, Line
from ingest.records import Box
from ingest.spans import boxes_of

SIZE = 10.0


def line(text: str, *, top: float = 100.0, page: int = 1) -> Line:
    """A printed line; ^{...} is set as a superscript, _{...} as a subscript."""
    chars: list[Char] = []
    x, raise_by, size = 50.0, 0.0, SIZE
    index = 0
    while index < len(text):
        if text[index : index + 2] in ("^{", "_{"):
            raise_by, size = (3.5 if text[index] == "^" else -2.0), 6.0
            index += 2
            continue
        if text[index] == "}":
            raise_by, size = 0.0, SIZE
            index += 1
            continue
        width = size * (1.0 if ord(text[index]) > 0x2E00 else 0.5)
        baseline = top + 8.8 - raise_by
        chars.append(Char(text[index], x, top, x + width, top + SIZE, baseline, size))
        x += width
        index += 1
    return Line(page, tuple(chars), Box(page, 50.0, top, x, top + SIZE), top + 8.8, SIZE)


def join(*texts: str, rows: bool = False) -> Joined:
    lines = [line(text, top=100.0 + 15 * index) for index, text in enumerate(texts)]
    return join_lines(lines, rows=rows)


def marks(joined: Joined) -> list[tuple[str, tuple[int, ...]]]:
    return [(joined.text[mark.start : mark.end], mark.numbers) for mark in joined.marks]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("肺癌肝转", "移的机制"), "肺癌肝转移的机制"),
        (("结 果", ""), "结果"),
        (("摘　要：", "目的"), "摘要：目的"),
        (("晚期 EGFR 突变", "患者"), "晚期 EGFR 突变患者"),
        (("共33. 8 g，P<0. 05。", "1. 5-FU"), "共33.8 g，P<0.05。1. 5-FU"),
        (("见氢谱(3H),", "3. 75 (6H)"), "见氢谱(3H), 3.75 (6H)"),
        (("半枫荷Semiliqui-", "dambar属"), "半枫荷Semiliquidambar属"),
        (("结果 ，EGFR", "突变"), "结果，EGFR突变"),
        (("liver metastasis", "of lung cancer"), "liver metastasis of lung cancer"),
        (("the transfor-", "mation of cells"), "the transformation of cells"),
        (("CAR-", "T cells"), "CAR-T cells"),
        (("the B-", "ALL cells"), "the B-ALL cells"),
        (("TGF-", "β signalling"), "TGF-β signalling"),
        (("anti-PD-", "L1 antibody"), "anti-PD-L1 antibody"),
        (("naive T-", "cell subsets"), "naive T-cell subsets"),
        (("non-", "small cell"), "non-small cell"),
        (("non-small-", "cell lung"), "non-small-cell lung"),
        (("high-", "ly active"), "highly active"),
        (("up-regulated, then up-", "regulated again"), "up-regulated, then up-regulated again"),
        (("trans\ufffe", "ition"), "transition"),
        (("CAR\ufffe", "T"), "CAR-T"),
        (("抗PD-", "1抗体"), "抗PD-1抗体"),
        (("1998-", "2003年"), "1998-2003年"),
        (("(P<0.", "05)"), "(P<0.05)"),
        (("https://doi.org/10.", "1234/ab"), "https://doi.org/10.1234/ab"),
        (("使用“", "EGFR”治疗"), "使用“EGFR”治疗"),
        (("and/", "or"), "and/or"),
    ],
)
def test_text_of_a_paragraph(lines: tuple[str, ...], expected: str) -> None:
    assert join(*lines).text == expected


def test_every_character_has_its_box() -> None:
    joined = join_lines(
        [line("肺 癌 EGFR the transfor-", top=700.0), line("mation of 肝转移", top=80.0, page=2)]
    )
    assert joined.text == "肺癌 EGFR the transformation of 肝转移"
    assert joined.spans[0].start == 0
    assert joined.spans[0].end == joined.spans[1].start
    assert joined.spans[1].end == len(joined.text)
    for span in joined.spans:
        assert len(span.edges) == span.end - span.start + 1
        assert list(span.edges) == sorted(span.edges)
    at = joined.text.index("癌")
    (box,) = boxes_of(joined.spans, at, at + 1)
    assert (box.page, box.x0) == (1, 65.0)  # after one character and a space of 5 points
    at = joined.text.index("转移")
    (box,) = boxes_of(joined.spans, at, at + 2)
    assert (box.page, box.x0, box.x1, box.top) == (2, 110.0, 130.0, 80.0)
    word = joined.text.index("transformation")
    assert [box.page for box in boxes_of(joined.spans, word, word + 14)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发生肝转移^{[1]}。", [("[1]", (1,))]),
        ("发生肝转移^{[1-3]}。", [("[1-3]", (1, 2, 3))]),
        ("发生肝转移［1，4-6］。", [("［1，4-6］", (1, 4, 5, 6))]),
        ("发生肝转移〔10〕，再【3】。", [("〔10〕", (10,)), ("【3】", (3,))]),
        ("转移^{3-5}。预后^{7,9}", [("3-5", (3, 4, 5)), ("7,9", (7, 9))]),
        ("转移[1]-[3]的", [("[1]-[3]", (1, 2, 3))]),
        ("转移[2,\xa05]的", [("[2, 5]", (2, 5))]),
        ("抑制PD-1[5]和IL-6[12]", [("[5]", (5,)), ("[12]", (12,))]),
        ("in metastasis^{12}.", [("12", (12,))]),
        ("转移³⁻⁵的", [("³⁻⁵", (3, 4, 5))]),
        (
            "抑制PD-1^{5}、IL-6^{7-8}和TGF-β^{9}，CD8^{3}",
            [("5", (5,)), ("7-8", (7, 8)), ("9", (9,)), ("3", (3,))],
        ),
        ("有差异^{1)}，", [("1)", ())]),
        ("转移^{(2)}的", [("(2)", (2,))]),
        ("转移^{①}的", [("①", ())]),
        ("１项研究［１２］", [("［１２］", (12,))]),
    ],
)
def test_marks(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert marks(join(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "细胞数为10^{8}/kg",
        "10⁸个，5×10^{6} CFU",
        "剂量mg·kg^{-1}·d^{-1}",
        "mg·kg⁻¹",
        "面积 5 cm^{2}，75 mg/m^{2}",
        "Ca^{2+}通道与CD8^{+} T细胞",
        "^{18}F-FDG和用^{99}Tc^{m}标记，注射^{131}I后",
        "[18]F-FDG PET",
        "呈阳性。^{1}H-NMR与^{13}C-NMR",
        "CO_{2}与H_{2}O",
        "[95%CI 1.2-3.4]",
        "[HR=0.5]",
        "中位年龄 52 [45-67] 岁",
        "x∈[1, 5]",
        "发表于[2020]年",
        "R^{2}=0.9，χ^{2}=3.2",
        "第[0]项",
        "log10^{8}，×10^{9}/L，Fe^{3+}",
    ],
)
def test_no_marks(text: str) -> None:
    assert marks(join(text)) == []


def test_mark_over_a_line_end() -> None:
    joined = join("发生肝转移^{[3-}", "^{5]}。后")
    assert marks(joined) == [("[3-5]", (3, 4, 5))]


def test_superscript_exponents_stay_as_printed() -> None:
    assert join("细胞数10^{8}/kg").text == "细胞数108/kg"


def test_rows_and_cells() -> None:
    joined = join("组别　　例数", "治疗组　　30", rows=True)
    assert joined.text == "组别\t例数\n治疗组\t30"
    assert joined.spans[-1].end == len(joined.text)


def test_nothing_in_nothing_out() -> None:
    assert join_lines([]) == Joined("", (), ())
    assert join("   ").text == ""


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("[1,4-6]", (1, 4, 5, 6)), ("3", (3,)), ("[6-4]", ()), ("[1-200]", ()), ("[1-2-3]", ())],
)
def test_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_numbers(text) == numbers


def test_marks_of_plain_text() -> None:
    text = "见文献[2]。"
    assert [mark.numbers for mark in find_marks(text, [False] * len(text))] == [(2,)]


def test_spaces_that_an_engine_lost_are_put_back() -> None:
    def spread(text: str, gap: float) -> Line:
        chars, x = [], 50.0
        for char in text:
            if char == " ":
                x += gap
                continue
            width = SIZE if ord(char) > 0x2E00 else SIZE / 2
            chars.append(Char(char, x, 100, x + width, 110, 108, SIZE))
            x += width
        return Line(1, tuple(chars), Box(1, 50, 100, x, 110), 108, SIZE)

    assert join_lines([spread("liver cancer cells", 2.5)]).text == "liver cancer cells"
    assert join_lines([spread("1 引言", 10)]).text == "1 引言"
    assert join_lines([spread("采用 EGFR 检测", 2.5)]).text == "采用EGFR检测"
    assert join_lines([spread("参 考 文 献", 10)]).text == "参考文献"
