"""Kinds of treatment -> the classes of drugs that belong to them.

A question on "targeted drugs" is met by a sentence that names osimertinib: the lexicon knows the
drug's class, this table which kind of treatment the class is of. A drug outside the lexicon is
told by the stem of its name (替尼, -tinib).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# How a text speaks of the kind of treatment; classes of the lexicon; stems of drugs' names.
_TABLE: tuple[tuple[str, str, str], ...] = (
    (r"免疫(?:检查点|治疗|疗法)|\bimmunotherap|\bcheckpoint (?:inhibit|blockade)",
     r"PD-L?1|CTLA-4|LAG-3|免疫检查点|肿瘤疫苗|细胞治疗产品",
     r"(?:利|利尤|瑞利|迪利|雷利|帕利|伐利)珠?单抗|limab\b|lizumab\b|\bCAR-T\b"),
    (r"靶向(?:治疗|药|疗法)|\btargeted (?:therap|drug|agent|treatment)",
     r"酪氨酸激酶|TKI|靶向药|(?:ALK|MEK|MET|KRAS|NTRK|RET|BTK|JAK|PARP|CDK4/6|BCR-ABL|mTOR|PDGFRA).*抑制剂"
     r"|(?:EGFR|CLDN18\.2)单抗|抗血管生成|抗体偶联|蛋白酶体",
     r"(?:替尼|拉西布|帕利|唑帕尼)|(?:tinib|rasib|parib|ciclib)\b"),
    (r"化疗|化学(?:治疗|疗法)|\bchemotherap",
     r"抗代谢|烷化|紫杉|拓扑|铂类|蒽环",
     r"(?:铂|他赛|紫杉醇|他滨|曲塞|替康|泊苷)|(?:platin|taxel|citabine|trexed|tecan|poside)\b"),
    (r"抗血管(?:生成)?|\banti-?angiogen", r"抗血管生成", r"贝伐|\bbevaciz"),
    (r"内分泌(?:治疗|疗法)|\b(?:endocrine|hormon\w*) therap", r"内分泌治疗|性激素",
     r"(?:莫昔芬|曲唑|瑞林|鲁胺|维司群)"),
    (r"放(?:射)?(?:治)?疗|\bradio(?:therap|surg)|\bradiation therap", r"放射治疗|放射性药物",
     r"放射|放疗|近距离|立体定向|\bSBRT\b|\bradio|\bstereotactic"),
    (r"手术(?:治疗|疗法|方式|方法)|外科(?:治疗|手术)|\bsurg(?:ery|ical (?:treatment|option))",
     r"手术",
     r"手术|切除|术$|移植|置换|脑深部电刺激|吻合|造口|\bsurg|ectomy\b|plasty\b|\bresect"
     r"|transplant|deep brain|replacement"),
    (r"生物制剂|\bbiologic(?:s|al)?\b",
     r"单抗|单克隆抗体|TNF|肿瘤坏死因子|白细胞介素.*(?:抑制|拮抗)|受体融合",
     r"单抗|西普|(?:mab|cept)\b"),
    (r"局部治疗|局部疗法|\b(?:local|locoregional) (?:therap|treatment)", r"放射治疗",
     r"放射|放疗|近距离|立体定向|切除|手术|消融|栓塞|灌注|冷冻|粒子|\bSBRT\b|\bradio"
     r"|\bstereotactic|\babla|\bemboli|\bresect|ectomy\b|\bsurg|\bTACE\b|\bHAIC\b"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Modality:
    """A kind of treatment: how it is spoken of, its classes, the stems of its drugs' names."""

    said: re.Pattern[str]
    classes: re.Pattern[str]
    stems: re.Pattern[str]

    def includes(self, name: str, group: str) -> bool:
        """Tell whether the treatment ``name`` of the lexicon's class ``group`` is a member."""
        return bool(self.classes.search(group) if group else self.stems.search(name))


_MODALITIES = tuple(
    Modality(re.compile(said, re.I), re.compile(classes), re.compile(stems, re.I))
    for said, classes, stems in _TABLE
)


def modalities_of(text: str) -> tuple[Modality, ...]:
    """Return the kinds of treatment that ``text`` (search text) speaks of."""
    return tuple(modality for modality in _MODALITIES if modality.said.search(text))


def members_of(names: Iterable[str], classes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the drugs that belong to a kind of treatment or class known by ``names``.

    ``classes`` are those of the lexicon ("zh/en") with the names of their drugs.
    """
    own = set(names)
    kinds = modalities_of(" ".join(own))
    return tuple(
        drug
        for group, drugs in classes.items()
        if own & set(group.split("/")) or any(kind.classes.search(group) for kind in kinds)
        for drug in drugs
    )
