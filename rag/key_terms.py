"""A question -> its key terms for passages of one language, with the forms of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from index.lexicon import Concept
from index.tokens import phrase
from rag.modalities import members_of
from rag.name_forms import DISEASE_ZH, DRUG_ZH
from rag.question import FRAME_ZH, STOP_EN, Question
from rag.terms import SPECIFIC, WIDE, KeyTerm, Translator, fold, stems

_NAME = re.compile(r"[A-Za-zα-ω][\w\-/+.α-ω]*[A-Za-z0-9α-ω+]|[A-Za-zα-ω]", re.A)

# A gene, drug code or other name: capitals or digits inside, or Greek.
_SYMBOL = re.compile(r"(?=.*[A-Z0-9α-ω])(?=.*[A-Za-zα-ω])[\w\-/+.α-ω]{2,}")

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")

_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")

# A translation that weighs less is too far from the word to count as a mention.
_LEAST_WEIGHT = 0.4


def spellings(groups: Iterable[Mapping[str, float]]) -> dict[str, tuple[str, ...]]:
    """Return the forms of each English word in Chinese text, by the word's search term.

    ``groups`` are those of ``rag.expansion``: translations, and spellings of foreign names.
    """
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        own = next(iter(group), "")
        forms = [_joined(form) for form, weight in group.items() if weight >= _LEAST_WEIGHT]
        found.setdefault(own, tuple(form for form in forms if not form.isascii()))
    return found


def _joined(terms: str) -> str:
    """Return the text whose pairs of characters the terms are."""
    pairs = terms.split()
    if all(len(pair) == 2 and not pair.isascii() for pair in pairs):
        return pairs[0] + "".join(pair[1] for pair in pairs[1:])
    return terms


def key_terms(
    question: Question,
    lexicon: Translator | None,
    passages: str,
    forms: Mapping[str, Sequence[str]] | None = None,
) -> tuple[KeyTerm, ...]:
    """Return the terms of ``question`` for passages in the language ``passages``.

    ``forms`` are further forms of an English question's words by search term.
    """
    concepts = lexicon.concepts(question.search, question.language) if lexicon else ()
    if question.language == "zh":
        return _terms_zh(question, concepts, lexicon, passages)
    return _terms_en(question, concepts, lexicon, passages, forms or {})


# The rest of a long Chinese name is a part of so many characters without being a name itself:
# 转移 and 微环境 for 转移微环境.
_LEAST_WORD = 3
# What ends a name begins no part of it: 肺 and 癌脑转移 are no parts of 肺癌脑转移.
_ENDINGS = "癌瘤炎症病性型化"


def _concept_term(concept: Concept, lexicon: Translator | None, language: str) -> KeyTerm:
    forms = _forms(concept)
    wide = any(form in WIDE for form in forms)
    anchor = concept.kind in SPECIFIC and not wide
    parts = _parts(concept.text, lexicon, language) if lexicon and anchor else ()
    members = members_of(concept.names, lexicon.members) if lexicon and anchor else ()
    members = tuple(dict.fromkeys(fold(name) for name in members))
    return KeyTerm(concept.text, forms, concept.kind, anchor, parts=parts, members=members)


# Kinds of tissue that a carcinoma's name may hold: 肝细胞癌 is a 肝癌.
_CARCINOMA = re.compile(r"([\u3400-\u9fff]{1,3})癌")

_TISSUES = (
    "细胞",
    "腺",
    "鳞",
    "鳞状细胞",
    "小细胞",
    "大细胞",
    "导管",
    "尿路上皮",
    "透明细胞",
    "乳头状",
)


def _forms(concept: Concept) -> tuple[str, ...]:
    names = [name for name in (concept.text, *concept.names) if name]
    organs = [m[1] for name in names if (m := _CARCINOMA.fullmatch(name))]
    narrower = [f"{organ}{tissue}癌" for organ in organs for tissue in _TISSUES]
    return tuple(dict.fromkeys(fold(name) for name in (*names, *narrower)))


def _parts(name: str, lexicon: Translator, language: str) -> tuple[tuple[str, ...], ...]:
    """Return a long name as two groups of forms, the later a name of the lexicon; () if none."""
    units = name.split() if language == "en" else list(name)
    joint = " " if language == "en" else ""
    least = 2 if language == "en" else 5
    if len(units) < least:
        return ()
    splits = [(joint.join(units[:at]).strip(), joint.join(units[at:]).strip())
              for at in range(1, len(units))]  # fmt: skip
    guess: tuple[tuple[str, ...], ...] = ()
    for first, last in splits:
        before, own = _whole(first, lexicon, language), _whole(last, lexicon, language)
        if language == "en":
            before = before or lexicon.translations(fold(first))
            own = own or (lexicon.translations(fold(last)) if before else ())
        if own and first:
            return (_with(first, before), _with(last, own))
        if language == "zh" and before and len(last) >= _LEAST_WORD and last[0] not in _ENDINGS:
            guess = guess or (_with(first, before), _with(last, (fold(last),)))
    return guess


def _with(name: str, forms: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((fold(name), *stems(fold(name)), *forms)))


def _whole(name: str, lexicon: Translator, language: str) -> tuple[str, ...]:
    """Return the forms of the concept that a name is from end to end, () when it is none."""
    found = lexicon.concepts(name, language)
    if len(found) == 1 and found[0].start == 0 and found[0].end == len(name):
        return _forms(found[0])
    return ()


# What something is asked to act on: 血压 in X 对血压的影响.
_ACTED_ON = re.compile(r"对(?P<object>[^，。；？?]{2,14}?)(?:有(?:什么|何|哪些))?的?(?:影响|作用)")


def _acted_on(text: str, concept: Concept) -> bool:
    match = _ACTED_ON.search(text)
    return (
        match is not None
        and match.start("object") <= concept.start
        and concept.end <= match.end("object")
    )


def _terms_zh(
    question: Question, concepts: Sequence[Concept], lexicon: Translator | None, passages: str
) -> tuple[KeyTerm, ...]:
    cross = passages != "zh"
    found: dict[str, KeyTerm] = {}
    for concept in concepts:
        term = _concept_term(concept, lexicon, "zh")
        if concept.kind == "outcome" and _acted_on(question.search, concept):
            term = replace(term, anchor=True)
        found.setdefault(fold(concept.text), term)
    for match in re.finditer(f"{DRUG_ZH}|{DISEASE_ZH}", question.search):
        inside = any(c.start < match.end() and match.start() < c.end for c in concepts)
        name = FRAME_ZH.sub("", match.group())
        if not inside and len(name) > 1 and name not in WIDE:
            found.setdefault(name, KeyTerm(name, (name,), "name", True, not cross))
    text = FRAME_ZH.sub(" ", question.search)
    for name in _NAME.findall(text):
        low = fold(name)
        if low not in found and len(low) > 1:
            anchor = bool(_SYMBOL.fullmatch(name))
            found.setdefault(low, KeyTerm(name, (low,), "name", anchor))
    for number in _NUMBER.findall(re.sub(r"[A-Za-zα-ω][\w\-/+.]*", " ", text, flags=re.A)):
        found.setdefault(number, _number(number))
    if not cross:
        for run in _HAN_RUN.findall(text):
            for gram in [run[i : i + 2] for i in range(len(run) - 1)] or [run]:
                found.setdefault("#" + gram, KeyTerm(gram, (gram,), "gram"))
    return tuple(found.values())


def _terms_en(
    question: Question,
    concepts: Sequence[Concept],
    lexicon: Translator | None,
    passages: str,
    spelt: Mapping[str, Sequence[str]],
) -> tuple[KeyTerm, ...]:
    cross = passages != "en"
    found: dict[str, KeyTerm] = {}
    covered: set[int] = set()
    for concept in concepts:
        found.setdefault(fold(concept.text), _concept_term(concept, lexicon, "en"))
        covered.update(range(concept.start, concept.end))
    first = True
    for match in _NAME.finditer(question.search):
        name, low = match.group(), fold(match.group())
        start_of_sentence, first = first, False
        if match.start() in covered or low in STOP_EN or len(low) < 2:
            continue
        symbol = bool(_SYMBOL.fullmatch(name)) and (not name.istitle() or not start_of_sentence)
        proper = name[0].isupper() and not start_of_sentence
        forms = (low, *stems(low))
        if cross and lexicon is not None:
            forms = (*forms, *(spelt.get(phrase(name)) or lexicon.translations(low)))
        anchor = symbol and not name[1:].islower()
        found.setdefault(
            low, KeyTerm(name, forms, "name" if anchor or proper else "word", anchor, not cross)
        )
    for number in _NUMBER.findall(_NAME.sub(" ", question.search)):
        found.setdefault(number, _number(number))
    return tuple(found.values())


def _number(text: str) -> KeyTerm:
    """Return the term of a number; a year names something specific."""
    return KeyTerm(text, (text,), "number", bool(_YEAR.fullmatch(text)))
