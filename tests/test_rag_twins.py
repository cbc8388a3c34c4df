"""Which sentences count as one statement: never a finding and its opposite."""

from __future__ import annotations

import pytest

from rag.choosing import same_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("该基因在肿瘤组织中的表达水平显著升高。", "该基因在肿瘤组织中的表达水平显著降低。"),
        ("联合治疗可显著延长患者的总生存期。", "联合治疗不能显著延长患者的总生存期。"),
        ("整合素促进肺癌细胞的肝转移。", "整合素抑制肺癌细胞的肝转移。"),
        ("两组疗效差异有统计学意义（P<0.05）。", "两组疗效差异无统计学意义（P>0.05）。"),
        ("高血糖是该病的独立危险因素。", "高血压是该病的独立危险因素。"),
        ("奥希替尼用于EGFR突变患者的一线治疗。", "吉非替尼用于EGFR突变患者的一线治疗。"),
        ("差异有统计学意义（P<0.05）。", "差异有统计学意义（P>0.05）。"),
        ("剂量为 1.5 mg，每日 1 次。", "剂量为 15 mg，每日 1 次。"),
        (
            "The pathway promotes metastasis to the liver.",
            "The pathway inhibits metastasis to the liver.",
        ),
        (
            "The difference was significant in both groups.",
            "The difference was not significant in both groups.",
        ),
    ],
)
def test_opposites_are_two_statements(one: str, other: str) -> None:
    assert not same_words(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（1）两组差异有统计学意义。", "1两组的差异有统计学意义"),
        ("整合素通过激活FAK促进肺癌肝转移。", "整合素通过激活FAK促进肺癌的肝转移。"),
        ("TGF-β诱导肺癌细胞发生上皮间质转化。", "TGF-β 诱导肺癌细胞发生上皮间质转化"),
    ],
)
def test_one_statement_in_like_words(one: str, other: str) -> None:
    assert same_words(one, other)
