"""Citing the cited: the entries behind a review's marks, and the question who showed this."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.snapshot import Snapshot
from ingest.clean import fold_for_match
from rag import Assistant
from rag.records import Status
from rag.sources import asks_for_source, content_of, with_sources


@pytest.fixture(scope="module")
def assistant(sample_library):
    return Assistant.open(sample_library)


def test_a_quote_with_marks_brings_its_entries(assistant):
    answer = assistant.ask("整合素激活了哪些下游激酶？")
    marked = [c for c in answer.citations if c.cited]
    assert marked
    for citation in marked:
        for entry in citation.cited:
            assert entry.text and f"{entry.number}" in citation.quote


@pytest.mark.parametrize(
    ("question", "history"),
    [
        ("这是谁的研究？", ["整合素激活了哪些下游激酶？"]),
        ("出处是什么？", ["整合素激活了哪些下游激酶？"]),
        ("整合素激活黏着斑激酶是谁证明的？谁证实了这一点？", []),
    ],
)
def test_who_showed_this_is_answered_from_the_reference_list(assistant, samples, question, history):
    answer = assistant.ask(question, history=history)
    assert answer.status is not Status.NOT_FOUND
    entries = [c for c in answer.citations if c.section[0] == "参考文献"]
    assert entries, "entries of the list are cited"
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    file = next(f for f in samples if f.name == entries[0].paper.file)
    import pypdfium2

    for entry in entries:
        page = pypdfium2.PdfDocument(file)[entry.page - 1].get_textpage().get_text_range()
        assert fold_for_match(entry.quote)[:12] in fold_for_match(page)
        assert entry.boxes
    # Each entry stands behind a sentence that carries its mark.
    first = answer.citations[answer.sentences[0].citations[0] - 1]
    assert {e.section[1].strip("[]") for e in entries} >= {str(r.number) for r in first.cited}
    assert all(s.citations and not s.reason for s in answer.sentences)


@pytest.fixture
def unplaced(assistant, monkeypatch):
    """Return what takes the spans of passages away, so that nothing says where they stand."""
    real = Snapshot.passage

    def take(wanted):
        def passage(self, row):
            found = real(self, row)
            return replace(found, spans=()) if wanted(found) else found

        monkeypatch.setattr(Snapshot, "passage", passage)

    return take


QUESTION = "整合素激活了哪些下游激酶？"


def test_one_passage_without_a_place_does_not_cost_the_answer(assistant, unplaced):
    first = assistant.ask(QUESTION)
    lost = first.citations[0].passage_id
    unplaced(lambda passage: passage.id == lost)
    answer = assistant.ask(QUESTION)
    assert lost not in {c.passage_id for c in (*answer.citations, *answer.nearest)}
    assert answer.citations or answer.status is Status.NOT_FOUND
    numbers = [n for s in answer.sentences for n in s.citations]
    assert sorted(numbers) == [c.number for c in answer.citations]


def test_an_answer_without_any_place_is_none(assistant, unplaced):
    unplaced(lambda passage: True)
    answer = assistant.ask(QUESTION)
    assert answer.status is Status.NOT_FOUND
    assert answer.sentences == answer.citations == answer.nearest == ()


def test_a_sentence_without_marks_says_that_the_paper_is_the_source(assistant):
    answer = assistant.ask("整合素激活了哪些下游激酶？")
    bare = replace(answer, citations=tuple(replace(c, cited=()) for c in answer.citations))
    named = with_sources(bare)
    assert len(named.citations) == len(named.sentences[0].citations) + sum(
        len(s.citations) for s in named.sentences[1:]
    )
    assert "该文本身" in named.notes[-1][0]


def test_what_was_not_found_has_no_sources(assistant):
    answer = assistant.ask("谁发现了明天上海的天气？")
    assert answer.status is Status.NOT_FOUND and not answer.citations


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("谁最早证实了 EMT 可逆？", True), ("哪项研究报道了该结果？", True),
        ("who first showed that PTEN is lost?", True), ("整合素有什么作用？这是谁的研究？", True),
        ("How do integrins act? Who showed this?", True),
        ("哪些研究方法较好？", False), ("哪些患者适合手术？", False), ("谁适合手术？", False),
        ("Who should receive osimertinib?", False), ("如何证明糖尿病肾病？", False),
    ],
)  # fmt: skip
def test_questions_for_a_source_are_told(question, asks):
    assert asks_for_source(question) is asks


def test_only_the_question_behind_is_taken_away():
    assert content_of("整合素有什么作用？这是谁的研究？") == "整合素有什么作用？"
    assert content_of("How do integrins act? Who showed this?") == "How do integrins act?"
    assert content_of("谁证实了这一点？") == "谁证实了这一点？"
