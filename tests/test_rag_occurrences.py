"""Words looked for in one paper: every sentence that has them, verbatim, on its page."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from index.snapshot import Snapshot
from ingest.clean import fold_for_match
from rag import occurrences as module
from rag.occurrences import occurrences


@pytest.fixture(scope="module")
def snapshot(sample_library: Path):
    with Snapshot.open(sample_library, dense=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def lung(snapshot: Snapshot) -> str:
    return next(p.id for p in snapshot.papers.values() if p.file.startswith("lung"))


@pytest.mark.parametrize("words", ["整合素", "TGF-β/Smad", "Kupffer 细胞", "[14]"])
def test_every_sentence_with_the_words_is_there_in_order(snapshot, lung, words):
    found, total = occurrences(snapshot, lung, words)
    rows = snapshot.range_of(lung)
    passages = [snapshot.passage(row) for row in range(rows.start, rows.stop)]
    said = [p.text[s.start : s.end] for p in passages for s in p.sentences]
    folded = fold_for_match(words)
    assert [c.quote for c in found] == [one for one in said if folded in fold_for_match(one)]
    assert total == len(found) >= 1 and [c.number for c in found] == list(range(1, total + 1))
    assert [c.page for c in found] == sorted(c.page for c in found)
    assert all(c.boxes and c.paper.id == lung for c in found)


def test_a_printed_word_is_found_on_its_page(snapshot, lung, samples):
    path = next(path for path in samples if path.name.startswith("lung"))
    document = pypdfium2.PdfDocument(path)
    for citation in occurrences(snapshot, lung, "纤连蛋白")[0]:
        text = document[citation.page - 1].get_textpage().get_text_bounded()
        assert "纤连蛋白" in "".join(text.split())
    document.close()


def test_case_and_white_space_make_no_difference(snapshot, lung):
    plain = occurrences(snapshot, lung, "E-cadherin")
    assert plain[1] > 0
    assert occurrences(snapshot, lung, "  e-CADHERIN ") == plain
    assert occurrences(snapshot, lung, "E - cad herin") == plain


def test_what_is_not_there_is_not_found(snapshot, lung, monkeypatch):
    assert occurrences(snapshot, lung, "达格列净") == occurrences(snapshot, lung, " ") == ((), 0)
    with pytest.raises(KeyError):
        occurrences(snapshot, "0" * 64, "整合素")
    whole = occurrences(snapshot, lung, "整合素")
    monkeypatch.setattr(module, "MOST", 2)
    assert occurrences(snapshot, lung, "整合素") == (whole[0][:2], whole[1])
