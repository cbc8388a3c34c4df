"""Forms of Chinese medical periodicals, typeset small: each was once read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.layouts import read_seed
from ingest.records import BlockKind
from tests.typeset_pages import LONG, PROSE, read, texts

_HEI = '#text(font: "Noto Sans SC")'
_TITLE = '#align(center, text(font: "Noto Sans SC", size: 16pt)[某药物治疗某病的演示研究])\n'
_ABSTRACT = f"【摘要】　{PROSE}\n\n【关键词】　受体；细胞\n\n"


# Seeds of benchmarks.periodical_pages that hold, between them, every kind of page it makes.
@pytest.mark.parametrize("seed", [200, 201, 202, 203, 209, 211])
def test_generated_periodicals_are_read_without_fault(seed: int, tmp_path: Path) -> None:
    _, result = read_seed(seed, tmp_path, "periodicals")
    assert result.faults == []


def test_a_watermark_may_cross_one_line_only(tmp_path: Path) -> None:
    document = read(
        "#set page(background: place(top + center, dy: 76pt, text(size: 40pt, fill: luma(220))"
        f"[演示水印]))\n{_TITLE}#v(20pt)\n{PROSE}",
        tmp_path,
    )
    assert document.paper.title == "某药物治疗某病的演示研究"
    assert texts(document, BlockKind.WATERMARK) == ["演示水印"]


def test_a_recommendation_in_bold_is_text_and_no_heading(tmp_path: Path) -> None:
    advice = "【推荐意见1】建议患者在治疗以前接受检查，并由多个学科的医师一起决定。（证据等级：1A，推荐强度：强）"
    document = read(
        f"#block[{_HEI}[一、诊断]]\n{LONG}\n\n{_HEI}[{advice}]\n\n后文。{LONG}", tmp_path
    )
    assert texts(document, BlockKind.HEADING) == ["一、诊断"]
    prose = [text.replace(" ", "") for text in texts(document, BlockKind.PARAGRAPH)]
    assert advice in prose and f"后文。{LONG}" in prose


def test_numbered_names_before_a_colon_are_headings(tmp_path: Path) -> None:
    document = read(
        f"#block[{_HEI}[一、资料与方法]]\n1.一般资料：选取患者。{LONG}\n\n2.疗效的比较：两组相比。{LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.HEADING) == [
        "一、资料与方法",
        "1.一般资料：",
        "2.疗效的比较：",
    ]
    paths = [b.section for b in document.blocks if b.kind is BlockKind.PARAGRAPH]
    assert paths == [("一、资料与方法", "1.一般资料："), ("一、资料与方法", "2.疗效的比较：")]
    first = texts(document, BlockKind.PARAGRAPH)[0]
    assert first.startswith("选取患者。")


def test_items_of_a_list_with_a_colon_stay_text(tmp_path: Path) -> None:
    document = read(f"{LONG}\n\n1. 甲类：{PROSE}\n\n2. 乙类：{PROSE}", tmp_path)
    assert texts(document, BlockKind.HEADING) == []


@pytest.mark.parametrize("group", ["中华医学会演示医学分会", "演示疾病专家共识编写组"])
def test_a_group_may_be_the_author(group: str, tmp_path: Path) -> None:
    document = read(f"{_TITLE}#align(center)[{group}]\n\n{_ABSTRACT}{LONG}", tmp_path)
    assert document.paper.authors == (group,)


def test_the_english_part_behind_the_references(tmp_path: Path) -> None:
    document = read(
        f"{_TITLE}#align(center)[王演示，李示例]\n\n{_ABSTRACT}{LONG}\n\n#block[参考文献]\n"
        "#par(first-line-indent: 0pt, hanging-indent: 2em)[\\[1\\] 王演示. 一项研究\\[J\\]."
        " 演示杂志, 2020, 1(2): 3-9.]\n"
        "#par(first-line-indent: 0pt, hanging-indent: 2em)[\\[2\\] SMITH J. Receptors of the liver"
        " and of other organs in mice: a study\\[J\\]. J Demo Med, 2020, 40(12): e1021-e1030.]\n"
        "#align(center)[Effects of a demonstration drug on mice]\n\n"
        "#align(center)[Wang Yanshi, Li Shili]\n\n#align(center)[Demo University, Demo City]\n\n"
        "*Abstract*: We describe how a drug acts on mice.\n\n*Key words*: receptor; cell",
        tmp_path,
    )
    assert document.paper.title_en == "Effects of a demonstration drug on mice"
    assert document.paper.authors_en == ("Wang Yanshi", "Li Shili")
    assert [entry.pages for entry in document.references] == ["3-9", "e1021-e1030"]


def test_where_an_article_goes_on_is_no_text(tmp_path: Path) -> None:
    document = read(f"{LONG}\n\n#align(right)[（下转第123页）]\n\n{LONG}", tmp_path)
    assert texts(document, BlockKind.HEADER) == ["（下转第 123 页）"]
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, LONG]


def test_columns_that_are_three_lines_long(tmp_path: Path) -> None:
    left = PROSE + PROSE
    right = "右侧的文字。" + PROSE + "又一句。"
    document = read(f"#grid(columns: (1fr, 1fr), gutter: 12pt, [{left}], [{right}])\n", tmp_path)
    found = "".join(texts(document, BlockKind.PARAGRAPH))
    assert found == left + right


def test_the_tail_of_a_reference_list_beside_a_title(tmp_path: Path) -> None:
    entry = (
        "#par(first-line-indent: 0pt, hanging-indent: 14pt)[#set text(size: 7pt)\n\\[{}\\] 王演示,"
        " 李示例. 某药物对某病的作用以及它的限度\\[J\\]. 中国演示杂志, 2005, 12(3): 69-73.]\n"
    )
    document = read(
        f"#set page(columns: 2)\n{_TITLE.replace('16pt', '13pt')}#align(center)[王演示　李示例]\n\n"
        f"{_ABSTRACT}{LONG}\n\n#block[参考文献]\n{entry.format(1)}#colbreak()\n"
        f"{entry.format(2)}{entry.format(3)}",
        tmp_path,
    )
    assert LONG in "".join(texts(document, BlockKind.PARAGRAPH))
    assert [entry.number for entry in document.references] == [1, 2, 3]
    assert document.paper.authors == ("王演示", "李示例")


def test_names_over_the_box_of_an_abstract_are_no_running_head(tmp_path: Path) -> None:
    document = read(
        f"#v(-20pt)\n{_TITLE}#align(center)[王演示　李示例　张样本]\n"
        f"#block(width: 100%, stroke: 0.5pt, inset: 6pt)[{_ABSTRACT}]\n{LONG}",
        tmp_path,
    )
    assert document.paper.authors == ("王演示", "李示例", "张样本")


def test_many_names_without_an_abstract(tmp_path: Path) -> None:
    names = ("王演示", "李示例", "张样本", "赵排版", "孙测试", "周文字")
    document = read(
        f'#place(top, scope: "parent", float: true, clearance: 1em)[{_TITLE}'
        f"#align(center)[{'　'.join(names)}]]\n#set page(columns: 2)\n{LONG}{LONG}{LONG}",
        tmp_path,
    )
    assert document.paper.authors == names


def test_a_mark_that_did_not_fit_on_the_line_belongs_to_its_sentence(tmp_path: Path) -> None:
    document = read(
        f"{LONG}#h(0pt)结束的一句话\\\n#par(first-line-indent: 0pt)[#super[\\[9-11\\]]。]",
        tmp_path,
    )
    (text,) = texts(document, BlockKind.PARAGRAPH)
    assert text.endswith("结束的一句话[9-11]。")


def test_a_citation_of_the_paper_that_wraps_behind_a_colon(tmp_path: Path) -> None:
    document = read(
        f"{_TITLE}#align(center)[王演示，李示例]\n\n{_ABSTRACT}#par(first-line-indent: 0pt,"
        " justify: false)[引用本文：王演示, 李示例. 某药物治疗某病的演示研究\\[J\\]. 演示医学杂志,"
        f" 2024, 60(5):\\\n241-246.]\n\n{LONG}",
        tmp_path,
    )
    paper = document.paper
    assert (paper.journal, paper.year, paper.volume, paper.issue, paper.pages) == (
        "演示医学杂志", 2024, "60", "5", "241-246",
    )  # fmt: skip
    assert texts(document, BlockKind.PARAGRAPH)[-1] == LONG


def test_one_running_head_with_year_volume_and_issue_names_the_journal(tmp_path: Path) -> None:
    document = read(
        "#set page(header: text(size: 8pt)[演示医学研究2024年6月第36卷第6期 #h(1fr) 77])\n"
        f"{_TITLE}#align(center)[王演示，李示例]\n\n{_ABSTRACT}{LONG}",
        tmp_path,
    )
    paper = document.paper
    assert (paper.journal, paper.volume, paper.issue) == ("演示医学研究", "36", "6")


def test_english_names_that_wrap_inside_a_name(tmp_path: Path) -> None:
    document = read(
        f"{_TITLE}#align(center)[王演示，李示例]\n\n{_ABSTRACT}{LONG}\n\n#block[参考文献]\n"
        "#par(first-line-indent: 0pt)[\\[1\\] 王演示. 一项研究\\[J\\]. 演示杂志, 2020, 1(2): 3-9.]\n"
        "#align(center)[*Effects of a demonstration drug on mice*]\n\n"
        "#align(center)[Wang Yanshi, Li Shili, Zhang\\\nYangben, Zhao Paiban]\n\n"
        "#align(center)[Demo University, Demo City]\n\n*Abstract*: We describe how a drug acts.\n",
        tmp_path,
    )
    assert document.paper.title_en == "Effects of a demonstration drug on mice"
    assert document.paper.authors_en == (
        "Wang Yanshi", "Li Shili", "Zhang Yangben", "Zhao Paiban",
    )  # fmt: skip


def test_an_english_title_as_wide_as_any_line_of_a_cover(tmp_path: Path) -> None:
    document = read(
        "#align(center, text(size: 20pt)[某种要求])\n#v(10pt)\n"
        "#align(center, text(size: 12pt)[Requirements of a demonstration for stations and ships])\n"
        f"#pagebreak()\n{LONG}",
        tmp_path,
    )
    title = "Requirements of a demonstration for stations and ships"
    assert document.paper.title_en == title


def test_a_numbered_formula_at_the_edge_of_its_column(tmp_path: Path) -> None:
    document = read(
        f"{LONG}浓度按下式计算：\n\n#par(first-line-indent: 0pt)[$N = N_0 + k t$ #h(1fr) (1)]\n\n"
        f"#par(first-line-indent: 0pt)[式中，k 为常数。]\n\n{LONG}",
        tmp_path,
    )
    (formula,) = texts(document, BlockKind.FORMULA)
    assert formula.endswith("(1)")
    assert texts(document, BlockKind.PARAGRAPH)[0].endswith("浓度按下式计算：式中，k 为常数。")


def test_an_entry_like_one_of_the_first_page_is_no_running_head(tmp_path: Path) -> None:
    entry = "#par(first-line-indent: 0pt)[\\[{}\\] SMITH J, LEE K. Receptors of mice\\[J\\]. J Demo Med, {}, 4(2): 1-9.]\n"
    document = read(
        f"#set page(height: 700pt, margin: (y: 50pt))\n{LONG}\n\n#block[参考文献]\n"
        f"{entry.format(1, 2003)}#pagebreak()\n{entry.format(2, 2004)}{entry.format(3, 2005)}"
        f"{entry.format(4, 2006)}",
        tmp_path,
    )
    assert [entry.year for entry in document.references] == [2003, 2004, 2005, 2006]
