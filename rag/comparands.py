"""What a number can belong to: study arms, times, sexes, outcomes, states, in both languages.

Each kind has keys with their Chinese and English forms; a key found in one language is the same
in the other. Arms that no table can list are read by their form (A 组, 低聚糖组, group B).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.mentions import mentions_of
from rag.spelling import close
from rag.terms import Translator, fold


@dataclass(frozen=True, slots=True)
class Label:
    """``text[start:end]`` is something that a number can belong to, under any of ``names``."""

    start: int
    end: int
    family: str
    names: frozenset[str]


_TABLE: dict[str, dict[str, str]] = {
    "arm": {
        "control": r"对照组|对照(?=[者人])|\bcontrols?\b(?! of| rate)(?: (?:group|arm))?",
        "placebo": r"安慰剂|\bplacebo\b",
        "combination": r"联合(?:治疗|用药)?组|联合治疗(?=[^，。；]{0,6}(?:为|[率期]))|"
        r"\bcombin(?:ation|ed)(?: therapy| treatment)? (?:group|arm)|\bcombination therapy\b",
        "alone": r"单药(?:治疗)?组|\bmonotherapy\b(?: group| arm)?|\bsingle-agent (?:group|arm)",
        "treated": r"(?:试验|实验|观察|治疗|干预|研究)组|"
        r"\b(?:experimental|treatment|trial|study|observation|intervention) (?:group|arm)",
        "high dose": r"高剂量|\bhigh(?:er)?[- ]dose",
        "middle dose": r"中剂量|\b(?:medium|middle|moderate)[- ]dose",
        "low dose": r"低剂量|\blow(?:er)?[- ]dose",
        "model": r"模型组|\bmodel group",
        "sham": r"假(?:手术|刺激|针刺|治疗|注射|干预)(?:组)?|\bsham\b",
    },
    "time": {
        "before": r"(?:治疗|干预|用药|给药)前|基线|\bbefore (?:the )?(?:treatment|therapy|"
                  r"intervention)|"
        r"\bbaseline\b|\bpretreatment\b",
        "after": r"(?:治疗|干预|用药|给药)后|\bafter (?:the )?(?:treatment|therapy|intervention)",
        "preoperative": r"(?:术|手术)前|\bpreoperative(?:ly)?\b|\bbefore (?:surgery|operation)",
        "postoperative": r"(?:术|手术)后|\bpostoperative(?:ly)?\b|\bafter (?:surgery|operation)",
    },
    "sex": {
        "men": r"男性?(?!科)|\bmen\b|\bmales?\b",
        "women": r"女性?|\bwomen\b|\bfemales?\b",
    },
    "outcome": {
        "sensitivity": r"敏感度|灵敏度|\bsensitivity\b",
        "specificity": r"特异度|特异性|\bspecificity\b",
        "accuracy": r"准确[率度]|\baccuracy\b",
        "response": r"客观缓解率|总缓解率|(?<!完全)(?<!部分)缓解率|有效率|应答率|\bORR\b|"
        r"\b(?:objective |overall )?(?:response|remission) rates?\b",
        "control rate": r"疾病控制率|\bDCR\b|\bdisease control rates?\b",
        "complete response": r"完全缓解|\bp?CR\b|\bcomplete (?:response|remission)",
        "overall survival": r"总生存|\bOS\b|\boverall survival\b",
        "progression-free survival": r"无进展生存|\bPFS\b|\bprogression-free survival\b",
        "mortality": r"死亡率|病死率|\bmortality\b|\bdeath rate\b",
        "recurrence": r"复发率|\brecurrence rates?\b|\brelapse rates?\b",
        "systolic": r"收缩压|\bsystolic\b",
        "diastolic": r"舒张压|\bdiastolic\b",
        "adverse": r"不良(?:反应|事件)|\badverse (?:events?|reactions?)\b",
    },
    "state": {
        "wild type": r"野生型|\bwild[- ]type\b",
        "mutant": r"突变(?!率)|\bmutat(?:ion|ions|ed)\b|\bmutant\b",
        "positive": r"阳性(?!率)|\bpositive\b(?! predictive)|(?<=-)positive\b",
        "negative": r"阴性(?!率)|\bnegative\b(?! predictive)|(?<=-)negative\b",
        "mild": r"轻[度症]|\bmild\b",
        "moderate": r"中度|\bmoderate\b(?!-dose)",
        "severe": r"重[度症]|\bsevere\b",
        "squamous": r"(?<!非)鳞状|\b(?<!non-)squamous\b",
        "non-squamous": r"非鳞状|\bnon-squamous\b",
        "young": r"青年|\byoung(?:er)?\b",
        "old": r"老年|\b(?:elderly|older)\b",
        "urban": r"城[市镇]|\burban\b",
        "rural": r"农村|\brural\b",
    },
}  # fmt: skip
_KNOWN = tuple(
    (family, key, re.compile(pattern, re.I))
    for family, keys in _TABLE.items()
    for key, pattern in keys.items()
)
# A 组、B 组和 C 组; groups A, B and C. The letter or number is what tells them apart.
_LETTERED = re.compile(
    r"(?:(?<![A-Za-z])(?:[A-Z]|[ⅠⅡⅢⅣ])\s*(?:[、，,和与及]\s*(?:[A-Z]|[ⅠⅡⅢⅣ])\s*)*[两三四]?组)|"
    r"\b(?:groups?|arms?|cohorts?)\s+[A-Z1-9]\b(?:\s*(?:,|and|or)\s*(?:and\s+)?(?:(?:group|"
    r"arm)\s+)?[A-Z1-9]\b)*"
)
_LETTER = re.compile(r"(?<![A-Za-z])[A-ZⅠⅡⅢⅣ1-9](?![A-Za-z])")
_OTHER_ARM = re.compile(r"[A-Za-z0-9+\u4e00-\u9fff]{1,8}?组(?![织成合蛋分])")
_NOT_ARM = re.compile(r".*(?:[与和及对较于比，、；]|[两三四各每该本全二]$|分为|其中|而)")
# 1 年、3 年和 5 年生存率; 1-year survival; at 5 years; 12 周时; at week 12.
_YEAR_RATE = re.compile(
    r"(?P<zh>\d+)\s*年?(?=(?:\s*[、和与及,，]\s*\d+\s*年?)*\s*(?<=年)[^，。；、\d]{0,6}(?:生存|率)|"
    r"(?:\s*[、和与及,，]\s*\d+\s*年?)+[^，。；、\d]{0,6}率)|"
    r"\b(?P<en>\d+)-(?:year|yr)\b|\bat (?P<at>\d+) (?:years?|yr)\b"
)
_VISIT = re.compile(
    r"第?\s*(?P<zh>\d+)\s*(?P<unit>周|天|个月)(?:时|末)|"
    r"\bat (?P<eu>week|day|month) (?P<en>\d+)|\bat (?P<at>\d+) (?P<au>weeks?|days?|months?)\b"
)
# 40 岁以上者; people over 40; aged 20 or older: a group and no count.
_AGES = re.compile(
    r"(?:(?P<least>≥)\s*)?(?P<zh>\d+)\s*岁(?P<way>(?:及|或)?以[上下])?(?=[^，。；]{0,8}(?:者|"
    r"患者|人群|"
    r"成人|居民|组|男|女))|\baged (?P<or>\d+)(?: years)? (?:or|and) (?P<older>older|above|over|"
    r"younger|below|under)\b|\b(?:people|adults|patients|those|women|men|aged) "
    r"(?P<past>over|above|older than|under|below|younger than) (?P<en>\d+)\b(?! ?(?:%|mg|g|kg|m))"
)
_UNITS = {"周": "week", "天": "day", "个月": "month"}
# A mutation by its code: C797S, V600E.
_MUTATION = re.compile(
    r"(?<![A-Za-z0-9])[ACDEFGHIKLMNPQRSTVWY]\d{2,"
    r"4}[ACDEFGHIKLMNPQRSTVWY](?![A-Za-z0-9])"
)
# What everybody in a study has, an operation say, is no arm by itself.
_BARE = re.compile(r"手术|治疗|surgery|operation|treatment|therapy", re.I)
# Families of names that a number can belong to.
_NAMED = {"therapy": "arm", "molecule": "molecule", "disease": "disease", "cell": "cell"}


def labels(text: str, language: str, translator: Translator | None) -> tuple[Label, ...]:
    """Return what the numbers of ``text`` (search text) may belong to, left to right."""
    found = [*_lettered(text), *_times(text)]
    found += [
        Label(m.start(), m.end(), "molecule", frozenset([fold(m.group())]))
        for m in _MUTATION.finditer(text)
    ]
    found += [
        Label(m.start(), m.end(), family, frozenset([key]))
        for family, key, pattern in _KNOWN
        for m in pattern.finditer(text)
    ]
    for mention in mentions_of(text, language, translator):
        family = _NAMED.get(mention.family, "")
        names = frozenset(close(fold(n)) for n in (mention.text, *mention.names))
        new = Label(mention.start, mention.end, family, names)
        bare = _BARE.fullmatch(mention.text) and not text.startswith("组", mention.end)
        if family and not bare and not _over(new, found):
            found.append(new)
    for match in _OTHER_ARM.finditer(text):
        skipped = _NOT_ARM.match(match.group()[:-1])
        start = match.start() + (skipped.end() if skipped else 0)
        if match.end() - start > 1:
            name = fold(text[start : match.end() - 1])
            new = Label(start, match.end(), "arm", frozenset([name]))
            if not _over(new, found):
                found.append(new)
    return tuple(sorted(found, key=lambda label: label.start))


def _over(new: Label, found: list[Label]) -> bool:
    return any(o.start < new.end and new.start < o.end for o in found)


def _lettered(text: str) -> list[Label]:
    return [
        Label(match.start() + m.start(), match.start() + m.end(), "arm", frozenset([m.group()]))
        for match in _LETTERED.finditer(text)
        for m in _LETTER.finditer(match.group())
    ]


def _times(text: str) -> list[Label]:
    found = []
    for match in _YEAR_RATE.finditer(text):
        number = match["zh"] or match["en"] or match["at"]
        found.append(Label(match.start(), match.end(), "time", frozenset([f"{number} year"])))
    for match in _VISIT.finditer(text):
        number = match["zh"] or match["en"] or match["at"]
        unit = _UNITS.get(match["unit"] or "", match["eu"] or (match["au"] or "").rstrip("s"))
        found.append(Label(match.start(), match.end(), "time", frozenset([f"{number} {unit}"])))
    for match in _AGES.finditer(text):
        number = match["zh"] or match["or"] or match["en"]
        way = match["way"] or match["older"] or match["past"] or match["least"]
        if way:
            older = re.search(r"上|≥|older|above|over", way)
            name = f"{number} {'up' if older else 'down'}"
            found.append(Label(match.start(), match.end(), "age", frozenset([name])))
    return found
