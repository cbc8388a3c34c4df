"""Two texts in, what one of them turns round out: who acts how on what, which number is greater.

Actions are read by the rules of the mechanisms table from both texts and matched by what they
name, so that a passive or another order of words does not hide a turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import count_han, search_text
from rag.mechanism_facts import mechanisms_in
from rag.mentions import mentions_of, name_forms
from rag.polarity import clauses
from rag.quantities import quantities
from rag.table_records import NONE, Mechanism
from rag.terms import Translator, fold

_MORE = re.compile(
    r"高于|长于|多于|大于|优于|(?:longer|higher|greater|more|larger|"
    r"better)(?:\s[^,;.]{0,60}?)?\bthan\b",
    re.I,
)
_LESS = re.compile(
    r"低于|短于|少于|小于|劣于|(?:shorter|lower|fewer|less|smaller|"
    r"worse)(?:\s[^,;.]{0,60}?)?\bthan\b",
    re.I,
)
# The word of comparison stands before both numbers: longer with A, at 12, than with B, at 9.
_AHEAD = re.compile(
    r"\b(?:(?P<more>longer|higher|greater|larger|better)|(?P<less>shorter|lower|"
    r"fewer|smaller|worse))\b[^;]*?\bthan\b",
    re.I,
)


def contradictions(claim: str, source: str, translator: Translator | None) -> tuple[str, ...]:
    """Return the effects of ``claim`` that ``source`` says the other way about the same things."""
    theirs = [(fact, *_names(fact, source, translator)) for fact in _facts(source, translator)]
    found = []
    for fact in _facts(claim, translator):
        actor, target = _names(fact, claim, translator)
        about = [
            other
            for other, acting, acted in theirs
            if actor & acting and target & acted and _alike(fact, other)
        ]
        if about and all(_opposed(fact, other) for other in about):
            found.append(f"{fact.molecule} {fact.effect} {fact.target}"[:60])
    return tuple(found)


def _language(text: str) -> str:
    return "zh" if count_han(text) * 2 >= len(re.findall(r"[A-Za-z]+", text)) else "en"


def _facts(text: str, translator: Translator | None) -> Sequence[Mechanism]:
    language = _language(text)
    return [
        fact
        for part in text.split("\n")
        for fact in mechanisms_in(search_text(part), language, translator)
    ]


def _names(
    fact: Mechanism, text: str, translator: Translator | None
) -> tuple[frozenset[str], frozenset[str]]:
    """Return all the names of the actor and of the target, in both languages, folded."""
    language = _language(text)

    def names(part: str) -> frozenset[str]:
        found = mentions_of(part, language, translator)
        return frozenset(re.sub(r"\s", "", form) for m in found for form in name_forms(m))

    return names(fact.molecule), names(fact.target)


def _alike(a: Mechanism, b: Mechanism) -> bool:
    """Tell whether two facts speak of the same side: not one of a loss or a decline within."""
    return all(_turns(x) == _turns(y) for x, y in ((a.molecule, b.molecule), (a.target, b.target)))


def _turns(text: str) -> int:
    """Return +1, or -1 where the words of a part turn it round (缺失, 降解, loss of)."""
    signs = [
        turn.sign
        for clause in clauses(fold(text))
        for turn in clause.turns
        if turn.axis == "change"
    ]
    lost = len(
        re.findall(
            r"缺失|敲除|敲低|沉默|降解|凋亡|\b(?:loss|knock\w+|degradation|"
            r"deficien\w+)\b",
            fold(text),
        )
    )
    return -1 if (sum(s < 0 for s in signs) + lost) % 2 else 1


def _opposed(a: Mechanism, b: Mechanism) -> bool:
    if (a.direction == NONE) != (b.direction == NONE):
        return True
    return a.direction != b.direction


def misordered(claim: str) -> tuple[str, ...]:
    """Return the comparisons that the claim's own two numbers belie: 9.3 高于 12.5."""
    return tuple(text for text, right in _ordered(claim) if not right)


def numbers_agree(claim: str) -> bool:
    """Tell whether the claim compares two numbers and they are in the order it says."""
    found = _ordered(claim)
    return bool(found) and all(right for _, right in found)


def _ordered(text: str) -> list[tuple[str, bool]]:
    found = []
    if match := _AHEAD.search(text):
        numbers = quantities(text[match.end() :])
        inside = quantities(text[match.start() : match.end()])
        if len(inside) == 1 and len(numbers) == 1 and inside[0].unit == numbers[0].unit:
            right = (inside[0].value > numbers[0].value) == bool(match["more"])
            return [(match.group()[:40], right)]
    for pattern, more in ((_MORE, True), (_LESS, False)):
        for match in pattern.finditer(text):
            before, after = quantities(text[: match.start()]), quantities(text[match.end() :])
            if not before or not after or "。" in text[: match.start()]:
                continue
            if re.match(r"\s*\d", text[match.end() :]) and re.search(
                r"[，,；;]\s*$", text[: match.start()]
            ):
                continue  # a bound: A1 below 30, above 300 A3
            a, b = before[-1], after[0]
            if a.unit != b.unit or not a.firm or not b.firm or not a.unit or a.value == b.value:
                continue
            found.append((match.group(), (a.value > b.value) == more))
    return found
