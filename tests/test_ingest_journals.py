"""Pages of other journals, typeset small: each shows one thing that was once read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.layouts import read_seed
from ingest.passages import make_passages
from ingest.records import BlockKind
from tests.typeset_pages import LONG, PROSE, read, texts

_GROUPS = ("入组患者", "随机分组", "治疗组", "对照组")
_GROUP_BOXES = ", ".join(f"box(stroke: 0.5pt, inset: 4pt)[{word}]" for word in _GROUPS)


# Seeds of benchmarks.journal_pages that hold, between them, every kind of page it makes; 41 is a
# letter with dates in the second column, beside which the first ends, 53 one with a watermark.
@pytest.mark.parametrize("seed", [1, 3, 5, 8, 11, 15, 18, 41, 53])
def test_generated_papers_are_read_without_fault(seed: int, tmp_path: Path) -> None:
    _, result = read_seed(seed, tmp_path, "journals")
    assert result.faults == []


def test_empty_cells_keep_the_values_under_their_heads(tmp_path: Path) -> None:
    document = read(
        f"{LONG}\n\n#align(center)[表 1　演示数据]\n"
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
        f"{LONG}浓度按下式计算：\n\n"
        "#grid(columns: (1fr, auto, 1fr), [], [$N/N_0 = e^(-k t) + sum_(i=1)^n x_i$], align(right)[(1)])\n"
        f"#par(first-line-indent: 0pt)[式中，k 为常数。]\n\n另一段。{LONG}",
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
        f" fill: luma(220))[演示水印]))\n{LONG}{LONG}{LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.WATERMARK) == ["演示水印"]
    assert "".join(texts(document, BlockKind.PARAGRAPH)) == LONG * 3


def test_a_chart_without_a_caption_is_no_text(tmp_path: Path) -> None:
    document = read(
        f"{LONG}\n\n#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt, {_GROUP_BOXES})\n"
        f"#line(length: 60%)\n\n{LONG}",
        tmp_path,
    )
    (figure,) = texts(document, BlockKind.FIGURE)
    assert "随机分组" in figure and "对照组" in figure
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, LONG]


def test_cells_in_boxes_that_touch_are_no_chart(tmp_path: Path) -> None:
    cells = ", ".join(f"rect(width: 100%)[词{n}]" for n in range(6))
    document = read(f"{LONG}\n\n#grid(columns: 3, {cells})\n#line(length: 60%)\n\n", tmp_path)
    assert texts(document, BlockKind.FIGURE) == []


_NAMES = (
    "引言：", "【前言】", "［结　论］",
)  # fmt: skip


@pytest.mark.parametrize("name", _NAMES)
def test_usual_names_are_headings_in_brackets_and_before_a_colon(name: str, tmp_path: Path) -> None:
    document = read(
        f'#block(text(font: "Noto Sans SC")[{name}])\n{LONG}\n\n'
        f'#block(text(font: "Noto Sans SC")[一般情况])\n{LONG}',
        tmp_path,
    )
    assert [text.replace(" ", "") for text in texts(document, BlockKind.HEADING)] == [
        name.replace("　", ""), "一般情况",
    ]  # fmt: skip


def test_a_usual_name_in_brackets_may_stand_before_its_text(tmp_path: Path) -> None:
    document = read(f"【前言】{LONG}\n\n【讨论】{LONG}\n\n结果：{LONG}", tmp_path)
    assert texts(document, BlockKind.HEADING) == ["【前言】", "【讨论】"]
    assert [block.section for block in document.blocks if block.kind is BlockKind.PARAGRAPH] == [
        ("【前言】",), ("【讨论】",), ("【讨论】",),
    ]  # fmt: skip


def test_a_cover_page_is_metadata_and_the_paper_begins_behind_it(tmp_path: Path) -> None:
    document = read(
        "#text(size: 20pt)[《演示医学杂志》网络首发论文]\n\n题目：　某药物的演示研究\n\n作者：　王演示，李示例\n\n"
        "收稿日期：　2024-05-06\n\n*网络首发*：在编辑部工作流程中，稿件要经历录用定稿、排版定稿等阶段。\n"
        "#pagebreak()\n#align(center, text(size: 18pt)[某药物的演示研究])\n#align(center)[王演示，李示例]\n"
        f"摘要：{PROSE}\n\n关键词：受体；细胞\n\n{LONG}",
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
        f"收稿日期：2024-05-06\n\n通信作者：王演示\n\nE-mail: demo\\@demo.cn], [摘要：{LONG}])\n"
        f"关键词：受体；细胞\n\n{LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.PARAGRAPH) == [f"摘要：{LONG}", LONG]
    assert document.paper.title == "某药物的演示研究"


def test_columns_that_begin_with_a_heading_each(tmp_path: Path) -> None:
    head = 'block(width: 100%, align(center, text(font: "Noto Sans SC")[{}]))'
    document = read(
        '#set page(columns: 2)\n#place(top, scope: "parent", float: true)[#align(center)[演示医学杂志]]\n'
        f"#{head.format('第一节')}\n{LONG}\n#colbreak()\n#{head.format('另一节')}\n第二栏。{LONG}",
        tmp_path,
    )
    flow = [b.text for b in document.blocks if b.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)]
    assert [text for text in flow if text != "演示医学杂志"] == [
        "第一节", LONG, "另一节", f"第二栏。{LONG}",
    ]  # fmt: skip


def test_a_chart_in_a_frame_is_one_and_a_title_on_a_bar_is_none(tmp_path: Path) -> None:
    bars = "".join(
        f'#block(width: 100%, fill: luma(220), inset: 4pt, text(size: 14pt)[{word}])\n'
        for word in ("某公司点评", "某项目扩产", "投资的要点")
    )  # fmt: skip
    document = read(
        f"{bars}#line(length: 60%)\n{LONG}\n\n#block(width: 100%, stroke: 0.6pt, inset: 6pt)[\n"
        f"#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt, {_GROUP_BOXES})\n#line(length: 60%)]\n",
        tmp_path,
    )
    (figure,) = texts(document, BlockKind.FIGURE)
    assert "随机分组" in figure and "扩产" not in figure


def test_rules_of_two_columns_at_one_height_stay_apart(tmp_path: Path) -> None:
    table = (
        "#table(columns: (1fr,) * 3, stroke: none, table.hline(), [{0}别], [{0}一], [{0}二],"
        " table.hline(), [{0}三], [1], [2], [{0}四], [3], [], [{0}五], [], [6], table.hline())"
    )
    # The rules of the second column are drawn first and lie a point higher.
    document = read(
        "#set page(columns: 2)\n#place(top + right, dx: 175pt, dy: -1pt, block(width: 160pt)["
        f"{table.format('乙')}])\n{table.format('甲')}\n{LONG}\n#colbreak()\n#v(90pt)\n{LONG}",
        tmp_path,
    )
    tables = texts(document, BlockKind.TABLE)
    assert sorted(len(text.split("\n")) for text in tables) == [4, 4]
    assert any("甲四\t3\t\n" in text for text in tables)


def test_an_index_of_a_formula_at_the_top_is_no_page_number(tmp_path: Path) -> None:
    entries = "\n\n".join(
        f"\\[{n}\\] 王演示，李示例. 某药物对某器官的影响的研究\\[J\\]. 演示杂志, {2020 + n}, 3(2): 11-15."
        for n in range(1, 7)
    )
    document = read(
        "#set page(columns: 2, margin: (top: 30pt))\n"
        "#grid(columns: (1fr, auto, 1fr), [], [$x_i = y + 1$], [])\n式中，x 为某数。"
        f"{LONG}\n#colbreak()\n#text(size: 11pt, weight: 700)[参考文献]\n\n{entries}",
        tmp_path,
    )
    assert [entry.year for entry in document.references] == list(range(2021, 2027))


def test_running_heads_of_a_page_set_sideways_are_no_text(tmp_path: Path) -> None:
    rows = ", ".join(f"[第{n}行], [{n}.1], [{n}.2], [{n}.3]" for n in range(9))
    document = read(
        "#set page(header: text(size: 8pt)[演示医学杂志 2024年5月第12卷第3期 #h(1fr) 7])\n"
        f"{LONG}\n#pagebreak()\n#rotate(-90deg, reflow: true, block(width: 480pt)[表 1　演示数据\n"
        f"#table(columns: (1fr,) * 4, stroke: none, table.hline(), [组别], [甲], [乙], [丙],"
        f" table.hline(), {rows}, table.hline())])",
        tmp_path,
    )
    assert texts(document, BlockKind.PARAGRAPH) == [LONG]
    (table,) = texts(document, BlockKind.TABLE)
    assert table.split("\n")[-1].replace(" ", "") == "第8行\t8.1\t8.2\t8.3"


def test_a_doi_broken_behind_its_slash_is_whole(tmp_path: Path) -> None:
    document = read(
        "#align(center, text(size: 16pt)[某药物的演示研究])\n#align(center)[王演示，李示例]\n"
        f"摘要：{PROSE}\n\n关键词：受体；细胞\n\n#par(justify: false, first-line-indent: 0pt)["
        "中图分类号：R735.7　文献标识码：A　DOI：10.12345/\\\nj.issn.1000-0000.2020.09.007]\n\n"
        f"{LONG}",
        tmp_path,
    )
    assert document.paper.doi == "10.12345/j.issn.1000-0000.2020.09.007"
    assert document.paper.clc == "R735.7"


def test_a_gutter_further_down_does_not_part_a_chart(tmp_path: Path) -> None:
    document = read(
        f"#set page(height: 900pt)\n#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt, {_GROUP_BOXES})\n#line(length: 60%)\n"
        f"{LONG}{LONG}{LONG}\n\n#grid(columns: (1fr, 1fr), gutter: 14pt, [左侧。{LONG}], [右侧。{LONG}])",
        tmp_path,
    )
    (figure,) = texts(document, BlockKind.FIGURE)
    assert all(word in figure for word in _GROUPS)
    assert f"左侧。{LONG}右侧。{LONG}" in "".join(texts(document, BlockKind.PARAGRAPH))
