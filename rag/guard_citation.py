"""Does the quote speak of what the claim says at all, or was the citation moved?

In one language by the words in common; across languages by the share of the claim that words of
the other text render, through the lexicon and the dictionary.
"""

from __future__ import annotations

import re

from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import overlap, tokens
from rag.quantities import quantities
from rag.question import STOP_EN
from rag.terms import SPECIFIC, Translator, fold, mentions, stems

# A sentence that shares fewer words than this with its quotes rests on another.
LEAST_SHARED = 0.2
LEAST_WORDS = 6
# The same across languages: share of an English claim's words that Chinese text renders, and of
# a Chinese claim's characters that English words render.
LEAST_RENDERED = {"en": 0.2, "zh": 0.12}
LEAST_CONTENT = 4
# So much of it is enough where both name the same drug, gene or disease.
SAME_NAME = 0.5
# Margin by which another passage may be nearer to the sentence than the cited one.
NEARER = 0.03

_WORD = re.compile(r"[A-Za-z][A-Za-z\-]{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def moved(pair: Pair, nearness: tuple[float, float] | None) -> list[Finding]:
    """Return a finding when the source does not speak of what the claim says.

    ``nearness`` is the claim's similarity to the cited passage and to the nearest other.
    """
    elsewhere = nearness is not None and nearness[1] > nearness[0] + NEARER
    if elsewhere or (_foreign(pair) if pair.same else _unrendered(pair)):
        return [Finding("citation", fold(pair.claim)[:40])]
    return []


def _foreign(pair: Pair) -> bool:
    words = tokens(fold(pair.claim))
    few = overlap(words, tokens(fold(pair.source))) < LEAST_SHARED
    return len(words) >= LEAST_WORDS and few


def _unrendered(pair: Pair) -> bool:
    # Numbers that agree are more than words.
    if pair.translator is None or any(q.firm for q in quantities(pair.claim)):
        return False
    if pair.language == "en":
        words = renderings(pair.claim, pair.translator)
        text = fold(pair.source)
        shared = sum(any(form in text for form in forms) for forms in words)
        least = LEAST_RENDERED["en"] * (SAME_NAME if _same_name(pair) else 1.0)
        return len(words) >= LEAST_CONTENT and shared < least * len(words)
    text = fold(pair.claim)
    rendered: set[int] = set()
    for forms in renderings(pair.source, pair.translator):
        for form in forms:
            rendered.update(*(range(*m.span()) for m in re.finditer(re.escape(form), text)))
    content = [i for i, c in enumerate(text) if _HAN.match(c) or (c.isascii() and c.isalnum())]
    shared = sum(i in rendered for i in content)
    return len(content) >= 2 * LEAST_CONTENT and shared < LEAST_RENDERED["zh"] * len(content)


def _same_name(pair: Pair) -> bool:
    """Tell whether the source names something specific that the claim names."""
    assert pair.translator is not None
    text = fold(pair.source)
    return any(
        concept.kind in SPECIFIC and mentions(text, tuple(fold(name) for name in concept.names))
        for concept in pair.translator.concepts(pair.claim, pair.language)
    )


def renderings(text: str, translator: Translator) -> list[tuple[str, ...]]:
    """Return for each content word of English ``text`` the forms it may have in Chinese text."""
    found: list[tuple[str, ...]] = []
    known: set[int] = set()
    for concept in translator.concepts(text, "en"):
        found.append(tuple(fold(name) for name in (concept.text, *concept.names)))
        known.update(range(concept.start, concept.end))
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if match.start() not in known and word not in STOP_EN:
            forms = (word, *stems(word), *_roots(word))
            found.append((word, *(zh for form in forms for zh in translator.translations(form))))
    return found


def _roots(word: str) -> tuple[str, ...]:
    """Return what a word may be an inflection of, for looking it up."""
    cut = next((word[: -len(end)] for end in ("ing", "ed", "ly") if word.endswith(end)), "")
    return (cut, f"{cut}e") if len(cut) > 2 else ()
