"""A Chinese quote in, its key terms with their English names out (for an English reader)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.clean import search_text
from rag.terms import Translator

MOST_TERMS = 12


@dataclass(frozen=True, slots=True)
class Glossary:
    """Glosses quotes by the lexicon; without one it has nothing to say."""

    translator: Translator | None = None

    def gloss(self, quote: str) -> tuple[tuple[str, str], ...]:
        """Return (Chinese term, English term) pairs in the order they stand, each once."""
        if self.translator is None:
            return ()
        pairs: dict[str, str] = {}
        for concept in self.translator.concepts(search_text(quote), "zh"):
            english = next((name for name in concept.names if name.isascii()), "")
            if english and not concept.text.isascii():
                pairs.setdefault(concept.text, english)
        return tuple(pairs.items())[:MOST_TERMS]


Gloss = Callable[[str], tuple[tuple[str, str], ...]]
