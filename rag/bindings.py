"""Text -> its numbers, each with the names of what it belongs to.

Every number is read with the labels it stands with: those right behind it in English (45 % in
the placebo group), those before it, or, in a series (分别为, respectively, A 67.2 % vs 45.1 %),
the labels of the series in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.comparands import Label, labels
from rag.quantities import Quantity, quantities
from rag.terms import Translator


@dataclass(frozen=True, slots=True)
class Bound:
    """A number with the names of what it belongs to, by family."""

    quantity: Quantity
    labels: dict[str, frozenset[str]]


# Numbers that say how sure another one is.
_ASIDE = re.compile(
    r"[（(\[][^（）()\[\]]*(?:\bCI\b|置信区间|\bP\s*[<=>＜＝]|\bHR\b)[^（）()\[\]]*[）)\]]|"
    r"\b[Pp]\s*[<=>＜＝≤]\s*0?\.\d+|±\s*\d+(?:\.\d+)?|\b95\s*%\s*(?:CI|置信区间)[^，。；,;]*",
)

_SENTENCE = re.compile(r"[。！？\n]|\.(?=\s|$)")

_RANGE = re.compile(r"\s*(?:[-–~～—至到]|to)\s*")

# From one to the other: 由 5.1 个月延长至 8.8 个月.
_FROM = re.compile(r"(?:[由从]|\bfrom)\s*$")

_JOINS = re.compile(
    r"\s*(?:延长|提高|升高|降低|增加|减少|上升|下降|缩短|升|降|增|减)?[至到]\s*|\s*to\s*|"
    r"\s*(?:[（(][^（）()]{0,16}[）)])?\s*(?:[、，,/]|和|与|及|以及|对|比|vs\.?|versus|and|"
    r"against|or)?"
    r"\s*(?:and|vs\.?)?\s*",
    re.I,
)

_BEHIND = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:of|in|with|for|among|under|on|at|after|before)\b|"
    r"\s*(?:\w+ed\s+)?to\b(?!\s*[\d.])|"
    r"\s*[（(](?=[^\d）)]{1,16}[）)])",
)

_PART = re.compile(r"[,;，；。)）]|\b(?:and|versus|vs|than|against|but|whereas|while|compared)\b")

_LESSER = re.compile(
    r"(?:较|比(?!例)|相比|[高低优劣长短多少大小]于|不及|"
    r"\bthan(?: (?:in|with|for|on|the|those|that))*(?: the)?|"
    r"\b(?:compared|relative)(?: (?:with|to))?(?: the)?|\b(?:versus|vs\.?)(?: the)?)\s*$",
    re.I,
)

_WITH = re.compile(r"(?:与|同|和)[^，。；、]{0,6}$")

_COMPARED = re.compile(r"[^，,。]{0,6}?(?:相比|比较|相较)")


def _like(a: str, b: str) -> bool:
    return a == b or not a or not b


def bindings(text: str, language: str, translator: Translator | None) -> list[Bound]:
    """Return the numbers of ``text`` (search text) with what they belong to."""
    text = _ASIDE.sub(lambda m: " " * len(m.group()), text)
    found: list[Bound] = []
    for start, end in _spans(text, _SENTENCE):
        part = text[start:end]
        named = labels(part, language, translator)
        numbers = _ranges(part, [q for q in quantities(part) if not _within(q, named)])
        if numbers and named:
            found += _Sentence(part, named, language).read(numbers)
    return found


def _ranges(text: str, numbers: Sequence[Quantity]) -> list[Quantity]:
    """Leave out the second number of a range, whose first then reaches to its end."""
    out: list[Quantity] = []
    for number in numbers:
        to = out and _RANGE.fullmatch(text[out[-1].end : number.start])
        if to and not _FROM.search(text[: out[-1].start]):
            out[-1] = replace(out[-1], end=number.end, unit=out[-1].unit or number.unit)
        else:
            out.append(number)
    return out


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for match in pattern.finditer(text):
        yield at, match.start()
        at = match.end()
    yield at, len(text)


def _within(quantity: Quantity, named: Sequence[Label]) -> bool:
    return any(label.start < quantity.end and quantity.start < label.end for label in named)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    named: tuple[Label, ...]
    language: str

    def read(self, numbers: Sequence[Quantity]) -> list[Bound]:
        """Bind the numbers of the sentence; a label is carried on until another takes over."""
        found: list[Bound] = []
        carried: dict[str, frozenset[str]] = {}
        at = 0
        for series in self._series(numbers):
            before = self._within(at, series[0].start)
            if len(series) > 1:
                shared = self._ordered(series, before, carried)
                at = series[-1].end
            else:
                shared, at = self._single(series[0], before, carried)
            found += [Bound(q, own) for q, own in zip(series, shared, strict=True)]
            carried = {**carried, **{f: n for f, n in shared[-1].items() if len(series) == 1}}
            if len(series) == 1:
                continue
            # What a series shared in order does not hold for the next number.
            for family in shared[-1]:
                if len({own.get(family) for own in shared}) > 1:
                    carried.pop(family, None)
                else:
                    carried[family] = shared[-1][family]
        return found

    def _series(self, numbers: Sequence[Quantity]) -> Iterator[list[Quantity]]:
        """Yield runs of numbers that only joining words part, with the unit they share."""
        run: list[Quantity] = []
        for number in numbers:
            between = self.text[run[-1].end : number.start] if run else ""
            if run and not (
                _JOINS.fullmatch(between) and between.strip() and _like(run[-1].unit, number.unit)
            ):
                yield run
                run = []
            run.append(number)
        if run:
            yield run

    def _within(self, start: int, end: int) -> list[Label]:
        return [label for label in self.named if start <= label.start and label.end <= end]

    def _single(
        self, number: Quantity, before: Sequence[Label], carried: dict[str, frozenset[str]]
    ) -> tuple[list[dict[str, frozenset[str]]], int]:
        """Return the labels of a number that stands alone, and where what it took ends."""
        end = number.end
        behind: list[Label] = []
        if match := _BEHIND.match(self.text, number.end):
            part = _PART.search(self.text, match.end())
            stop = part.start() if part else len(self.text)
            behind = self._within(number.end, stop)
            end = stop if behind else end
            if self.language == "en":
                # Something else is named here, though not by a known name.
                carried = {f: names for f, names in carried.items() if f != "arm"}
        own = dict(carried)
        for family in {label.family for label in before}:
            own[family] = _joined(self._foremost([b for b in before if b.family == family]))
        for family in {label.family for label in behind}:
            own[family] = _joined([b for b in behind if b.family == family])
        return [own], end

    def _foremost(self, some: Sequence[Label]) -> list[Label]:
        """Leave out what only stands for comparison, unless nothing else is there."""
        main = [label for label in some if not self._lesser(label)]
        return main or list(some)

    def _lesser(self, label: Label) -> bool:
        before, after = self.text[: label.start], self.text[label.end :]
        return bool(_LESSER.search(before) or (_WITH.search(before) and _COMPARED.match(after)))

    def _ordered(
        self,
        series: Sequence[Quantity],
        before: Sequence[Label],
        carried: dict[str, frozenset[str]],
    ) -> list[dict[str, frozenset[str]]]:
        """Give the numbers of a series the labels of a kind that are as many, in order."""
        count = len(series)
        out = [dict(carried) for _ in series]
        last = series[-1].end
        part = re.search(r"[;；。]", self.text[last:])
        behind = self._within(last, last + part.start() if part else len(self.text))
        everywhere = self._within(0, series[0].start)
        for family in {label.family for label in (*everywhere, *behind)}:
            ranked = _distinct(self._main_first(b for b in before if b.family == family))
            if (
                len(ranked) == 2
                and self._lesser(ranked[1])
                and _FROM.search(self.text[: series[0].start])
            ):
                ranked.reverse()  # from what it is compared with
            if not ranked and family not in carried:
                ranked = []
            if len(ranked) < 2 and (after := _distinct(b for b in behind if b.family == family)):
                ranked = after[:count] if len(after) >= count else ranked
            if len(ranked) == 1:
                for own in out:
                    own[family] = ranked[0].names
            elif len(ranked) == count:
                for own, label in zip(out, ranked, strict=True):
                    own[family] = label.names
            elif ranked:
                for own in out:
                    own.pop(family, None)
            else:
                earlier = _distinct(b for b in everywhere if b.family == family)
                if len(earlier) == count:
                    for own, label in zip(out, earlier, strict=True):
                        own[family] = label.names
        return out

    def _main_first(self, some: Iterator[Label]) -> list[Label]:
        return sorted(some, key=self._lesser)


def _joined(some: Sequence[Label]) -> frozenset[str]:
    return frozenset[str]().union(*(label.names for label in some))


def _distinct(some: Sequence[Label] | Iterator[Label]) -> list[Label]:
    out: list[Label] = []
    for label in some:
        if not any(label.names & o.names for o in out):
            out.append(label)
    return out
