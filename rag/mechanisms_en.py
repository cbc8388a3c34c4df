"""An English sentence in, what it says acts on what out; see ``rag.mechanisms``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.mentions import ACTORS, TARGETS, Mention, mentions_of
from rag.table_records import DOWN, NONE, UP, Mechanism
from rag.terms import Translator

_UP = (
    "promot|enhanc|activat|stimulat|induc|increas|upregulat|up-regulat|elevat|accelerat|facilitat|"
    "augment|aggravat|trigger|maintain|restor|caus"
)
_DOWN = (
    "inhibit|suppress|block|decreas|reduc|downregulat|down-regulat|attenuat|impair|prevent|"
    "abrogat|diminish|degrad|disrupt|antagoni[sz]|revers|delay|weaken|lower"
)
_VERB = re.compile(
    rf"\b(?P<lead>(?:(?:does|do|did|can|could|may|might|will|would|is|are|was|"
    rf"were|has|have|been|be|not|also|"
    rf"directly|indirectly|significantly|further|thereby|strongly|cannot|"
    rf"fails? to|failed to|able to|thus|and|to)\s+)*)"
    rf"(?P<verb>(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?P<end>es|s|ed|e|ing|ting|"
    rf"ked|ted|)?)\b(?P<by>\s+(?:\w+ly\s+)?by\b)?",
    re.I,
)
_NOT = re.compile(r"\b(?:not|cannot|fails?|failed)\b", re.I)
_DRESS = re.compile(r"^(?:and|also|thereby|thus|to)\s+", re.I)
_BE_LEAD = re.compile(r"^(?:(?:is|are|was|were|been|be|has|have|can)\s+)+", re.I)
_BE = re.compile(r"\b(?:is|are|was|were|been|be)\b", re.I)
_CLAUSE = re.compile(r"[;.!?](?=\s|$)|,\s|\b(?:whereas|while|but|which|although|because)\b")
_IF = re.compile(
    r"\b(?:whether|if|unclear|unknown|hypothesi\w+|to investigate|to determine)\b", re.I
)
# A preposition or verb without direction: what follows it does not act.
_STOP = re.compile(
    r"\b(?:by|in|of|with|via|through|from|for|on|at|into|after|during|to|is|are|"
    r"was|were|secretes?|releases?|binds?|"
    r"expresses?|mediates?|recruits?|forms?|includes?|shows?|has|have|anchors?)\b", re.I
)  # fmt: skip
_LOSS_BEFORE = re.compile(
    r"\b(?:loss|lack|absence|knockdown|knockout|deletion|silencing|depletion|inhibition|blockade|"
    r"overexpression|downregulation|upregulation|activation|suppression) of (?:the )?$", re.I
)  # fmt: skip
_LOSS_BEHIND = re.compile(
    r"\s+(?:loss|deficiency|knockdown|knockout|deletion|silencing|depletion|inhibition|blockade|"
    r"overexpression|inhibitors?|antagonists?|activation|mutations?)\b", re.I
)  # fmt: skip
_OBJECT_END = re.compile(
    rf"[,;.!?](?=\s|$)|\(|\b(?:by|via|through|thereby|thus|which|while|whereas|"
    rf"but|in order|leading|resulting|"
    rf"compared)\b|\band\s+(?=(?:\w+ly\s+)?(?:{_UP}|{_DOWN})\w*)|"
    rf"\band\s+(?=(?:is|are|was|were|anchors?|secretes?|forms?)\b)", re.I
)  # fmt: skip
_TAIL = re.compile(r"\s+(?:and|or|the|of|in|is|are|as well as)$", re.I)


def mechanisms_en(text: str, translator: Translator | None) -> tuple[Mechanism, ...]:
    """Return what an English sentence (search text) says acts on what, in its order."""
    named = mentions_of(text, "en", translator)
    found: list[Mechanism] = []
    actor = ""
    at = 0
    for cut in [*(m.start() for m in _CLAUSE.finditer(text)), len(text)]:
        if cut > at and not _IF.search(text, at, cut):
            facts, actor = _facts(text, at, cut, named, actor)
            found += facts
        at = cut
    return tuple(dict.fromkeys(found))


def _facts(
    text: str, start: int, end: int, named: Sequence[Mention], carried: str
) -> tuple[list[Mechanism], str]:
    """Return what a clause says and who acts in it; a clause that begins with a verb carries on."""
    facts: list[Mechanism] = []
    actor = ""
    for match in _VERB.finditer(text, start, end):
        passive = bool(_BE.search(match["lead"])) and match["end"] in ("ed", "ked", "ted")
        if _inside(match, named) or not _is_verb(text, match, named, start, passive=passive):
            continue
        direction = NONE if _NOT.search(match["lead"]) else UP if match["up"] else DOWN
        effect = _DRESS.sub("", f"{match['lead']}{match['verb']}".strip())
        before = text[start : match.start()].strip(" ,.;").lower()
        if passive:
            agent = _object(text, match.end(), end, named) if match["by"] else ""
            acted = _actor(text, start, match.start(), named)
            if agent and acted:
                facts.append(Mechanism(agent, _BE_LEAD.sub("", effect), direction, acted))
            continue
        actor = actor or _actor(text, start, match.start(), named)
        if not actor and before in ("", "and", "but", "also", "but also", "which"):
            actor = "" if before == "which" else carried
        target = _object(text, match.end("verb"), end, named)
        if actor and target and actor != target:
            facts.append(Mechanism(actor, effect, direction, target))
    return facts, actor


def _inside(match: re.Match[str], named: Sequence[Mention]) -> bool:
    return any(m.start < match.end("verb") and match.start("verb") < m.end for m in named)


def _is_verb(
    text: str, match: re.Match[str], named: Sequence[Mention], start: int, *, passive: bool
) -> bool:
    """Tell a finite verb from an attribute (activated T cells) or a noun (by inducing).

    "-ed" alone is as often an attribute; it counts right behind a name.
    """
    ending = (match["end"] or "").lower()
    if passive:
        return True
    if match["by"] or ending.endswith("ing"):
        return False
    return not ending.endswith("ed") or _is_past(text, match, named, start)


def _is_past(text: str, match: re.Match[str], named: Sequence[Mention], start: int) -> bool:
    """Tell whether an "-ed" word stands right behind a name, as the past tense does."""
    before = [m.end for m in named if start <= m.start and m.end <= match.start("verb")]
    return bool(before) and not text[max(before) : match.start()].strip()


def _actor(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """Return the first thing named before a verb, with what was done to it."""
    inside = [m for m in named if m.start >= start and m.end <= end and m.family in ACTORS]
    if not inside:
        return ""
    first = inside[0]
    lost = _LOSS_BEFORE.search(text[start : first.start])
    if not lost and _STOP.search(text, start, first.start):
        return ""
    last = first
    for mention in inside[1:]:
        if re.fullmatch(r"\s*(?:,|and|or|/|, and)?\s*", text[last.end : mention.start]):
            last = mention
    name = text[first.start : last.end]
    if lost:
        name = text[start + lost.start() : last.end]
    elif behind := _LOSS_BEHIND.match(text, last.end, end):
        name += behind.group()
    return name


def _object(text: str, at: int, end: int, named: Sequence[Mention]) -> str:
    """Return what a verb acts on, verbatim; "" when nothing that is known does."""
    stop = _OBJECT_END.search(text, at, end)
    until = stop.start() if stop else end
    inside = [m for m in named if at <= m.start and m.end <= until and m.family in TARGETS]
    if not inside:
        return ""
    phrase = _TAIL.sub("", text[at:until].strip())
    return phrase if len(phrase) <= 110 else ""
