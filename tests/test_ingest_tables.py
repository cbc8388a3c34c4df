"""Tables: where they are, their rows and cells, and what is no table."""

from __future__ import annotations

from ingest.layout import find_runs
from ingest.records import BlockKind
from ingest.structure import read_structure
from ingest.tables import find_ruled_tables
from tests.ingest_pages import Print, column, page, prose

RULES = [(60, 130, 530, 130.6), (60, 150, 530, 150.5), (60, 220, 530, 220.6)]


def cells_of(made: object) -> list[list[str]]:
    (table,) = find_ruled_tables(made, find_runs(made))  # type: ignore[arg-type]
    return [
        ["".join(c.text for line in cell for c in line.chars) for cell in row] for row in table.rows
    ]


def test_three_line_table_with_caption_in_two_languages_and_note() -> None:
    lines = [
        Print(220, 108, "表 1　两组的比较", 9.0, "HeiTi"),
        Print(200, 122, "Table 1　Comparison of groups", 9.0),
        Print(70, 144, "组别", 9.0), Print(250, 144, "例数", 9.0), Print(430, 144, "年龄", 9.0),
        Print(70, 168, "对照组", 9.0), Print(250, 168, "30", 9.0), Print(430, 168, "61.2", 9.0),
        Print(70, 190, "试验组", 9.0), Print(250, 190, "32", 9.0), Print(430, 190, "60.8", 9.0),
        Print(60, 234, "注：年龄以岁计。", 8.0),
        *column(60, 260, prose(6)),
    ]  # fmt: skip
    structure = read_structure([page(lines, rules=RULES)])
    (table,) = [block for block in structure.blocks if block.kind is BlockKind.TABLE]
    assert table.text.split("\n") == [
        "表 1 两组的比较",
        "Table 1 Comparison of groups",
        "组别\t例数\t年龄",
        "对照组\t30\t61.2",
        "试验组\t32\t60.8",
        "注：年龄以岁计。",
    ]
    prose_text = "".join(b.text for b in structure.blocks if b.kind is BlockKind.PARAGRAPH)
    assert "61.2" not in prose_text and "文05" in prose_text


def test_the_head_of_a_table_alone_at_the_foot_of_a_page_is_no_text() -> None:
    lines = [
        *column(60, 60, prose(3)),
        Print(220, 122, "表 1　两组的比较", 9.0, "HeiTi"),
        Print(70, 144, "组别", 9.0), Print(250, 144, "例数", 9.0), Print(430, 144, "年龄", 9.0),
    ]  # fmt: skip
    structure = read_structure([page(lines, rules=RULES[:2])])
    (table,) = [block for block in structure.blocks if block.kind is BlockKind.TABLE]
    assert table.text.split("\n")[-1] == "组别\t例数\t年龄"
    assert all("例数" not in b.text for b in structure.blocks if b is not table)


def test_wrapped_cell_stays_in_its_row() -> None:
    lines = [
        Print(60, 122, "表 2　药物", 9.0),
        Print(70, 144, "药物", 9.0), Print(250, 144, "用途", 9.0), Print(430, 144, "年份", 9.0),
        Print(70, 170, "甲药", 9.0), Print(250, 165, "第一行说明", 9.0), Print(250, 176, "第二行", 9.0),
        Print(430, 170, "2001", 9.0),
        Print(70, 205, "乙药", 9.0), Print(250, 205, "说明", 9.0), Print(430, 205, "2002", 9.0),
    ]  # fmt: skip
    assert cells_of(page(lines, rules=RULES)) == [
        ["药物", "用途", "年份"],
        ["甲药", "第一行说明第二行", "2001"],
        ["乙药", "说明", "2002"],
    ]


def test_grid_cells_are_parted_by_drawn_lines_that_text_touches() -> None:
    walls = [(x, 130, x + 0.5, 220.6) for x in (60, 79, 200, 530)]
    across = [(60, y, 530, y + 0.5) for y in (130, 160, 190, 220)]
    lines = [Print(60, 122, "表 3　网格", 9.0)]
    for row, y in enumerate((150, 180, 210)):
        lines += [
            Print(74.8, y, str(row), 9.0),
            Print(80, y, "名称", 9.0),
            Print(300, y, "很长的内容", 9.0),
        ]
    assert cells_of(page(lines, rules=across + walls)) == [
        [str(row), "名称", "很长的内容"] for row in range(3)
    ]


def test_rules_of_head_and_foot_enclose_no_table() -> None:
    rules = [(60, 70, 530, 70.5), (60, 800, 530, 800.5)]
    text = column(60, 100, prose(30)) + column(310, 100, prose(30))
    made = page(text, rules=rules)
    assert find_ruled_tables(made, find_runs(made)) == []


def test_rows_after_a_caption_without_rules() -> None:
    """As OCR gives them: a caption, then lines of several cells, then text again."""
    lines = [
        Print(60, 90, "上文结束。"),
        Print(60, 110, "表 4　扫描的表"),
        *[
            Print(x, 130 + 16 * r, f"格{r}{c}")
            for r in range(4)
            for c, x in enumerate((70, 250, 420))
        ],
        *column(60, 220, prose(5, width=45)),
    ]
    blocks = read_structure([page(lines, engine="ocr")]).blocks
    (table,) = [block for block in blocks if block.kind is BlockKind.TABLE]
    assert table.text.split("\n")[1:3] == ["格00\t格01\t格02", "格10\t格11\t格12"]
    assert [b.text[:3] for b in blocks if b.kind is BlockKind.PARAGRAPH] == ["上文结", "文00"]


def test_sentence_that_names_a_table_is_no_caption() -> None:
    lines = [Print(80, 100, "表 1 给出了结果" + "字" * 34), *column(60, 116, prose(4, width=45))]
    (block,) = read_structure([page(lines)]).blocks
    assert block.kind is BlockKind.PARAGRAPH


def test_three_columns_of_text_between_two_tables_are_no_cells() -> None:
    """Rules of one width above and below the text do not enclose a table."""

    def rows(top: float) -> list[Print]:
        return [Print(x, top + 18 * row, f"值{row}{at}") for row in range(4)
                for at, x in enumerate((70, 230, 400))]  # fmt: skip

    text = [line for x in (60, 222, 384) for line in column(x, 220, [
        "这一栏的文字，写得很长。" + "续" for _ in range(20)])]  # fmt: skip
    made = page(
        [*rows(116), *text, *rows(596)],
        rules=[(60, y, 530, y + 0.6) for y in (100, 122, 180, 580, 602, 660)],
    )
    found = find_ruled_tables(made, find_runs(made))
    assert [len(table.rows) for table in found] == [4, 4]
