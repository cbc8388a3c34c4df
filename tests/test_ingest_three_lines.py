"""Three-line tables of medical journals, typeset small: each shows one thing once read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.layouts import read_seed
from ingest.records import BlockKind, Document
from tests import typeset_pages
from tests.typeset_pages import LONG, PROSE, texts

_SMALL = "#let small(body) = [#set text(size: 7.5pt)\n#set par(first-line-indent: 0pt)\n#body]\n"


def read(source: str, folder: Path) -> Document:
    return typeset_pages.read(_SMALL + source, folder)


def three_lines(columns: str, head: int, rows: int, cells: str, options: str = "") -> str:
    """A table under a caption: ``head`` rows above the second rule, ``rows`` in all."""
    return (
        f"#small[表 1　演示数据\n#table(columns: {columns}, stroke: none, {options}"
        f" table.hline(y: 0), table.hline(y: {head}), {cells}, table.hline(y: {rows}))]\n\n"
    )


def rows_of(document: Document) -> list[str]:
    (table,) = texts(document, BlockKind.TABLE)
    return [line.replace(" ", "") for line in table.split("\n")[1:]]


# Seeds that hold, between them, every form of table.
@pytest.mark.parametrize("seed", [2, 4, 9, 14, 16, 21])
def test_generated_tables_are_read_without_fault(seed: int, tmp_path: Path) -> None:
    _, result = read_seed(seed, tmp_path, "tables")
    assert [fault for fault in result.faults if fault.startswith(("row", "leak"))] == []


def test_values_behind_a_name_with_a_number_are_no_column(tmp_path: Path) -> None:
    """Names reach into the gap that the short head over them leaves, and have a gap themselves."""
    cells = (
        "[特征], [甲组], [乙组], [χ²值], [P值], [体重指数 23 以上的例数], [], [], [4.1], [0.73],"
        " [男性 01], [12.3±1], [14.5±2], [], [], [女性 02], [32.1±1], [11.5±2], [], []"
    )
    document = read(f"{LONG}\n\n{three_lines('(auto,) * 5', 1, 4, cells)}", tmp_path)
    assert rows_of(document) == [
        "特征\t甲组\t乙组\tχ²值\tP值", "体重指数23以上的例数\t\t\t4.1\t0.73",
        "男性01\t12.3±1\t14.5±2\t\t", "女性02\t32.1±1\t11.5±2\t\t",
    ]  # fmt: skip


@pytest.mark.parametrize("side", ["left", "center"])
@pytest.mark.parametrize("place", ["horizon", "top", "bottom"])
def test_a_head_of_two_levels_without_rules(side: str, place: str, tmp_path: Path) -> None:
    cells = (
        f"table.cell(rowspan: 2, align: {place})[组别], table.cell(colspan: 2, align: center)[收缩压],"
        " table.cell(colspan: 3, align: center)[舒张压], [治疗前], [治疗后], [治疗前], [治疗后], [随访时],"
        " [甲组], [141], [122], [93], [81], [84], [乙组], [143], [135], [92], [90], [91]"
    )
    table = three_lines("(1fr,) * 6", 2, 4, cells, f"align: {side},")
    assert rows_of(read(f"{LONG}\n\n{table}", tmp_path)) == [
        "组别\t收缩压治疗前\t收缩压治疗后\t舒张压治疗前\t舒张压治疗后\t舒张压随访时",
        "甲组\t141\t122\t93\t81\t84", "乙组\t143\t135\t92\t90\t91",
    ]  # fmt: skip


def test_heads_of_two_lines_are_one_row(tmp_path: Path) -> None:
    cells = (
        r"[组别], [甲组 \ (n=30)], [乙组 \ (n=32)], [头痛], [12], [14], [发热], [3], [5]"
    )  # fmt: skip
    document = read(f"{LONG}\n\n{three_lines('(1fr,) * 3', 1, 3, cells)}", tmp_path)
    assert rows_of(document) == ["组别\t甲组(n=30)\t乙组(n=32)", "头痛\t12\t14", "发热\t3\t5"]


def test_a_name_in_the_middle_beside_its_rows_is_read_in_each(tmp_path: Path) -> None:
    cells = (
        "[类别], [药物], [靶点], table.cell(rowspan: 2, align: horizon)[生物碱], [小檗碱], [通路一],"
        " [苦参碱], [通路二], table.cell(rowspan: 3, align: horizon)[黄酮], [槲皮素], [通路三],"
        " [黄芩苷], [通路四], [葛根素], [通路五]"
    )
    document = read(f"{LONG}\n\n{three_lines('(1fr,) * 3', 1, 6, cells)}", tmp_path)
    assert rows_of(document)[1:] == [
        "生物碱\t小檗碱\t通路一", "生物碱\t苦参碱\t通路二",
        "黄酮\t槲皮素\t通路三", "黄酮\t黄芩苷\t通路四", "黄酮\t葛根素\t通路五",
    ]  # fmt: skip


def test_a_name_above_its_rows_is_read_in_the_first(tmp_path: Path) -> None:
    """Nothing tells that what follows belongs to it: the cells below stay empty."""
    cells = "[组别], [时间], [均值], " + ", ".join(
        f"[{name}], [{time}], [{n}.{m}]"
        for n, group in enumerate(("甲组", "乙组"), 1)
        for m, (name, time) in enumerate(((group, "治疗前"), ("", "治疗后"), ("", "随访时")), 1)
    )
    document = read(f"{LONG}\n\n{three_lines('(1fr,) * 3', 1, 7, cells)}", tmp_path)
    assert rows_of(document)[1:] == [
        "甲组\t治疗前\t1.1", "\t治疗后\t1.2", "\t随访时\t1.3",
        "乙组\t治疗前\t2.1", "\t治疗后\t2.2", "\t随访时\t2.3",
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["horizon", "top"])
def test_cells_of_several_lines_stay_in_their_rows(place: str, tmp_path: Path) -> None:
    said = [
        "甲药抑制炎症因子的释放并降低血清中各项指标的水平而且改善器官的功能状态",
        "乙药激活信号通路",
        "丙药促进细胞凋亡并上调多种蛋白的表达而且减轻氧化应激引起的多种损伤",
    ]
    cells = "[成分], [机制], [文献], " + ", ".join(
        f"[{text[:2]}], [{text}], [文献{n}]" for n, text in enumerate(said)
    )
    table = three_lines("(1fr, 2.4fr, 1fr)", 1, 4, cells, f"align: left + {place},")
    document = read(f"{LONG}\n\n{table}", tmp_path)
    assert rows_of(document)[1:] == [f"{t[:2]}\t{t}\t文献{n}" for n, t in enumerate(said)]


def test_text_that_begins_with_a_comparison_is_no_note(tmp_path: Path) -> None:
    cells = "[组别], [甲], [乙], [一], [1], [2], [二], [3], [4]"
    table = three_lines("(1fr,) * 3", 1, 3, cells)
    after = f"与对照组相比，试验组的结果更好。{LONG}"
    document = read(f"{LONG}\n\n{table}{after}", tmp_path)
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, after]
    note = r"#text(size: 7pt)[与对照组比较，\*P\<0.05；与治疗前比较，\#P\<0.01。]"
    document = read(f"{LONG}\n\n{table}{note}\n\n{LONG}", tmp_path)
    assert rows_of(document)[-1].startswith("与对照组比较")


def test_a_note_of_two_sentences_is_whole(tmp_path: Path) -> None:
    cells = "[组别], [甲], [乙], [一], [1], [2], [二], [3], [4]"
    note = r"#small[注：甲为例数。\ 1 mmHg=0.133 kPa。]"
    table = three_lines("(1fr,) * 3", 1, 3, cells)
    document = read(f"{LONG}\n\n{table}{note}\n\n{LONG}", tmp_path)
    assert rows_of(document)[-1] == "注：甲为例数。1mmHg=0.133kPa。"
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, LONG]


def test_lists_of_values_between_rules_beside_each_other(tmp_path: Path) -> None:
    def side(letter: str, count: int) -> str:
        rules = ", ".join(f"table.hline(y: {y})" for y in range(count + 1))
        cells = ", ".join(f"[{letter}名称{n}], [{n}.5]" for n in range(count))
        return f"[#table(columns: (2fr, 1fr), stroke: none, {rules}, {cells})]"

    document = read(
        f"#small[#grid(columns: (1fr, 1fr), gutter: 14pt, {side('甲', 6)}, {side('乙', 4)})]\n\n"
        f"#columns(2)[{LONG}\n\n{LONG}]",
        tmp_path,
    )
    tables = [text.replace(" ", "").split("\n") for text in texts(document, BlockKind.TABLE)]
    assert sorted(tables, key=len) == [
        [f"{letter}名称{n}\t{n}.5" for n in range(count)]
        for letter, count in (("乙", 4), ("甲", 6))
    ]


def test_a_mark_that_a_file_sets_apart_stays_with_its_value(tmp_path: Path) -> None:
    cells = (
        "[类别], [药物], [均值], table.cell(rowspan: 2, align: horizon)[甲类], [药一], [1.5#super[a]],"
        " [药二], [2.5#super[b]], table.cell(rowspan: 2, align: horizon)[乙类], [药三], [3.5#super[c]],"
        " [药四], [4.5#super[d]]"
    )
    numbered = '#set par.line(numbering: "1")\n'
    document = read(f"{numbered}{LONG}\n\n{three_lines('(1fr,) * 3', 1, 5, cells)}", tmp_path)
    assert rows_of(document)[1:] == [
        "甲类\t药一\t1.5a", "甲类\t药二\t2.5b", "乙类\t药三\t3.5c", "乙类\t药四\t4.5d",
    ]  # fmt: skip


def test_cells_of_prose_with_commas_are_no_columns_of_text(tmp_path: Path) -> None:
    said = [
        "每次五十毫克口服，每周一次服用",
        "每次五毫克静脉滴注，每年一次即可",
        "每次六十毫克皮下注射，每六个月用一次",
    ]
    cells = "[药物], [用法与用量], [主要的不良反应], " + ", ".join(
        f"[{name}药], [{use}], [{name}不适，以及{name}处的疼痛和发热]" for name, use in zip("甲乙丙", said, strict=True)
    )  # fmt: skip
    band = (
        f'#place(top, scope: "parent", float: true)[{three_lines("(1fr, 2fr, 2fr)", 1, 4, cells)}]'
    )
    document = read(f"#set page(columns: 2)\n{band}\n{LONG * 3}", tmp_path)
    assert rows_of(document)[1:] == [
        f"{name}药\t{use}\t{name}不适，以及{name}处的疼痛和发热"
        for name, use in zip("甲乙丙", said, strict=True)
    ]
    assert "".join(texts(document, BlockKind.PARAGRAPH)) == LONG * 3


def test_tables_below_each_other_without_a_rule_under_their_rows(tmp_path: Path) -> None:
    def one(letter: str, count: int) -> str:
        rows = ", ".join(f"[{letter}项{n}], [{n}.1], [{n}.2]" for n in range(count))
        return (
            f"#table(columns: (2fr, 1fr, 1fr), stroke: none, table.hline(y: 0), table.hline(y: 1),"
            f" [{letter}指标], [2021], [2022], {rows})\n\n"
        )

    sides = [one("甲", 6) + one("乙", 5), one("丙", 4) + one("丁", 7)]
    document = read(
        "#text(size: 14pt, font: \"Noto Sans SC\")[报表]\n#small[#grid(columns: (1fr, 1fr),"
        f" gutter: 14pt, [{sides[0]}], [{sides[1]}])]\n#pagebreak()\n{LONG}",
        tmp_path,
    )  # fmt: skip
    tables = [text.replace(" ", "").split("\n") for text in texts(document, BlockKind.TABLE)]
    assert sorted(tables) == sorted(
        [f"{letter}指标\t2021\t2022", *(f"{letter}项{n}\t{n}.1\t{n}.2" for n in range(count))]
        for letter, count in (("甲", 6), ("乙", 5), ("丙", 4), ("丁", 7))
    )


def test_a_value_behind_an_inferred_space_has_its_whole_box(tmp_path: Path) -> None:
    """LaTeX prints no spaces; pdfium sets the one it infers at the place of the next character."""
    document = read("#text(size: 20pt)[甲#h(8pt)乙]\n\n" + LONG, tmp_path)
    block = next(b for b in document.blocks if b.text.replace(" ", "").startswith("甲乙"))
    at = block.text.index("乙")
    span = next(s for s in block.spans if s.start <= at < s.end)
    left, right = span.edges[at - span.start], span.edges[at - span.start + 1]
    assert right - left > 19


def test_a_grid_with_prose_in_its_first_column_is_one_table(tmp_path: Path) -> None:
    rows = ", ".join(f"[第{n}级], [预期高于基准{n}成以上；]" for n in range(2, 5))
    source = (
        '#text(font: "Noto Sans SC", size: 12pt)[评级说明]\n\n'
        "#small[#table(columns: (1.4fr, 1fr, 2fr), stroke: (x, y) => (top: 0.5pt, bottom: 0.5pt,"
        f" left: if x > 0 {{0.5pt}}), table.cell(rowspan: 5)[{PROSE * 3}], [级别], [说明],"
        f" [第1级], [预期高于基准；], {rows})]\n\n"
        '#text(font: "Noto Sans SC", size: 12pt)[法律声明]\n\n'
    )
    document = read(f"{LONG}\n\n{source}{LONG}", tmp_path)
    (table,) = texts(document, BlockKind.TABLE)
    assert [line.replace(" ", "").split("\t")[1:] for line in table.split("\n")] == [
        ["级别", "说明"], ["第1级", "预期高于基准；"],
        *([f"第{n}级", f"预期高于基准{n}成以上；"] for n in range(2, 5)),
    ]  # fmt: skip
    assert table.startswith(PROSE * 3)
    assert texts(document, BlockKind.HEADING) == ["评级说明", "法律声明"]
    assert texts(document, BlockKind.PARAGRAPH) == [LONG, LONG]
