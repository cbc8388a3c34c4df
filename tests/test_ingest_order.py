"""Columns and reading order on pages whose order is known."""

from __future__ import annotations

from ingest.columns import find_gutters
from ingest.flow import read_flow
from ingest.layout import find_runs
from ingest.page_text import Line, PageText
from tests.ingest_pages import Print, column, page, prose


def order(*pages: PageText) -> list[str]:
    """The first three characters of each line, in reading order."""
    flow = read_flow(pages)
    return [item.chars[0].text + item.chars[1].text + item.chars[2].text
            for items in flow.items for item in items if isinstance(item, Line)]  # fmt: skip


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}{index:02d}" for index in range(count)]


def test_left_column_before_right_even_if_the_file_goes_row_by_row() -> None:
    left, right = column(60, 100, prose(8, "左")), column(310, 100, prose(8, "右"))
    rows = [line for pair in zip(left, right, strict=True) for line in pair]
    assert order(page(rows)) == names("左", 8) + names("右", 8)


def test_narrow_gutter_of_one_and_a_half_em() -> None:
    left, right = column(60, 100, prose(8, "左")), column(296, 100, prose(8, "右"))
    runs = find_runs(page(left + right))
    (gutter,) = find_gutters(runs)
    assert 285 < gutter.x < 297 and gutter.support == 8


def test_bracket_hanging_into_the_gutter_does_not_cut_the_columns() -> None:
    """Typesetters hang an opening bracket half an em out of the column."""
    right = column(310, 100, prose(8, "右"))
    right[4] = Print(305, 164, "（号0" + "字" * 18)
    lines = column(60, 100, prose(8, "左")) + right
    (gutter,) = find_gutters(find_runs(page(lines)))
    assert gutter.support >= 7
    assert order(page(lines))[8:] == [*names("右", 4), "（号0", *names("右", 8)[5:]]


def test_wide_heading_parts_the_page_into_bands() -> None:
    upper = column(60, 100, prose(6, "甲")) + column(310, 100, prose(6, "乙"))
    heading = [Print(60, 230, "题00" + "通栏" * 20)]
    lower = column(60, 270, prose(6, "丙")) + column(310, 270, prose(6, "丁"))
    assert order(page(upper + heading + lower)) == (
        names("甲", 6) + names("乙", 6) + ["题00"] + names("丙", 6) + names("丁", 6)
    )


def test_two_gutters_below_each_other() -> None:
    upper = column(60, 100, prose(6, "甲")) + column(310, 100, prose(6, "乙"))
    lower = column(60, 400, prose(6, "丙", 28)) + column(370, 400, prose(6, "丁", 14))
    assert order(page(upper + lower)) == (
        names("甲", 6) + names("乙", 6) + names("丙", 6) + names("丁", 6)
    )


def test_text_beside_a_figure_belongs_to_its_column() -> None:
    """A figure over one and a half columns: the right column begins narrow beside it."""
    narrow = column(420, 100, prose(6, "窄", 11))
    caption = [Print(180, 215, "图 1　跨栏的图", 9.0, "HeiTi")]
    left, right = column(60, 240, prose(8, "左")), column(310, 196, prose(11, "右"))
    right = [line for line in right if line.y > 232]
    made = page(left + narrow + right + caption, images=[(64, 90, 400, 205)])
    second = page(column(60, 100, prose(9, "子")) + column(310, 100, prose(9, "丑")), number=2)
    found = order(made, second)
    assert found[:8] == names("左", 8)
    assert found[8:14] == names("窄", 6)


def test_first_page_borrows_the_gutter_and_keeps_its_title_whole() -> None:
    title = [Print(150, 100, "很长的文章题目在此", 18.0), Print(200, 130, "张　三　　李　四")]
    body = column(60, 700, prose(2, "左")) + column(310, 700, prose(2, "右"))
    others = [
        page(column(60, 100, prose(20, "左")) + column(310, 100, prose(20, "右")), number=n)
        for n in (2, 3)
    ]
    flow = read_flow([page(title + body), *others])
    first = [item for item in flow.items[0] if isinstance(item, Line)]
    assert [line.column for line in first] == [0, 0, 1, 1, 2, 2]
    assert flow.columns == (2, 2, 2)


def test_one_column_goes_down_whatever_stands_left() -> None:
    lines = [
        Print(220, 100, "题00居中的题目", 16.0),
        Print(60, 130, "1 范围"),
        *column(80, 150, prose(3)),
    ]
    assert order(page(lines)) == ["题00", "1范围", "文00", "文01", "文02"]


def test_cells_far_apart_do_not_make_columns() -> None:
    rows = [
        Print(x, 100 + 16 * r, f"值{r}{c}") for r in range(8) for c, x in enumerate((60, 250, 420))
    ]
    assert find_gutters(find_runs(page(rows))) == ()


def test_ocr_lines_of_two_columns_stand_closer() -> None:
    left, right = column(60, 100, prose(8, "左")), column(291, 100, prose(8, "右"))
    rows = [line for pair in zip(left, right, strict=True) for line in pair]
    assert order(page(rows, engine="ocr")) == names("左", 8) + names("右", 8)


def test_wide_float_does_not_cut_where_the_file_reads_on() -> None:
    """The content order tells whether text runs on under a wide figure."""
    left = column(60, 100, prose(6, "甲")) + column(60, 400, prose(6, "乙"))
    right = column(310, 100, prose(6, "丙")) + column(310, 400, prose(6, "丁"))
    caption = [Print(200, 350, "图 1　通栏的图", 9.0, "HeiTi")]
    made = page(left + right + caption, images=[(60, 210, 530, 335)])
    assert order(made) == names("甲", 6) + names("乙", 6) + names("丙", 6) + names("丁", 6)
    rows = column(60, 100, prose(6, "甲")) + column(310, 100, prose(6, "丙"))
    rows += column(60, 400, prose(6, "乙")) + column(310, 400, prose(6, "丁")) + caption
    cut = page(rows, images=[(60, 210, 530, 335)])
    assert order(cut) == names("甲", 6) + names("丙", 6) + names("乙", 6) + names("丁", 6)


def test_gutter_of_less_than_an_em_into_which_stops_hang() -> None:
    """Typesetters let stops hang out at the right: most of their width is white."""
    texts = [text[:-1] + "，" for text in prose(8, "左", 23)]
    left, right = column(60, 100, texts), column(290, 106, prose(8, "右"))
    assert order(page(left + right)) == names("左", 8) + names("右", 8)


def test_gutter_reaches_lines_at_its_top_that_keep_no_edge() -> None:
    """A bracket hangs out of the right column's first line, which is parted all the same."""
    left, right = column(60, 100, prose(8, "左")), column(300, 100, prose(8, "右"))
    right[0] = Print(294, 100, "（号0" + "字" * 18)
    right[1] = Print(380, 116, "题00")
    assert order(page(left + right)) == [*names("左", 8), "（号0", "题00", *names("右", 8)[2:]]


def test_numbers_that_count_the_lines_are_no_text() -> None:
    left, right = column(60, 100, prose(9, "左")), column(310, 100, prose(9, "右"))
    numbers = [Print(40 if n > 9 else 45, 84 + 16 * n, str(n), 8.0) for n in range(1, 10)]
    more = [Print(290, 84 + 16 * (n - 9), str(n), 8.0) for n in range(10, 19)]
    made = page(left + numbers + right + more)
    assert order(made) == names("左", 9) + names("右", 9)
    assert len(read_flow([made]).aside) == 18


def test_numbers_of_a_list_stay() -> None:
    lines = [line for n, text in enumerate(prose(9)) for line in
             (Print(60, 100 + 16 * n, f"{n + 1}"), Print(90, 100 + 16 * n, text))]  # fmt: skip
    lines += column(60, 260, prose(9, "左"))
    assert not read_flow([page(lines)]).aside


def test_headings_in_the_middle_of_both_columns_stay_apart() -> None:
    """They stand where nothing else does, over the first lines of the columns."""
    title = [Print(150, 60, "很长的文章题目在此", 18.0), Print(60, 80, "题00" + "通栏" * 23)]
    heads = [Print(145, 100, "甲00题目", 10.0), Print(395, 100, "乙00题目", 10.0)]
    left, right = column(60, 120, prose(8, "左")), column(310, 120, prose(8, "右"))
    assert order(page(title + heads + left + right))[2:] == [
        "甲00", *names("左", 8), "乙00", *names("右", 8)
    ]  # fmt: skip
