"""Directions and comparisons that a claim has the other way round than its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.contradictions import contradictions, misordered, numbers_agree
from rag.findings import Finding
from rag.pairing import Pair
from rag.polarity import Turn, best_around, best_match, best_object

# Share of a clause's words that must be in a clause of the quote to compare the two.
SAME_CLAUSE = 0.5
SAME_OBJECT = 0.6
# The same where the quote has no word of that sense at all.
NONE_ALIKE = 0.35
# What may be put as a change too: a higher risk, the risk rises.
_AMOUNT = re.compile(
    r"higher|lower|longer|shorter|greater|smaller|more|fewer|[高低长短多少大小]|升|降|增|减", re.I
)
_RESISTS = re.compile("resistan|耐药", re.I)
_SENSITIVE = re.compile("sensitiv|敏感(?!度|性)|respond|有效(?!率)", re.I)
_STATE = re.compile("positive|negative|阳性|阴性", re.I)


def turned(pair: Pair) -> list[Finding]:
    """Return what the claim turns round: effects, comparisons, the order of its own numbers."""
    return [
        *_turns(pair),
        *_agents(pair),
        *(
            Finding("direction", text)
            for text in contradictions(pair.claim, pair.source, pair.translator)
        ),
        *(Finding("comparison", text) for text in misordered(pair.claim)),
    ]


def _turns(pair: Pair) -> list[Finding]:
    """Find direction words that the quote turns the other way."""
    same, (claimed, sourced) = pair.same, pair.clauses
    theirs = [turn for clause in sourced for turn in clause.turns]
    ours = [turn for clause in claimed for turn in clause.turns]
    findings = []
    if not same:
        findings += _outnumbered(ours, theirs)
    for clause in claimed:
        for turn in clause.turns:
            alone = [t for t in ours if t.axis == turn.axis]
            if not same and turn.axis == "degree" and len({t.sign for t in alone}) > 1:
                continue  # effective against resistance: which is which takes more than words
            if _RESISTS.search(turn.word) and _only_resistance(pair):
                continue  # what is counted or told of, no comparison
            if _STATE.search(turn.word) and any(
                _STATE.search(t.word) and t.sign == turn.sign for t in theirs
            ):
                continue  # of whom it is said, not what is
            if _is_turned(turn, theirs, len(alone), same=same):
                if turn.axis == "degree" and numbers_agree(pair.shared[0]):
                    continue  # the two numbers beside it are in that order
                kind = "direction" if turn.axis == "change" else "comparison"
                findings.append(Finding(kind, turn.word))
    return findings


def _only_resistance(pair: Pair) -> bool:
    """Tell whether both speak of resistance and neither of what responds."""
    texts = (pair.claim, pair.source)
    return all(map(_RESISTS.search, texts)) and not any(map(_SENSITIVE.search, texts))


def _outnumbered(ours: Sequence[Turn], theirs: Sequence[Turn]) -> list[Finding]:
    """Find a sense of change that the sentence has more often than a quote with more changes."""
    ours, theirs = ([t for t in turns if t.axis == "change"] for turns in (ours, theirs))
    for sign in (1, -1):
        own = [t for t in ours if t.sign == sign]
        if len(ours) <= len(theirs) and len(own) > sum(t.sign == sign for t in theirs):
            return [Finding("direction", own[-1].word)]
    return []


def _is_turned(turn: Turn, theirs: Sequence[Turn], ours: int, *, same: bool) -> bool:
    if not _STATE.search(turn.word):
        theirs = [t for t in theirs if not _STATE.search(t.word)]
    axis = [t for t in theirs if t.axis == turn.axis]
    if not axis and (same or _AMOUNT.search(turn.word)):
        # A higher risk for a risk that rises.
        axis = [t for t in theirs if t.around & turn.around]
        return bool(axis) and all(t.sign != turn.sign for t in axis)
    alike = [t for t in axis if t.sign == turn.sign]
    opposed = [t for t in axis if t.sign != turn.sign]
    if not opposed:
        return False
    near, far = best_match(turn, alike), best_match(turn, opposed)
    assert far is not None
    if not same:
        if turn.axis == "degree" and alike and _of_another(turn, alike, opposed):
            return True
        # Only names are shared; without one that tells, both senses in the quote let it pass.
        if far[0] == 0:
            # What one language puts behind the word the other may have before it.
            around = best_around(turn, opposed)
            if around >= SAME_CLAUSE and best_around(turn, alike) <= around - 0.4:
                return True
            return not alike and len(axis) >= ours
        behind = best_object(turn, opposed)
        if turn.after and behind <= best_object(turn, alike) and near is not None:
            return False
        return near is None or far[0] > near[0] + 0.2
    if len(turn.after) > 1 and turn.axis == "change":
        behind = best_object(turn, opposed)
        if behind >= 0.75 and best_object(turn, alike) <= behind - 0.4:
            return True
    if not alike and len(turn.after) > 1 and best_object(turn, opposed) >= SAME_CLAUSE:
        return True  # the same thing changes, in the one sense that the quote has
    # A passive or an intransitive has before it what another puts behind the word.
    around = best_around(turn, opposed)
    moved = len(turn.around) > (2 if alike else 1) and best_object(turn, alike) < SAME_CLAUSE
    enough = SAME_CLAUSE if alike else NONE_ALIKE
    if moved and around >= enough and best_around(turn, alike) < around - 0.1:
        return True
    most = bool(turn.before) + bool(turn.after)
    return far[0] >= SAME_OBJECT * most and (near is None or far[0] > near[0] + 0.05)


def _of_another(turn: Turn, alike: Sequence[Turn], opposed: Sequence[Turn]) -> bool:
    """Tell whether what is compared stands in the quote only by the opposite word.

    STK11 responds worse, KRAS better: both senses are there, and each has its name.
    """
    own, other = (frozenset[str]().union(*(t.before for t in side)) for side in (alike, opposed))
    return bool((turn.before & other) - own) and not (turn.before & own) - other


# What acts on a thing by its name: an inhibitor of it, an activator.
_AGENTS = (
    re.compile(
        r"(?:激动|激活|促进|兴奋|诱导)剂|\b(?:\w*agonist|activator|stimulator|promoter)s?\b"
    ),
    re.compile(r"(?:抑制|阻滞|拮抗|阻断)剂|\b(?:inhibitor|blocker|antagonist)s?\b"),
)


def _agents(pair: Pair) -> list[Finding]:
    """Find an activator where the quote has inhibitors only, and the other way round."""
    claim, source = (
        re.sub(r"antagonist", "blocker", text.lower()) for text in (pair.claim, pair.source)
    )
    for own, other in (_AGENTS, _AGENTS[::-1]):
        named = own.search(claim)
        if named and other.search(source) and not own.search(source) and not other.search(claim):
            return [Finding("direction", named.group())]
    return []
