"""Pages of other journals, typeset small: each shows one thing that was once read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.extract_twins import compile_source
from benchmarks.layouts import read_seed
from ingest.passages import make_passages
from ingest.reader import read_document
from ingest.records import BlockKind, Document

_HEAD = (
    '#set text(font: "Noto Serif SC", size: 9pt, lang: "zh", region: "cn")\n'
    "#set par(justify: true, first-line-indent: (amount: 2em, all: true))\n"
    "#set page(width: 420pt, height: 595pt, margin: 40pt)\n"
)
_PROSE = "演示文本说明某种方法怎样作用于某个对象，并且给出它的结果和它的限度。"
_LONG = "".join(f"第{number}句，{_PROSE}" for number in "一二三四五六七八九十")


def read(source: str, folder: Path) -> Document:
    target = folder / "page.pdf"
    compile_source(_HEAD + source, target)
    return read_document(target, ocr=False)


def texts(document: Document, kind: BlockKind) -> list[str]:
    return [block.text for block in document.blocks if block.kind is kind]


# Seeds of benchmarks.journal_pages that hold, between them, every kind of page it makes.
@pytest.mark.parametrize("seed", [1, 3, 5, 8, 11, 15, 18])
def test_generated_papers_are_read_without_fault(seed: int, tmp_path: Path) -> None:
    _, result = read_seed(seed, tmp_path, journals=True)
    assert result.faults == []


def test_empty_cells_keep_the_values_under_their_heads(tmp_path: Path) -> None:
    document = read(
        f"{_LONG}\n\n#align(center)[表 1　演示数据]\n"
        "#table(columns: 4, stroke: none, table.hline(), [], [甲组], [乙组], [丙组], table.hline(),"
        " [头痛], [], [12], [3], [发热], [7], [], [], [注意下列各项], [], [], [],"
        " [咳嗽], [1], [2], [9], table.hline())",
        tmp_path,
    )
    (table,) = texts(document, BlockKind.TABLE)
    assert table.split("\n")[1:] == [
        "\t甲组\t乙组\t丙组", "头痛\t\t12\t3", "发热\t7\t\t", "注意下列各项", "咳嗽\t1\t2\t9",
    ]  # fmt: skip
    block = next(b for b in document.blocks if b.kind is BlockKind.TABLE)
    assert [span.start for span in block.spans[1:]] == [span.end for span in block.spans[:-1]]
    (passage,) = [p for p in make_passages(document) if p.kind is BlockKind.TABLE]
    assert "\n\t甲组\t乙组" in passage.text


def test_rows_of_a_long_table_are_never_parted(tmp_path: Path) -> None:
    rows = ", ".join(
        f"[第{n}行], [], [一句话写在格子里。又一句话也写在格子里{n}。]" for n in range(60)
    )
    document = read(
        f"#align(center)[表 1　演示数据]\n#table(columns: (1fr, 1fr, 3fr), [名称], [数], [说明], {rows})",
        tmp_path,
    )
    tables = [p for p in make_passages(document) if p.kind is BlockKind.TABLE]
    lines = [line for passage in tables for line in passage.text.split("\n")]
    assert len(tables) > 1
    for number in range(60):
        assert sum(line.startswith(f"第 {number} 行\t\t一句话") for line in lines) == 1


def test_a_displayed_formula_does_not_break_its_sentence(tmp_path: Path) -> None:
    document = read(
        f"{_LONG}浓度按下式计算：\n\n"
        "#grid(columns: (1fr, auto, 1fr), [], [$N/N_0 = e^(-k t) + sum_(i=1)^n x_i$], align(right)[(1)])\n"
        f"#par(first-line-indent: 0pt)[式中，k 为常数。]\n\n另一段。{_LONG}",
        tmp_path,
    )
    one, other = texts(document, BlockKind.PARAGRAPH)
    assert one.endswith("浓度按下式计算：式中，k 为常数。") and other.startswith("另一段。")
    (formula,) = texts(document, BlockKind.FORMULA)
    assert "=" in formula and "(1)" in formula
    assert not any("=" in passage.text for passage in make_passages(document))


def test_letters_printed_over_the_text_are_a_watermark(tmp_path: Path) -> None:
    document = read(
        "#set page(columns: 2, background: place(center + horizon, text(size: 40pt,"
        f" fill: luma(220))[演示水印]))\n{_LONG}{_LONG}{_LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.WATERMARK) == ["演示水印"]
    assert "".join(texts(document, BlockKind.PARAGRAPH)) == _LONG * 3


def test_a_chart_without_a_caption_is_no_text(tmp_path: Path) -> None:
    box = "box(stroke: 0.5pt, inset: 4pt)[{}]"
    cells = ", ".join(box.format(word) for word in ("入组患者", "随机分组", "治疗组", "对照组"))
    document = read(
        f"{_LONG}\n\n#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt, {cells})\n"
        f"#line(length: 60%)\n\n{_LONG}",
        tmp_path,
    )
    (figure,) = texts(document, BlockKind.FIGURE)
    assert "随机分组" in figure and "对照组" in figure
    assert texts(document, BlockKind.PARAGRAPH) == [_LONG, _LONG]


def test_cells_in_boxes_that_touch_are_no_chart(tmp_path: Path) -> None:
    cells = ", ".join(f"rect(width: 100%)[词{n}]" for n in range(6))
    document = read(f"{_LONG}\n\n#grid(columns: 3, {cells})\n#line(length: 60%)\n\n", tmp_path)
    assert texts(document, BlockKind.FIGURE) == []


_NAMES = (
    "引言：", "【前言】", "［结　论］",
)  # fmt: skip


@pytest.mark.parametrize("name", _NAMES)
def test_usual_names_are_headings_in_brackets_and_before_a_colon(name: str, tmp_path: Path) -> None:
    document = read(
        f'#block(text(font: "Noto Sans SC")[{name}])\n{_LONG}\n\n'
        f'#block(text(font: "Noto Sans SC")[一般情况])\n{_LONG}',
        tmp_path,
    )
    assert [text.replace(" ", "") for text in texts(document, BlockKind.HEADING)] == [
        name.replace("　", ""), "一般情况",
    ]  # fmt: skip


def test_a_usual_name_in_brackets_may_stand_before_its_text(tmp_path: Path) -> None:
    document = read(f"【前言】{_LONG}\n\n【讨论】{_LONG}\n\n结果：{_LONG}", tmp_path)
    assert texts(document, BlockKind.HEADING) == ["【前言】", "【讨论】"]
    assert [block.section for block in document.blocks if block.kind is BlockKind.PARAGRAPH] == [
        ("【前言】",), ("【讨论】",), ("【讨论】",),
    ]  # fmt: skip


def test_a_cover_page_is_metadata_and_the_paper_begins_behind_it(tmp_path: Path) -> None:
    document = read(
        "#text(size: 20pt)[《演示医学杂志》网络首发论文]\n\n题目：　某药物的演示研究\n\n作者：　王演示，李示例\n\n"
        "收稿日期：　2024-05-06\n\n*网络首发*：在编辑部工作流程中，稿件要经历录用定稿、排版定稿等阶段。\n"
        "#pagebreak()\n#align(center, text(size: 18pt)[某药物的演示研究])\n#align(center)[王演示，李示例]\n"
        f"摘要：{_PROSE}\n\n关键词：受体；细胞\n\n{_LONG}",
        tmp_path,
    )
    assert document.paper.title == "某药物的演示研究"
    assert document.paper.authors == ("王演示", "李示例")
    assert document.paper.received == "2024-05-06"
    assert not any("编辑部工作流程" in passage.text for passage in make_passages(document))


def test_a_side_bar_is_no_part_of_the_abstract_beside_it(tmp_path: Path) -> None:
    document = read(
        "#align(center, text(size: 16pt)[某药物的演示研究])\n#align(center)[王演示，李示例]\n"
        "#grid(columns: (1fr, 3fr), gutter: 14pt, [#set text(size: 7pt)\n#set par(first-line-indent: 0pt)\n"
        f"收稿日期：2024-05-06\n\n通信作者：王演示\n\nE-mail: demo\\@demo.cn], [摘要：{_LONG}])\n"
        f"关键词：受体；细胞\n\n{_LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.PARAGRAPH) == [f"摘要：{_LONG}", _LONG]
    assert document.paper.title == "某药物的演示研究"


def test_columns_that_begin_with_a_heading_each(tmp_path: Path) -> None:
    head = 'block(width: 100%, align(center, text(font: "Noto Sans SC")[{}]))'
    document = read(
        '#set page(columns: 2)\n#place(top, scope: "parent", float: true)[#align(center)[演示医学杂志]]\n'
        f"#{head.format('第一节')}\n{_LONG}\n#colbreak()\n#{head.format('另一节')}\n第二栏。{_LONG}",
        tmp_path,
    )
    flow = [b.text for b in document.blocks if b.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)]
    assert [text for text in flow if text != "演示医学杂志"] == [
        "第一节", _LONG, "另一节", f"第二栏。{_LONG}",
    ]  # fmt: skip
