"""Small PDFs of what was once read wrong and mended before a test showed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.metadata import read_paper
from ingest.reader import read_document
from ingest.records import Block, BlockKind, Box, Span
from ingest.scan_lines import FONT as SCAN_FONT
from ingest.structure import read_structure
from tests.ingest_pages import Print, column, page, prose
from tests.small_pdfs import one_page
from tests.typeset_pages import LONG, PROSE, read, texts

_SHORT = "行讲述演示的方法怎样作"
_OTHER = 8 * "别的一页讲述细胞的受体如何把信号传到核内，又如何改变许多基因的表达。"
_TITLE = (
    "#align(center, text(size: 14pt)[某药物治疗某病的演示研究])\n#align(center)[王演示，李示例]\n"
)
_ABSTRACT = f"摘要：{PROSE}\n\n关键词：受体；细胞\n\n"


@pytest.mark.parametrize("name", ["目　录", "目　次", "Contents"])
def test_the_name_of_a_part_is_no_title(name: str, tmp_path: Path) -> None:
    document = read(
        f"#align(center, text(size: 16pt)[{name}])\n#pagebreak()\n{_TITLE}{_ABSTRACT}{LONG}",
        tmp_path,
    )
    assert document.paper.title == "某药物治疗某病的演示研究"


def test_tables_of_one_width_that_fill_a_page_are_parted(tmp_path: Path) -> None:
    rows = ", ".join(f"[第{n}行], [{n}.1], [{n}.2], table.hline()" for n in range(9))
    table = (
        "#table(columns: (1fr,) * 3, stroke: none, inset: 5pt, table.hline(), [组别], [甲], [乙],"
        f" table.hline(), {rows})\n"
    )
    document = read(f"{table}#v(30pt)\n#align(center)[别的数据]\n#v(30pt)\n{table}", tmp_path)
    tables = texts(document, BlockKind.TABLE)
    assert [len(text.split("\n")) for text in tables] == [10, 10]


def test_charts_beside_each_other_stay_in_their_columns(tmp_path: Path) -> None:
    def chart(side: str) -> str:
        boxes = ", ".join(f"box(stroke: 0.5pt, inset: 4pt)[{side}{word}组]" for word in "天地人和")
        grid = f"#grid(columns: 2, column-gutter: 20pt, row-gutter: 14pt, {boxes})"
        return f"{grid}\n#line(length: 60%)\n"

    document = read(
        f"#set page(columns: 2)\n{chart('甲')}{LONG}\n#colbreak()\n{chart('乙')}{LONG}", tmp_path
    )
    figures = texts(document, BlockKind.FIGURE)
    assert [[side for side in "甲乙" if side in text] for text in figures] == [["甲"], ["乙"]]


def test_a_watermark_of_one_page_is_known_on_others_even_in_pieces(tmp_path: Path) -> None:
    mark = "#place(dy: {}pt, text(size: 40pt, fill: luma(220))[{}])\n"
    document = read(
        f"{mark.format(10, '演示水印')}{LONG}\n#pagebreak()\n{mark.format(300, '水印')}{_OTHER}",
        tmp_path,
    )
    assert texts(document, BlockKind.WATERMARK) == ["演示水印", "水印"]
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, _OTHER]


def test_text_right_of_a_picture_comes_behind_the_column_below_it(tmp_path: Path) -> None:
    document = read(
        f"#set page(columns: 2)\n#rect(width: 100%, height: 150pt, fill: luma(200))\n左栏。{LONG}"
        f"\n#colbreak()\n右栏。{LONG}{LONG}",
        tmp_path,
    )
    assert "".join(texts(document, BlockKind.PARAGRAPH)) == f"左栏。{LONG}右栏。{LONG}{LONG}"


def test_a_line_left_below_two_columns_comes_last(tmp_path: Path) -> None:
    document = read(
        f"#grid(columns: (1fr, 1fr), gutter: 20pt, [左栏。{LONG}], [右栏。{LONG}])\n#v(30pt)\n"
        "末行只有一句。",
        tmp_path,
    )
    flow = "".join(texts(document, BlockKind.PARAGRAPH))
    assert flow == f"左栏。{LONG}右栏。{LONG}末行只有一句。"


@pytest.mark.parametrize(
    ("name", "journal"),
    [("演示医学杂志\n\nISSN 1000-0000", "演示医学杂志"), ("《演示导报》网络首发论文", "演示导报")],
)
def test_journal_and_doi_of_a_cover(name: str, journal: str, tmp_path: Path) -> None:
    document = read(
        f"#text(size: 20pt)[{name}]\n\n题目：　某药物治疗某病的演示研究\n\n作者：　王演示，李示例\n\n"
        "DOI：　10.12345/j.issn.1000-0000.2024.05.007\n\n收稿日期：　2024-05-06\n\n"
        "*网络首发*：在编辑部工作流程中，稿件要经历录用定稿、排版定稿等阶段。\n"
        f"#pagebreak()\n{_TITLE}{_ABSTRACT}{LONG}",
        tmp_path,
    )
    assert document.paper.journal == journal
    assert document.paper.doi == "10.12345/j.issn.1000-0000.2024.05.007"


def test_a_reference_list_in_traditional_script(tmp_path: Path) -> None:
    entries = "\n\n".join(
        f"\\[{n}\\] 王演示，李示例. 某藥物的研究\\[J\\]. 演示雜誌, {2020 + n}, 3(2): 11-15."
        for n in range(1, 5)
    )
    document = read(f"{LONG}\n\n參 考 文 獻\n\n{entries}\n\n通訊作者：王演示", tmp_path)
    assert [entry.year for entry in document.references] == [2021, 2022, 2023, 2024]
    assert "通訊" not in document.references[-1].text


def test_small_text_under_a_rule_of_a_later_page_is_text(tmp_path: Path) -> None:
    small = "小字的一段也是正文，并且说明另一种方法怎样作用。"
    document = read(
        f"{LONG}\n#pagebreak()\n{LONG}\n#pagebreak()\n{LONG}\n#v(1fr)\n#line(length: 30%)\n"
        f"#text(size: 8pt)[{small}]",
        tmp_path,
    )
    assert small in texts(document, BlockKind.PARAGRAPH)


def test_what_stands_beside_a_page_number_is_a_running_head(tmp_path: Path) -> None:
    document = read(f"#set page(header: [某作者等　某药物的演示研究 #h(1fr) 7])\n{LONG}", tmp_path)
    assert texts(document, BlockKind.PARAGRAPH) == [LONG]
    assert len(texts(document, BlockKind.HEADER)) >= 1


def test_a_heading_over_the_end_of_another_article_is_no_title(tmp_path: Path) -> None:
    document = read(f"#text(size: 12pt)[前文的余论]\n\n{LONG}\n\n{_TITLE}\n{LONG}", tmp_path)
    assert document.paper.title != "前文的余论"


def test_a_chapter_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    document = read(f"第三章　演示方法\n\n{LONG}", tmp_path)
    assert texts(document, BlockKind.HEADING) == ["第三章演示方法"]


def test_a_number_of_money_begins_no_section(tmp_path: Path) -> None:
    document = read(
        f"1　资料\n\n{LONG}\n\n2 亿元的经费用于研究\n\n{LONG}\n\n2　方法\n\n{LONG}", tmp_path
    )
    assert not any("亿元" in text for text in texts(document, BlockKind.HEADING))


def test_a_text_of_another_western_language_is_no_chinese(tmp_path: Path) -> None:
    french = "Cette étude décrit une méthode et ses résultats chez les malades traités. " * 3
    document = read(f"{LONG}\n\n{french}", tmp_path)
    languages = [b.language for b in document.blocks if b.kind is BlockKind.PARAGRAPH]
    assert languages == ["zh", "en"]


def test_the_box_of_a_word_takes_in_its_dropped_hyphen(tmp_path: Path) -> None:
    lines = (
        "BT /F1 10 Tf 12 TL 50 700 Td (The demonstration shows how the method is a demon-) Tj"
        " T* (stration of the method and shows how it works.) Tj ET"
    )
    target = tmp_path / "page.pdf"
    target.write_bytes(one_page(lines))
    (block,) = [b for b in read_document(target, ocr=False).blocks if b.text.startswith("The")]
    assert "a demonstration of" in block.text
    # The right edge of the hyphen in Helvetica.
    assert block.spans[0].edges[-1] == pytest.approx(293.44, abs=0.1)


def test_a_chinese_title_decides_the_language(tmp_path: Path) -> None:
    spectrum = "ESI-MS m/z: 301.2 [M+H]+; 1H-NMR (DMSO, 400 MHz) delta: 7.21 (1H, d, J = 8.0 Hz). "
    document = read(
        f"{_TITLE}{_ABSTRACT}{PROSE}\n\n{spectrum.replace('[', '').replace(']', '') * 12}",
        tmp_path,
    )
    assert document.paper.language == "zh"


def test_a_framed_text_over_a_figure_is_no_part_of_it(tmp_path: Path) -> None:
    labels = ", ".join(f"[{word}]" for word in "甲乙丙丁戊己庚辛")
    document = read(
        f"{LONG}\n\n#block(stroke: 0.5pt, inset: 6pt)[{PROSE * 3}\n#grid(columns: (1fr,) * 8, {labels})]\n"
        f"#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt, box(stroke: 0.5pt, inset: 4pt)[入组],"
        " box(stroke: 0.5pt, inset: 4pt)[随机])\n#align(center)[图 1　演示流程]\n",
        tmp_path,
    )
    assert any(PROSE * 3 in text for text in texts(document, BlockKind.PARAGRAPH))


def test_four_letters_down_a_margin_are_a_head(tmp_path: Path) -> None:
    document = read(
        "#set page(margin: (left: 60pt))\n#place(dx: -40pt, dy: 120pt, block(width: 8pt,"
        f" par(leading: 1pt, first-line-indent: 0pt)[演\\ 示\\ 杂\\ 志]))\n{LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.HEADER) == list("演示杂志")


def test_a_number_without_its_chapter_is_no_heading(tmp_path: Path) -> None:
    document = read(
        f"1　资料\n\n{LONG}\n\n3.2　某法的剂量\n\n{LONG}\n\n2　方法\n\n{LONG}", tmp_path
    )
    assert [text[0] for text in texts(document, BlockKind.HEADING)] == ["1", "2"]


def test_affiliations_and_names_on_lines_of_their_own(tmp_path: Path) -> None:
    document = read(
        "#align(center, text(size: 14pt)[某药物治疗某病的演示研究])\n#align(center)[王演示　李示例\\ 赵某人　钱某某]\n"
        f"{_ABSTRACT}{LONG}",
        tmp_path,
    )
    assert document.paper.authors == ("王演示", "李示例", "赵某人", "钱某某")


def test_a_short_line_of_mostly_raised_marks_keeps_its_size(tmp_path: Path) -> None:
    document = read(f"1　资料\n\n{PROSE}\\ 限度#super[1,3-5,7-9]。\n\n{LONG}", tmp_path)
    block = next(b for b in document.blocks if b.marks)
    assert [mark.numbers for mark in block.marks] == [(1, 3, 4, 5, 7, 8, 9)]


def test_a_number_in_a_bold_sentence_that_wraps_is_no_heading(tmp_path: Path) -> None:
    document = read(
        f'1　资料\n\n{LONG}\n\n#text(font: "Noto Sans SC")[推荐在治疗以前检查下列各项并且在出院以前再复查共有#linebreak(justify: true)'
        f"2　某法]\n\n{LONG}",
        tmp_path,
    )
    assert [text[0] for text in texts(document, BlockKind.HEADING)] == ["1"]


def test_text_only_beside_a_picture_comes_behind_the_column_below_it(tmp_path: Path) -> None:
    columns = f"{_OTHER}{_OTHER}\n#colbreak()\n{_OTHER}{_OTHER}\n#colbreak()\n"
    document = read(
        f"#set page(columns: 2)\n{columns}#rect(width: 100%, height: 250pt, fill: luma(200))\n左栏。"
        f"{PROSE * 4}\n#colbreak()\n右栏。{PROSE * 4}",
        tmp_path,
    )
    flow = "".join(texts(document, BlockKind.PARAGRAPH))
    assert flow.endswith(f"左栏。{PROSE * 4}右栏。{PROSE * 4}")


def test_a_letter_with_an_index_at_the_top_is_no_roman_page_number(tmp_path: Path) -> None:
    document = read(
        f"#set page(margin: (top: 30pt))\n#par(first-line-indent: 0pt)[其中的某数记为 #h(1fr) $x_i$]\n{LONG}",
        tmp_path,
    )
    assert texts(document, BlockKind.HEADER) == []


def at(x: float, y: float, text: str, size: float = 9) -> str:
    """A line of ``text`` that begins ``x`` points from the left and ``y`` from the top margin."""
    style = f"text(size: {size}pt, top-edge: 0.88em, bottom-edge: -0.14em)"
    return f"#place(dx: {x}pt, dy: {y}pt, box({style}[{text}]))\n"


def column_at(x: float, y: float, name: str, count: int, rest: str) -> str:
    """Numbered lines below each other, each of which begins with ``name``."""
    return "".join(at(x, y + 14 * n, f"{name}{n:02}{rest}") for n in range(count))


def test_a_short_wall_makes_no_grid_of_what_rules_part(tmp_path: Path) -> None:
    text = "".join(f"第{n}句讲述演示的方法怎样作用于某个对象\\ " for n in range(11))
    notes = "".join(f"旁注第{n}条\\ " for n in range(11))
    part = f"#line(length: 100%)\n#grid(columns: (2fr, 1fr), gutter: 20pt, [{text}], [{notes}])\n"
    wall = "#place(dx: 200pt, dy: 20pt, line(angle: 90deg, length: 30pt))\n"
    document = read(
        f"#set par(first-line-indent: 0pt)\n{wall}{3 * part}#line(length: 100%)", tmp_path
    )
    assert texts(document, BlockKind.TABLE) == []


def test_a_caption_stays_apart_from_larger_text_on_its_line(tmp_path: Path) -> None:
    text = column_at(170, 0, "第", 14, "行讲述演示的方法怎样作用于某个对象")
    caption = at(51, 14 * 8 + 0.9, "图 1　演示的方法与它的结果如下", 7.5)
    document = read(f"{caption}{text}", tmp_path)
    assert texts(document, BlockKind.CAPTION) == ["图 1 演示的方法与它的结果如下"]
    (paragraph,) = texts(document, BlockKind.PARAGRAPH)
    assert paragraph.count("第") == 14


def test_a_side_bar_ends_where_columns_begin(tmp_path: Path) -> None:
    bar = "".join(at(0, 40 + 19 * n, f"旁注第{n}条", 7) for n in range(3))
    beside = column_at(130, 40, "摘", 7, "行讲述演示的方法怎样作用于某个对象")
    left, right = (column_at(x, 160, name, 14, _SHORT) for x, name in ((0, "左"), (175, "右")))
    document = read(f"{beside}{bar}{right}{left}", tmp_path)
    flow = "".join(texts(document, BlockKind.PARAGRAPH))
    assert "".join(letter for letter in flow if letter in "旁摘左右") == (
        3 * "旁" + 7 * "摘" + 14 * "左" + 14 * "右"
    )


def test_a_gutter_that_other_pages_show_is_no_side_bar(tmp_path: Path) -> None:
    """Few lines stand beside the right column, and the left one goes on below its end."""
    full = "".join(column_at(x, 0, name, 30, _SHORT) for x, name in ((0, "甲"), (175, "乙")))
    right = column_at(175, 90, "右", 8, "句指出细胞的受体把信号")
    left = column_at(0, 181, "左", 8, "句描写细胞的信号去核内")
    document = read(f"{full}#pagebreak()\n{left}{right}", tmp_path)
    flow = "".join(texts(document, BlockKind.PARAGRAPH))
    assert flow.count("左") == flow.count("右") == 8
    assert flow.rindex("左") < flow.index("右")


def scan(lines: list[Print]) -> list[Block]:
    """Return the blocks of a scan: its lines have no font that tells anything, and no rules."""
    printed = [replace(line, font=SCAN_FONT) for line in lines]
    return list(read_structure([page(printed, engine="ocr")]).blocks)


def test_small_lines_with_a_sign_at_the_foot_of_a_scan_are_notes() -> None:
    text, note = column(60, 100, prose(40, width=45)), "（1）作者的注释说明其中的来历，"
    blocks = scan([*text, Print(60, 750, note, 8.5), Print(60, 762, "并且给出另一处来源。", 8.5)])
    assert [b.text for b in blocks if b.kind is BlockKind.FOOTNOTE] == [
        f"{note}\n并且给出另一处来源。"
    ]


def test_a_heading_of_a_scan_takes_in_no_line_that_measures_as_large() -> None:
    large = "这一行是正文而且它的字量得稍大一些并且填满了它的行因此不是前一行标题的第二行，"
    blocks = scan(
        [
            *column(60, 100, prose(10, width=45)),
            Print(60, 276, "二、演示的方法", 11),
            Print(80, 292, large, 11),
            *column(60, 308, prose(10, "甲", width=45)),
        ]
    )
    assert [b.text for b in blocks if b.kind is BlockKind.HEADING] == ["二、演示的方法"]


class Counted(tuple[Block, ...]):
    """Blocks that count how often they are gone through."""

    passes = 0

    def __iter__(self) -> Iterator[Block]:
        self.passes += 1
        return super().__iter__()


def test_the_page_of_the_title_is_not_looked_for_anew_for_every_block() -> None:
    def passes(pages: int) -> int:
        blocks = Counted(
            Block(
                kind, f"第{number}页的演示", (), (Span(0, 2, Box(number, 0, 0, 9, 9), (0, 5, 9)),)
            )
            for number in range(1, pages + 1)
            for kind in (BlockKind.METADATA, BlockKind.PARAGRAPH, BlockKind.HEADER)
        )
        read_paper("演示", "演示.pdf", {}, blocks, pages)
        return blocks.passes

    assert passes(30) == passes(2) > 0
