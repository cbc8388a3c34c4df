"""A clause in, who acts in it and what is acted on out: both verbatim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.clauses_zh import plain
from rag.effects_zh import (
    ACT,
    BESIDE,
    BREAK,
    LEAD_ZH,
    LOSS,
    LOST,
    MADE_OF,
    OBJECT_END,
    OTHER_ZH,
    TRIM_HEAD,
    TRIM_TAIL,
)
from rag.mentions import ACTORS, TARGETS, Mention

LONGEST_OBJECT = 40
# What names nothing by itself.
VAGUE = frozenset(["蛋白", "蛋白质", "细胞", "基因", "受体", "配体", "酶", "抗体", "因子", "分子"])


def actor_of(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """Return what stands before the first verb and can act; "" when nothing does.

    What comes after 通过, 在, 对 ... or another verb is no actor; of ``A 分泌的 B`` it is B.
    """
    if made := MADE_OF.match(text[start:end]):
        start += made.end()
    stops = [m.start() for p in (BREAK, OTHER_ZH) for m in p.finditer(text, start, end)]
    until = min((s for s in stops if not any(m.start <= s < m.end for m in named)), default=end)
    inside = [m for m in named if m.start >= start and m.end <= until and m.family in ACTORS]
    if not inside:
        return ""
    if ACT.fullmatch(text, until, end):
        return text[inside[-1].start : end].strip()
    first = last = inside[-1]
    for mention in reversed(inside[:-1]):
        if not BESIDE.fullmatch(text[mention.end : first.start]):
            break
        first = mention
    begin, finish = _whole(text, first.start, last.end, start, until)
    name, tail = text[begin:finish], text[finish:until]
    if re.search(r"[（(][^）)]*$", name) and tail[:1] in "）)":
        name, tail = name + tail[:1], tail[1:]
    if loss := LOSS.match(tail):
        name, tail = name + loss.group(), tail[loss.end() :]
    if lost := LOST.search(text[start:begin]):
        name = lost.group() + name
    name = GIVEN.sub("", name)
    if name in VAGUE:
        return ""  # 瓜氨酸化蛋白: half a name
    # Anything else of weight behind the name: the name is not what acts.
    rest = LEAD_ZH.sub("", re.sub(r"[（(][^（）()]*[）)]?", "", tail)).strip(" 的等）)")
    return name if len(rest) <= 4 and "、" not in rest else ""


# What is said to be done with a drug is no part of its name: 应序贯骨吸收抑制剂.
GIVEN = re.compile(r"^(?:应当?|须|需|可|宜|再)?(?:序贯|联合|加用|使用|选用|给予|换用)(?:以)?")
_LETTER = re.compile(r"[A-Za-z0-9α-ωⅠ-Ⅹ\-]")


def _whole(text: str, begin: int, finish: int, start: int, until: int) -> tuple[int, int]:
    """Return a name's place with all letters that are printed as one with it: AS-Ⅳ, si-Nrf2.

    A name before 酶 is that of the enzyme: 纤溶酶.
    """
    while begin > start and text[begin].isascii() and _LETTER.match(text[begin - 1]):
        begin -= 1
    while finish < until and text[finish - 1].isascii() and _LETTER.match(text[finish]):
        finish += 1
    return begin, finish + (text[finish : min(finish + 1, until)] == "酶")


def carried(clause: str, actor: str) -> str:
    """Return the actor of the clause before where this clause has none of its own."""
    if match := re.match(
        r"\s*其(?P<loss>(?:表达)?(?:缺失|缺乏|敲除|敲低|沉默|失活|突变|过表达|"
        r"高表达|低表达|激活|活化|下调|上调|扩增))",
        clause,
    ):
        return f"{actor} {match['loss']}" if actor else ""
    return "" if re.match(r"\s*(?:该|此|这|前者|后者|其)", clause) else actor


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, ``start:end`` of ``text``, and what is named in it."""

    text: str
    start: int
    end: int
    named: tuple[Mention, ...]

    def holds(self, start: int, end: int) -> bool:
        """Tell whether something that can be acted on is named between two places."""
        return any(start <= m.start and m.end <= end and m.family in TARGETS for m in self.named)


def object_of(clause: Clause, at: int, until: int) -> str:
    """Return what a verb at ``at`` acts on, verbatim; "" when nothing that is known does."""
    for stop in OBJECT_END.finditer(plain(clause.text), at, until):
        if not any(m.start < stop.end() and stop.start() < m.end for m in clause.named):
            until = stop.start()
            break
    if not clause.holds(at, until):
        return ""
    phrase = TRIM_TAIL.sub("", TRIM_HEAD.sub("", clause.text[at:until].strip()).strip()).strip()
    if len(phrase) > LONGEST_OBJECT:
        phrase = re.split(r"[（(]", phrase)[0].strip()
    return (
        phrase if len(phrase) <= LONGEST_OBJECT and phrase.count("（") == phrase.count("）") else ""
    )
