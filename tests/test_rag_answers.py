"""Answers over the sample papers with the real models: choosing, abstaining, quoting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.answers import gold_page, sample_questions
from ingest.clean import fold_for_match
from rag import Assistant
from rag.blanking import holds
from rag.question import analyse
from rag.records import Status


@pytest.fixture(scope="module")
def assistant(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


def test_sample_questions_are_sound(samples):
    import pypdfium2

    pages = {}
    for file in samples:
        with pypdfium2.PdfDocument(file) as pdf:
            pages[file.name] = [fold_for_match(p.get_textpage().get_text_range()) for p in pdf]
    listed = sample_questions()
    assert len({(q.text, q.before) for q in listed}) == len(listed)
    assert sum(q.kind == "near" for q in listed) >= 40
    assert sum(bool(q.gold) for q in listed) >= 150
    for question in listed:
        assert bool(question.gold) == (question.kind not in ("near", "off"))
        for gold, page in zip(question.gold, question.pages, strict=True):
            text = pages[question.paper]
            folded = fold_for_match(gold)
            # A fragment may run over the end of a line that another column follows.
            start = folded[: max(6, len(folded) // 2)]
            assert folded in text[page - 1] or start in text[page - 1], question.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gold_sentences_are_quoted_on_their_page(assistant, language):
    wanted = [q for q in sample_questions() if q.gold and q.language == language][::6]
    shown = 0
    for question in wanted:
        answer = assistant.ask(question.text, history=[question.before] * bool(question.before))
        shown += any(holds(c.quote, question.gold) for c in answer.citations)
        assert gold_page(question, answer) is not False, question.text
    assert shown >= 0.7 * len(wanted)


def test_near_misses_are_not_answered(assistant):
    for question in (
        "乳腺癌脑转移如何治疗？",
        "洛拉替尼的推荐剂量是多少？",
        "Does semaglutide protect the kidney?",
        "What is the weather in Shanghai tomorrow?",
    ):
        answer = assistant.ask(question)
        assert answer.status is not Status.ANSWERED, question
        if answer.status is Status.PARTLY:
            assert answer.missing
        else:
            assert not answer.citations
            assert answer.nearest


def test_removing_the_answer_lowers_the_confidence(assistant):
    library = assistant.library
    question = analyse("血管外的肝内演进分为几个阶段？")
    whole = library.find(question)
    other = next(p.id for p in assistant.papers if "diabetes" in p.file)
    without = library.find(question, frozenset([other]))
    assert whole.verdict.status is Status.ANSWERED
    assert without.verdict.status is Status.NOT_FOUND
    assert without.verdict.probability < whole.verdict.probability


def test_what_a_paper_is_about_need_not_be_repeated(assistant):
    """The sentence that answers need not name the drug that the sentence before names."""
    answer = assistant.ask("非奈利酮何时应暂停用药？")
    assert any("5.5" in c.quote for c in answer.citations)


def test_a_leaning_sentence_brings_the_one_it_leans_on(assistant):
    answer = assistant.ask("驱动基因阴性的非鳞状 NSCLC 肝转移患者一线用什么方案？")
    leaning = [c.quote for c in answer.citations if "该方案适用于" in c.quote]
    assert leaning
    assert all("培美曲塞" in quote for quote in leaning)


def test_every_sentence_is_a_quote_with_a_citation(assistant):
    answer = assistant.ask("肿瘤微环境中有哪些细胞促进肺癌肝转移？")
    assert len(answer.sentences) >= 2
    by_number = {c.number: c for c in answer.citations}
    for sentence in answer.sentences:
        assert sentence.text == by_number[sentence.citations[0]].quote
    for citation in answer.citations:
        assert citation.context[citation.start : citation.end] == citation.quote


def test_an_english_question_gets_english_sentences_first_and_a_gloss(assistant):
    answer = assistant.ask("How do integrins promote liver metastasis of lung cancer?")
    languages = [any("\u4e00" <= c <= "\u9fff" for c in s.text) for s in answer.sentences]
    assert languages == sorted(languages)
    chinese = [c for c in answer.citations if any("\u4e00" <= x <= "\u9fff" for x in c.quote)]
    assert chinese
    assert all(c.gloss for c in chinese)
    assert any(en == "integrin" for c in chinese for _, en in c.gloss)


def test_a_broad_answer_begins_with_a_sentence_that_answers(assistant):
    """Not with the one that introduces the subject, though the paper tells it before."""
    answer = assistant.ask("What are the risk factors of diabetic kidney disease?")
    assert "危险因素" in answer.sentences[0].text
    answer = assistant.ask("How do integrins promote liver metastasis of lung cancer?")
    assert "ntegrin" in answer.sentences[0].text


def test_the_effects_of_another_drug_are_no_answer(assistant):
    """The paper names gefitinib and lists the effects of osimertinib, not those of gefitinib."""
    answer = assistant.ask("What are the adverse effects of gefitinib?")
    assert answer.status is not Status.ANSWERED
    assert not any("QT" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("阿替利珠单抗联合贝伐珠单抗是一线方案，中位总生存期为19.2个月。", False),
        ("帕博利珠单抗的中位总生存期为20个月。", False),
        ("中位总生存期为12.3个月。", True),
    ],
)
def test_a_sentence_on_another_drug_or_regimen_is_no_candidate(assistant, sentence, kept):
    found = assistant.library.find(analyse("奥希替尼的中位总生存期是多少？"))
    own = next(c for c in found.ranked if any(c.found))
    other = replace(own, search=sentence, found=(False,) * len(own.found))
    left = assistant.library.judge.on_subject([own, other], found.coverages)
    assert (other in left) is kept


def test_a_question_about_a_subject_alone_is_answered(assistant):
    answer = assistant.ask("What do the papers say about integrin?")
    assert answer.status is Status.ANSWERED


def test_ranking_weights_decide_the_order(assistant):
    """A control: with weights of nought the order is the papers' own, not the answer first."""
    library = assistant.library
    idle = replace(library, weights={m: np.zeros_like(w) for m, w in library.weights.items()})
    question = analyse("奥希替尼的推荐剂量是多少？")
    assert "80 mg" in library.find(question).ranked[0].search
    assert "80 mg" not in idle.find(question).ranked[0].search


@pytest.mark.parametrize("text", ["铁死亡与非小细胞肺癌的关系", "铁死亡与肺癌的关系"])
def test_what_no_paper_mentions_is_not_found_however_much_they_say_of_its_place(assistant, text):
    found = assistant.library.find(analyse(text))
    assert "铁死亡" in found.verdict.missing
    assert found.verdict.status is Status.NOT_FOUND
    assert found.evidence.unmentioned == ("铁死亡",)


def test_how_many_classes_there_are_is_answered_by_those_that_are_told(assistant):
    found = assistant.library.find(analyse("UACR 分为几级？"))
    assert "三级" in found.ranked[0].search
    assert found.verdict.status is Status.ANSWERED


@pytest.mark.parametrize(
    ("text", "status", "missing"),
    [
        ("糖尿病肾病分为几期？", Status.ANSWERED, ()),
        ("白蛋白尿分为几级？", Status.PARTLY, ("分类",)),
        ("什么是整合素？", Status.ANSWERED, ()),
        ("什么是外泌体？", Status.PARTLY, ("定义",)),
        ("What are exosomes?", Status.PARTLY, ("definition",)),
    ],
)
def test_a_definition_or_classes_that_no_sentence_gives_are_told_as_missing(
    assistant, text, status, missing
):
    verdict = assistant.library.find(analyse(text)).verdict
    assert (verdict.status, verdict.missing) == (status, missing)


@pytest.mark.parametrize(
    "text", ["T 细胞耗竭时高表达哪些分子？", "Who proposed the seed and soil theory?"]
)
def test_a_process_may_be_told_in_other_words(assistant, text):
    assert assistant.library.find(analyse(text)).evidence.unmentioned == ()
