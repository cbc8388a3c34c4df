"""Figures drawn with boxes and lines, and tables without rules, on typeset pages."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extract_twins import compile_source
from ingest.reader import read_document
from ingest.records import BlockKind, Document

_SETTINGS = """#set text(font: ("Noto Serif SC",), size: 10pt, lang: "zh", region: "cn")
#set par(justify: true, first-line-indent: (amount: 2em, all: true), spacing: 0.7em, leading: 0.7em)
#set page(paper: "a4", columns: 2, margin: 60pt)
#set columns(gutter: 18pt)
#let caption(t) = align(center, text(size: 8.6pt, font: "Noto Sans SC", t))
#let cell(t) = box(stroke: 0.5pt, inset: 4pt, t)
"""
_LETTERS = ("细胞表面受体", "胞内信号传导", "靶基因的表达", "药物作用位点")
_DRAWING = (
    "#grid(columns: 2, column-gutter: 1fr, row-gutter: 14pt,"
    + ", ".join(f"cell[{t}]" for t in _LETTERS)
    + ")"
)


def prose(name: str, count: int) -> str:
    """Paragraphs whose sentences tell where they belong."""
    line = "这是用来检验版面的演示文字，它没有别的含义，只是为了占满一栏的宽度而写在这里"
    return "".join(f"{name}第{n}段，{line}。{line}，{name}第{n}段完。\n\n" for n in range(count))


def read(source: str, tmp_path: Path) -> Document:
    target = tmp_path / "page.pdf"
    compile_source(_SETTINGS + source, target)
    return read_document(target, ocr=False)


def texts(document: Document, *kinds: BlockKind) -> list[str]:
    return [block.text.replace(" ", "") for block in document.blocks if block.kind in kinds]


def test_lettering_of_a_drawing_in_the_size_of_the_text_is_no_text(tmp_path: Path) -> None:
    place = "#place(top, float: true, clearance: 1em)[#set par(first-line-indent: 0pt)\n"
    source = f"{place}{_DRAWING}\n#caption[图 1　演示通路]]\n" + prose("甲", 20)
    document = read(source, tmp_path)
    text = "".join(texts(document, BlockKind.PARAGRAPH))
    assert not [letters for letters in _LETTERS if letters in text]
    (figure,) = texts(document, BlockKind.FIGURE)
    assert figure.split("\n") == ["细胞表面受体\t胞内信号传导", "靶基因的表达\t药物作用位点"]
    assert texts(document, BlockKind.CAPTION) == ["图1演示通路"]
    assert sum(text.endswith("段完。") for text in texts(document, BlockKind.PARAGRAPH)) == 20


def test_text_that_flows_round_a_drawing_is_whole(tmp_path: Path) -> None:
    boxes = "\n\n".join(f"#cell[{letters}]" for letters in _LETTERS)
    figure = (
        "#grid(columns: (1.2fr, 1fr), gutter: 10pt, [" + prose("旁", 1) + "], ["
        f"#set par(first-line-indent: 0pt)\n#set align(center)\n{boxes}\n#caption[图 1　演示]])\n\n"
    )
    document = read(prose("甲", 4) + figure + prose("乙", 12), tmp_path)
    found = texts(document, BlockKind.PARAGRAPH)
    assert not [letters for letters in _LETTERS if letters in "".join(found)]
    assert len(found) == 17
    assert found[4].startswith("旁第0段") and found[4].endswith("旁第0段完。")


def test_text_in_a_frame_stays_text(tmp_path: Path) -> None:
    """A box with paragraphs in it, over a figure, is a box of text."""
    frame = f"#rect(width: 100%, stroke: 0.5pt)[{prose('框', 2)}]\n"
    source = frame + f"{_DRAWING}\n#caption[图 1　演示通路]\n" + prose("甲", 14)
    document = read(source, tmp_path)
    found = texts(document, BlockKind.PARAGRAPH)
    assert sum(text.startswith("框第") for text in found) == 2
    assert not [letters for letters in _LETTERS if letters in "".join(found)]


_CELLS = ", ".join(f"[{t}{n}]" for n in range(5) for t in ("组别", "例数", "均值", "范围", "结果"))
_ROWS = [[f"{t}{n}" for t in ("组别", "例数", "均值", "范围", "结果")] for n in range(5)]


def wide_table(*, below: bool) -> str:
    table = f"#table(columns: (1fr,) * 5, stroke: none, {_CELLS})"
    caption = "#caption[表 1　两组的演示比较]"
    parts = (table, caption) if below else (caption, table)
    place = '#place(top, scope: "parent", float: true)[#set par(first-line-indent: 0pt)\n'
    return f"{place}{parts[0]}\n{parts[1]}]\n{prose('甲', 16)}"


def test_table_without_rules_over_two_columns(tmp_path: Path) -> None:
    for below in (False, True):
        document = read(wide_table(below=below), tmp_path)
        (table,) = texts(document, BlockKind.TABLE)
        lines = table.split("\n")
        assert lines[0] == "表1两组的演示比较"
        assert [line.split("\t") for line in lines[1:]] == _ROWS
        assert "例数" not in "".join(texts(document, BlockKind.PARAGRAPH))


def test_table_over_the_frame_of_a_figure(tmp_path: Path) -> None:
    """Rules of one width without text between them are those of a table and of a frame."""
    cells = ", ".join(f"[{t}{n}]" for n in range(4) for t in ("组别", "例数", "均值"))
    source = (
        "#place(top, float: true)[#set par(first-line-indent: 0pt)\n"
        "#table(columns: (1fr,) * 3, stroke: none, table.hline(y: 0), table.hline(y: 1),"
        f" {cells}, table.hline(y: 4))\n#v(14pt)\n#rect(width: 100%, stroke: 0.5pt)[{_DRAWING}]\n"
        f"#caption[图 1　演示通路]]\n{prose('甲', 14)}"
    )
    document = read(source, tmp_path)
    (table,) = texts(document, BlockKind.TABLE)
    rows = [[f"{t}{n}" for t in ("组别", "例数", "均值")] for n in range(4)]
    assert [line.split("\t") for line in table.split("\n")] == rows
    (figure,) = texts(document, BlockKind.FIGURE)
    assert all(letters in figure for letters in _LETTERS)


def test_caption_under_a_table_at_the_foot_is_no_footer(tmp_path: Path) -> None:
    cells = ", ".join(f"[{t}{n}]" for n in range(4) for t in ("组别", "例数", "均值"))
    source = (
        '#place(bottom, scope: "parent", float: true)[#set par(first-line-indent: 0pt)\n'
        "#table(columns: (1fr,) * 3, stroke: none, table.hline(y: 0), table.hline(y: 1),"
        f" {cells}, table.hline(y: 4))\n#caption[表 1　演示比较]]\n{prose('甲', 16)}"
    )
    document = read(source, tmp_path)
    assert "表1演示比较" in texts(document, BlockKind.CAPTION)


def test_note_without_a_rule_is_known_by_its_sign_and_size(tmp_path: Path) -> None:
    source = '#set footnote(numbering: "*")\n#set footnote.entry(separator: none)\n'
    text = prose("甲", 16)
    place = text.index("。") + 1
    note = "#footnote[这是说明来源的注释]"
    document = read(source + text[:place] + note + text[place:], tmp_path)
    assert not any("说明来源" in text for text in texts(document, BlockKind.PARAGRAPH))
    assert len(texts(document, BlockKind.FOOTNOTE)) == 1


def test_caption_beside_the_text_that_flows_round_its_figure(tmp_path: Path) -> None:
    """One line of the text stands on the baseline of the caption."""
    boxes = "\n\n".join(f"#cell[{letters}]" for letters in _LETTERS[:2])
    figure = (
        "#grid(columns: (1.2fr, 1fr), gutter: 8pt, [#set par(first-line-indent: 0pt)\n"
        f"{prose('旁', 1)}], [#set par(first-line-indent: 0pt)\n#set align(center)\n#v(1pt)\n"
        f"{boxes}\n#caption[图 1　演示通路的图]])\n\n"
    )
    document = read(prose("甲", 4) + figure + prose("乙", 12), tmp_path)
    assert texts(document, BlockKind.CAPTION) == ["图1演示通路的图"]
    found = [text for text in texts(document, BlockKind.PARAGRAPH) if text.startswith("旁")]
    assert len(found) == 1 and found[0].endswith("段完。")


def table_rows(source: str, tmp_path: Path) -> list[list[str]]:
    (table,) = texts(read(f"{source}\n{prose('甲', 16)}", tmp_path), BlockKind.TABLE)
    return [line.split("\t") for line in table.split("\n")[1:]]


def test_heading_over_two_columns_is_read_at_both(tmp_path: Path) -> None:
    source = (
        '#place(top, scope: "parent", float: true)[#set par(first-line-indent: 0pt)\n'
        "#caption[表 1　两组的演示比较]\n#set align(center)\n#table(columns: (1fr,) * 5,"
        "stroke: none, table.hline(y: 0), table.hline(y: 1, start: 1, end: 3),"
        "table.hline(y: 1, start: 3, end: 5), table.hline(y: 2), table.hline(y: 5),"
        "[], table.cell(colspan: 2)[试验组], table.cell(colspan: 2)[对照组],"
        "[指标], [疗前], [疗后], [疗前], [疗后],"
        "[甲], [11], [12], [13], [14], [乙], [21], [22], [23], [24],"
        "[丙], [31], [32], [33], [34])]"
    )
    rows = table_rows(source, tmp_path)
    assert rows[0] == ["指标", "试验组疗前", "试验组疗后", "对照组疗前", "对照组疗后"]
    assert rows[1:] == [["甲", "11", "12", "13", "14"], ["乙", "21", "22", "23", "24"],
                        ["丙", "31", "32", "33", "34"]]  # fmt: skip


def test_cell_beside_two_rows_is_read_in_both(tmp_path: Path) -> None:
    source = (
        '#place(top, scope: "parent", float: true)[#set par(first-line-indent: 0pt)\n'
        "#caption[表 1　两组的演示比较]\n#table(columns: (1fr,) * 4, stroke: 0.5pt,"
        "[组别], table.cell(colspan: 2)[例数], [均值], [], [男], [女], [],"
        "table.cell(rowspan: 2)[试验组], [11], [12], [13], [21], [22], [23],"
        "[对照组], [31], [32], [33])]"
    )
    rows = table_rows(source, tmp_path)
    assert rows[-3:] == [["试验组", "11", "12", "13"], ["试验组", "21", "22", "23"],
                         ["对照组", "31", "32", "33"]]  # fmt: skip
    assert rows[0][1:3] == ["例数男", "例数女"]
