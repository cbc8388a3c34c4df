"""A question -> groups of search terms for passages of one language, for the lexical index.

A group holds the forms in which one term of the question may stand in such a passage, each with
a weight: synonyms, translations of the lexicon, general translations of CC-CEDICT (the better the
earlier), Chinese spellings of foreign names, and the ways of writing numbers and dates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index.english import STOP
from index.lexical import LexicalIndex
from index.lexicon import Concept
from index.tokens import phrase, terms, written
from index.transliteration import Transliterator, is_name, load_transliterator
from ingest.clean import count_han
from rag.numerals import number_forms
from rag.question import FRAME_ZH, STOP_EN, Question
from rag.terms import Translator

Group = dict[str, float]
MOST_WORDS = 4
# The n-th translation of a word weighs 1 / (1 + DECAY n).
DECAY = 0.3
# The words of a phrase that was translated as a whole, by themselves.
PART_WEIGHT = 0.5
# A pair of characters where two words of a Chinese question meet.
LOOSE_WEIGHT = 0.5
# Spellings of a name: so many, each weighed by how far it is behind the best.
MOST_SPELLINGS = 4
SPELLING_SHARPNESS = 2.0
# A translation of a word's root ("southern": south).
ROOT_WEIGHT = 0.7
# Single characters that are in most passages, whatever these say.
_STOP_ZH = frozenset("的了在是和与及或为对有中个年日月上下时之而以从到由被也都")
_STOP = STOP | STOP_EN | _STOP_ZH
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f']*(?:-[A-Za-z\u00c0-\u024f]+)*")
_ROOT_ENDINGS = tuple(
    "ization ation ition ments ment ness ship ians ian ans an ern ists ist ism ally al ity ly ers "
    "er ors or ic ous ish ese i n".split()
)
_LEAST_ROOT = 4


# So many of a term's forms, best first, are told to an encoder that reads a translated question.
TOLD_FORMS = 2


def in_chinese(groups: Sequence[Group]) -> str:
    """Return the Chinese words of a translated question, the likeliest of each term.

    Single characters are left out: alone they say too many things.
    """
    words: dict[str, None] = {}
    for group in groups:
        forms = map(written, sorted(group, key=lambda form: -group[form]))
        named = [form for form in forms if count_han(form) > 1]
        words |= dict.fromkeys(named[:TOLD_FORMS])
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Expander:
    """Makes the groups of a question; ``index`` says which spellings of names there are."""

    translator: Translator | None
    index: LexicalIndex

    def groups(self, question: Question, language: str) -> list[Group]:
        """Return the groups of ``question`` for passages in ``language``, without doubles."""
        text = question.search
        concepts = (
            self.translator.concepts(text, question.language) if self.translator is not None else ()
        )
        if question.language == "zh":
            found = self._from_chinese(text, concepts, language)
        elif language == "en":
            found = self._english(text, concepts)
        else:
            found = self._translated(text, concepts)
        unique = {tuple(sorted(group)): group for group in found if group}
        return list(unique.values())

    def _from_chinese(
        self, text: str, concepts: Sequence[Concept], language: str
    ) -> Iterator[Group]:
        yield from (_named(concept, language) for concept in concepts)
        if language != "zh":
            # What has no translation counts as not found, so that the few names that have one
            # do not pass for the whole question.
            for concept in concepts:
                text = _blank(text, concept.start, concept.end)
        asked = FRAME_ZH.sub(" ", text)
        words = self.translator.words(asked) if self.translator is not None else None
        loose = words.loose_pairs(asked) if words is not None else frozenset()
        for term in dict.fromkeys(terms(asked)):
            single = len(term) == 1 and not term.isascii()
            if term not in _STOP and (language == "zh" or not single):
                yield {term: LOOSE_WEIGHT if term in loose else 1.0}

    def _english(self, text: str, concepts: Sequence[Concept]) -> Iterator[Group]:
        yield from (_named(concept, "en") for concept in concepts)
        for term in dict.fromkeys(terms(text)):
            if term not in _STOP:
                yield {term: 1.0}

    def _translated(self, text: str, concepts: Sequence[Concept]) -> Iterator[Group]:
        for concept in concepts:
            yield _named(concept, "zh")
            text = _blank(text, concept.start, concept.end)
        for start, end, forms in number_forms(text):
            yield _weighted(forms, 0)
            text = _blank(text, start, end)
        words = self._words(text)
        at = 0
        while at < len(words):
            size, group = self._longest(words[at : at + MOST_WORDS])
            yield group
            if size > 1:
                for word in words[at : at + size]:
                    yield {k: PART_WEIGHT * v for k, v in self._word(word).items()}
            at += size

    def _words(self, text: str) -> list[str]:
        """Return the words; a compound outside the dictionary is taken apart at its hyphens."""
        words: list[str] = []
        for match in _WORD.finditer(text):
            word = match.group().removesuffix("'s").strip("'")
            words += [word] if self._meanings(word.replace("-", " ")) else word.split("-")
        if words and not self._meanings(words[0]) and self._meanings(words[0].lower()):
            words[0] = words[0].lower()  # a capital at the head of a sentence says nothing
        return words

    def _longest(self, words: Sequence[str]) -> tuple[int, Group]:
        for size in range(len(words), 1, -1):
            whole = " ".join(words[:size])
            framed = not {words[0].lower(), words[size - 1].lower()} & _STOP
            found = (
                self.translator.translations(whole)
                if self.translator is not None and framed
                else ()
            )
            if found:
                return size, _weighted(found, DECAY) | {phrase(whole): 1.0}
        return 1, self._word(words[0])

    def _word(self, word: str) -> Group:
        """Return the forms of one English word in Chinese text, its own among them."""
        own = phrase(word)
        if word.lower() in _STOP or not own:
            return {}
        if found := self._meanings(word):
            return {own: 1.0} | _weighted(found, DECAY)
        spelt = self._spelt(word) if is_name(word) else {}
        return {own: 1.0} | (spelt or self._root(word.lower()))

    def _meanings(self, word: str) -> tuple[str, ...]:
        return self.translator.translations(word) if self.translator is not None else ()

    def _root(self, word: str) -> Group:
        """Return translations of what a word is derived from, and of a superlative."""
        for ending in ("est", "iest"):
            if word.endswith(ending) and (found := self._meanings(word[: -len(ending)])):
                return _weighted(["最" + form for form in found], DECAY)
        for ending in _ROOT_ENDINGS:
            root = word.removesuffix(ending)
            if root != word and len(root) >= _LEAST_ROOT:
                for whole in (root, root + "y", root + "a"):
                    if found := self._meanings(whole):
                        return {k: ROOT_WEIGHT * v for k, v in _weighted(found, DECAY).items()}
        return {}

    def _spelt(self, name: str) -> Group:
        """Return Chinese spellings of a foreign name that the library holds."""
        tries = dict.fromkeys((name, stem_name(name)))
        found = [item for word in tries for item in _model().spell(word, self.index.followers)]
        here = [(phrase(spelt), score) for spelt, score in found]
        here = [item for item in here if self.index.has(item[0])][:MOST_SPELLINGS]
        if not here:
            return {}
        best = max(score for _, score in here)
        return {form: math.exp(SPELLING_SHARPNESS * (score - best)) for form, score in here}


@cache
def _model() -> Transliterator:
    return load_transliterator()


def stem_name(name: str) -> str:
    """Return a name without the ending of a plural."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _named(concept: Concept, language: str) -> Group:
    """Return a concept's names that may stand in a passage: in Chinese text also Latin ones."""
    names = [name for name in concept.names if language == "zh" or not count_han(name)]
    return _weighted(names, 0)


def _weighted(forms: Sequence[str], decay: float) -> Group:
    group: Group = {}
    for place, form in enumerate(forms):
        if found := phrase(form):
            group.setdefault(found, 1 / (1 + decay * place))
    return group


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " , ".ljust(end - start)[: end - start] + text[end:]
