"""The extraction benchmark sees what it is meant to see."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extract_measures import ink_of_boxes, recovery
from benchmarks.extract_truth import (
    FOLDER,
    Truth,
    check_furniture,
    check_headings,
    check_order,
    line_key,
)
from benchmarks.extract_twins import compare, read_source
from ingest.passages import make_passages
from ingest.reader import read_document
from ingest.records import Block, BlockKind, Box, Document, Page, Paper, Span

LINES = ("肺癌易发生肝转移，预后", "较差。整合素促进黏附（adhe-", "sion）并形成转移灶。")


def document(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Document:
    blocks = []
    for text in texts:
        edges = tuple(float(x) for x in range(len(text) + 1))
        box = Box(1, 0, 100, float(len(text)), 110)
        blocks.append(Block(kind, text, ("1",), (Span(0, len(text), box, edges),)))
    page = Page(1, 595, 842, 0, "pdfium", 1)
    return Document(Paper("a" * 64, "a.pdf", "题目"), (page,), tuple(blocks))


def truth(headings: tuple[str, ...] = (), furniture: tuple[str, ...] = ()) -> Truth:
    keys = tuple(map(line_key, LINES))
    return Truth(
        "a.pdf", (1,), (keys,), tuple(map(line_key, headings)), (), tuple(map(line_key, furniture))
    )


def test_order_is_right_when_lines_follow_each_other() -> None:
    joined = "肺癌易发生肝转移，预后较差。整合素促进黏附（adhesion）并形成转移灶。"
    found = check_order(truth(), document(joined))
    assert (found.lines, found.intact, found.pairs, found.errors) == (3, 3, 2, 0)


def test_order_errors_are_seen() -> None:
    swapped = check_order(truth(), document(LINES[1] + LINES[0] + LINES[2]))
    assert (swapped.intact, swapped.errors) == (3, 2)
    torn = check_order(truth(), document(LINES[0] + "页眉" + LINES[1] + LINES[2]))
    assert (torn.intact, torn.errors) == (3, 1)


def test_headings_and_furniture_are_counted() -> None:
    found = document("1 引言", "2 误认", kind=BlockKind.HEADING)
    right, wrong, missed = check_headings(truth(("1引言", "3 结论")), found)
    assert (right, wrong, missed) == (1, ["2 误认"], [line_key("3结论")])
    passages = make_passages(document("整合素促进肺癌肝转移的发生与发展，某某学报第一卷。"))
    assert check_furniture(truth(furniture=("某某学报 第一卷", "某某大学学报")), passages) == 1


def test_truth_files_hold_hashes_only() -> None:
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) >= 5
    assert sum(len(Truth.load(file).pages) for file in files) >= 12
    for file in files:
        assert "\\u" not in file.read_text(encoding="ascii")


def test_a_sample_is_measured_against_its_source(samples: tuple[Path, ...]) -> None:
    for path in samples:
        read = read_document(path)
        source = read_source(path.with_suffix(".typ").read_text(encoding="utf-8"))
        result = compare(source, read, read)
        assert result.error_rate < 0.02
        assert result.headings_right == result.headings_wanted > 3
        assert result.marks_right == result.marks_given == result.marks_wanted > 5
        assert result.box_shift == 0
        assert recovery(path, read).found == recovery(path, read).wanted > 500
        lines = ink_of_boxes(path, read)
        assert sum(line.reach < 1 for line in lines) > 0.95 * len(lines) > 20
