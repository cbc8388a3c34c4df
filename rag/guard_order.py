"""Which of two is the greater, and from which number to which: the order of a comparison.

Read from the form of the sentence, so that A 比 B 高 is one with A 高于 B, and what a claim has
the other way round is found though no word of it is new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import clauses, tokens
from rag.quantities import quantities
from rag.terms import fold

_HIGH, _LOW = "高多长大强好优重早快", "低少短小弱差劣轻晚慢"
# A 高于 B, A 明显优于 B.
_OVER = re.compile(rf"(?P<a>[^，。；]{{2,30}}?)(?P<sign>[{_HIGH}{_LOW}])于(?P<b>[^，。；]{{2,24}})")
# A 比 B 高, A 较 B 明显减少.
_BY = re.compile(
    rf"(?P<a>[^，。；]{{2,30}}?)[比较](?P<b>[^，。；]{{2,16}}?)(?:更|明显|显著|要|稍|略)*"
    rf"(?P<sign>[{_HIGH}{_LOW}])(?![于度危风])"
)
# A 比 B 更易发生.
_READILY = re.compile(
    r"(?P<a>[^，。；]{2,30}?)比(?P<b>[^，。；]{2,16}?)(?P<sign>更容?易|更常|"
    r"更可能|更多见)"
)
# 与 B 相比，A 更易发生; 与 B 相比，A 的比率低.
_BESIDE = re.compile(
    rf"[与和同较](?P<b>[^，。；]{{2,20}}?)(?:相比|比较)，(?P<a>[^，。；]{{2,30}}?)(?:更|较|明显|显著)*"
    rf"(?P<sign>容?易(?=[^，。；])|[{_HIGH}{_LOW}](?=[，。；]|$))"
)
# A 为 B 的 3 倍.
_TIMES = re.compile(
    r"(?P<a>[^，。；]{2,30}?)(?:高达|可达|达到|达|约为|是|为)(?P<b>[^，。；\d]{2,24}?)的\s*"
    r"(?P<times>\d+(?:\.\d+)?)[\d.～~\-–至到]*\s*倍"
)
# 由 42.3% 缩小至 24.7%; from 42.3% to 24.7%.
_NUMBER = r"\d+(?:\.\d+)?"
_FROM_TO = re.compile(
    rf"[由从](?:[^，。；\d]{{0,12}}?)(?P<a>{_NUMBER})[^，。；\d]{{1,16}}?[至到为]\s*(?P<b>{_NUMBER})"
    rf"|\bfrom (?:an? |about )?(?P<c>{_NUMBER})[^,.;\d]{{1,30}}?\bto (?:about )?(?P<d>{_NUMBER})"
)


@dataclass(frozen=True, slots=True)
class _Order:
    """``more`` is said to be above ``less``; the words of each that the other has not."""

    more: frozenset[str]
    less: frozenset[str]
    text: str


def reordered(pair: Pair) -> list[Finding]:
    """Return what the claim puts in the other order than its source."""
    return [*_numbers(pair), *(_compared(pair) if pair.same and pair.language == "zh" else [])]


def _numbers(pair: Pair) -> list[Finding]:
    """Find a change from one number to another that the source tells backwards."""
    stated = {_ends(match) for match in _FROM_TO.finditer(pair.source)}
    found = []
    for match in _FROM_TO.finditer(pair.claim):
        first, last = _ends(match)
        turns = [t for c in clauses(fold(match.group())) for t in c.turns if t.axis == "change"]
        belied = len(turns) == 1 and (last > first) != (turns[0].sign > 0) and last != first
        if ((last, first) in stated and (first, last) not in stated) or (belied and stated):
            found.append(Finding("direction", match.group()[:40]))
    return found


def _ends(match: re.Match[str]) -> tuple[float, float]:
    return float(match["a"] or match["c"]), float(match["b"] or match["d"])


def _compared(pair: Pair) -> list[Finding]:
    """Find two things of which the claim puts the other one first."""
    stated = _orders(pair.source)
    return [
        Finding("comparison", own.text[:40])
        for own in _orders(pair.claim)
        if any(own.more & o.less and own.less & o.more for o in stated)
        and not any(own.more & o.more and own.less & o.less for o in stated)
    ]


def _orders(text: str) -> list[_Order]:
    found = []
    for pattern in (_OVER, _BY, _READILY, _BESIDE, _TIMES):
        for match in pattern.finditer(text):
            if pattern is not _TIMES and quantities(match["b"][:4]):
                continue  # a bound of a number
            a, b = tokens(fold(match["a"])), tokens(fold(match["b"]))
            falls = float(match["times"]) < 1 if pattern is _TIMES else match["sign"] in _LOW
            more, less = (b - a, a - b) if falls else (a - b, b - a)
            if more and less:
                found.append(_Order(more, less, match.group()))
    return found
