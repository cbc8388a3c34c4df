"""A question for what a paper says in all is answered by its abstract and conclusions."""

from __future__ import annotations

import pytest

from index.lexicon import load_lexicon
from rag import Assistant
from rag.digest import is_end, papers_asked_for
from rag.question import analyse


@pytest.fixture(scope="module")
def assistant(sample_library) -> Assistant:
    return Assistant.open(sample_library)


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("总结一下肺癌肝转移这篇综述", "肺癌肝转移"),
        ("这篇关于糖尿病肾病的文章讲了什么？", "糖尿病肾病"),
        ("肺癌肝转移的研究进展", "肺癌肝转移"),
        ("介绍一下糖尿病肾病", "糖尿病肾病"),
        ("Summarize the paper on diabetic kidney disease", "糖尿病肾病"),
        ("What are the main findings of the lung cancer liver metastasis review?", "肺癌肝转移"),
    ],
)
def test_a_gist_is_told_from_both_ends_of_the_paper(assistant, question, title):
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert all(title in citation.paper.title.replace(" ", "") for citation in answer.citations)
    assert all(is_end(citation.section) for citation in answer.citations)
    assert len({citation.page for citation in answer.citations}) > 1


@pytest.mark.parametrize("question", ["这篇综述讲了什么？", "What are these papers about?"])
def test_few_papers_need_no_name(assistant, question):
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert len({citation.paper.id for citation in answer.citations}) == 2
    one = frozenset([answer.citations[0].paper.id])
    told = assistant.ask(question, papers=one)
    assert {citation.paper.id for citation in told.citations} == one


@pytest.mark.parametrize(
    "question",
    [
        "胃癌的研究进展",
        "这篇关于空间站废弃物的文章讲了什么？",
        "Summarize the paper on Parkinson disease",
    ],
)
def test_a_paper_that_is_not_there_has_no_gist(assistant, question):
    assert assistant.ask(question).status == "not_found"


@pytest.mark.parametrize(
    "question",
    [
        "肺癌肝转移的治疗进展",
        "肺癌肝转移的预后如何？",
        "肺癌肝转移的分子机制有哪些？",
        "整合素如何促进肺癌肝转移？",
        "这项研究纳入了多少患者？",
        "Summarize the treatment of diabetic kidney disease",
    ],
)
def test_a_question_for_something_in_particular_asks_for_no_gist(assistant, lexicon, question):
    assert not papers_asked_for(analyse(question), assistant.papers, lexicon)
