"""Denials that a claim adds to its source or leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import Clause, clauses, overlap
from rag.terms import fold

# Share of a clause's words that must be in a clause of the quote to compare the two.
SAME_CLAUSE = 0.5


def denials(pair: Pair) -> list[Finding]:
    """Return the clauses that deny what the source says, or say what it denies."""
    found = [
        *_negations(fold(pair.claim), fold(pair.source), same=pair.same),
        *([] if pair.same else _undenied(*pair.shared)),
    ]
    return found or _flipped(pair)


def _flipped(pair: Pair) -> list[Finding]:
    """Find the clause whose denial none of the clauses that it may render has, or all have.

    A word of decline may render a denial (耐药, does not respond), and a denial may have moved to
    another clause: neither is an error.
    """
    rendered = [(clause, pair.rendered(clause)) for clause in pair.clauses[0]]
    theirs = {id(o): o for _, others in rendered for o in others}.values()
    if (sum(o.negations for o in theirs) - sum(c.negations for c, _ in rendered)) % 2 == 0:
        return []
    for clause, others in rendered:
        if clause.negations % 2:
            leaning = [o for o in pair.clauses[1] if _LEANS.match(o.plain)]
            others = (*others, *leaning, *(o for o in pair.clauses[1] if o.tokens & clause.tokens))
        if others and all(_opposed(clause, other) for other in others):
            return [Finding("negation", clause.plain.strip()[:40])]
    return []


# What begins so speaks of what was named before, in words of its own.
_LEANS = re.compile(
    r"\s*(?:该|此|其|这|两[类种者]|上述|\b(?:it|its|they|this|these|both|such)\b)", re.I
)


def _opposed(a: Clause, b: Clause) -> bool:
    denied = a.negations - b.negations
    # A word of decline more on the other side renders the denial.
    return denied % 2 == 1 and denied * (_declines([b]) - _declines([a])) <= 0


def _negations(claim: str, source: str, *, same: bool) -> list[Finding]:
    """Find clauses that deny what the quote says, or say what it denies."""
    ours, theirs = clauses(claim), clauses(source)
    alike = [_same_clause(clause, theirs) if same else None for clause in ours]
    findings = []
    for clause, other in zip(ours, alike, strict=True):
        if same:
            # One clause of the quote may be told in two of the claim, the denial in one of them.
            parts = [c for c, o in zip(ours, alike, strict=True) if o is other or o is None]
            odd = other is not None and (_denied(clause) - _denied(other)) % 2
            if odd and other is not None and sum(map(_denied, parts)) % 2 == _denied(other) % 2:
                odd = 0
            if odd or (other is None and _denies(clause, theirs, claim)):
                findings.append(Finding("negation", clause.text.strip()[:40]))
        elif (
            clause.negations
            and not any(c.negations for c in theirs)
            # "does not respond" may render 耐药: a word of decline that is not rendered so far.
            and _declines(theirs) <= _declines(ours)
        ):
            findings.append(Finding("negation", clause.text.strip()[:40]))
    return findings


# To keep from is a denial in other words: 妨碍 X 进入, X 难以进入.
_KEPT = re.compile(r"妨碍|阻碍|阻止|防止|\b(?:prevent|hinder|hamper|imped|preclud)\w*")


def _denied(clause: Clause) -> int:
    return clause.negations + len(_KEPT.findall(clause.text))


def _undenied(claim: str, source: str) -> list[Finding]:
    """Find a claim in another language that leaves out the denial of the one clause it renders.

    Both texts have their concepts under shared names; words of decline may render a denial.
    """
    ours, theirs = clauses(claim), clauses(source)
    if any(c.negations or _declines([c]) for c in ours) or not any(c.negations for c in theirs):
        return []
    words = frozenset[str]().union(*(c.tokens for c in ours))
    shared = [(len(words & c.tokens), c.negations % 2) for c in theirs]
    most = max(count for count, _ in shared)
    if most and all(denied for count, denied in shared if count == most):
        return [Finding("negation", claim.strip()[:40])]
    return []


def _denies(clause: Clause, theirs: Sequence[Clause], claim: str) -> bool:
    """Tell whether a clause denies what the quote, in other words, says without any denial."""
    if clause.negations % 2 == 0 or any(c.negations for c in theirs):
        return False
    every = frozenset[str]().union(*(c.tokens for c in theirs))
    alike = overlap(clause.tokens, every) >= SAME_CLAUSE and len(clause.tokens) > 2
    return alike and _declines(theirs) <= _declines(clauses(claim))


def _declines(found: Sequence[Clause]) -> int:
    return sum(turn.sign < 0 for clause in found for turn in clause.turns)


def _same_clause(clause: Clause, others: Sequence[Clause]) -> Clause | None:
    """Return the clause that says nearly the same; None when there is none or it is unclear."""
    scored = sorted(
        ((min(overlap(clause.tokens, o.tokens), 2 * overlap(o.tokens, clause.tokens)), i)
         for i, o in enumerate(others)),
        reverse=True,
    )  # fmt: skip
    if not scored or scored[0][0] < SAME_CLAUSE or len(clause.tokens) < 2:
        return None
    best = others[scored[0][1]]
    if len(scored) > 1 and scored[1][0] > scored[0][0] - 0.1:
        rival = others[scored[1][1]]
        if rival.negations % 2 != best.negations % 2:
            return None
    return best
