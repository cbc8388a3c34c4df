"""The two tables: every cell from its sentence, directions and negations as they stand."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from small_lexicon import small_lexicon

from index.snapshot import Snapshot
from ingest.clean import search_text
from ingest.errors import SettingsError
from rag import tabular
from rag.extraction import KINDS, rows_of, table
from rag.mechanisms import mechanisms_zh
from rag.mechanisms_en import mechanisms_en
from rag.printed_tables import printed_treatments
from rag.table_records import Table, TableRow
from rag.treatments import treatments_zh
from rag.treatments_en import treatments_en
from ui.cli import main

MECHANISMS_ZH = [
    # What is damaged or cut does not act, nor does half a name.
    ("AKT 可损伤肝星状细胞并抑制血管生成。", ["AKT|抑制|down|血管生成"]),
    ("突变蛋白可被识别，进而激活 AKT。", []),
    ("肝星状细胞功能障碍由缺氧引起，促进肝转移。", ["肝星状细胞功能障碍|促进|up|肝转移"]),
    # A process by its name, a verb here.
    ("TGF-β 与受体结合后上调 Snail，促进肺癌转移。",
     ["TGF-β|上调|up|Snail", "TGF-β|促进|up|肺癌转移"]),
    ("PTEN 表达增多，使血管生成减少。", ["PTEN 表达增多|使血管生成减少|down|血管生成"]),
    ("TGF-β 通过上调 Snail、抑制 E-cadherin 表达，促进上皮间质转化。",
     ["TGF-β|上调|up|Snail", "TGF-β|抑制|down|E-cadherin 表达", "TGF-β|促进|up|上皮间质转化"]),
    # Denied effects stay denied.
    ("miR-21 不促进肺癌细胞增殖，但抑制 PTEN 表达。",
     ["miR-21|不促进|none|肺癌细胞增殖", "miR-21|抑制|down|PTEN 表达"]),
    ("SIRT1 未能抑制 NF-κB 的活化。", ["SIRT1|未能抑制|none|NF-κB 的活化"]),
    ("PTEN 不能抑制 EMT；AKT 促进侵袭。", ["PTEN|不能抑制|none|EMT", "AKT|促进|up|侵袭"]),
    # Passives are turned round.
    ("NF-κB 的活化被 SIRT1 抑制。", ["SIRT1|抑制|down|NF-κB 的活化"]),
    ("AKT 可被 PTEN 抑制。", ["PTEN|抑制|down|AKT"]),
    ("PTEN 受 miR-21 抑制。", ["miR-21|抑制|down|PTEN"]),
    ("肝星状细胞被 TGF-β 激活后分泌细胞外基质，促进侵袭。",
     ["TGF-β|激活|up|肝星状细胞", "肝星状细胞|促进|up|侵袭"]),
    # A loss is part of what acts.
    ("敲低 CXCR4 可显著抑制肝转移。", ["敲低 CXCR4|可显著抑制|down|肝转移"]),
    ("CXCR4 敲除显著降低肝转移。", ["CXCR4 敲除|显著降低|down|肝转移"]),
    ("E-cadherin 的下调促进侵袭。", ["E-cadherin 的下调|促进|up|侵袭"]),
    ("PTEN 是该通路的负调控因子，其缺失会导致 AKT 活化。", ["PTEN 缺失|会导致|up|AKT 活化"]),
    # Who acts, who is acted on.
    ("巨噬细胞分泌的 IL-10 抑制 T 细胞。", ["IL-10|抑制|down|T 细胞"]),
    ("巨噬细胞分泌 IL-10，促进血管生成。", ["巨噬细胞|促进|up|血管生成"]),
    ("IL-10 由巨噬细胞分泌，可抑制 CD8+ T 细胞。", ["IL-10|可抑制|down|CD8+ T 细胞"]),
    ("IL-10 对 T 细胞具有抑制作用。", ["IL-10|具有抑制作用|down|T 细胞"]),
    ("VEGF 使血管生成增加。", ["VEGF|使血管生成增加|up|血管生成"]),
    ("阻断 PD-1 可以增强 T 细胞的功能。", ["阻断 PD-1|可以增强|up|T 细胞的功能"]),
    ("二甲双胍通过激活 SIRT1 抑制炎症。", ["二甲双胍|激活|up|SIRT1", "二甲双胍|抑制|down|炎症"]),
    ("帕博利珠单抗阻断 PD-1 与 PD-L1 的结合，恢复 T 细胞的功能。",
     ["帕博利珠单抗|阻断|down|PD-1 与 PD-L1 的结合", "帕博利珠单抗|恢复|up|T 细胞的功能"]),
    # A reserve stays; a short form in brackets belongs to its name.
    ("二甲双胍可能通过激活 SIRT1 抑制炎症。", ["二甲双胍|可能；激活|up|SIRT1", "二甲双胍|可能；抑制|down|炎症"]),
    ("上皮钙黏素（E-cadherin）抑制肝转移。", ["上皮钙黏素（E-cadherin）|抑制|down|肝转移"]),
    ("VEGF 激活表皮生长因子受体（EGFR）和 AKT。", ["VEGF|激活|up|表皮生长因子受体（EGFR）和 AKT"]),
    # A rise by so much, or one that is a sign of something, acts on nothing.
    ("IL-6 升高超过 30% 时应停用二甲双胍。", []),
    ("二甲双胍治疗后 AKT 降低 22.4 ng/mL。", []),
    ("IL-6 升高可能是肝转移的早期信号。", []),
    ("没有研究能够证明二甲双胍可以降低肝转移。", []),
    # Nothing is said, or not by this sentence.
    ("TGF-β 是否促进血管生成尚不清楚。", []),
    ("没有证据表明 IL-10 促进血管生成。", []),
    ("抑制 PD-1 通路的药物包括帕博利珠单抗。", []),
    ("该通路的激活还可减少巨噬细胞的募集。", []),
    ("活化的 T 细胞表达 PD-1。", []),
    ("Snail 的表达下调是上皮间质转化的标志之一。", []),
    ("本文综述促进肝转移的信号通路。", []),
]  # fmt: skip

MECHANISMS_EN = [
    ("TGF-β upregulates Snail and inhibits E-cadherin.",
     ["TGF-β|upregulates|up|Snail", "TGF-β|inhibits|down|E-cadherin"]),
    ("miR-21 does not promote angiogenesis but suppresses PTEN.",
     ["miR-21|does not promote|none|angiogenesis", "miR-21|suppresses|down|PTEN"]),
    ("NF-κB is inhibited by SIRT1.", ["SIRT1|inhibited|down|NF-κB"]),
    ("AKT was not activated by EGFR.", ["EGFR|not activated|none|AKT"]),
    ("Loss of PTEN activates AKT.", ["Loss of PTEN|activates|up|AKT"]),
    ("Knockdown of CXCR4 significantly reduced liver metastasis.",
     ["Knockdown of CXCR4|significantly reduced|down|liver metastasis"]),
    ("Whether IL-10 promotes angiogenesis is unclear.", []),
    ("Activated T cells secrete IL-10.", []),
]  # fmt: skip

TREATMENTS_ZH = [
    # What only is changed, or has failed, is not what is given.
    ("奥希替尼用于吉非替尼疗效不佳的肺癌患者，客观缓解率为 38%。",
     ["奥希替尼|吉非替尼疗效不佳的肺癌患者||客观缓解率为 38%"]),
    ("奥希替尼适用于吉非替尼疗效不佳的患者。", ["奥希替尼|吉非替尼疗效不佳的患者||"]),
    ("肺癌患者接受奥希替尼，中位无进展生存期由 5.5 个月延长至 19.1 个月。",
     ["奥希替尼|肺癌患者||中位无进展生存期由 5.5 个月延长至 19.1 个月"]),
    ("帕博利珠单抗联合化疗一线治疗晚期 NSCLC 患者的客观缓解率为 48.6%，中位总生存期为 22.0 个月。",
     ["帕博利珠单抗联合化疗|晚期 NSCLC 患者|一线治疗|客观缓解率为 48.6%；中位总生存期为 22.0 个月"]),
    # What a drug is compared with is not what is given.
    ("与化疗相比，奥希替尼可降低脑转移患者的死亡风险 28%。",
     ["奥希替尼|脑转移患者||可降低脑转移患者的死亡风险 28%"]),
    ("吉非替尼疗效优于化疗，ORR 为 71.2%。", ["吉非替尼|||ORR 为 71.2%"]),
    ("奥希替尼组和吉非替尼组的中位 PFS 分别为 18.9 个月和 10.2 个月。",
     ["奥希替尼|||中位 PFS 18.9 个月", "吉非替尼|||中位 PFS 10.2 个月"]),
    ("贝伐珠单抗不推荐用于鳞状 NSCLC 患者。", ["贝伐珠单抗|鳞状 NSCLC 患者||不推荐用于"]),
    ("安罗替尼是口服的多靶点酪氨酸激酶抑制剂，在我国用于晚期 NSCLC 的三线治疗。",
     ["安罗替尼|晚期 NSCLC|三线治疗|"]),
    ("ROS1 融合阳性的患者可使用克唑替尼或恩曲替尼，RET 融合阳性的患者可使用普拉替尼。",
     ["克唑替尼或恩曲替尼|ROS1 融合阳性的患者||", "普拉替尼|RET 融合阳性的患者||"]),
    ("SCLC 首选依托泊苷联合顺铂；NSCLC 首选培美曲塞联合卡铂。",
     ["依托泊苷联合顺铂|SCLC|首选|", "培美曲塞联合卡铂|NSCLC|首选|"]),
    ("非奈利酮可减少白蛋白尿并延缓肾功能下降。", ["非奈利酮|||可减少白蛋白尿并延缓肾功能下降"]),
    ("PD-L1 阳性比例分数（tumor proportion score，TPS）不低于 50% 的 NSCLC 患者可选择帕博利珠单抗单药治疗。",
     ["帕博利珠单抗单药治疗|PD-L1 阳性比例分数（tumor proportion score，TPS）不低于 50% 的 NSCLC 患者||"]),
    # Doses, side effects and mechanisms are no treatments given.
    ("奥希替尼的推荐剂量为 80 mg，每日 1 次口服。", []),
    ("贝伐珠单抗常见的不良反应包括高血压、蛋白尿和出血。", []),
    ("安罗替尼可抑制 VEGF。", []),
    ("联合组的客观缓解率为 48.6%，单药组为 29.1%。", []),
    ("奥希替尼组和吉非替尼组和化疗组的中位 PFS 分别为 18.9 个月和 10.2 个月。", []),
]  # fmt: skip

# Denials and the one for whom a drug is not to be used are not lost.
TREATMENTS_ZH += [
    ("化疗未能延长肺癌患者的总生存期。", ["化疗|肺癌患者||未能延长肺癌患者的总生存期"]),
    ("二甲双胍是常用药物，eGFR 低于 30 mL/min 时禁用。", ["二甲双胍|eGFR 低于 30 mL/min||禁用"]),
    ("孕妇禁用二甲双胍，肝功能不全者慎用。", ["二甲双胍|孕妇||禁用"]),
]  # fmt: skip

TREATMENTS_EN = [
    ("Osimertinib is effective in patients with EGFR-mutated NSCLC.",
     ["Osimertinib|patients with EGFR-mutated NSCLC||"]),
    ("Bevacizumab is not recommended for squamous cell carcinoma.",
     ["Bevacizumab|squamous cell carcinoma||not recommended"]),
    ("The objective response rate of pembrolizumab plus chemotherapy was 48.6%.",
     ["pembrolizumab plus chemotherapy|||objective response rate of pembrolizumab plus chemotherapy was 48.6%"]),
    ("Osimertinib inhibits EGFR.", []),
]  # fmt: skip


def shown(found):
    return [
        "|".join(str(getattr(item, name)) for name in item.__dataclass_fields__) for item in found
    ]


@pytest.mark.parametrize(("sentence", "expected"), MECHANISMS_ZH)
def test_mechanisms_of_a_chinese_sentence(sentence, expected):
    assert shown(mechanisms_zh(sentence, small_lexicon())) == expected


@pytest.mark.parametrize(("sentence", "expected"), MECHANISMS_EN)
def test_mechanisms_of_an_english_sentence(sentence, expected):
    assert shown(mechanisms_en(sentence, small_lexicon())) == expected


@pytest.mark.parametrize(("sentence", "expected"), TREATMENTS_ZH)
def test_treatments_of_a_chinese_sentence(sentence, expected):
    assert shown(treatments_zh(sentence, small_lexicon())) == expected


@pytest.mark.parametrize(("sentence", "expected"), TREATMENTS_EN)
def test_treatments_of_an_english_sentence(sentence, expected):
    assert shown(treatments_en(sentence, small_lexicon())) == expected


def test_printed_table_is_read_by_its_headings():
    text = (
        "表 1 治疗方式\n治疗方式\t代表药物\t主要靶点\t适用人群\t不良反应\tORR\n"
        "靶向治疗\t奥希替尼\tEGFR\tEGFR 突变\t皮疹\t80%\n"
        "其他\t观察\t－\t全部\t无\t－\n"
        "少一格\t吉非替尼\t突变\n注：仅供演示。"
    )
    (found,) = printed_treatments(text, small_lexicon())
    start, end, treatment = found
    assert shown([treatment]) == ["奥希替尼|EGFR 突变||80%"]
    assert text[start:end].startswith("靶向治疗\t") and text[start:end].endswith("80%")
    assert list(printed_treatments("表 2\n工况\t压力\n1\t0.5", small_lexicon())) == []


@pytest.fixture(scope="module")
def snapshot(sample_library):
    with Snapshot.open(sample_library) as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_is_text_of_its_quote(snapshot, kind):
    made = table(snapshot, kind, small_lexicon())
    assert len(made.rows) >= 8
    for number, row in enumerate(made.rows, 1):
        citation = row.citation
        assert citation.number == number and citation.boxes and citation.page >= 1
        assert citation.context[citation.start : citation.end] == citation.quote
        quote = re.sub(r"\s", "", search_text(citation.quote))
        for cell in row.cells:
            for part in re.split(r"[；\s]", search_text(cell)):
                assert part in ("↑", "↓", "—") or part in quote, (cell, citation.quote)


def test_rows_of_the_samples_are_right(snapshot):
    mechanisms = {row.cells for row in table(snapshot, "mechanisms", small_lexicon()).rows}
    assert ("TGF-β", "抑制", "↓", "CD8+ T 细胞和自然杀伤细胞的功能") in mechanisms
    assert ("PTEN 缺失", "会导致", "↑", "AKT 持续活化") in mechanisms
    treatments = {row.cells for row in table(snapshot, "treatments", small_lexicon()).rows}
    assert ("赛沃替尼", "MET 外显子 14 跳跃突变的患者", "", "") in treatments
    assert (
        "贝伐珠单抗", "中央型鳞状细胞癌或近期有咯血的患者", "", "一般不宜使用",
    ) in treatments  # fmt: skip


def test_a_table_can_be_limited_to_papers(snapshot):
    one = next(iter(snapshot.papers))
    rows = table(snapshot, "treatments", small_lexicon(), papers=frozenset([one])).rows
    assert {row.citation.paper.id for row in rows} <= {one}
    assert table(snapshot, "treatments", small_lexicon(), papers=frozenset()).rows == ()
    with pytest.raises(SettingsError, match="mechanisms"):
        table(snapshot, "miracles", None)


def test_torn_sentences_and_captions_say_nothing(snapshot):
    number = next(
        n for n in range(snapshot.manifest.passages)
        if rows_of(snapshot.papers[snapshot.passage(n).paper_id], snapshot.passage(n), "mechanisms", small_lexicon())
    )  # fmt: skip
    passage = snapshot.passage(number)
    paper = snapshot.papers[passage.paper_id]
    torn = tuple(replace(s, end=s.end - 1) for s in passage.sentences)
    cut = rows_of(paper, replace(passage, sentences=torn), "mechanisms", small_lexicon())
    whole = rows_of(paper, passage, "mechanisms", small_lexicon())
    assert len(cut) < len(whole)


def test_outputs_hold_what_a_paper_says(snapshot):
    made = table(snapshot, "treatments", small_lexicon())
    hostile = replace(made.rows[0], cells=("=1+1", "a|b", "<b>", "+86"))
    made = Table(made.kind, made.columns, (TableRow(hostile.cells, hostile.citation),))
    markdown = tabular.to_markdown(made).splitlines()
    assert len(markdown) == 3 and markdown[2].count(" | ") == markdown[0].count(" | ")
    assert "a\\|b" in markdown[2] and "\\<b" in markdown[2]
    _, row = csv.reader(io.StringIO(tabular.to_csv(made)))
    assert row[:4] == ["'=1+1", "a|b", "<b>", "'+86"]
    assert row[4:6] == [hostile.citation.paper.title, str(hostile.citation.page)]


def test_the_command_prints_json_markdown_and_csv(sample_library, capsys):
    options = ["--library", str(sample_library)]
    assert main(["table", "mechanisms", "--json", *options]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["table"] == "mechanisms" and value["rows"]
    assert set(value["rows"][0]) == {"molecule", "effect", "direction", "target", "citation"}
    assert value["rows"][0]["citation"]["quote"]
    assert main(["table", "treatments", *options]) == 0
    assert capsys.readouterr().out.startswith("| 方案 / Regimen | ")
    assert main(["table", "treatments", "--format", "csv", *options]) == 0
    assert len(list(csv.reader(io.StringIO(capsys.readouterr().out)))) > 5
