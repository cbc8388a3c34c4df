"""Questions that lean on the turns before are completed; those complete in themselves are not."""

from __future__ import annotations

import pytest
from llm_stub import Stub, says
from small_lexicon import small_lexicon

from index.lexicon import load_lexicon
from rag.followup import complete, complete_by_model
from rag.llm import Endpoint

TGF = "TGF-β/Smad 信号通路如何促进肺癌肝转移？"
TWO = "吉非替尼和奥希替尼有什么区别？"
USE = "奥希替尼的适应证是什么？"
FIRST = "广泛期小细胞肺癌的一线治疗是什么？"

CASES_ZH = [
    # Another thing in place of one of its kind.
    (["化疗对肺癌肝转移的疗效如何？"], "那免疫治疗呢？", "免疫治疗对肺癌肝转移的疗效如何？"),
    (["PD-1 抑制剂在 NSCLC 肝转移中的疗效如何？"], "那 SCLC 呢？", "PD-1 抑制剂在 SCLC 肝转移中的疗效如何？"),
    ([TGF], "那 Wnt/β-catenin 通路呢？", "Wnt/β-catenin 通路如何促进肺癌肝转移？"),
    (["达格列净能延缓肾功能下降吗？"], "恩格列净呢", "恩格列净能延缓肾功能下降吗？"),
    (["CXCL12 由哪些细胞分泌？"], "CCL2 呢？", "CCL2 由哪些细胞分泌？"),
    (["肺癌肝转移的治疗方法有哪些？"], "脑转移呢？", "肺癌脑转移的治疗方法有哪些？"),
    ([FIRST], "二线呢？", "广泛期小细胞肺癌的二线治疗是什么？"),
    ([FIRST], "局限期呢？", "局限期小细胞肺癌的一线治疗是什么？"),
    (["Kupffer 细胞在转移早期的作用是什么？"], "在后期呢？", "Kupffer 细胞在转移后期的作用是什么？"),
    (["肺癌肝转移有哪些信号通路？"], "那免疫治疗呢？", "免疫治疗在肺癌肝转移中的作用如何？"),
    # A quality of what was asked about.
    ([USE], "剂量呢？", "奥希替尼的剂量是多少？"),
    ([USE], "副作用？", "奥希替尼的副作用有哪些？"),
    ([USE, "副作用？"], "那剂量是多少", "奥希替尼的剂量是多少？"),
    (["肺癌肝转移有哪些信号通路？"], "预后如何？", "肺癌肝转移的预后如何？"),
    (["肺癌肝转移有哪些信号通路？"], "治疗方法有哪些？", "肺癌肝转移的治疗方法有哪些？"),
    (["糖尿病肾病的诊断标准是什么？"], "如何筛查？", "糖尿病肾病如何筛查？"),
    (["糖尿病肾病的诊断标准是什么？"], "有哪些药物可以治疗？", "糖尿病肾病有哪些药物可以治疗？"),
    ([FIRST], "老年患者怎么办？", "广泛期小细胞肺癌，老年患者怎么办？"),
    # Words that point back.
    ([TGF], "它的下游靶基因有哪些？", "TGF-β/Smad 信号通路的下游靶基因有哪些？"),
    ([TGF], "该通路的抑制剂有哪些？", "TGF-β/Smad 信号通路的抑制剂有哪些？"),
    (["整合素在肺癌肝转移中有什么作用？"], "其抑制剂的疗效如何？", "整合素的抑制剂的疗效如何？"),
    (["二甲双胍能否用于肾功能不全患者？"], "这种药有哪些禁忌证？", "二甲双胍有哪些禁忌证？"),
    (["二甲双胍能否用于糖尿病肾病？"], "这种病如何筛查？", "糖尿病肾病如何筛查？"),
    ([TWO], "前者适合哪些患者？", "吉非替尼适合哪些患者？"),
    ([TWO], "后者的不良反应有哪些？", "奥希替尼的不良反应有哪些？"),
    ([TWO], "它们的剂量分别是多少？", "吉非替尼和奥希替尼的剂量分别是多少？"),
    (["EGFR 突变患者首选什么药？"], "该药的不良反应有哪些？", "EGFR 突变患者首选什么药？该药的不良反应有哪些？"),
    (["CXCL12 由哪些细胞分泌？"], "哪些药物能抑制它？", "哪些药物能抑制 CXCL12？"),
    (["CXCL12 由哪些细胞分泌？"], "其中哪些与肝转移有关？", "CXCL12 由哪些细胞分泌？其中哪些与肝转移有关？"),
    # Why, what else, who says so.
    (["奥希替尼对 EGFR 突变患者是否有效？"], "为什么？", "为什么奥希替尼对 EGFR 突变患者有效？"),
    (["TGF-β 如何促进肺癌肝转移？"], "为什么？", "TGF-β 为什么会促进肺癌肝转移？"),
    (["肺癌肝转移的治疗方法有哪些？"], "还有其他的吗？", "除此之外，肺癌肝转移的治疗方法有哪些？"),
    (["整合素有什么作用？"], "这是谁的研究？", "整合素有什么作用？这是谁的研究？"),
    # Corrections, conditions, more of the same.
    (["肺癌肝转移的一线治疗是什么？"], "不是肝转移，是脑转移", "肺癌脑转移的一线治疗是什么？"),
    ([USE], "不对，我问的是吉非替尼", "吉非替尼的适应证是什么？"),
    ([USE], "如果有肝转移呢？", "如果有肝转移，奥希替尼的适应证是什么？"),
    ([USE], "和吉非替尼相比呢？", "和吉非替尼相比，奥希替尼的适应证是什么？"),
    ([USE], "女性呢？", "关于女性，奥希替尼的适应证是什么？"),
    ([USE], "孕妇可以用吗？", "奥希替尼，孕妇可以用吗？"),
    ([USE], "有临床试验的证据吗？", "奥希替尼，有临床试验的证据吗？"),
    ([USE], "详细说说", USE),
    (["整合素如何促进肺癌肝转移？"], "那它可以作为治疗靶点吗？", "整合素可以作为治疗靶点吗？"),
    (["TGF-β 在早期和晚期的作用有何不同？"], "后者的机制是什么？", "TGF-β在晚期的机制是什么？"),
    (["CXCL12 由哪些细胞分泌？"], "与预后有关吗？", "CXCL12 与预后有关吗？"),
    # The topic lives through a chain.
    ([TGF, "它的抑制剂有哪些？", "明天上海的天气怎么样？", USE], "剂量呢？", "奥希替尼的剂量是多少？"),
    (["What is the dose of osimertinib?"], "副作用呢？", "osimertinib 的副作用有哪些？"),
]  # fmt: skip

CASES_EN = [
    (["What is the first-line treatment of NSCLC with liver metastasis?"], "and in SCLC?",
     "What is the first-line treatment of SCLC with liver metastasis?"),
    (["What is the first-line treatment of NSCLC?"], "What about second-line?",
     "What is the second-line treatment of NSCLC?"),
    (["How effective is chemotherapy in lung cancer?"], "What about immunotherapy?",
     "How effective is immunotherapy in lung cancer?"),
    (["How do integrins promote liver metastasis?"], "And E-cadherin?",
     "How does E-cadherin promote liver metastasis?"),
    (["What is osimertinib used for?"], "What is its dose?", "What is osimertinib's dose?"),
    (["What is osimertinib used for?"], "side effects?", "What are the side effects of osimertinib?"),
    (["What is osimertinib used for?"], "And the dose?", "What is the dose of osimertinib?"),
    (["Is osimertinib effective against T790M?"], "why?", "Why is osimertinib effective against T790M?"),
    (["Does TGF-β promote liver metastasis?"], "how?", "How does TGF-β promote liver metastasis?"),
    (["How do integrins promote liver metastasis?"], "Why?", "Why do integrins promote liver metastasis?"),
    (["How do gefitinib and osimertinib differ?"], "Which side effects does the latter have?",
     "Which side effects does osimertinib have?"),
    (["How do gefitinib and osimertinib differ?"], "Are they given orally?",
     "Are gefitinib and osimertinib given orally?"),
    (["How does the TGF-β/Smad pathway act?"], "Which inhibitors of this pathway are known?",
     "Which inhibitors of TGF-β/Smad pathway are known?"),
    (["How does bevacizumab work?"], "Can it be used in squamous cell carcinoma?",
     "Can bevacizumab be used in squamous cell carcinoma?"),
    (["How does bevacizumab work?", "Can it be used in squamous cell carcinoma?"], "and anlotinib?",
     "Can anlotinib be used in squamous cell carcinoma?"),
    (["How do integrins promote liver metastasis?"], "Who showed this?",
     "How do integrins promote liver metastasis? Who showed this?"),
    (["What is the dose of osimertinib?"], "not osimertinib, gefitinib", "What is the dose of gefitinib?"),
    (["What is the dose of osimertinib?"], "I meant gefitinib", "What is the dose of gefitinib?"),
    (["What is the dose of osimertinib?"], "with food?", "What is the dose of osimertinib with food?"),
    (["How do integrins promote liver metastasis?"], "and in women?",
     "How do integrins promote liver metastasis in women?"),
    (["How do integrins promote liver metastasis?"], "tell me more",
     "How do integrins promote liver metastasis?"),
    (["Does metformin protect the kidney?"], "Is there evidence from trials?",
     "Regarding metformin, is there evidence from trials?"),
    (["What treatments exist for liver metastasis?"], "anything else?",
     "Besides that, what treatments exist for liver metastasis?"),
]  # fmt: skip

COMPLETE = [
    "2 型糖尿病肾病如何治疗？",
    "明天上海的天气怎么样？",
    "奥希替尼的推荐剂量是多少？",
    "奥希替尼是什么？它的剂量是多少？",
    "整合素及其配体有什么作用？",
    "“胜任力”这个词第一次在哪里出现？",
    "本文介绍了哪些信号通路？",
    "该文的研究对象是什么？",
    "谁提出了“种子与土壤”学说？",
    "为什么肝转移患者免疫治疗效果不好？",
    "What is the dose of finerenone in diabetic kidney disease?",
    "Is it known that the liver filters blood?",
    "How long does it take for resistance to develop?",
    "Which cells secrete CXCL12 and what does it do?",
    "When did Paget propose his hypothesis?",
    "Who proposed the seed and soil hypothesis?",
]


ANSWERED = {
    "EGFR 突变患者首选什么药？": ["奥希替尼是 EGFR 突变患者的首选药物，属于 EGFR 抑制剂。"],
    "CXCL12 由哪些细胞分泌？": ["CXCL12 由肝星状细胞和 T 细胞分泌。"],
    "有哪些药物？": ["吉非替尼和奥希替尼均可使用。", "二甲双胍也可使用。"],
    "Which drug is first-line?": ["奥希替尼是一线药物。"],
}
POINTED = [
    ("EGFR 突变患者首选什么药？", "该药的不良反应有哪些？", "奥希替尼的不良反应有哪些？"),
    ("有哪些药物？", "这些药物的剂量分别是多少？", "吉非替尼和奥希替尼的剂量分别是多少？"),
    # One word for two drugs is not guessed.
    ("有哪些药物？", "该药的剂量是多少？", "有哪些药物？该药的剂量是多少？"),
    ("Which drug is first-line?", "What are the side effects of this drug?",
     "What are the side effects of osimertinib?"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "question", "expected"), POINTED)
def test_a_word_points_to_what_only_the_answer_named(before, question, expected):
    asked = complete(question, [before], small_lexicon(), lambda text: ANSWERED[text])
    assert asked == expected


def test_the_answer_before_is_looked_for_only_where_it_is_pointed_to():
    def never(text):
        raise AssertionError(text)

    assert complete("剂量呢？", [USE], small_lexicon(), never) == "奥希替尼的剂量是多少？"
    assert complete("该药的剂量呢？", [USE], small_lexicon(), never)


@pytest.mark.parametrize(("history", "question", "expected"), CASES_ZH + CASES_EN)
def test_a_leaning_question_is_completed(history, question, expected):
    assert complete(question, history, small_lexicon()) == expected


@pytest.mark.parametrize("question", COMPLETE)
@pytest.mark.parametrize("before", [TGF, TWO, "How do integrins promote liver metastasis?"])
def test_a_complete_question_is_left_alone(question, before):
    assert complete(question, [before], small_lexicon()) == question
    assert complete(question, [], small_lexicon()) == question


def test_an_opening_word_alone_leans_on_nothing():
    question = "那奥希替尼的推荐剂量是多少？"
    assert complete(question, [TGF], small_lexicon()) == "奥希替尼的推荐剂量是多少？"


@pytest.mark.parametrize("question", ["剂量呢？", "side effects?", "那它呢？", "why?", "？"])
def test_without_earlier_questions_nothing_changes(question):
    assert complete(question, []) == question
    assert complete(question, ["", " ? "]) == question


def test_forms_help_where_the_lexicon_is_silent():
    assert (
        complete("恩格列净呢？", ["达格列净能延缓肾功能下降吗？"]) == "恩格列净能延缓肾功能下降吗？"
    )
    assert complete("剂量呢？", ["伏美替尼的适应证是什么？"]) == "伏美替尼的剂量是多少？"


@pytest.fixture
def endpoint():
    stub = Stub()
    yield stub, Endpoint(stub.url, "stub", timeout=10)
    stub.close()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("免疫治疗用于肺癌肝转移的疗效怎么样？", "免疫治疗用于肺癌肝转移的疗效怎么样？"),
        # What nobody asked about, another language, nothing: the rules' own completion.
        ("纳武利尤单抗对胃癌的疗效怎么样？", "免疫治疗对肺癌肝转移的疗效如何？"),
        ("How effective is immunotherapy?", "免疫治疗对肺癌肝转移的疗效如何？"),
        ("", "免疫治疗对肺癌肝转移的疗效如何？"),
    ],
)
def test_a_model_completes_from_what_was_asked(endpoint, reply, expected):
    stub, model = endpoint
    stub.reply = says(reply)
    history = ["化疗对肺癌肝转移的疗效如何？"]
    assert complete_by_model("那免疫治疗呢？", history, small_lexicon(), model) == expected
    assert "化疗对肺癌肝转移" in stub.requests[0]["messages"][1]["content"]


def test_a_model_is_not_asked_about_a_complete_question(endpoint):
    stub, model = endpoint
    assert complete_by_model(TGF, [USE], small_lexicon(), model) == TGF
    assert stub.requests == []


def test_a_model_that_fails_leaves_it_to_the_rules(endpoint):
    stub, model = endpoint
    stub.status = 500
    assert complete_by_model("剂量呢？", [USE], None, model) == "奥希替尼的剂量是多少？"


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("肺癌肝转移的分子机制有哪些？", "有哪些靶向药物？", "肺癌肝转移有哪些靶向药物？"),
        ("类风湿关节炎怎么治疗？", "有哪些生物制剂？", "类风湿关节炎有哪些生物制剂？"),
        ("糖尿病肾病如何诊断？", "分为几期？", "糖尿病肾病分为几期？"),
        ("How is gout treated?", "Which drugs?", "Regarding gout, which drugs?"),
        ("肺癌肝转移如何治疗？", "胃癌有哪些靶向药物？", "胃癌有哪些靶向药物？"),
    ],
)
def test_what_is_asked_of_nothing_is_asked_of_the_subject_before(before, question, expected):
    assert complete(question, [before], load_lexicon()) == expected
