"""A sentence and its quotes, read once for all that compares them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.clean import count_han, search_text
from rag.polarity import Clause, clauses, denies, overlap
from rag.spelling import spelled
from rag.terms import Translator, fold

# 升高|血压, not a thing that is high by its name.
_CHANGED = re.compile(r"(?<=[升增提抬降减])([高低])(?=[\u4e00-\u9fff])")


def is_chinese(text: str) -> bool:
    """Tell whether most of the words of ``text`` are Chinese."""
    return count_han(text) * 2 >= len(re.findall(r"[A-Za-z]+", text))


@dataclass(frozen=True)
class Pair:
    """A claim and the source it is cited to, both as search text.

    ``context`` (headings and title) may lend names of diseases and organs, nothing else.
    """

    claim: str
    source: str
    context: str
    translator: Translator | None

    @classmethod
    def of(
        cls, sentence: str, quotes: Sequence[str], context: str, translator: Translator | None
    ) -> Pair:
        """Join the quotes of a sentence."""
        return cls(
            search_text(sentence),
            search_text(" \n ".join(quotes)),
            search_text(context),
            translator,
        )

    @cached_property
    def language(self) -> str:
        """The claim's language, "zh" or "en"."""
        return "zh" if is_chinese(self.claim) else "en"

    @cached_property
    def source_language(self) -> str:
        """The source's language, "zh" or "en"."""
        return "zh" if is_chinese(self.source) else "en"

    @property
    def same(self) -> bool:
        """Tell whether both are in one language."""
        return self.language == self.source_language

    def _read(self, text: str) -> str:
        """Return ``text`` folded; across languages with concepts under their English names."""
        if self.translator is None or (self.same and self.language == "zh"):
            return fold(text)
        return _named(text, self.translator)

    @cached_property
    def shared(self) -> tuple[str, str]:
        """Both texts folded; across languages with concepts under their English names."""
        return self._read(self.claim), self._read(self.source)

    @cached_property
    def clauses(self) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
        """The clauses of both, read as :attr:`shared`."""
        return clauses(self.claim, self._read), clauses(self.source, self._read)

    def rendered(self, clause: Clause) -> tuple[Clause, ...]:
        """Return the clauses of the source that ``clause`` of the claim may render.

        Those that share most with it and, where that is unclear, all that share about as much.
        """
        theirs = self.clauses[1]
        if len(theirs) < 2:
            return theirs
        scored = [
            (overlap(clause.tokens, o.tokens) + 0.2 * overlap(o.tokens, clause.tokens), o)
            for o in theirs
        ]
        most = max(score for score, _ in scored)
        if most < (0.3 if self.same else 0.1):
            return ()
        return tuple(o for score, o in scored if score >= most - 0.1)


def _named(text: str, translator: Translator) -> str:
    pieces, at = [], 0
    text = _CHANGED.sub(r"\1 ", text)
    for concept in translator.concepts(text, "zh" if is_chinese(text) else "en"):
        if denies(concept.text):
            continue  # 禁用 denies what "contraindication" only names
        english = next((n for n in concept.names if n.isascii()), concept.text)
        pieces += [text[at : concept.start], " ", spelled(english), " "]
        at = concept.end
    return fold("".join((*pieces, text[at:])))
