"""Sentences of the sample papers stand where their boxes say: another reader checks the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from ingest.clean import fold_for_match
from ingest.passages import make_passages
from ingest.reader import read_document
from ingest.records import Document, Passage
from ingest.references import resolve_marks
from ingest.spans import boxes_of

MARGIN = 1.0  # points around a box: glyphs may reach a little outside their em


@pytest.fixture(scope="module")
def documents(samples: tuple[Path, ...]) -> list[tuple[Path, Document]]:
    assert samples
    return [(path, read_document(path)) for path in samples]


def lines_of(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """The parts of each sentence that lie on one printed line."""
    for sentence in passage.sentences:
        for span in passage.spans:
            start, end = max(sentence.start, span.start), min(sentence.end, span.end)
            if start < end:
                yield passage.text[start:end], start, end


def test_every_sentence_is_found_at_its_boxes(documents: list[tuple[Path, Document]]) -> None:
    checked = 0
    for path, document in documents:
        pages = [page.get_textpage() for page in pypdfium2.PdfDocument(path)]
        heights = [page.height for page in document.pages]
        for passage in make_passages(document):
            for text, start, end in lines_of(passage):
                (box,) = boxes_of(passage.spans, start, end)
                height = heights[box.page - 1]
                found = pages[box.page - 1].get_text_bounded(
                    box.x0 - MARGIN,
                    height - box.bottom - MARGIN,
                    box.x1 + MARGIN,
                    height - box.top + MARGIN,
                )
                # A line-end hyphen may be resolved; nothing else may differ.
                wanted = fold_for_match(text).rstrip("-")
                assert wanted in fold_for_match(found), (path.name, box, text, found)
                checked += 1
    assert checked > 100


def test_passages_tile_their_text(documents: list[tuple[Path, Document]]) -> None:
    for _, document in documents:
        pages = {page.number: page for page in document.pages}
        for passage in make_passages(document):
            at = 0
            for span in passage.spans:
                assert span.start == at
                assert len(span.edges) == span.end - span.start + 1
                page = pages[span.box.page]
                assert 0 <= span.box.x0 <= span.box.x1 <= page.width
                assert 0 <= span.box.top <= span.box.bottom <= page.height
                at = span.end
            assert at == len(passage.text)


def test_all_marks_of_the_samples_resolve(documents: list[tuple[Path, Document]]) -> None:
    for path, document in documents:
        marks, resolved = resolve_marks(document)
        assert marks > 5, path.name
        assert resolved == marks, path.name
