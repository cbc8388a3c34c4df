"""The claim guard: planted errors are found, faithful sentences in other words pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_lexicon import small_lexicon

from rag.guard import check
from rag.quantities import quantities
from rag.wiring import load_translator

TGF = "TGF-β 上调 Snail，抑制 E-cadherin 的表达，诱导上皮间质转化。"
OS = "贝伐珠单抗组的中位总生存期为 12.5 个月，高于对照组的 9.3 个月（P=0.02）。"
DOSE = "奥希替尼的推荐剂量为 80 mg，每日 1 次口服。"
NOT = "奥希替尼与吉非替尼的客观缓解率没有显著差异。"
EGFR = "二甲双胍在 eGFR 低于 30 mL/min 时禁用。"
UACR = "UACR ≥30 mg/g 且持续 3 个月以上提示白蛋白尿。"
LOSS = "PTEN 缺失导致 AKT 持续活化，肝转移风险升高。"
CELLS = "肝星状细胞分泌 CXCL12，促进表达 CXCR4 的肿瘤细胞向肝脏迁移。"

ARMS = "A 组的有效率为 67.2%，B 组为 45.1%；不良反应发生率分别为 12.0% 和 20.5%。"
VERSUS = (
    "Compared with gefitinib, osimertinib prolonged progression-free survival (12.3 vs 8.1 months)."
)
YEARS = "患者 1 年、3 年和 5 年生存率分别为 85.0%、60.3% 和 42.7%。"
MAYBE = "二甲双胍可能通过激活 AMPK 抑制肿瘤细胞增殖。"
LINKED = "维生素 D 缺乏与抑郁风险升高独立相关。"
MICE = "在小鼠模型中，二甲双胍减轻了肾脏纤维化。"
GRADE = "3 级及以上不良反应的发生率为 18.2%。"
SOME = "部分患者停药后病情反弹。"
LATE = "晚期肺癌患者的中位生存期为 13.4 个月。"
NOPROOF = "尚无充分证据表明二甲双胍能够预防痴呆。"
BOUND = "血钾不应超过 5.5 mmol/L；UACR 低于 30 mg/g 为 A1，高于 300 mg/g 为 A3。"
PREGNANT = "妊娠期妇女不宜使用甲氨蝶呤，因其可导致胎儿畸形。"
RELIEF = "贝伐珠单抗延长了中位总生存期，但没有降低病死率。"
HOPE = "上述结果提示 miR-21 有望成为早期诊断胃癌的标志物。"
EITHER = "STK11 突变患者接受免疫治疗的疗效较差，而 KRAS 单纯突变患者的疗效较好。"
BLOCKER = "SGLT2 抑制剂延缓了小鼠的动脉粥样硬化。"
WARBURG = "缺氧上调 HIF-1α，后者抑制线粒体呼吸并增强糖酵解。"
# The same said freely: another order, other words for a denial, for alike, for what is counted.
SHRUNK = "抑制剂预处理后，小鼠心肌梗死面积由 42.3% 缩小至 24.7%。"
EARLY = "早发型的病死率高于晚发型。"
BESIDE = "与成人相比，儿童感染后重症率低。"
TIMES = "ctDNA 阳性者术后复发风险为阴性者的 7 倍。"
AGES = "我国 20 岁及以上成人哮喘患病率为 8.6%，40 岁以上人群为 13.7%。"
CODES = "T790M 突变的检出率约为 15%，MET 扩增约为 20%。"
SAME = "敲除 H19 的小鼠转移结节减少约 70%，而原发瘤大小无明显差异。"
IRON = "血红蛋白升高不足 10 g/L 者可改用静脉铁剂。"
LACK = "TREM2 缺失使小胶质细胞无法聚集到斑块周围。"
FEW = "仅少数肺癌患者能从该药治疗中获益。"
BARRED = "用药前应筛查潜伏性结核，活动性结核患者禁用该药。"
KEPT = "PCSK9 抑制剂阻止 LDL 受体降解，使肝细胞表面受体增多。"
NO_LINK = "早期肠内营养与病死率下降无显著关联。"
VACCINE = "未接种疫苗的儿童麻疹发病率明显升高。"
EARLY_NOT = "术后出血患者不宜早期抗凝，应先控制出血。"
NO_FEVER = "患者无发热、咳嗽，肺部影像正常。"
APART = "抑郁症状的缓解独立于疼痛的减轻。"
NO_MORE = "手术未增加并发症，住院时间也无延长。"
HIGH = "SOX9 高表达的肺癌组织中 CD8+ T 细胞浸润减少。"

FAITHFUL = [
    ("小鼠的心肌梗死面积经抑制剂预处理从 42.3% 减至 24.7%。", SHRUNK),
    ("晚发型的病死率比早发型低。", EARLY),
    ("儿童感染后重症比成人少。", BESIDE),
    ("哮喘在我国 20 岁及以上成人中的患病率是 8.6%，40 岁以上者达 13.7%。", AGES),
    ("MET 扩增约占 20%，T790M 突变约占 15%。", CODES),
    ("缺失 H19 的小鼠转移结节少了约 70%，原发肿瘤大小则相近。", SAME),
    ("若血红蛋白上升未达 10 g/L，可换成静脉补铁。", IRON),
    ("缺乏 TREM2 时小胶质细胞不能聚集到斑块周围。", LACK),
    ("PCSK9 被抑制后 LDL 受体不再降解，肝细胞表面受体增加。", KEPT),
    ("未发现早期肠内营养与病死率降低之间有显著关联。", NO_LINK),
    ("Measles is clearly more frequent among unvaccinated children.", VACCINE),
    ("In postoperative bleeding, haemorrhage is controlled first and anticoagulation delayed.", EARLY_NOT),
    ("术后出血者应先止血，推迟抗凝。", EARLY_NOT),
    ("The patient had neither fever nor cough, and lung imaging was normal.", NO_FEVER),
    ("患者没有发热和咳嗽，肺部影像未见异常。", NO_FEVER),
    ("抑郁症状缓解与疼痛是否减轻无关。", APART),
    ("手术没有使并发症增多，住院时间亦未延长。", NO_MORE),
    ("该药只对少部分肺癌患者有益。", FEW),
    ("肺癌组织 SOX9 表达高时 CD8+ T 细胞浸润较少。", HIGH),
    ("Methotrexate should not be used in pregnant women, as it can cause fetal malformations.", PREGNANT),
    ("Bevacizumab prolonged median overall survival but failed to lower mortality.", RELIEF),
    ("The results suggest that miR-21 could become a marker of early gastric cancer.", HOPE),
    ("Patients with KRAS mutations alone respond better to immunotherapy.", EITHER),
    ("SGLT2 inhibitors delayed atherosclerosis in mice.", BLOCKER),
    ("缺氧时 HIF-1α 上调，线粒体呼吸受到抑制，糖酵解增强。", WARBURG),
    ("有效率在 B 组为 45.1%，在 A 组为 67.2%。", ARMS),
    ("The response rate was 67.2% in group A and 45.1% in group B.", ARMS),
    ("Progression-free survival was 12.3 months with osimertinib and 8.1 months with gefitinib.", VERSUS),
    ("5 年生存率 42.7%，3 年生存率 60.3%。", YEARS),
    ("Survival was 85.0% at 1 year and 42.7% at 5 years.", YEARS),
    ("肿瘤细胞增殖或可被二甲双胍经 AMPK 激活所抑制。", MAYBE),
    ("Metformin may inhibit tumour cells by activating AMPK.", MAYBE),
    ("抑郁风险升高与维生素 D 缺乏有关。", LINKED),
    ("Vitamin D deficiency is associated with a higher risk of depression.", LINKED),
    ("小鼠的肾脏纤维化因二甲双胍而减轻。", MICE),
    ("18.2% 的患者出现 3 级及以上的不良反应。", GRADE),
    ("停药后有一部分患者病情反弹。", SOME),
    ("Median survival in advanced lung cancer was 13.4 months.", LATE),
    ("二甲双胍预防痴呆的证据尚不充分。", NOPROOF),
    ("UACR 高于 300 mg/g 为 A3，血钾一般不要超过 5.5 mmol/L。", BOUND),
    ("上皮间质转化由 TGF-β 诱导，Snail 上调而 E-cadherin 受到抑制。", TGF),
    ("TGF-β upregulates Snail, inhibits E-cadherin and induces EMT.", TGF),
    ("对照组中位总生存期 9.3 个月，低于贝伐珠单抗组的 12.5 个月。", OS),
    ("Median overall survival was longer with bevacizumab, at 12.5 months, than in controls, at 9.3 months.", OS),
    ("奥希替尼推荐每日 1 次口服 80 mg。", DOSE),
    ("Osimertinib is recommended at 80 mg once daily.", DOSE),
    ("奥希替尼和吉非替尼的客观缓解率差异不显著。", NOT),
    ("eGFR 低于 30 mL/min 的患者禁用二甲双胍。", EGFR),
    ("Metformin must not be used with an eGFR below 30 mL/min.", EGFR),
    ("UACR 持续 3 个月以上不低于 30 mg/g，提示白蛋白尿。", UACR),
    ("AKT 的持续活化可由 PTEN 缺失引起。", LOSS),
    ("When PTEN is lost, AKT stays activated.", LOSS),
]  # fmt: skip

PLANTED = [
    ("direction", "小鼠的心肌梗死面积经抑制剂预处理从 24.7% 增至 42.3%。", SHRUNK),
    ("direction", "The inhibitor changed infarct size in mice from 24.7% to 42.3%.", SHRUNK),
    ("comparison", "晚发型的病死率比早发型高。", EARLY),
    ("comparison", "儿童感染后重症比成人多。", BESIDE),
    ("comparison", "ctDNA 阴性者术后复发风险高达阳性者的 7 倍。", TIMES),
    ("binding", "成人哮喘患病率在 20 岁及以上者中是 13.7%，40 岁以上者为 8.6%。", AGES),
    ("negation", "敲除 H19 的小鼠原发瘤大小有明显差异。", SAME),
    ("negation", "缺乏 TREM2 时小胶质细胞能够聚集到斑块周围。", LACK),
    ("negation", "早期肠内营养与病死率降低显著相关。", NO_LINK),
    ("negation", "Early enteral nutrition had a significant association with mortality.", NO_LINK),
    ("negation", "抑郁症状的缓解依赖于疼痛的减轻。", APART),
    ("scope", "肺癌患者都能从该药治疗中获益。", FEW),
    ("negation", "活动性结核患者可以使用该药。", BARRED),
    ("direction", "肺癌组织 SOX9 表达低时 CD8+ T 细胞浸润减少。", HIGH),
    ("negation", "Methotrexate should be used in pregnant women, as it can cause fetal malformations.", PREGNANT),
    ("negation", "Bevacizumab prolonged median overall survival but managed to lower mortality.", RELIEF),
    ("strength", "The results suggest that miR-21 will become a marker of early gastric cancer.", HOPE),
    ("comparison", "Patients with STK11 mutations respond better to immunotherapy.", EITHER),
    ("direction", "SGLT2 激动剂延缓了小鼠的动脉粥样硬化。", BLOCKER),
    ("direction", "缺氧时 HIF-1α 上调，线粒体呼吸受到促进，糖酵解减弱。", WARBURG),
    # numbers, units, signs
    ("number", "贝伐珠单抗组的中位总生存期为 15.2 个月。", OS),
    ("number", "贝伐珠单抗组的中位总生存期为 12.5 年。", OS),
    ("number", "奥希替尼的推荐剂量为 80 g，每日 1 次口服。", DOSE),
    ("number", "UACR <30 mg/g 提示白蛋白尿。", UACR),
    ("number", "UACR 在 3 个月以下提示白蛋白尿。", UACR),
    ("number", "Osimertinib is recommended at 80 mg twice daily.", DOSE),
    ("number", "UACR 变化为 -5.2%。", "UACR 变化为 5.2%。"),
    # names
    ("name", "吉非替尼的推荐剂量为 80 mg，每日 1 次口服。", DOSE),
    ("name", "TGF-β 上调 KRAS，抑制 E-cadherin 的表达。", TGF),
    ("name", "Gefitinib is recommended at 80 mg once daily.", DOSE),
    ("name", "PI3K/AKT 信号通路抑制 E-cadherin 的表达，诱导上皮间质转化。", TGF),
    ("name", "Hippo 信号抑制 E-cadherin 的表达。", TGF),
    ("name", "胰腺癌细胞由 TGF-β 诱导上皮间质转化。", TGF),
    # directions, also in a passive or in another language
    ("direction", "TGF-β 下调 Snail，抑制 E-cadherin 的表达。", TGF),
    ("direction", "Snail 被 TGF-β 抑制。", TGF),
    ("direction", "TGF-β inhibits Snail.", TGF),
    ("direction", "PTEN 缺失抑制 AKT 活化。", LOSS),
    # denials
    ("negation", "奥希替尼与吉非替尼的客观缓解率有显著差异。", NOT),
    ("negation", "TGF-β 不能诱导上皮间质转化。", TGF),
    ("negation", "Metformin is recommended with an eGFR below 30 mL/min.", EGFR),
    # comparisons, the numbers against the word too
    ("comparison", "贝伐珠单抗组的中位总生存期为 12.5 个月，低于对照组的 9.3 个月。", OS),
    ("comparison", "对照组中位总生存期 9.3 个月，高于贝伐珠单抗组的 12.5 个月。", OS),
    ("comparison", "Median survival was shorter with bevacizumab, at 12.5 months, than in controls, at 9.3 months.", OS),
    # numbers of another arm, time or outcome
    ("binding", "A 组的有效率为 45.1%，B 组为 67.2%。", ARMS),
    ("binding", "B 组的不良反应发生率为 12.0%。", ARMS),
    ("binding", "The response rate was 45.1% in group A.", ARMS),
    ("binding", "Progression-free survival was 8.1 months with osimertinib and 12.3 months with gefitinib.", VERSUS),
    ("binding", "奥希替尼的无进展生存期为 8.1 个月，吉非替尼为 12.3 个月。", VERSUS),
    ("binding", "5 年生存率为 60.3%。", YEARS),
    ("binding", "Survival was 60.3% at 5 years.", YEARS),
    # surer than the paper, a cause of an association
    ("strength", "二甲双胍可以通过激活 AMPK 抑制肿瘤细胞增殖。", MAYBE),
    ("strength", "研究证明二甲双胍通过激活 AMPK 抑制肿瘤细胞增殖。", MAYBE),
    ("strength", "Metformin inhibits tumour cells by activating AMPK.", MAYBE),
    ("cause", "维生素 D 缺乏导致抑郁风险升高。", LINKED),
    ("cause", "Vitamin D deficiency causes depression.", LINKED),
    # about more than the paper says it of
    ("scope", "二甲双胍减轻了患者的肾脏纤维化。", MICE),
    ("scope", "Metformin reduced renal fibrosis in patients.", MICE),
    ("scope", "不良反应的发生率为 18.2%。", GRADE),
    ("scope", "Adverse events occurred in 18.2%.", GRADE),
    ("scope", "所有患者停药后病情反弹。", SOME),
    ("scope", "All patients relapse after the drug is stopped.", SOME),
    ("scope", "肺癌患者的中位生存期为 13.4 个月。", LATE),
    ("scope", "Patients with lung cancer had a median survival of 13.4 months.", LATE),
    ("negation", "有充分证据表明二甲双胍能够预防痴呆。", NOPROOF),
    # another sentence's citation
    ("citation", "研究采用随机双盲设计，主要终点为一年随访时的依从性。", "患者应定期复查增强扫描并监测转氨酶与胆红素水平。"),
    ("citation", "TGF-β 诱导上皮间质转化。", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "quote"), FAITHFUL)
def test_a_faithful_sentence_passes(sentence, quote):
    assert check(sentence, [quote], translator=small_lexicon()) == ()


@pytest.mark.parametrize(("kind", "sentence", "quote"), PLANTED)
def test_a_planted_error_is_found(kind, sentence, quote):
    found = check(sentence, [quote] if quote else [], translator=small_lexicon())
    assert kind in {finding.kind for finding in found}
    assert all(finding.zh and finding.en for finding in found)


def test_a_quote_supports_itself():
    for quote in (TGF, OS, DOSE, NOT, EGFR, UACR, LOSS, CELLS):
        assert check(quote, [quote], translator=small_lexicon()) == ()
        assert check(quote, [quote]) == ()


def test_another_passage_that_is_nearer_takes_the_citation():
    sentence = "TGF-β 诱导上皮间质转化。"
    assert check(sentence, [TGF], nearness=(0.85, 0.86)) == ()
    (finding,) = check(sentence, [TGF], nearness=(0.80, 0.90))
    assert finding.kind == "citation"


def test_headings_lend_diseases_only():
    quote = "客观缓解率为 48.6%。"
    sentence = "糖尿病肾病患者的客观缓解率为 48.6%。"
    assert check(sentence, [quote], translator=small_lexicon())
    context = "糖尿病肾病的治疗"
    assert check(sentence, [quote], translator=small_lexicon(), context=context) == ()
    drug = "奥希替尼的客观缓解率为 48.6%。"
    assert check(drug, [quote], translator=small_lexicon(), context="奥希替尼治疗")


@pytest.mark.parametrize(
    ("text", "value", "unit", "comparator"),
    [
        ("约 1,200 例", 1200, "patient", ""), ("3 万例", 30000, "patient", ""),
        ("百分之五", 5, "%", ""), ("≥30 mg/g", 30, "mg/g", ">="), ("不低于 50%", 50, "%", ">="),
        ("3 个月以上", 3, "month", ">="), ("130/80 mmHg 以下", 130, "", "<="),
        ("fewer than 5 months", 5, "month", "<"), ("60 mL/min", 60, "mL/min", ""),
        ("变化 -0.5%", -0.5, "%", ""), ("３０％", 30, "%", ""),
    ],
)  # fmt: skip
def test_quantities(text, value, unit, comparator):
    found = quantities(text)[0]
    assert (found.value, found.unit, found.comparator) == (value, unit, comparator)


@pytest.mark.parametrize("name", ["IL-6", "CD8+", "PD-1", "T790M", "β1", "Smad2/3", "p53", "HER2"])
def test_digits_of_names_are_no_quantities(name):
    assert quantities(f"{name} 升高") == ()


def test_a_denial_left_out_is_found_by_what_the_words_render():
    """The clauses share no name: the dictionary tells that the claim speaks of the denied one."""
    source = "脂蛋白水平主要由遗传决定，生活方式干预几乎不能使其降低。"
    kept = (
        "Lipoprotein levels are mainly genetic and can hardly be lowered by lifestyle intervention."
    )
    lost = "Lipoprotein levels are mainly genetic and can readily be lowered by lifestyle intervention."
    translator = load_translator(Path("nowhere"))
    assert check(kept, [source], translator=translator) == ()
    assert "negation" in {f.kind for f in check(lost, [source], translator=translator)}
