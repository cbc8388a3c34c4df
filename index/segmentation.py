"""Chinese text -> where its words begin and end, by a dictionary.

The most probable path through the lattice of all dictionary words (jieba's frequencies, through
rjieba), with the lexicon's names as user dictionary. No model guesses words outside it: what the
dictionary does not know stays single characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ingest.clean import count_han


@dataclass(frozen=True, slots=True)
class Words:
    """For each character of a text the start and the end of the word it belongs to."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def cut(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return the words that ``start:end`` cuts in two: 其中 and 药物 for 中药 in 其中药物.

        A name inside one longer word (肺癌 in 非小细胞肺癌) cuts none.
        """
        first = (self.starts[start], self.ends[start])
        last = (self.starts[end - 1], self.ends[end - 1])
        found: tuple[tuple[int, int], ...] = ()
        if first[0] < start and first[1] < end:
            found = (first,)
        if last[1] > end and last[0] > start:
            found = (*found, last)
        return found

    def loose_pairs(self, text: str) -> frozenset[str]:
        """Return the pairs of characters that only stand where two longer words of ``text`` meet.

        者肝 in 患者肝脏: it says that the words are neighbours, not what they are.
        """
        loose: set[str] = set()
        firm: set[str] = set()
        for at in range(1, len(text)):
            meet = self.starts[at] == at
            longer = at - self.starts[at - 1] > 1 and self.ends[at] - at > 1
            (loose if meet and longer else firm).add(text[at - 1 : at + 1])
        return frozenset(loose - firm)


class Segmenter:
    """Finds the words of Chinese text; ``names`` are words beside those of the dictionary."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name for name in names if 1 < len(name) == count_han(name))

    @cached_property
    def _cut(self) -> Callable[[str, str, bool], list[tuple[str, int, int]]]:
        import rjieba

        dictionary = rjieba.Jieba()
        # In a fixed order: each name's frequency is set so that it beats its own parts.
        for name in sorted(self._names, key=lambda name: (len(name), name)):
            if not dictionary.has_word(name):
                dictionary.add_word(name, None, None)
        cut: Callable[[str, str, bool], list[tuple[str, int, int]]] = dictionary.tokenize
        return cut

    def words(self, text: str) -> Words:
        """Return the words of ``text``; what is not Chinese is cut somehow, too."""
        starts, ends = [0] * len(text), [0] * len(text)
        for _, start, end in self._cut(text, "default", False):
            starts[start:end] = [start] * (end - start)
            ends[start:end] = [end] * (end - start)
        return Words(tuple(starts), tuple(ends))
