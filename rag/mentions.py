"""A text in, the things it names out: by the lexicon, and by their form where that has them not.

Forms catch what no table can list: a new drug by its stem (替尼, -mab), a pathway or an
inhibitor by what it is named after, a gene or code by its capitals and digits.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from rag.name_forms import DISEASE_ZH, DRUG_EN, DRUG_ZH
from rag.terms import Translator, fold

# Texts whose mentions are kept.
REMEMBERED = 4096

# Families of lexicon types: what may stand in place of what in a question or a table.
FAMILIES: dict[str, str] = {
    "drug": "therapy", "regimen": "therapy", "procedure": "therapy",
    "gene": "molecule", "protein": "molecule", "gene/protein": "molecule", "pathway": "pathway",
    "disease": "disease", "pathogen": "disease", "anatomy": "place", "organ": "place",
    "cell": "cell", "process": "process", "outcome": "outcome", "statistic": "outcome",
    "symptom": "outcome",
}  # fmt: skip

# What can act in a mechanism, and what can be acted on.
ACTORS = ("molecule", "pathway", "cell", "therapy", "name", "process")
TARGETS = ("molecule", "pathway", "cell", "process", "disease", "outcome", "name", "term", "place")

_NAME = r"[A-Za-zα-ωΑ-Ω][A-Za-zα-ωΑ-Ω0-9]*(?:[-/+.][A-Za-zα-ωΑ-Ω0-9]+)*\+?"
_SYMBOL = r"(?<![A-Za-z0-9])(?=[A-Za-zα-ω]*[A-Z0-9α-ω])" + _NAME
_FORMS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (family, kind, re.compile(pattern, flags))
    for family, kind, pattern, flags in (
        ("therapy", "regimen", r"(?:" + _NAME + (
            r"\s?[\u4e00-\u9fff]{0,12}?|[\u4e00-\u9fff]{2,12}?)\s?(?:抑制剂|"
            r"拮抗剂|激动剂|阻滞剂|受体阻断剂|抗体药物)"), re.A),
        ("pathway", "pathway", r"(?:" + _NAME + (
            r")\s*(?:信号(?:转导)?通路|信号途径|信号轴|信号|通路|途径|轴)"), re.A),
        ("pathway", "pathway", r"(?:" + _NAME + (
            r")\s+(?:signal(?:l)?ing(?: pathway)?|pathway|axis)\b"), re.A),
        ("therapy", "procedure",
            r"(?:免疫联合|新辅助|辅助|同步|姑息性?|全身|局部|"
            r"立体定向体部)?(?:免疫治疗|化学治疗|化疗|放射治疗|放化疗|放疗|靶向治疗|"
            r"抗血管生成(?:治疗|药物)|内分泌治疗|介入治疗|消融|手术切除|手术|移植)", 0),
        ("therapy", "procedure",
            r"\b(?:immunotherapy|chemotherapy|radiotherapy|chemoradiotherapy|"
            r"targeted therapy|surgery|ablation|SBRT)\b", re.I),
        ("therapy", "drug", DRUG_ZH, 0),
        ("therapy", "drug", DRUG_EN, re.I),
        ("disease", "disease", DISEASE_ZH, 0),
        ("name", "name", _SYMBOL, re.A),
    )
)  # fmt: skip
# What is no part of a Chinese name that a form has run into.
_LINKS = re.compile(
    r".*(?:和|与|及|或|联合|加用|使用|采用|选用|应用|如|的|是|为|对|在|给予|"
    r"接受|包括|可|、|用|予|经|由|被|而|等|其|该|剂|类|药物|多靶点|从|患者|后|者)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """``text[start:end]`` names something; ``names`` are all the names that are known for it.

    ``kind`` is the lexicon's type, ``family`` what may stand in its place (see FAMILIES;
    "name" for a symbol of unknown meaning). ``group`` is the lexicon's class.
    """

    start: int
    end: int
    text: str
    kind: str
    family: str
    names: tuple[str, ...] = ()
    group: str = ""


def mentions_of(text: str, language: str, translator: Translator | None) -> tuple[Mention, ...]:
    """Return what ``text`` (search text) names, left to right, none over another."""
    return _remembered(text, language, cast("Hashable", translator))


def name_forms(mention: Mention) -> frozenset[str]:
    """Return all known names of a mention, folded."""
    return frozenset(fold(name) for name in (mention.text, *mention.names))


# A broad question looks through the same passages as the one before it, each more than once.
@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str, language: str, lexicon: Hashable) -> tuple[Mention, ...]:
    translator = cast("Translator | None", lexicon)
    found: list[Mention] = []
    for concept in translator.concepts(text, language) if translator else ():
        family = FAMILIES.get(concept.kind, "term")
        found.append(
            Mention(concept.start, concept.end, concept.text, concept.kind, family, concept.names,
                    concept.group)
        )  # fmt: skip
    for family, kind, pattern in _FORMS:
        for match in pattern.finditer(text):
            start = match.start()
            if not match.group()[0].isascii() and (link := _LINKS.match(match.group()[:-1])):
                start += link.end()
            name = text[start : match.end()].strip()
            # An English sentence gives any word a capital; a Chinese one only names.
            if len(name) < 2 or (family == "name" and language == "en" and name[1:].islower()):
                continue
            found = _placed(found, Mention(start, match.end(), name, kind, family, (name,)))
    return tuple(sorted(found, key=lambda m: m.start))


def _placed(found: Sequence[Mention], new: Mention) -> list[Mention]:
    """Add a name by form; it takes in what it is named after, and yields to anything else."""
    over = [m for m in found if m.start < new.end and new.start < m.end]
    if any(not (new.start <= m.start and m.end <= new.end) for m in over):
        return list(found)
    if any(
        (m.start, m.end) == (new.start, new.end) or new.kind in ("name", "drug", "disease")
        for m in over
    ):
        return list(found)
    return [m for m in found if m not in over] + [new]
