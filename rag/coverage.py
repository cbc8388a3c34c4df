"""How much of a question's key terms a text holds, weighed by rarity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.terms import KeyTerm

Idf = Callable[[Sequence[str]], float]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The terms of a question with their weights, for asking how much of them a text holds."""

    terms: tuple[KeyTerm, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, terms: Sequence[KeyTerm], idf: Idf) -> Coverage:
        """Weigh each term by its inverse document frequency in the library.

        A word of another language that no passage has in any translation says nothing, so it
        gets a middling weight.
        """
        weights = []
        for term in terms:
            weight = idf(term.forms)
            if not term.sure and term.kind == "word":
                weight = min(weight, 2.0)
            weights.append(max(weight, 0.05))
        return cls(tuple(terms), tuple(weights))

    def found(self, text: str) -> tuple[bool, ...]:
        """Return for each term whether folded ``text`` mentions it."""
        return tuple(term.within(text) for term in self.terms)

    def share(self, found: Sequence[bool]) -> float:
        """Return the share of the weight that is found, 0-1; 0 when there are no terms."""
        total = sum(self.weights)
        if not total:
            return 0.0
        return sum(w for w, f in zip(self.weights, found, strict=True) if f) / total

    def rare(self, found: Sequence[bool], count: int = 4) -> float:
        """Return the share of the ``count`` heaviest terms that is found."""
        order = sorted(range(len(self.terms)), key=lambda i: -self.weights[i])[:count]
        return sum(bool(found[i]) for i in order) / len(order) if order else 0.0
