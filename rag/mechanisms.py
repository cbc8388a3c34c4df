"""A sentence in, what it says acts on what out: molecule, effect, direction, target.

Every part is text of the sentence. A denied effect keeps its denial, a loss of the actor
(缺失, knockdown) is part of the actor, and a passive is turned round. What is only asked,
supposed or meant as the name of a class (抑制剂) gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.clauses_zh import CLAUSE, plain
from rag.effects_zh import (
    BY,
    CAUSED,
    CONNECTED,
    DOING,
    DRESS,
    IF,
    LEAD_ZH,
    MAYBE,
    NOMINAL,
    NOUN_BEFORE,
    REPORT,
    SIGNAL_DOES,
    TOWARD,
    VERB_ZH,
)
from rag.mechanism_parts import Clause, actor_of, carried, object_of
from rag.mentions import Mention, mentions_of
from rag.table_records import DOWN, NONE, UP, Mechanism
from rag.terms import Translator

# 与抑制 A 有关: nothing acts on A here.
RELATED = re.compile(r"(?:有关|相关)")
# 阻断 A 可减少 B, after a clause on another actor: only a plain modal begins what is said of it.
MODAL, ANY_LEAD = re.compile(r"(?:可以?|能够?|会|显著|明显)+"), re.compile(r".+", re.S)


@dataclass(frozen=True, slots=True)
class _Verb:
    start: int
    end: int
    word: str
    up: bool
    negated: bool
    lead: int


def mechanisms_zh(text: str, translator: Translator | None) -> tuple[Mechanism, ...]:
    """Return what a Chinese sentence (search text) says acts on what, in its order."""
    # 上调 is a process of the lexicon too, but here it is what is done.
    named = [m for m in mentions_of(text, "zh", translator) if not VERB_ZH.fullmatch(m.text)]
    found: list[Mechanism] = []
    actor = ""
    for start, end in _clauses(text):
        if IF.search(text, start, end):
            actor = ""
            continue
        if report := REPORT.match(text[start:end]):
            start += report.end()
        inside = [m for m in named if start <= m.start and m.end <= end]
        verbs = list(_verbs(text, start, end, inside))
        if start and text[start - 1] in "；;":
            actor = ""
        own = actor_of(text, start, verbs[0].lead if verbs else end, inside)
        actor = own or carried(text[start:end], actor)
        found += _facts(Clause(text, start, end, tuple(inside)), verbs, actor)
        found += _caused(text, start, end, inside, actor)
        found += _toward(Clause(text, start, end, tuple(inside)), actor)
    # Symbols alone may be anything (two programs, two models); one side has to be known.
    known = [m.text for m in named if m.family != "name"]
    return tuple(
        fact
        for fact in dict.fromkeys(found)
        if any(name in fact.molecule or name in fact.target for name in known)
    )


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    # A comma inside brackets parts no clauses.
    for match in CLAUSE.finditer(plain(text)):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < len(text):
        yield at, len(text)


def _verbs(text: str, start: int, end: int, named: Sequence[Mention]) -> Iterator[_Verb]:
    """Yield the words of effect of a clause that are its verbs, not parts of names."""
    for match in VERB_ZH.finditer(text, start, end):
        before = text[start : match.start()]
        if any(m.start < match.end() and match.start() < m.end for m in named):
            continue
        lead = LEAD_ZH.search(before)
        passive = BY.search(before[: lead.start()] if lead else before) is not None
        ending = re.match(r"$|后|，|、|并|，|而|从而|进而|，", text[match.end() : end]) is not None
        if passive and not ending:
            continue
        if not passive and (
            NOMINAL.match(text, match.end(), end)
            or (
                NOUN_BEFORE.search(before)
                and not (SIGNAL_DOES.search(before) and match.group() in DOING)
            )
            or (before.rstrip().endswith("与") and RELATED.search(text, match.end(), end))
            or match.end() == end
        ):
            continue
        negated = lead is not None and lead["not"] is not None
        at = start + lead.start() if lead else match.start()
        yield _Verb(match.start(), match.end(), match.group(), match["up"] is not None, negated, at)


def _facts(clause: Clause, verbs: Sequence[_Verb], actor: str) -> Iterator[Mechanism]:
    text = clause.text
    acting = actor
    for place, verb in enumerate(verbs):
        before = text[clause.start : verb.lead]
        effect = _reserved(before, DRESS.sub("", text[verb.lead : verb.end]))
        direction = NONE if verb.negated else UP if verb.up else DOWN
        if by := BY.search(before):
            yield from _passive(clause, by.start(), verb, effect, direction)
            continue
        linked = (
            v.lead
            for v, w in zip(verbs[place + 1 :], verbs[place:], strict=False)
            if _is_linked(text, clause.start, w, v)
        )
        target = object_of(clause, verb.end, next(linked, clause.end))
        if place and not _is_linked(text, clause.start, verbs[place - 1], verb):
            continue
        if place == 0 and not before.strip(" ") and len(verbs) > 1:
            # 阻断 A 可以减弱 B: what acts on B is to block A.
            following = verbs[1]
            modal = MODAL if actor else ANY_LEAD
            led = modal.fullmatch(text[following.lead : following.start])
            if led and clause.holds(verb.end, following.lead):
                acting = text[verb.lead : following.lead].strip()
                continue
        if acting and target and acting != target:
            yield Mechanism(acting, effect, direction, target)


def _reserved(before: str, effect: str) -> str:
    """Return an effect with the reserve that the clause has before it: 可能；抑制."""
    maybe = MAYBE.search(before)
    return f"{maybe.group()}；{effect}" if maybe and not MAYBE.search(effect) else effect


def _is_linked(text: str, start: int, before: _Verb, verb: _Verb) -> bool:
    """Tell whether a verb has the same actor as the one before it."""
    if verb.lead < verb.start or CONNECTED.search(text[before.end : verb.lead]):
        return True
    return re.search(r"通过|经|借助|利用", text[start : before.lead]) is not None


def _toward(clause: Clause, actor: str) -> Iterator[Mechanism]:
    """Y 对 X 具有抑制作用."""
    for match in TOWARD.finditer(clause.text, clause.start, clause.end):
        target = object_of(clause, match.start("of"), match.end("of"))
        direction = NONE if match["not"] or "无" in match["effect"] else UP if match["up"] else DOWN
        if actor and target and match["effect"][:1] not in "促激诱增抑阻拮清减":
            yield Mechanism(actor, match["effect"], direction, target)


def _passive(
    clause: Clause, by: int, verb: _Verb, effect: str, direction: str
) -> Iterator[Mechanism]:
    """X 被 Y 抑制: the actor stands between, what is acted on before."""
    text = clause.text
    agent = actor_of(text, by + 1, verb.lead, clause.named)
    acted = actor_of(text, clause.start, by, clause.named)
    if agent and acted:
        yield Mechanism(agent, effect, direction, acted)


def _caused(
    text: str, start: int, end: int, named: Sequence[Mention], actor: str
) -> Iterator[Mechanism]:
    """A 使 B 升高: the effect is all from 使 to the change."""
    for match in CAUSED.finditer(text, start, end):
        if not actor or actor_of(text, start, match.start(), named) not in ("", actor):
            continue
        clause = Clause(text, start, end, tuple(named))
        if target := object_of(clause, match.start("what"), match.end("what")):
            yield Mechanism(actor, match.group(), UP if match["up"] else DOWN, target)
