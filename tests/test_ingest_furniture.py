"""Running heads, page numbers and notes are told from text."""

from __future__ import annotations

from ingest.page_text import PageText
from ingest.records import Block, BlockKind
from ingest.structure import read_structure
from tests.ingest_pages import Print, column, page, prose


def texts(blocks: tuple[Block, ...], *kinds: BlockKind) -> list[str]:
    return [block.text for block in blocks if block.kind in kinds]


def journal_page(number: int, extra: list[Print]) -> PageText:
    """A page with a head that differs on odd and even pages, and its number in the head."""
    head = (
        [Print(60, 60, f"· {number} ·", 8.0), Print(400, 60, "文章的短题目", 8.0)]
        if number % 2 == 0
        else [Print(60, 60, "某某杂志 2020 年第 3 期", 8.0), Print(500, 60, f"· {number} ·", 8.0)]
    )
    return page([*head, *column(60, 100, prose(20, width=45)), *extra], number=number)


def test_heads_alternate_with_the_parity_of_pages() -> None:
    blocks = read_structure([journal_page(number, []) for number in (1, 2, 3, 4)]).blocks
    heads = texts(blocks, BlockKind.HEADER)
    assert sum("短题目" in text for text in heads) == 2
    assert sum("某某杂志" in text for text in heads) == 2
    assert not any(
        "杂志" in text or "短题目" in text for text in texts(blocks, BlockKind.PARAGRAPH)
    )


def test_first_line_of_text_near_the_top_is_kept() -> None:
    pages = [page(column(60, 62, prose(30, width=45)), number=number) for number in (1, 2)]
    pages[1] = page(column(60, 62, prose(30, "别", width=45)), number=2)
    blocks = read_structure(pages).blocks
    assert texts(blocks, BlockKind.HEADER, BlockKind.FOOTER) == []


def test_page_numbers_in_all_forms() -> None:
    forms = ("12", "－ 13 －", "· 14 ·", "第 15 页", "16 / 20", "xvii")
    for number, form in enumerate(forms, 1):
        made = page(
            [*column(60, 100, prose(10, width=45)), Print(290, 800, form, 9.0)], number=number
        )
        blocks = read_structure([made]).blocks
        assert len(texts(blocks, BlockKind.FOOTER)) == 1, form


def test_publisher_notes_of_databases() -> None:
    note = Print(20, 15, "网络首发时间：2022-03-30 10:50:30", 9.0)
    site = Print(20, 830, "中国知网 https://www.cnki.net", 9.0)
    blocks = read_structure([page([note, *column(60, 100, prose(10)), site])]).blocks
    assert len(texts(blocks, BlockKind.HEADER, BlockKind.FOOTER)) == 2


def test_head_over_a_long_rule_of_one_page() -> None:
    lines = [Print(250, 58, "某大学学报", 8.0), *column(60, 90, prose(10, width=45))]
    blocks = read_structure([page(lines, number=3, rules=[(60, 63, 530, 63.5)])]).blocks
    assert texts(blocks, BlockKind.HEADER) == ["某大学学报"]


def test_foot_at_another_height_of_the_first_page() -> None:
    pages = [
        page(
            [
                *column(60, 100, prose(9, chr(0x4E00 + n))),
                Print(300, y, "请阅读末页的法律声明", 9.0),
            ],
            number=n,
        )
        for n, y in ((1, 818), (2, 804), (3, 804))
    ]
    assert len(texts(read_structure(pages).blocks, BlockKind.FOOTER)) == 3


def test_watermark_at_one_place_of_most_pages() -> None:
    pages = [
        page(
            [*column(60, 100, prose(30, chr(0x4E00 + n), 45)), Print(200, 408, "内部资料", 40.0)],
            number=n,
        )
        for n in (1, 2, 3)
    ]
    blocks = read_structure(pages).blocks
    assert texts(blocks, BlockKind.WATERMARK) == ["内部资料"] * 3


def test_notes_under_the_left_column_do_not_part_the_sentence() -> None:
    """A paragraph runs on over the notes of the first page into the right column."""
    left = column(60, 500, [*prose(9), "这一句话在左栏末尾没有结束而是继续到右栏的开"])
    notes = [
        Print(60, 690, "收稿日期：2021-06-20", 7.8),
        Print(60, 700, "基金项目：某某基金项目（编号 0001）", 7.8),
        Print(60, 710, "作者简介：张三（1974-），男，教授", 7.8),
    ]
    right = column(310, 500, ["头。" + "字" * 20, *prose(9, "右")])
    others = [
        page(column(60, 100, prose(20)) + column(310, 100, prose(20)), number=n) for n in (2, 3)
    ]
    blocks = read_structure([page(left + notes + right), *others]).blocks
    assert any("右栏的开头。" in text for text in texts(blocks, BlockKind.PARAGRAPH))
    (note,) = texts(blocks, BlockKind.FOOTNOTE)
    assert note.split("\n")[1].startswith("基金项目")


def test_small_lines_under_a_short_rule_are_notes() -> None:
    lines = [*column(60, 500, prose(10, width=45)), Print(60, 700, "*通信作者邮箱 demo", 8.0)]
    blocks = read_structure([page(lines, rules=[(60, 688, 160, 688.4)])]).blocks
    assert texts(blocks, BlockKind.FOOTNOTE) == ["*通信作者邮箱 demo"]
