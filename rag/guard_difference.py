"""Differences and links that a source denies, or puts as two things being alike."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import denies

# Two things alike, and no difference between them: one statement.
_EVEN = re.compile(
    r"相近|相当(?!于|多|大|高|低)|相仿|持平|大致相同|\b(?:comparable|similar)\b(?! to those)", re.I
)
_NO_DIFFERENCE = re.compile(
    r"(?:无|没有|未见)[^，。；]{0,10}(?:差异|差别|不同)|差异[^，。；]{0,4}(?:无|没有|不)|"
    r"不存在[^，。；]{0,6}差异"
    r"|\b(?:no|not|without)\b[^,.;]{0,30}\bdiffer\w*",
    re.I,
)


_DIFFERS = re.compile(
    r"(?<![没无未])有[^，。；]{0,8}(?:差异|差别)|(?:差异|差别)(?:有|具有|显著|"
    r"明显)(?![^，。；]{0,4}[无不])"
    r"|\bdiffered\b|\b(?:an?|the) (?:statistically )?significant difference",
    re.I,
)


_LINKED = re.compile(
    r"显著(?:正|负)?(?:相关|关联)|存在[^，。；]{0,4}(?:相关|关联)|"
    r"\ba (?:\w+ )?significant (?:association|correlation)"
    r"|\b(?:is|are|was|were) significantly (?:associated|correlated)",
    re.I,
)
_UNLINKED = re.compile(
    r"(?:无|没有|未见|未发现)[^，。；]{0,16}(?:相关|关联)|\bno (?:\w+ )?(?:association|correlation)"
    r"|\bnot (?:\w+ )?(?:associated|correlated)",
    re.I,
)


def differing(pair: Pair) -> list[Finding]:
    """Find a difference where the source tells of none or calls things alike."""
    claimed = _DIFFERS.search(pair.claim)
    none = _NO_DIFFERENCE.search(pair.source) or _EVEN.search(pair.source)
    if claimed and none and not _DIFFERS.search(pair.source) and not denies(pair.claim):
        return [Finding("negation", claimed.group())]
    linked = _LINKED.search(pair.claim)
    if linked and _UNLINKED.search(pair.source) and not denies(pair.claim):
        return [Finding("negation", linked.group())]
    return []


def levelled(pair: Pair) -> Pair:
    """Return a pair with "alike" as no difference where the other text says it so."""
    claim, source = pair.claim, pair.source
    if _NO_DIFFERENCE.search(source) and not _NO_DIFFERENCE.search(claim):
        claim = _EVEN.sub("无差异" if pair.language == "zh" else "not different", claim)
    elif _NO_DIFFERENCE.search(claim) and not _NO_DIFFERENCE.search(source):
        source = _EVEN.sub("无差异" if pair.source_language == "zh" else "not different", source)
    unchanged = (claim, source) == (pair.claim, pair.source)
    return pair if unchanged else replace(pair, claim=claim, source=source)
