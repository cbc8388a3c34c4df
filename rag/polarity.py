"""Clauses in, what they say rises, falls or is denied: the words that turn a claim round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Pairs of opposites; a word of one column in place of one of the other turns a claim round.
_UP = (
    r"促进|促使|增强|上调|升高|增加|激活|活化|提高|加速|增多|延长|诱导|启动|增大|上升|扩大|过表达|高表达|加重|加剧"
    r"|\bpromot\w*|\benhanc\w*|\bup-?regulat\w*|\bincreas\w*|\bactivat\w*|\bstimulat\w*|\binduc(?:e|es|ed|ing)\b|\belevat\w*"
    r"|\baccelerat\w*|\bprolong\w*|\brais(?:e|es|ed|ing)\b|\boverexpress\w*|\bfacilitat\w*|\bboost\w*|\bstrengthen\w*|\baggravat\w*"
)
_DOWN = (
    r"抑制|阻断|下调|降低|减少|减弱|失活|灭活|缩短|阻碍|阻止|妨碍|削弱|下降|缩小|低表达|减轻|减缓|延缓|拮抗|阻滞|清除|缓解"
    r"|\binhibit(?!or)\w*|\bsuppress\w*|\bblock(?!er)\w*|\bdown-?regulat\w*|\bdecreas\w*|\breduc\w*|\bweaken\w*|\binactivat\w*"
    r"|\bshorten\w*|\bimpair\w*|\bimped\w*|\bprevent\w*|\battenuat\w*|\blower(?:s|ed|ing)\b|\blower (?=(?:the )?[a-z]+ ?[a-z]* (?:and|by|in|level))|\bhamper\w*|\bhinder\w*|\bdiminish\w*|\bdelay\w*|\bslow(?:s|ed|ing)\b"
)
_MORE = (
    r"高于|优于|大于|多于|长于|好于|强于|较高|更高|较好|更好|较长|更长|较多|更多|较强|更强|敏感|有效|良好|较早|更早|阳性"
    r"|\b(?:higher|better|greater|longer|larger|stronger|superior|more(?! than)|earlier|sensitive|effective|good|positive)\b"
)
_LESS = (
    r"低于|劣于|小于|少于|短于|差于|弱于|不及|不如|较低|更低|较差|更差|较短|更短|较少|更少|较弱|更弱|欠佳|耐药|无效|不良(?!反应|事件)|有限|较晚|更晚|阴性"
    r"|\b(?:lower|worse|poorer|poor|fewer|shorter|smaller|weaker|inferior|less(?! than)|later|resistan(?:t|ce)|ineffective|limited|bad|negative)\b"
)
_TURNS = re.compile(f"(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<more>{_MORE})|(?P<less>{_LESS})", re.I)
_AXIS = {"up": ("change", 1), "down": ("change", -1), "more": ("degree", 1), "less": ("degree", -1)}

_NEGATION = re.compile(
    r"不(?!同|仅|但|断|良|可逆|少|限|全|足|稳定|典型|完整|明原因|久|得不|过|论|管|只|等|足)|未(?!来|分化|成熟|婚)|无(?!论|关紧要|进展|创|菌|病生存|瘤|痛|症状)|没有|并非|非(?!小细胞|鳞|甾体|常|洲|霍奇金|编码|特异|侵袭|线性|典型|奈利酮|布|诺)"
    r"|缺乏|尚未|从未|难以"
    r"|\b(?:not|no|never|without|neither|nor|cannot|lacks?|lacking|fails?|failed|absence of)\b|n't\b",
    re.I,
)
_CLAUSE = re.compile(
    r"[，,；;。！？!?：:\n]|(?<=[a-z]),|\.(?=\s|$)|\b(?:but|whereas|while|although)\b|但|而(?!且|后)"
)
_TOKEN = re.compile(r"[a-z0-9α-ω]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Turn:
    """A direction word: ``axis`` "change" or "degree", ``sign`` +1 or -1, and what it governs."""

    word: str
    axis: str
    sign: int
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its direction words, negations and content."""

    text: str
    turns: tuple[Turn, ...]
    negations: int
    tokens: frozenset[str]


def tokens(text: str) -> frozenset[str]:
    """Return bigrams of Chinese characters and Latin words of folded ``text``."""
    out: set[str] = set()
    previous = ""
    for match in _TOKEN.finditer(text.lower()):
        token = match.group()
        if token.isascii() or len(token) > 1 or "α" <= token <= "ω":
            out.add(token)
            previous = ""
        else:
            if previous:
                out.add(previous + token)
            previous = token
    return frozenset(out)


def clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of folded ``text`` in order."""
    out = []
    for part in _CLAUSE.split(text):
        if part and part.strip():
            out.append(_clause(part))
    return tuple(out)


def _clause(text: str) -> Clause:
    found = list(_TURNS.finditer(text))
    turns = []
    for i, match in enumerate(found):
        axis, sign = _AXIS[str(match.lastgroup)]
        left = found[i - 1].end() if i else 0
        right = found[i + 1].start() if i + 1 < len(found) else len(text)
        turns.append(
            Turn(
                match.group(),
                axis,
                sign,
                tokens(text[left : match.start()]),
                tokens(text[match.end() : right]),
            )
        )
    bare = _TURNS.sub(" ", text)
    return Clause(text, tuple(turns), len(_NEGATION.findall(bare)), tokens(bare))


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of ``a`` that is in ``b``, 0-1; 0 for an empty ``a``."""
    return len(a & b) / len(a) if a else 0.0


def best_match(turn: Turn, others: Sequence[Turn]) -> tuple[float, Turn] | None:
    """Return the turn that governs most of the same words, with 0-2 for how much."""
    scored = [
        (overlap(turn.before, o.before) + overlap(turn.after, o.after), o)
        for o in others
        if o.axis == turn.axis
    ]
    return max(scored, key=lambda pair: pair[0]) if scored else None
