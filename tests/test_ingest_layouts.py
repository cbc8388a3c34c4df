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
