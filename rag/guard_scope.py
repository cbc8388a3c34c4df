"""Claims about more than their source: all for some, patients for mice, any grade for grade 3.

What narrows a statement stands in classes that have words in both languages; a class that the
source has where the claim renders it has to come again, in whatever words.
"""

from __future__ import annotations

import re

from rag.findings import Finding
from rag.narrowing import (
    ALL,
    ALSO_ALL,
    ANIMALS,
    DISEASE,
    GRADE,
    GROUPS,
    PEOPLE,
    SOME,
    VITRO,
    Narrowing,
)
from rag.pairing import Pair
from rag.polarity import Clause, denies

# Each of those named; "all" in a word that may stand for both as well.
_EACH = re.compile(r"[都均皆]")


def wider(pair: Pair) -> list[Finding]:
    """Return what the claim says of more than the source says it of."""
    found = _everyone(pair)
    for clause in pair.clauses[0]:
        rendered = pair.rendered(clause)
        if rendered:
            found += _clause(pair, clause, rendered)
    return found[:2]


def _everyone(pair: Pair) -> list[Finding]:
    match = ALL.search(pair.claim)
    if match and match.group().lower() in ("any", "任何") and denies(pair.claim):
        return []
    if match and not ALSO_ALL.search(pair.source):
        return [Finding("scope", match.group())]
    return []


def _clause(pair: Pair, clause: Clause, rendered: tuple[Clause, ...]) -> list[Finding]:
    claim = pair.claim.lower()
    people = PEOPLE.search(clause.plain)

    def left_out(kind: Narrowing) -> str:
        """Return the words of the class that all rendered clauses have and the claim has not."""
        found = [kind.words.search(other.plain) for other in rendered]
        if not found[0] or not all(found) or kind.rendered.search(claim):
            return ""
        # 合并肝硬化的患者 may be told of as 肝硬化患者.
        beside = found[0].string[found[0].end() :][:3]
        told = found[0].group() == "合并" and len(beside) == 3 and beside in claim
        return "" if told else found[0].group()

    if (words := left_out(SOME)) and people:
        return [Finding("scope", words)]
    each = (people or DISEASE.search(clause.plain)) and _EACH.search(clause.plain)
    if each and not SOME.words.search(claim) and all(SOME.words.search(o.plain) for o in rendered):
        return [Finding("scope", each.group())]
    for kind in (ANIMALS, VITRO):
        if people and not PEOPLE.search(pair.source) and not kind.words.search(claim):
            if match := kind.words.search(pair.source):
                return [Finding("scope", match.group())]
        elif words := left_out(kind):
            return [Finding("scope", words)]
    if words := left_out(GRADE):
        return [Finding("scope", words)]
    if people or DISEASE.search(clause.plain):
        return [Finding("scope", words) for kind in GROUPS if (words := left_out(kind))][:1]
    return []
