"""Abbreviations that a paper introduces, 黄芪甲苷（AS-Ⅳ）, read as the name the question has.

A question says one of the two, the paper the other; in what is searched of a paper's sentences
the one is put for the other. Quotes stay as they are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.records import Hit
from ingest.clean import search_text
from rag.question import Question
from rag.terms import Translator, fold

# A name's end, then brackets with its English name and abbreviation, or the abbreviation alone.
_INTRODUCED = re.compile(
    r"(?<=[\u3400-\u9fff\w])\s*[（(](?P<english>[A-Za-z][^（）()，,；;]{3,80}[，,；;]\s*)?"
    r"(?P<short>[A-Za-z][A-Za-z0-9α-ωⅠ-Ⅹ\-/]{1,11})[）)]"
)
# A name is looked for in so many characters before the bracket.
_REACH = 24


@dataclass(frozen=True, slots=True)
class OwnNames:
    """For each paper what stands in its sentences -> what the question calls it."""

    by_paper: Mapping[str, Mapping[re.Pattern[str], str]] = field(default_factory=dict)

    def read(self, paper_id: str, text: str) -> str:
        """Return search ``text`` of a paper with the question's names."""
        for pattern, name in self.by_paper.get(paper_id, {}).items():
            text = pattern.sub(lambda _, name=name: name, text)  # type: ignore[misc]
        return text


PRINTED = OwnNames()


def own_names(question: Question, hits: Sequence[Hit], lexicon: Translator | None) -> OwnNames:
    """Return what the papers of ``hits`` abbreviate of what ``question`` names, or name in full."""
    if lexicon is None:
        return PRINTED
    asked = _asked(question, lexicon)
    found: dict[str, dict[re.Pattern[str], str]] = {}
    for hit in hits:
        if hit.passage.language != "zh" or not _INTRODUCED.search(hit.passage.text):
            continue
        for forms, name, short in _introduced(search_text(hit.passage.text), lexicon):
            own = found.setdefault(hit.paper.id, {})
            said = next((asked[form] for form in forms if form in asked), None)
            if said is not None and fold(short) not in forms:
                own[_pattern(short)] = said
            elif said is None and _pattern(short).search(question.search):
                own[re.compile(re.escape(name))] = short
    return OwnNames({paper: names for paper, names in found.items() if names})


def _asked(question: Question, lexicon: Translator) -> dict[str, str]:
    """Return what the question names by each known form of it."""
    return {
        fold(form): concept.text
        for concept in lexicon.concepts(question.search, question.language)
        for form in (concept.text, *concept.names)
    }


def _introduced(text: str, lexicon: Translator) -> Iterator[tuple[frozenset[str], str, str]]:
    """Yield the forms of each name that ``text`` abbreviates, its printed name, and the short."""
    for match in _INTRODUCED.finditer(text):
        short = match["short"]
        if sum(c.isupper() for c in short) < 2:
            continue
        before = text[max(0, match.start() - _REACH) : match.start()]
        concepts = lexicon.concepts(before, "zh")
        if not concepts or concepts[-1].end != len(before):
            continue
        concept = concepts[-1]
        english = (match["english"] or "", *(name for name in concept.names if name.isascii()))
        if abbreviates(short, english):
            yield frozenset(map(fold, (concept.text, *concept.names))), concept.text, short


def abbreviates(short: str, names: Iterable[str]) -> bool:
    """Tell whether the letters of ``short`` stand in a name in order, the first one first."""
    letters = [c for c in fold(short) if c.isascii() and c.isalpha()]

    def stands(name: str) -> bool:
        rest = iter(name)
        return name[:1] == letters[0] and all(letter in rest for letter in letters)

    return bool(letters) and any(stands(fold(name)) for name in names if len(name) > len(short))


def _pattern(short: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9\-]){re.escape(short)}(?![A-Za-z0-9Ⅰ-Ⅹ])")
