"""Denials that a claim adds to its source or leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.findings import Finding
from rag.guard_difference import differing, levelled
from rag.guard_left_out import left_out, otherwise
from rag.pairing import Pair
from rag.polarity import Clause, clauses, denies, overlap
from rag.terms import fold

# Share of a clause's words that must be in a clause of the quote to compare the two.
SAME_CLAUSE = 0.5


def denials(pair: Pair) -> list[Finding]:
    """Return the clauses that deny what the source says, or say what it denies."""
    pair = levelled(pair)
    if differs := differing(pair):
        return differs
    found = [*_negations(pair, fold(pair.claim), fold(pair.source)), *_unadvised(pair)]
    if otherwise(pair):
        return found
    found += [] if pair.same else [*_undenied(*pair.shared), *left_out(pair)]
    return found or _flipped(pair)


def _flipped(pair: Pair) -> list[Finding]:
    """Find the clause whose denial none of the clauses that it may render has, or all have.

    A word of decline may render a denial (耐药, does not respond), and a denial may have moved to
    another clause: neither is an error.
    """
    rendered = [(clause, pair.rendered(clause)) for clause in pair.clauses[0]]
    if left := _left_over(pair, rendered):
        clause, other = left
        if (clause.negations - other.negations) % 2:
            return [Finding("negation", clause.plain.strip()[:40])]
        rendered = [(c, others) for c, others in rendered if c is not clause]
    if _merged(pair, rendered):
        return []
    matched = left[1] if left else None
    theirs = {id(o): o for _, others in rendered for o in others}.values()
    if (sum(o.negations for o in theirs) - sum(c.negations for c, _ in rendered)) % 2 == 0:
        return []
    for clause, others in rendered:
        if clause.negations % 2:
            leaning = [o for o in pair.clauses[1] if _LEANS.match(o.plain)]
            others = (*others, *leaning, *(o for o in pair.clauses[1] if o.tokens & clause.tokens))
            others = tuple(other for other in others if other is not matched)
        if others and all(_opposed(clause, other) for other in others):
            return [Finding("negation", clause.plain.strip()[:40])]
    return []


def _merged(pair: Pair, rendered: Sequence[tuple[Clause, tuple[Clause, ...]]]) -> bool:
    """Tell whether a denied clause of the source may have gone into another clause of the claim.

    No clause renders it, the claim has fewer clauses, and as many denials in all.
    """
    met = {id(other) for _, others in rendered for other in others}
    lost = any(o.negations % 2 for o in pair.clauses[1] if id(o) not in met)
    even = sum(c.negations for c in pair.clauses[0]) == sum(o.negations for o in pair.clauses[1])
    return lost and even and len(pair.clauses[0]) < len(pair.clauses[1])


def _left_over(
    pair: Pair, rendered: Sequence[tuple[Clause, tuple[Clause, ...]]]
) -> tuple[Clause, Clause] | None:
    """Return the one clause of either side that shares nothing with the other, if both say much.

    They render each other, the words in common being unknown: lower mortality, 降低病死率.
    """
    met = {id(other) for _, others in rendered for other in others}
    even = len(pair.clauses[0]) == len(pair.clauses[1])
    ours = [c for c, others in rendered if not others and (c.turns or c.negations or even)]
    theirs = [o for o in pair.clauses[1] if id(o) not in met and (o.turns or o.negations)]
    if len(ours) != 1 or len(theirs) != 1 or len(rendered) < 2:
        return None
    signs = [sum(turn.sign for turn in side[0].turns) for side in (ours, theirs)]
    return (ours[0], theirs[0]) if signs[0] == signs[1] else None


# What begins so speaks of what was named before, in words of its own.
_LEANS = re.compile(
    r"\s*(?:该|此|其|这|两[类种者]|上述|\b(?:it|its|they|this|these|both|such)\b)", re.I
)


def _opposed(a: Clause, b: Clause) -> bool:
    if (_denied(a) - _denied(b)) % 2 == 0:
        return False  # kept from it here, denied there
    denied = a.negations - b.negations
    # A word of decline more on the other side renders the denial.
    return denied % 2 == 1 and denied * (_declines([b]) - _declines([a])) <= 0


def _negations(pair: Pair, claim: str, source: str) -> list[Finding]:
    """Find clauses that deny what the quote says, or say what it denies."""
    ours, theirs, same = clauses(claim), clauses(source), pair.same
    alike = [_same_clause(clause, theirs) if same else None for clause in ours]
    findings = []
    read = pair.clauses[0] if len(pair.clauses[0]) == len(ours) else ours
    for clause, other, named in zip(ours, alike, read, strict=True):
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
            and (
                _declines(pair.rendered(named) or theirs) <= _declines([clause])
                or _said(named, pair.rendered(named))
            )
        ):
            findings.append(Finding("negation", clause.text.strip()[:40]))
    return findings


def _said(clause: Clause, others: Sequence[Clause]) -> bool:
    """Tell whether all words of direction of a clause stand in ``others`` about the same."""
    theirs = [turn for other in others for turn in other.turns]
    return bool(clause.turns) and all(
        any(t.sign == o.sign and t.axis == o.axis and t.around & o.around for o in theirs)
        for t in clause.turns
    )


# To keep from is a denial in other words: 妨碍 X 进入, X 难以进入.
_KEPT = re.compile(
    r"妨碍|阻碍|受阻|阻止|防止|解除|推迟|延后|暂缓|\b(?:prevent|hinder|hamper|imped|preclud)\w*"
)


def _denied(clause: Clause) -> int:
    return clause.negations + len(_KEPT.findall(clause.text))


def _undenied(claim: str, source: str) -> list[Finding]:
    """Find a claim in another language that leaves out the denial of the one clause it renders.

    Both texts have their concepts under shared names; words of decline may render a denial.
    """
    ours, theirs = clauses(claim), clauses(source)
    if any(c.negations for c in ours) or not any(c.negations for c in theirs):
        return []
    if _declines(ours) > _declines(theirs):
        return []
    words = frozenset[str]().union(*(c.tokens for c in ours))
    shared = [(len(words & c.tokens), c.negations % 2) for c in theirs]
    most = max(count for count, _ in shared)
    if most and all(denied for count, denied in shared if count == most):
        return [Finding("negation", claim.strip()[:40])]
    return []


# What is advised, and what advises against it.
_ADVISED = re.compile(
    r"(?:应当?|宜|须|必须|推荐|建议)(?![激变答用对急])"
    r"|\b(?:should|must|ought to|recommend(?:ed|s)?|advis(?:ed|able)|be given|be used)\b"
)
_PERMITTED = re.compile(
    r"(?<!不)可以?(?:继续)?(?:使用|应用|服用|给予|用于)|\b(?:can|may) (?:safely )?be (?:given|"
    r"used|taken)\b"
)
_UNADVISED = re.compile(
    r"(?:不|未|勿|切勿|避免)[^，。；]{0,4}?(?:应当?|宜|须|得|推荐|建议|主张|提倡)|禁[用忌止]|"
    r"避免|忌用|慎用"
    r"|\b(?:not|never|no longer|neither)\b[^,.;]{0,24}"
    r"\b(?:recommend|advis|be given|be used|be combined)\w*"
    r"|\b(?:should|must|ought) not\b|\bcontraindicat\w+|\bavoid(?:ed)?\b|\binadvisable\b"
)


def _unadvised(pair: Pair) -> list[Finding]:
    """Find what the claim advises where all that the quote says of advice is against it."""
    for clause in pair.clauses[0]:
        permitted = _PERMITTED.search(clause.plain)
        rendered = pair.rendered(clause)
        against = rendered and all(_UNADVISED.search(other.plain) for other in rendered)
        if permitted and against and not _UNADVISED.search(clause.plain):
            return [Finding("negation", permitted.group())]
    claim, source = pair.claim.lower(), pair.source.lower()
    advised = _ADVISED.search(claim)
    if not advised or _UNADVISED.search(claim) or denies(claim):
        return []
    if _UNADVISED.search(source) and not _ADVISED.search(_UNADVISED.sub(" ", source)):
        return [Finding("negation", advised.group())]
    return []


def _denies(clause: Clause, theirs: Sequence[Clause], claim: str) -> bool:
    """Tell whether a clause denies what the quote, in other words, says without any denial."""
    if clause.negations % 2 == 0 or any(map(_denied, theirs)):
        return False
    every = frozenset[str]().union(*(c.tokens for c in theirs))
    alike = overlap(clause.tokens, every) >= SAME_CLAUSE and len(clause.tokens) > 2
    return alike and _declines(theirs) <= _declines(clauses(claim))


_STATE = re.compile("negative|阴性", re.I)


def _declines(found: Sequence[Clause]) -> int:
    """Return how many words of decline there are; a negative test or gene is none."""
    turns = [turn for clause in found for turn in clause.turns if turn.sign < 0]
    return sum(not _STATE.search(turn.word) for turn in turns)


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
