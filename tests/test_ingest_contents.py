"""What looking at every page of real papers showed: contents, bullets, peers of 前言, notes."""

from __future__ import annotations

from pathlib import Path

import typst

from ingest.passages import make_passages
from ingest.reader import read_document
from ingest.records import Block, BlockKind
from ingest.scan_lines import FONT
from ingest.structure import read_structure
from samples.build import font_folders
from tests.ingest_pages import HEADING, Print, column, page, prose

_CONTENTS = """
#set text(font: "Noto Serif SC", size: 10.5pt, lang: "zh")
#set page(width: 420pt, height: 595pt, numbering: "1")
#show heading: set text(font: "Noto Sans SC")
#heading(outlined: false)[目　录]
#outline(title: none)
#pagebreak()
= 仪器与材料
演示文本：样品由演示单位提供，保存于演示馆。#parbreak()
= 提取与分离
演示文本：样品用百分之六十五的乙醇提取三次，每次三小时。#parbreak()
= 结构鉴定
演示文本：化合物为白色粉末，数据与文献一致。#parbreak()
"""


def _paragraphs(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH]


def test_a_table_of_contents_is_in_no_passage(tmp_path: Path) -> None:
    source, target = tmp_path / "toc.typ", tmp_path / "toc.pdf"
    source.write_text(_CONTENTS, encoding="utf-8")
    typst.compile(
        str(source), output=str(target), font_paths=font_folders(), ignore_system_fonts=True
    )
    document = read_document(target, ocr=False)
    (contents,) = [
        block for block in document.blocks if "提取与分离" in block.text and "." in block.text
    ]
    assert contents.kind is BlockKind.METADATA
    assert len(contents.text.split("\n")) == 3
    passages = make_passages(document)
    assert any("乙醇提取" in passage.text for passage in passages)
    assert not any(". ." in passage.text or "..." in passage.text for passage in passages)


def test_lines_between_entries_belong_to_the_contents_and_text_with_dots_does_not() -> None:
    entries = ["演示条目一" + "…" * 12 + "1", "　　（一月一日）", "演示条目二" + "…" * 12 + "3",
               "　　（二月二日）", "演示条目三" + "…" * 12 + "15", "　　（三月三日）"]  # fmt: skip
    text = column(60, 300, ["　　其余略……", *prose(6, width=45), "完。"])
    blocks = read_structure([page([*column(60, 100, entries), *text])]).blocks
    assert not any("演示条目" in text or "月" in text for text in _paragraphs(blocks))
    assert any("其余略……" in text for text in _paragraphs(blocks))


def test_a_bullet_apart_from_its_text_is_part_of_it() -> None:
    items = [
        line
        for at, text in enumerate(["演示事项甲；", "演示事项乙；", "演示事项丙。"])
        for line in (Print(80, 200 + 16 * at, "◎"), Print(105, 200 + 16 * at, text))
    ]
    start = [Print(80, 60, "引子。"), *column(60, 76, prose(6, width=45)), Print(60, 172, "如下：")]
    blocks = read_structure([page([*start, *items])]).blocks
    assert [text[-6:] for text in _paragraphs(blocks)][-3:] == [
        "演示事项甲；", "演示事项乙；", "演示事项丙。",
    ]  # fmt: skip
    assert "◎" not in _paragraphs(blocks)


def test_the_indent_of_short_items_is_no_edge_for_the_paragraph_below() -> None:
    lines = [
        *column(60, 60, prose(4, width=45)),
        Print(60, 124, "完：", 10.0),
        *column(80, 140, ["演示的一句话共有十字。"] * 4),
        Print(80, 204, "末" * 43),
        *column(60, 220, prose(2, width=45)),
        Print(60, 252, "完。"),
    ]
    texts = _paragraphs(read_structure([page(lines)]).blocks)
    assert texts[-1].startswith("末末")
    assert texts[-2] == "演示的一句话共有十字。"


def test_a_heading_as_large_as_the_preface_is_its_peer_and_one_may_stand_over_a_smaller() -> None:
    start = [Print(80, 60, "引子。"), *column(60, 76, prose(3, width=45)), Print(60, 124, "完。")]
    lines = [
        Print(200, 160, "前　　言", 16.0, HEADING),
        Print(80, 190, "字" * 43), Print(60, 206, "段落结束。"),
        Print(180, 250, "演示文件管理要求", 16.0, HEADING),
        Print(60, 280, "演示小标题", 12.0, HEADING),
        Print(80, 300, "字" * 43), Print(60, 316, "段落结束。"),
    ]  # fmt: skip
    blocks = read_structure([page([*start, *lines])]).blocks
    found = [(block.level, block.text) for block in blocks if block.kind is BlockKind.HEADING]
    assert found == [(1, "前言"), (1, "演示文件管理要求"), (2, "演示小标题")]


def test_who_the_authors_are_is_no_text_of_the_article() -> None:
    start = [Print(80, 60, "引子。"), *column(60, 76, prose(5, width=45)), Print(60, 156, "完。")]
    note = [Print(80, 190, "（作者张演示为演示单位的演示员，李演示供职于演示中心）")]
    opinion = [Print(80, 220, "（作者认为其为演示。）")]
    blocks = read_structure([page([*start, *note, *opinion])]).blocks
    kinds = {block.text[:5]: block.kind for block in blocks}
    assert kinds["（作者张演"] is BlockKind.METADATA
    assert kinds["（作者认为"] is BlockKind.PARAGRAPH


def test_a_short_heading_of_a_scan_does_not_take_the_line_below() -> None:
    def scan(x: float, y: float, text: str, size: float = 10.0) -> Print:
        return Print(x, y, text, size, FONT)

    start = [
        scan(80, 60, "引子。"),
        *(scan(60, 76 + 16 * at, t) for at, t in enumerate(prose(9, width=45))),
    ]
    lines = [
        scan(60, 220, "完。"),
        scan(60, 240, "1 演示治疗", 13.0),
        scan(84, 260, "字" * 34, 12.9),
        scan(60, 280, "段" * 45), scan(60, 296, "段落结束。"),
    ]  # fmt: skip
    blocks = read_structure([page([*start, *lines], engine="ocr")]).blocks
    assert [block.text for block in blocks if block.kind is BlockKind.HEADING] == ["1 演示治疗"]
