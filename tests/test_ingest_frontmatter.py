"""Title pages: title, names, abstracts and keywords in both languages, and who the paper is."""

from __future__ import annotations

import pytest

from ingest.labels import Label, label_of, without_label
from ingest.metadata import read_paper
from ingest.names import english_names, names_of
from ingest.records import Block, BlockKind, Paper
from ingest.structure import read_structure
from tests.ingest_pages import HEADING, Print, column, page, prose

FIRST_PAGE = [
    Print(60, 50, "第 45 卷第 3 期　　某某医学杂志　　2022 年 3 月", 8.0),
    Print(130, 100, "一种药物治疗肺癌的临床观察", 18.0, HEADING),
    Print(220, 130, "张三1，李小四1,2，王五2*", 10.0),
    Print(120, 148, "（1. 某某大学附属医院，北京 100000；2. 某某研究所，上海 200000）", 8.0),
    Print(80, 175, "摘　要　目的：观察疗效。方法：" + "字" * 34, 9.0),
    Print(80, 188, "结论：有效。", 9.0),
    Print(80, 205, "关键词　肺癌；化疗；疗效", 9.0),
    Print(80, 220, "中图分类号：R734.2　　文献标识码：A　　文章编号：1001-4454（2022）03-0606-05", 9.0),
    Print(80, 234, "DOI：10. 13863/j. issn1001-4454. 2022. 03. 016", 9.0),
    Print(120, 262, "Clinical observation of a drug for lung cancer", 12.0, "Times-Bold"),
    Print(180, 280, "ZHANG San1, LI Xiao-si1,2, WANG Wu2", 9.0, "Times"),
    Print(80, 300, "Abstract　Objective: To observe the effect of a drug in patients with cancer, and", 9.0, "Times"),
    Print(60, 313, "how long it lasts.", 9.0, "Times"),
    Print(80, 330, "Key words　lung cancer; chemotherapy", 9.0, "Times"),
    *column(60, 360, prose(20)),
    *column(310, 360, prose(20, "右")),
    Print(60, 730, "收稿日期：2021-06-20", 7.5),
]  # fmt: skip


@pytest.fixture(scope="module")
def blocks() -> tuple[Block, ...]:
    return read_structure([page(FIRST_PAGE)]).blocks


@pytest.fixture(scope="module")
def paper(blocks: tuple[Block, ...]) -> Paper:
    return read_paper("0" * 64, "a.pdf", {"Title": "Microsoft Word - a.doc"}, blocks, 5)


def test_titles_and_names(paper: Paper) -> None:
    assert paper.title == "一种药物治疗肺癌的临床观察"
    assert paper.title_en == "Clinical observation of a drug for lung cancer"
    assert paper.authors == ("张三", "李小四", "王五")
    assert paper.authors_en == ("ZHANG San", "LI Xiao-si", "WANG Wu")


def test_numbers_of_the_paper(paper: Paper) -> None:
    assert (paper.journal, paper.year) == ("某某医学杂志", 2022)
    assert (paper.volume, paper.issue, paper.pages) == ("45", "3", "606-610")
    assert paper.doi == "10.13863/j.issn1001-4454.2022.03.016"
    assert (paper.clc, paper.document_code, paper.received) == ("R734.2", "A", "2021-06-20")
    assert paper.language == "zh"


def test_keywords(paper: Paper) -> None:
    assert paper.keywords == ("肺癌", "化疗", "疗效")
    assert paper.keywords_en == ("lung cancer", "chemotherapy")


def test_abstracts_are_sections_of_their_own(blocks: tuple[Block, ...]) -> None:
    prose_blocks = [block for block in blocks if block.kind is BlockKind.PARAGRAPH]
    chinese, english, *text = prose_blocks
    assert chinese.section == ("摘要",) and chinese.text.endswith("结论：有效。")
    assert english.section == ("Abstract",) and english.language == "en"
    assert english.text.endswith("how long it lasts.")
    assert all(block.section == () for block in text)


def test_nothing_is_invented() -> None:
    plain = read_structure([page(column(60, 100, prose(20, width=45)))]).blocks
    paper = read_paper("0" * 64, "某文件.pdf", {}, plain, 1)
    assert paper.title == "某文件"
    assert (paper.journal, paper.year, paper.doi, paper.authors, paper.volume) == (
        "",
        None,
        "",
        (),
        "",
    )


def test_names_without_marks_and_nothing_else() -> None:
    assert names_of("张三1,2，李小四①△，欧阳明*") == ("张三", "李小四", "欧阳明")
    assert names_of("◎\t张三\t李小四\t王\t五") == ("张三", "李小四", "王五")
    assert names_of("张　三，李小四") == ("张三", "李小四")
    for text in ("某某大学附属医院", "国家市场监督管理总局", "资料与方法", "2022 年 3 月"):
        assert names_of(text) == (), text
    assert english_names("Zhang San1, J. D. Smith2 and Li Si*") == (
        "Zhang San",
        "J. D. Smith",
        "Li Si",
    )
    assert english_names("Effects of a drug on the growth of cells") == ()
    assert english_names("Peking University, Beijing") == ()


def test_labels_need_an_end() -> None:
    assert label_of("【摘要】目的") is Label.ABSTRACT
    assert label_of("摘　要：目的") is Label.ABSTRACT
    assert label_of("关键词：甲；乙") is Label.KEYWORDS
    assert label_of("Key words: a; b") is Label.KEYWORDS_EN
    assert label_of("收稿日期：2020-01-02") is Label.METADATA
    for text in ("摘要法是一种方法", "关键词的选择很重要", "Abstracts were read", "编辑部的工作"):
        assert label_of(text) is None, text
    assert without_label("【摘要】 目的") == "目的"
    assert without_label("Key words: a; b") == "a; b"


def test_english_title_and_abstract_behind_the_references() -> None:
    last = [
        Print(60, 100, "参考文献", 12.0, HEADING),
        Print(60, 120, "[1] 张三. 一种方法[J]. 某某杂志, 2020, 1(2): 3-10.", 9.0),
        Print(60, 134, "[2] 李四. 另一种方法[J]. 某某杂志, 2021, 2(3): 11-19.", 9.0),
        Print(120, 170, "A method of its own and what it gives", 13.0, "Times-Bold"),
        Print(200, 190, "ZHANG San, LI Si", 10.0, "Times"),
        Print(60, 210, "Abstract: One sentence of the abstract stands here and is long enough to be", 10.0, "Times"),
        Print(60, 224, "read as text of its own.", 10.0, "Times"),
    ]  # fmt: skip
    first = page(column(60, 100, prose(20, width=45)))
    structure = read_structure([first, page(last, number=2)])
    assert [entry.number for entry in structure.references] == [1, 2]
    english = [block for block in structure.blocks if block.section == ("Abstract",)]
    assert english[0].kind is BlockKind.PARAGRAPH and english[0].text.endswith("of its own.")
    assert "A method of its own" in next(
        b.text for b in structure.blocks if b.kind is BlockKind.TITLE
    )
