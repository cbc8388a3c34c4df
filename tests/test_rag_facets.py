"""What a question asks for beside its subject, and texts that speak of it or not."""

from __future__ import annotations

import pytest

from rag.facets import facets_missing, facets_of, welcome_of


@pytest.mark.parametrize(
    ("question", "language", "facets"),
    [
        ("帕金森病如何护理？", "zh", ["护理"]),
        ("类风湿关节炎的诊断标准是什么？", "zh", ["诊断"]),
        ("How is Parkinson disease diagnosed?", "en", ["diagnosis"]),
        ("What are the risk factors for stroke?", "en", ["risk factors"]),
        ("肝癌如何预防？", "zh", ["预防"]),
        ("普拉克索和罗匹尼罗哪个更有效？", "zh", ["优劣比较"]),
        ("Is baricitinib superior to adalimumab?", "en", ["which is better"]),
        ("肝细胞癌的二线方案是什么？", "zh", ["二线"]),
        ("肝炎在日本的患病率是多少？", "zh", ["发生率", "日本"]),
        ("What is the prevalence of asthma in China?", "en", ["incidence", "China"]),
        ("青蒿用于什么？", "zh", []),
        ("日本的首都是哪里？", "zh", []),
        ("32路公交与哪一线路相接？", "zh", []),
        ("整合素如何促进转移？", "zh", []),
    ],
)
def test_facets_of_a_question(question, language, facets):
    assert [facet.name for facet in facets_of(question, language)] == facets


def test_an_answer_need_not_show_the_sign_of_a_facet_told_in_many_ways():
    assert [facet.name for facet in welcome_of("青蒿用于什么？", "zh")] == ["用途"]
    assert [facet.name for facet in welcome_of("青蒿有哪些药理作用？", "zh")] == ["药理作用"]


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("肝炎在日本的患病率是多少？", "我国的患病率约为0.42%。", ("日本",)),
        ("肝炎在中国的患病率是多少？", "我国的患病率约为0.42%。", ()),
        ("普拉克索和罗匹尼罗哪个更有效？", "普拉克索和罗匹尼罗适用于早期患者。", ("优劣比较",)),
        ("A和B哪个更有效？", "A组的缓解率高于B组。", ()),
        ("肝细胞癌的二线方案是什么？", "A联合B是一线方案。", ("二线",)),
        ("肝细胞癌的二线方案是什么？", "一线治疗失败后可换用C。", ()),
    ],
)
def test_a_text_without_the_facet_is_told(question, text, missing):
    assert facets_missing(facets_of(question, "zh"), text) == missing


@pytest.mark.parametrize(
    "question",
    ["肺癌肝转移如何护理？", "How is lung cancer liver metastasis prevented?"],
)
def test_a_question_whose_facet_nothing_speaks_of_is_not_found(sample_library, question):
    from rag import Assistant

    assert Assistant.open(sample_library).ask(question).status == "not_found"
