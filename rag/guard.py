"""Claim guard: a sentence that the paper did not write, against the quotes it is cited to.

Its numbers and what they belong to, names, directions, denials, comparisons, its sureness and
its scope must stand in the quotes, across languages through the lexicon. Rules only: what it
cannot judge it lets pass, so the quote is always shown beside the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.findings import Finding
from rag.guard_bindings import misbound
from rag.guard_citation import moved
from rag.guard_denials import denials
from rag.guard_names import names
from rag.guard_order import reordered
from rag.guard_scope import wider
from rag.guard_strength import stronger
from rag.guard_turns import turned
from rag.pairing import Pair
from rag.polarity import clauses
from rag.quantities import quantities, supported
from rag.terms import Translator, fold


def check(
    sentence: str,
    quotes: Sequence[str],
    *,
    translator: Translator | None = None,
    context: str = "",
    nearness: tuple[float, float] | None = None,
) -> tuple[Finding, ...]:
    """Return what ``sentence`` claims beyond ``quotes``; () when nothing was found wrong.

    ``context`` (headings and title) may lend names of diseases and organs, nothing else.
    ``nearness`` is the sentence's similarity to the cited passage and to the nearest other.
    """
    if not quotes:
        return (Finding("citation", sentence[:40]),)
    pair = Pair.of(sentence, quotes, context, translator)
    findings = [
        *_numbers(pair), *misbound(pair), *names(pair), *turned(pair), *reordered(pair),
        *denials(pair),
        *stronger(pair), *wider(pair),
    ]  # fmt: skip
    if not findings:
        findings += moved(pair, nearness)
    return tuple(dict.fromkeys(findings))


def _numbers(pair: Pair) -> list[Finding]:
    stated = quantities(pair.source, liberal=True)
    both = (*clauses(fold(pair.claim)), *clauses(fold(pair.source)))
    fell = any(turn.sign < 0 for clause in both for turn in clause.turns)
    return [
        Finding("number", q.text)
        for q in quantities(pair.claim)
        if not supported(q, stated, any_sign=fell)
    ]
