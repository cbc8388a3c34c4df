"""Numbers that a claim gives to another arm, drug, time or outcome than its source does.

A finding needs the source to give the claim's label another
number of the same unit, and the claim's number another label of the same kind.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.bindings import Bound, bindings
from rag.findings import Finding
from rag.pairing import Pair


def misbound(pair: Pair) -> list[Finding]:
    """Return the numbers of the claim that its source gives to something else."""
    stated = bindings(pair.source, pair.source_language, pair.translator)
    if len(stated) < 2:
        return []
    claimed = bindings(pair.claim, pair.language, pair.translator)
    return [Finding("binding", b.quantity.text) for b in claimed if _elsewhere(b, stated, claimed)]


def _elsewhere(claimed: Bound, stated: Sequence[Bound], told: Sequence[Bound]) -> bool:
    if not claimed.quantity.unit:
        return False
    mine = [b for b in stated if b.quantity.value == claimed.quantity.value]
    others = [
        b
        for b in stated
        if b.quantity.value != claimed.quantity.value and b.quantity.unit == claimed.quantity.unit
    ]
    for family, names in claimed.labels.items():
        theirs = [b.labels.get(family, frozenset()) for b in mine]
        if not theirs or any(t & names for t in theirs):
            continue
        instead = [b for b in others if b.labels.get(family, frozenset()) & names]
        # A number that the source gives to nothing of the kind is only wrong in exchange: the
        # other one has lost that label.
        if instead and (all(theirs) or all(_lost(b, family, names, told) for b in instead)):
            return True
    return False


def _lost(number: Bound, family: str, names: frozenset[str], told: Sequence[Bound]) -> bool:
    """Tell whether the claim has ``number`` of the source, and not under that label."""
    own = [b for b in told if b.quantity.value == number.quantity.value]
    return bool(own) and not any(b.labels.get(family, frozenset()) & names for b in own)
