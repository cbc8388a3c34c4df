"""What counts as a mention, and what a question leaves unsaid."""

from __future__ import annotations

import pytest

from index.lexicon import load_lexicon
from rag.coverage import Coverage
from rag.facets import facets_missing, facets_of
from rag.key_terms import key_terms, spellings
from rag.lexical_signals import rest_of
from rag.question import analyse, question_kind
from rag.terms import fold


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


def found(lexicon, question: str, text: str) -> dict[str, bool]:
    """Return which anchors of ``question`` the Chinese ``text`` mentions."""
    terms = key_terms(analyse(question), lexicon, "zh")
    return {t.text: t.within(fold(text)) for t in terms if t.anchor}


@pytest.mark.parametrize(
    ("question", "text", "there"),
    [
        ("What are Kupffer cells?", "Kupffer 细胞是定居于肝窦的巨噬细胞", True),
        ("How do M2 macrophages act?", "与 M2 型相反，M1 型巨噬细胞分泌 IL-12", True),
        ("广泛期小细胞肺癌怎么治疗？", "对于广泛期 SCLC，阿替利珠单抗联合依托泊苷", True),
        ("广泛期小细胞肺癌怎么治疗？", "对于局限期 SCLC，同步放化疗", False),
        ("胰腺癌肝转移的化疗方案是什么？", "肺癌肝转移的化疗方案", False),
        ("What is the dose of lorlatinib?", "阿来替尼的推荐剂量为 600 mg", False),
        ("1930 年谁获奖？", "共同获得 2018 年诺贝尔奖", False),
    ],
)
def test_names_are_found_whatever_their_form(lexicon, question, text, there):
    seen = found(lexicon, question, text)
    assert seen
    assert all(seen.values()) is there


def test_the_rest_of_a_question_leaves_out_what_the_paper_is_about(lexicon):
    question = analyse("奥希替尼的推荐剂量是多少？")
    coverage = Coverage.of(key_terms(question, lexicon, "zh"), lambda forms: 1.0)
    rest = rest_of(question, coverage, "奥希替尼治疗肺癌")
    assert "奥希替尼" not in rest
    assert "剂量" in rest
    assert rest_of(question, coverage, "二甲双胍") == ""


def test_pairs_of_characters_become_a_name_again():
    groups = [{"matlin": 1.0, "麦特 特琳": 1.0, "玛利": 0.2}, {"translat": 1.0, "翻译": 1.0}]
    assert spellings(groups) == {"matlin": ("麦特琳",), "translat": ("翻译",)}


def test_treatment_asked_is_treatment_told():
    facets = facets_of("糖尿病视网膜病变如何治疗？", "zh")
    assert facets_missing(facets, "糖尿病视网膜病变的存在支持糖尿病肾病的诊断。") == ("治疗",)
    assert facets_missing(facets, "首选药物为二甲双胍。") == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What are Kupffer cells?", "definition"),
        ("What is the blood pressure target in diabetic kidney disease?", "other"),
        ("什么是整合素？", "definition"),
        ("奥希替尼的推荐剂量是多少？", "number"),
        ("白蛋白尿分为几级？", "classes"),
        ("肺癌可分哪几类", "classes"),
        ("分期为几个月", "number"),
        ("Who proposed the seed and soil theory?", "who"),
    ],
)
def test_kinds_of_questions(text, kind):
    assert question_kind(text) == kind
