"""Headings and section paths: by number, by type, and what only looks like one."""

from __future__ import annotations

from ingest.numbering import heading_number
from ingest.records import Block, BlockKind
from ingest.structure import read_structure
from tests.ingest_pages import HEADING, Print, column, page, prose


def blocks_of(lines: list[Print]) -> tuple[Block, ...]:
    start = [Print(80, 60, "引子。"), *column(60, 76, prose(3, width=45)), Print(60, 124, "完。")]
    return read_structure([page([*start, *lines])]).blocks


def headings(blocks: tuple[Block, ...]) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in blocks if block.kind is BlockKind.HEADING]


def text_at(y: float) -> list[Print]:
    return [Print(80, y, "字" * 43), Print(60, y + 16, "段落结束。")]


def test_numbers_nest_and_paths_follow() -> None:
    blocks = blocks_of(
        [
            Print(60, 150, "1　资料与方法", 12.0, HEADING), *text_at(170),
            Print(60, 210, "1.1　一般资料", 10.0, HEADING), *text_at(230),
            Print(60, 270, "1.1.1　纳入标准", 10.0, HEADING), *text_at(290),
            Print(60, 330, "2　结果", 12.0, HEADING), *text_at(350),
        ]
    )  # fmt: skip
    assert headings(blocks) == [
        (1, "1 资料与方法"), (2, "1.1 一般资料"), (3, "1.1.1 纳入标准"), (1, "2 结果"),
    ]  # fmt: skip
    assert blocks[-1].section == ("2 结果",)
    assert blocks[-3].section == ("1 资料与方法", "1.1 一般资料", "1.1.1 纳入标准")


def test_chinese_numbers_nest() -> None:
    blocks = blocks_of(
        [
            Print(80, 150, "一、研究背景", 12.0, HEADING), *text_at(170),
            Print(80, 210, "（一）国内研究"), *text_at(230),
            Print(80, 270, "（二）国外研究"), *text_at(290),
            Print(80, 330, "二、研究方法", 12.0, HEADING), *text_at(350),
        ]
    )  # fmt: skip
    assert [level for level, _ in headings(blocks)] == [1, 2, 2, 1]


def test_unnumbered_heading_of_two_lines_by_its_type() -> None:
    blocks = blocks_of(
        [
            Print(100, 160, "一个很长的小标题需要占用两行" + "字" * 14, 13.0, HEADING),
            Print(100, 178, "才能排完", 13.0, HEADING),
            *text_at(210),
        ]
    )
    assert [text[-6:] for _, text in headings(blocks)] == ["字字才能排完"]


def test_run_in_heading_is_parted_from_its_text() -> None:
    """1.1　一般资料　选取 ...: the usual form in medical journals."""
    first = Print(60, 150, "1　资料与方法", 12.0, HEADING)
    label, rest = (
        Print(60, 170, "1.1　一般资料", 10.0, HEADING),
        Print(145, 170, "选取" + "字" * 30),
    )
    blocks = blocks_of([first, label, rest, Print(60, 186, "段落结束。")])
    assert headings(blocks) == [(1, "1 资料与方法"), (2, "1.1 一般资料")]
    assert blocks[-1].text.startswith("选取") and blocks[-1].text.endswith("段落结束。")
    assert blocks[-1].section[-1] == "1.1 一般资料"


def test_list_items_years_and_wrapped_lines_are_no_headings() -> None:
    blocks = blocks_of(
        [
            Print(80, 150, "1. 熟悉常用的设计模式。"),
            Print(80, 166, "2. 具有开发经验。"),
            Print(80, 182, "2019年4月起进行随访"),
            Print(80, 198, "包括形成标准统" + "字" * 36),
            Print(60, 214, "一、时空一致、没有矛盾的图，并且" + "字" * 20),
            Print(60, 230, "3.5 mg"),
        ]
    )
    assert headings(blocks) == []


def test_heading_numbers_in_all_forms() -> None:
    forms = {
        "第三章 结果": ("chapter", (3,)),
        "二、方法": ("一", (2,)),
        "（十二）其他": ("（一）", (12,)),
        "2.1 对象": ("1.1", (2, 1)),
        "３": None,
        "2．1　对象": ("1.1", (2, 1)),
        "4 讨论": ("1", (4,)),
        "IV. Results": ("I", (4,)),
    }
    for text, wanted in forms.items():
        number = heading_number(text)
        assert (number and (number.form, number.parts)) == wanted, text


def test_measure_words_that_begin_another_word_are_no_measures() -> None:
    blocks = blocks_of(
        [
            Print(60, 150, "1　组织病理学检查", 12.0, HEADING), *text_at(170),
            Print(60, 210, "2　年龄与性别", 12.0, HEADING), *text_at(230),
            Print(60, 270, "3　次要结局", 12.0, HEADING), *text_at(290),
            Print(60, 330, "4　例患者死亡", 12.0, HEADING), *text_at(350),
        ]
    )  # fmt: skip
    found = [text for _, text in headings(blocks)]
    assert found == ["1 组织病理学检查", "2 年龄与性别", "3 次要结局"]
