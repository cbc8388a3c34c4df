"""The catalogue of a real library: report cards and outlines come from the snapshot."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from index.snapshot import Snapshot
from ui.web.catalogue import load_catalogue


def test_report_card_and_outline_of_each_paper(sample_library: Path) -> None:
    rows = {row.paper.file: row for row in load_catalogue(sample_library).rows}
    row = rows["lung-cancer-liver-metastasis.pdf"]
    assert row.card["columns"] and max(row.card["columns"]) == 2
    assert row.card["references"] == 36 and row.card["pages"] == row.paper.page_count
    headings = {heading.path[-1]: heading for heading in row.outline}
    deep = headings["3.1 TGF-β/Smad 信号通路"]
    assert deep.path == ("3 信号通路", "3.1 TGF-β/Smad 信号通路")
    assert 1 < deep.page <= row.paper.page_count


def test_the_snapshot_keeps_how_a_paper_was_read(sample_library: Path) -> None:
    with Snapshot.open(sample_library) as snapshot:
        for id_, paper in snapshot.papers.items():
            report = snapshot.report(id_)
            assert report is not None and report.file == paper.file
            assert dataclasses.asdict(report)["engines"]
        assert snapshot.report("unknown") is None
