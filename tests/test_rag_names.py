"""The names of a question in papers that write them otherwise, and sentences without them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from index.lexicon import load_lexicon
from index.records import Hit
from ingest.records import BlockKind, Paper, Passage, Sentence
from rag.abbreviations import own_names
from rag.agents import agent_of
from rag.coverage import Coverage
from rag.facets import facets_of
from rag.key_terms import key_terms
from rag.kinds import fit_of
from rag.lexical_signals import lacks_name, lexical_of, rows_of
from rag.mechanisms import mechanisms_zh
from rag.other_subjects import speaks_of_another
from rag.question import analyse
from rag.selection import announces
from rag.terms import fold
from rag.treatments import treatments_zh


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


class Opening:
    """A source that tells nothing of what is around a passage."""

    def opening(self, paper_id):
        return ""

    def sentence_vectors(self, leg, row):
        raise AssertionError


def hit_of(*sentences: str, title: str = "") -> Hit:
    text, spans = "".join(sentences), []
    for sentence in sentences:
        start = spans[-1].end if spans else 0
        spans.append(Sentence(start, start + len(sentence)))
    passage = Passage(
        "p-0", "p", 0, text, (), BlockKind.PARAGRAPH, "zh", (), (), tuple(spans), (), False
    )
    return Hit(passage, Paper("p", "p.pdf", title), 0, 1.0, {}, (0, len(text)))


def read(question: str, hit: Hit, lexicon):
    asked = analyse(question)
    names = own_names(asked, [hit], lexicon)
    coverages = {
        language: Coverage.of(key_terms(asked, lexicon, language), lambda forms: 1.0)
        for language in ("zh", "en")
    }
    rows = rows_of([hit], names)
    return rows, lexical_of(asked, rows, [hit], coverages, Opening(), names), coverages


@pytest.mark.parametrize(
    ("question", "text", "read_as"),
    [
        ("黄芪甲苷如何影响细胞？", "黄芪甲苷（AS-Ⅳ）入药。AS-Ⅳ可入核。", "黄芪甲苷可入核。"),
        ("AS-Ⅳ如何影响细胞？", "黄芪甲苷（AS-Ⅳ）入药。黄芪甲苷可入核。", "AS-Ⅳ可入核。"),
        ("维立西呱有效吗？", "对照组（CG）入组。CG可入核。", "CG可入核。"),
        ("心力衰竭有何症状？", "老年心力衰竭（EHF）常见。EHF可加重。", "EHF可加重。"),
    ],
)
def test_what_a_paper_abbreviates_is_read_in_full(lexicon, question, text, read_as):
    first, second = text.split("。")[:2]
    rows, _, _ = read(question, hit_of(f"{first}。", f"{second}。"), lexicon)
    assert rows[1].search == read_as


def test_what_was_not_studied_is_not_mentioned(lexicon):
    hit = hit_of("未涉及糖皮质激素性骨质疏松症。")
    _, lexical, coverages = read("糖皮质激素性骨质疏松如何治疗？", hit, lexicon)
    drug = [t.text for t in coverages["zh"].terms].index("糖皮质激素")
    assert not lexical.found[0][drug]
    assert not lexical.around[0][drug]
    _, lexical, _ = read("该共识未涉及糖皮质激素吗？", hit, lexicon)
    assert any(lexical.found[0])


def test_a_sentence_without_the_name_that_another_has_stands_back(lexicon):
    hit = hit_of("氯沙坦有效。", "无关的话。", "另一句话。", "吡咯替尼有效。", title="氯沙坦的疗效")
    rows, lexical, coverages = read("吡咯替尼有效吗？", hit, lexicon)
    assert list(lacks_name(rows, lexical, coverages)) == [1.0, 1.0, 0.0, 0.0]
    rows, lexical, coverages = read("氯沙坦有效吗？", hit, lexicon)
    assert not lacks_name(rows, lexical, coverages).any()


@pytest.mark.parametrize(
    ("question", "text", "there"),
    [
        ("肺癌脑转移的发生率是多少？", "乳腺癌脑转移、肺转移常见", False),
        ("HER2阳性乳腺癌如何治疗？", "HER2 阳性型乳腺癌多用靶向药物", True),
    ],
)
def test_parts_of_names(lexicon, question, text, there):
    terms = key_terms(analyse(question), lexicon, "zh")
    names = [t for t in terms if t.kind not in ("gram", "outcome")]
    assert all(t.within(fold(text)) for t in names or terms) is there


@pytest.mark.parametrize(
    "text",
    [
        "目的 探讨铁死亡的机制。",
        "本研究旨在评价A的疗效。",
        "Objective To evaluate the effect of A.",
    ],
)
def test_an_objective_states_nothing(text):
    assert announces(text)
    assert not announces("本研究发现A可降低血压。")


def test_roman_numerals_are_compared_as_letters():
    assert fold("AS-Ⅳ") == fold("AS-IV")


def test_digits_of_names_are_no_numbers():
    assert fit_of("number", "HER2 阳性型更易发生转移") == 0.0
    assert fit_of("number", "IL-6 水平升高") == 0.0
    assert fit_of("number", "检出率为30%") == 1.0


def test_a_dose_group_asks_for_no_dose_and_children_for_children():
    assert not facets_of("低剂量组的存活情况如何？", "zh")
    (facet,) = facets_of("儿童哮喘有何特点？", "zh")
    assert facet.name == "儿童"
    assert facet.around


def test_the_workings_of_an_agent(lexicon):
    agent = agent_of(analyse("双膦酸盐的作用机制是什么？"), lexicon)
    assert agent is not None
    assert agent.bare
    assert "双膦酸盐" in agent.names
    assert agent_of(analyse("双膦酸盐的用量是多少？"), lexicon) is None
    with_more = agent_of(analyse("双膦酸盐在老年男性中的作用机制"), lexicon)
    assert with_more is not None
    assert not with_more.bare
    assert mechanisms_zh("双膦酸盐可抑制骨吸收。", lexicon)[0].molecule == "双膦酸盐"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("A1信号维持AKT的表达，阻断Notch1可减少血管生成。", {("阻断Notch1", "血管生成")}),
        ("cGMP生成不足，导致心肌纤维化。", {("cGMP生成不足", "心肌纤维化")}),
        ("AS-Ⅳ可抑制AKT的表达。", {("AS-Ⅳ", "AKT的表达")}),
        ("si-Nrf2可上调AKT的表达。", {("si-Nrf2", "AKT的表达")}),
        ("纤溶酶诱导细胞凋亡。", {("纤溶酶", "细胞凋亡")}),
        ("这与抑制铁死亡有关。", set()),
    ],
)
def test_what_acts_is_named_whole(lexicon, text, facts):
    found = {(m.molecule, m.target) for m in mechanisms_zh(text, lexicon)}
    assert facts <= found if facts else not found


@pytest.mark.parametrize(
    ("text", "regimen", "population", "outcome"),
    [
        ("吡咯替尼在未经放疗的患者中缓解率为74%。", "吡咯替尼", "", "缓解率为74%"),
        ("推荐意见3：肺癌患者首选放疗。", "放疗", "肺癌患者", ""),
        ("在高血压患者中，氯沙坦的HR=0.5，而在糖尿病患者中HR=0.9。", "氯沙坦", "高血压患者", "HR=0.5"),
        ("唑来膦酸使椎体骨折风险降低70%。", "唑来膦酸", "", "椎体骨折风险降低70%"),
    ],
)  # fmt: skip
def test_what_is_given_and_of_whom_a_result_is(lexicon, text, regimen, population, outcome):
    (row,) = treatments_zh(text, lexicon)
    assert (row.regimen, row.population, row.outcome) == (regimen, population, outcome)


@pytest.mark.parametrize(
    "text",
    ["不推荐患者常规行MRI筛查。", "增强MRI是首选检查。", "维立西呱增强其对一氧化氮的敏感性。"],
)
def test_examinations_and_sensitivity_are_no_treatments(lexicon, text):
    assert treatments_zh(text, lexicon) == ()


@pytest.mark.parametrize(
    ("text", "another"),
    [("脑转移的发生率为14%。", True), ("肝转移的发生率为14%。", False), ("发生率为14%。", False)],
)
def test_a_rate_of_metastasis_elsewhere_is_another_matter(lexicon, text, another):
    (term,) = (
        t for t in key_terms(analyse("肺癌肝转移的发生率是多少？"), lexicon, "zh") if t.parts
    )
    candidate = SimpleNamespace(search=text, hit=hit_of(text))
    assert speaks_of_another(candidate, term, lexicon) is another
