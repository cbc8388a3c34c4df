"""Broad questions that ask for names are answered by sentences that name something."""

from __future__ import annotations

import pytest

from index.lexicon import load_lexicon
from ingest.clean import search_text
from rag import Assistant
from rag.key_terms import key_terms
from rag.modalities import members_of
from rag.question import analyse
from rag.topics import topic_of
from rag.wanted import wanted_of


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


@pytest.fixture(scope="module")
def assistant(sample_library) -> Assistant:
    return Assistant.open(sample_library)


@pytest.mark.parametrize(
    ("question", "families"),
    [
        ("胃癌有哪些治疗方法？", {"therapy"}),
        ("晚期肝癌的靶向治疗有哪些？", {"therapy"}),
        ("高血压如何治疗？", {"therapy"}),
        ("哪些药物可以延缓肾功能下降？", {"therapy"}),
        ("What drugs are used for heart failure?", {"therapy"}),
        ("How is hepatitis B treated?", {"therapy"}),
        ("哪些信号通路参与肺纤维化？", {"pathway", "name"}),
        ("Which signaling pathways drive EMT?", {"pathway", "name"}),
        ("哪些细胞参与免疫抑制？", {"cell"}),
        ("哪些细胞因子升高？", {"molecule", "name"}),
        ("Which proteins bind collagen?", {"molecule", "name"}),
        ("哪些机制导致化疗耐药？", {"molecule", "pathway", "cell", "name"}),
    ],
)
def test_what_is_asked_for(question, families, lexicon):
    wanted = wanted_of(analyse(question), lexicon)
    assert wanted is not None and wanted.topic.families == families


@pytest.mark.parametrize(
    "question",
    [
        "免疫治疗有哪些不良反应？",
        "哪些患者适合免疫治疗？",
        "哪些因素影响化疗疗效？",
        "Which patients benefit from immunotherapy?",
        "What are the adverse effects of chemotherapy?",
        "整合素如何促进肝转移？",
        "肝转移的发生率是多少？",
    ],
)
def test_other_questions_ask_for_no_names(question, lexicon):
    assert wanted_of(analyse(question), lexicon) is None


def test_a_name_counts_once_it_is_another_than_the_questions(lexicon):
    wanted = wanted_of(analyse("哪些靶向药物可与奥希替尼联合？"), lexicon)
    named = wanted.named(search_text("奥希替尼单药治疗耐药后，可换用赛沃替尼。"), "zh")
    assert named and not any("奥希替尼" in name or "osimertinib" in name for name in named)
    assert not wanted.named(search_text("免疫治疗药物帕博利珠单抗是一线方案。"), "zh")
    assert not wanted.named(search_text("靶向治疗改善了部分患者的预后。"), "zh")


@pytest.mark.parametrize(
    ("question", "member", "other"),
    [
        ("类风湿关节炎的生物制剂有哪些？", "阿达木单抗", "甲氨蝶呤"),
        ("有哪些ALK抑制剂？", "洛拉替尼", "奥希替尼"),
        ("帕金森病的手术治疗", "脑深部电刺激", "左旋多巴"),
    ],
)
def test_of_a_kind_or_class_only_members_count(question, member, other, lexicon):
    wanted = wanted_of(analyse(question), lexicon)
    assert wanted.named(f"可选择{member}治疗。", "zh")
    assert not wanted.named(f"可选择{other}治疗。", "zh")


def test_what_is_asked_for_is_not_the_subject(lexicon):
    topic = topic_of(
        analyse("Which immune cells are involved in hepatocellular carcinoma?"), lexicon
    )
    assert topic.bare and not topic.is_subject("cell", "immune cells")
    assert topic.is_subject("disease", "hepatocellular carcinoma")


def test_a_carcinoma_of_an_organ_is_met_by_its_kinds(lexicon):
    terms = key_terms(analyse("肝癌免疫治疗方案"), lexicon, "zh")
    cancer = next(term for term in terms if term.kind == "disease")
    assert cancer.within("晚期肝细胞癌的一线方案") and not cancer.within("胆管细胞癌")


def test_an_examination_is_no_treatment(lexicon):
    wanted = wanted_of(analyse("肾病如何治疗？"), lexicon)
    assert not wanted.named(search_text("必要时行肾活检和肾动脉造影。"), "zh")
    assert wanted.named(search_text("终末期患者需要血液透析。"), "zh")


def test_a_class_is_met_by_its_members(lexicon):
    terms = key_terms(analyse("哪些靶向药物用于肺癌？"), lexicon, "zh")
    drugs = next(term for term in terms if term.text == "靶向药物")
    assert drugs.within("可选用阿来替尼或洛拉替尼")
    assert not drugs.within("可选用帕博利珠单抗")
    assert "度伐利尤单抗" in members_of(["PD-L1抑制剂"], lexicon.members)
    assert not members_of(["肺癌"], lexicon.members)


@pytest.mark.parametrize(
    ("question", "mechanism", "bare"),
    [
        ("肺癌肝转移的分子机制有哪些？", True, True),
        ("糖尿病肾病的发病机制是什么？", True, True),
        ("How does lung cancer spread to the liver?", True, True),
        ("What are the molecular mechanisms of liver metastasis?", True, True),
        ("哪些靶向药物用于肺癌肝转移？", False, True),
        ("请介绍胃癌的治疗进展", False, True),
        ("What treatments are available for heart failure?", False, True),
        ("老年肺癌肝转移的分子机制有哪些？", True, False),
        ("肺癌肝转移遗传易感性的机制", True, False),
        ("Which drugs are used for elderly patients with heart failure?", False, False),
        ("What are the mechanisms of liver metastasis in smokers?", True, False),
    ],
)
def test_a_bare_question_holds_nothing_but_its_subject(question, mechanism, bare, lexicon):
    topic = topic_of(analyse(question), lexicon)
    assert topic is not None and (topic.mechanism, topic.bare) == (mechanism, bare)


@pytest.mark.parametrize(
    "question",
    ["整合素的作用机制是什么？", "TGF-β促进转移的机制", "What is the mechanism of osimertinib?"],
)
def test_a_question_on_one_molecules_part_asks_for_no_others(question, lexicon):
    assert topic_of(analyse(question), lexicon) is None


def test_what_acts_counts_and_what_is_only_named_under_a_fitting_heading(lexicon):
    wanted = wanted_of(analyse("肺癌肝转移的分子机制有哪些？"), lexicon)
    acts = search_text("CCL2通过招募单核细胞促进血管生成。")
    assert wanted.named(acts, "zh", ("1 概述",))
    assert not wanted.named(acts, "zh", ("5 治疗",))
    idle = search_text("趋化因子CCL2由四个成员组成。")
    assert wanted.named(idle, "zh", ("2 调控蛋白",)) and not wanted.acting(idle, "zh")
    assert not wanted.named(idle, "zh", ("1 概述",))


@pytest.mark.parametrize(
    ("question", "names", "others"),
    [
        (
            "肺癌肝转移的免疫治疗有哪些？",
            ("帕博利珠单抗", "阿替利珠单抗"),
            ("奥希替尼", "达格列净"),
        ),
        ("2型糖尿病肾病如何治疗？", ("二甲双胍",), ("奥希替尼", "帕博利珠单抗")),
        ("哪些靶向药物用于肺癌肝转移？", ("奥希替尼", "阿来替尼"), ("帕博利珠单抗、",)),
        ("肺癌肝转移的分子机制有哪些？", ("TGF-β/Smad", "整合素", "Kupffer"), ("达格列净",)),
        ("糖尿病肾病的发病机制有哪些？", ("TGF-β", "SGLT2"), ("整合素",)),
        ("What are the molecular mechanisms of liver metastasis?", ("TGF-β",), ("SGLT2",)),
        ("请介绍肺癌肝转移的局部治疗", ("消融", "立体定向"), ("奥希替尼",)),
        ("肺癌肝转移的免疫治疗进展", ("帕博利珠单抗",), ("奥希替尼",)),
        ("How is diabetic kidney disease treated?", ("二甲双胍",), ("帕博利珠单抗",)),
        ("What drugs treat small cell lung cancer?", ("依托泊苷",), ("奥希替尼", "二甲双胍")),
    ],
)
def test_an_answer_names_what_is_asked_for(assistant, question, names, others):
    answer = assistant.ask(question)
    told = "".join(sentence.text for sentence in answer.sentences)
    assert answer.status == "answered"
    assert all(name in told for name in names)
    assert not any(name in told for name in others)


@pytest.mark.parametrize(
    "question",
    [
        "肺癌肝转移的分子机制有哪些？",
        "肺癌肝转移如何治疗？",
        "Which pathways drive liver metastasis?",
    ],
)
def test_an_overview_is_drawn_from_several_sections(assistant, question):
    answer = assistant.ask(question)
    assert len({citation.section for citation in answer.citations}) >= 4


@pytest.mark.parametrize(
    "question",
    [
        "胃癌肝转移的分子机制有哪些？",
        "阿尔茨海默病的发病机制是什么？",
        "老年肺癌肝转移的分子机制有哪些？",
        "肺癌肝转移铁死亡的机制",
        "肺癌肝转移的护理措施有哪些？",
        "肺癌肝转移的诊断方法有哪些？",
        "糖尿病肾病的手术治疗有哪些？",
        "How is lung cancer liver metastasis prevented?",
        "What are the mechanisms of breast cancer brain metastasis?",
        "Which drugs treat pancreatic cancer?",
    ],
)
def test_a_near_miss_of_a_bare_question_stays_unanswered(assistant, question):
    assert assistant.ask(question).status == "not_found"


def test_another_diseases_drugs_are_no_answer(assistant):
    answer = assistant.ask("胰腺癌有哪些治疗方法？")
    assert answer.status == "not_found" and not answer.citations


def test_cells_of_a_quoted_row_are_shown_apart(assistant):
    from rag.parts import cells_apart
    from ui.console import answer_text
    from ui.web.rendering import citation_json

    answer = assistant.ask("哪些靶向药物用于肺癌肝转移？")
    row = next(c for c in answer.citations if "\t" in c.quote)
    shown = citation_json(row)["quote"]
    assert "\t" not in shown and shown == cells_apart(row.quote)
    assert shown.split(" ｜ ") == row.quote.split("\t")
    assert shown in answer_text(answer)
