"""A question -> its key terms, each with the forms that count as a mention, and their coverage.

A term is a bigram of Chinese characters, a Latin word or name, a number, or a concept of the
lexicon with its names in both languages. Anchors are the terms that name something specific
(a drug, gene, disease, organ ...): an answer that never mentions them answers another question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.lexicon import Concept
from index.naming import ROMAN
from index.segmentation import Words


class Translator(Protocol):
    """What terms need of the lexicon."""

    def concepts(self, text: str, language: str) -> tuple[Concept, ...]:
        """Return the lexicon's concepts in ``text``, left to right, longest match first."""

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the drugs of each class ("zh/en")."""

    def words(self, text: str) -> Words:
        """Return the words of Chinese ``text``."""

    def translations(self, word: str) -> tuple[str, ...]:
        """Return Chinese translations of an English word of general language, best first."""


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A term of the question; any of ``forms`` (folded, lower case) is a mention.

    ``anchor`` marks something specific; ``sure`` is false where a mention could take a form
    that is not known (a name outside the lexicon in a question of another language). ``parts``
    are groups of forms that together are a mention too: 广泛期 and SCLC for 广泛期小细胞肺癌.
    ``members`` are what belongs to a class that the term names: a text on one is on the class.
    """

    text: str
    forms: tuple[str, ...]
    kind: str
    anchor: bool = False
    sure: bool = True
    parts: tuple[tuple[str, ...], ...] = ()
    members: tuple[str, ...] = ()

    def within(self, text: str) -> bool:
        """Tell whether folded ``text`` mentions the term."""
        if mentions(text, self.forms) or mentions(text, self.members):
            return True
        return bool(self.parts) and all(mentions(text, forms) for forms in self.parts)


# Types of the lexicon that name something an answer has to be about.
SPECIFIC = frozenset(
    ["disease", "anatomy", "cell", "gene", "protein", "gene/protein", "pathway", "drug", "regimen",
     "procedure", "pathogen", "organ"]
)  # fmt: skip
# Concepts too wide to tell one question from another.
WIDE = frozenset(
    ["肿瘤", "癌症", "癌", "细胞", "基因", "蛋白", "蛋白质", "信号通路", "通路", "治疗", "药物",
     "疾病", "患者", "肿瘤细胞", "癌细胞", "组织", "器官", "手术", "化疗", "转移", "tumor",
     "tumour", "cancer", "cell", "cells", "gene", "protein", "pathway", "drug", "disease",
     "patient", "treatment", "therapy", "tissue", "metastasis"]
)  # fmt: skip

_BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff]) +| +(?=[\u3400-\u9fff])")


def fold(text: str) -> str:
    """Return search text as terms are compared in: lower case, no space beside Chinese, Ⅳ as iv."""
    return _BESIDE_HAN.sub("", text.translate(ROMAN).lower())


def _latin(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(form)}(?:s|es)?(?![a-z0-9])")


def mentions(text: str, forms: Sequence[str]) -> bool:
    """Tell whether folded ``text`` holds one of ``forms``; Latin forms only as whole words."""
    for form in forms:
        if form not in text:
            continue
        if not form[0].isascii() and not form[-1].isascii():
            return True
        if _latin(form).search(text):
            return True
    return False


def stems(word: str) -> tuple[str, ...]:
    """Return an English word without its inflection, as other forms of it may stand."""
    if word.endswith("ies") and len(word) > 5:
        return (word[:-3] + "y",)
    if word.endswith("es") and len(word) > 5:
        return (word[:-2], word[:-1])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return (word[:-1],)
    return ()
