"""The sample review typeset in other ways: its text, headings and marks stay the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import extract_twins as twins
from ingest.reader import read_document
from ingest.records import BlockKind

SOURCE = Path(__file__).resolve().parent.parent / "samples" / "lung-cancer-liver-metastasis.typ"


@pytest.mark.parametrize(
    "change",
    [
        "headings 一、",
        "headings without numbers",
        "run-in headings",
        "three columns",
        "first-page notes",
    ],
)
def test_other_layouts_of_one_text(change: str, tmp_path: Path) -> None:
    source = twins.FROM_SOURCE[change](SOURCE.read_text(encoding="utf-8"))
    target = tmp_path / "twin.pdf"
    twins.compile_source(source, target)
    document = read_document(target, ocr=False)
    found = twins.compare(twins.read_source(source), document, None)
    assert found.error_rate < 0.005
    assert found.headings_right == found.headings_given == found.headings_wanted
    assert found.marks_right == found.marks_given == found.marks_wanted
    assert found.furniture == 0


@pytest.mark.parametrize("names", ["Zhang Yanshi", "Zhang Yanshi, Li Shili, Wang Paiban"])
def test_three_columns_do_not_hang_on_what_the_first_page_shows(names: str, tmp_path: Path) -> None:
    """Other names move the lines of page 1; the gutters of page 2 stay where they are."""
    source = twins.FROM_SOURCE["three columns"](SOURCE.read_text(encoding="utf-8"))
    known = "DEMO Author A#super[1], DEMO Author B#super[1,2]"
    assert known in source
    source = source.replace(known, names)
    twins.compile_source(source, tmp_path / "twin.pdf")
    document = read_document(tmp_path / "twin.pdf", ocr=False)
    found = twins.compare(twins.read_source(source), document, None)
    assert found.error_rate < 0.005
    assert found.headings_right == found.headings_given == found.headings_wanted


def test_the_sample_as_built_has_its_table_figure_and_notes(samples: tuple[Path, ...]) -> None:
    document = read_document(samples[0], ocr=False)
    (table,) = [block for block in document.blocks if block.kind is BlockKind.TABLE]
    lines = table.text.split("\n")
    assert lines[0].startswith("表 1") and lines[1].startswith("Table 1") and "注：" in lines[-1]
    assert all(line.count("\t") == 4 for line in lines[2:-1])
    (caption,) = [block for block in document.blocks if block.kind is BlockKind.CAPTION]
    assert caption.text.split("\n")[1].startswith("Figure 1")
    (notes,) = [block for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    assert notes.text.startswith("【基金项目】")
    assert document.paper.issue == "1" and document.paper.clc == "R734.2"


_THESIS = """#set text(font: ("Noto Serif SC",), size: 12pt, lang: "zh")
#set par(justify: true, first-line-indent: (amount: 2em, all: true))
#let head(t) = align(center, text(size: 16pt, font: "Noto Sans SC", t))
#align(center)[#text(size: 26pt)[演示大学硕士学位论文] \\
#v(2cm) #text(size: 22pt, font: "Noto Sans SC")[某药物对小鼠肾脏损伤的影响]]
#pagebreak()
#head[摘　要]
本文研究某药物对小鼠肾脏损伤的影响，并探讨其可能的机制，为今后的工作提供参考。

*关键词：*肾病；小鼠
#pagebreak()
#head[目　录]
#for (a, b) in (("第一章 绪论", "1"), ("参考文献", "12")) [#a #box(width: 1fr, repeat[.]) #b \\ ]
#pagebreak()
#head[第一章　绪论]
肾脏是常见的受累器官，早期表现为微量白蛋白尿，随后出现肾功能下降#super[[1]]。
$ E = m c^2 $
#pagebreak()
#head[参考文献]
[1] 张三, 李四. 一种方法[J]. 演示杂志, 2020, 1(2): 3-10.
#pagebreak()
#head[致　谢]
感谢在写作中给予帮助的老师和同学。
"""


def test_thesis_with_cover_contents_and_formula(tmp_path: Path) -> None:
    target = tmp_path / "thesis.pdf"
    twins.compile_source(_THESIS, target)
    document = read_document(target, ocr=False)
    assert document.paper.title == "某药物对小鼠肾脏损伤的影响"
    assert document.paper.keywords == ("肾病", "小鼠")
    headings = [(b.level, b.text) for b in document.blocks if b.kind is BlockKind.HEADING]
    names = ["摘要", "目录", "第一章绪论", "参考文献", "致谢"]
    assert headings == [(1, name) for name in names]
    assert [entry.number for entry in document.references] == [1]
    # pdfium gives letters beyond U+FFFF in two halves; alone they are no text.
    assert "𝐸 = 𝑚𝑐2" in "\n".join(block.text for block in document.blocks)
