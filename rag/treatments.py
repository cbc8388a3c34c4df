"""A Chinese sentence in, the treatments it states out: regimen, population, line, outcome.

A row needs a drug or therapy and one more thing that the sentence says of it: for whom, in
which line, or with what result. What a treatment is compared with makes no row; advice
against one is its outcome. Every part is text of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.clauses_zh import COMMA, SEGMENT, plain
from rag.mentions import Mention, mentions_of
from rag.table_records import Treatment
from rag.terms import Translator
from rag.treatment_words import (
    ADVERSE,
    AGAINST,
    BEFORE,
    CHANGED,
    CLASS_OF,
    COMPARED,
    COMPARED_BEHIND,
    DISEASE_LED,
    EMPTY_WHO,
    EXAMINES,
    FOLLOWS_DISEASE,
    GENERIC,
    JOIN,
    LINE,
    MANNER,
    NOT_GIVEN,
    OTHER_GROUP,
    OUTCOME,
    QUALITY,
    REGIMEN_TAIL,
    RESPECTIVELY,
    SHORT_FORM,
    STAGE,
    STANDARD,
    STARTS_CLAUSE,
    USED,
    WHEN,
    WHO,
    WHO_START,
)


@dataclass(frozen=True, slots=True)
class _Regimen:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a sentence between semicolons; clauses are its parts between commas."""

    text: str
    clauses: tuple[tuple[int, int], ...]
    named: tuple[Mention, ...]

    def clause_of(self, at: int) -> int:
        """Return the number of the clause that holds a place."""
        return next(i for i, (_, end) in enumerate(self.clauses) if at < end)


def treatments_zh(text: str, translator: Translator | None) -> tuple[Treatment, ...]:
    """Return the treatments that a Chinese sentence (search text) states, in its order."""
    named = mentions_of(text, "zh", translator)
    found: list[Treatment] = []
    at = 0
    for cut in [*(m.start() for m in SEGMENT.finditer(text)), len(text)]:
        if text[at:cut].strip():
            inside = tuple(m for m in named if at <= m.start and m.end <= cut)
            edges = [at, *(m.end() for m in COMMA.finditer(plain(text), at, cut)), cut]
            clauses = tuple((a, b) for a, b in pairwise(edges) if b > a)
            found += _rows(_Segment(text, clauses, inside))
        at = cut + 1
    return tuple(dict.fromkeys(found))


def _rows(segment: _Segment) -> Iterator[Treatment]:
    every = list(_regimens(segment))
    given = [r for r in every if not _is_compared(segment.text, r)]
    for place, regimen in enumerate(given):
        following = given[place + 1] if place + 1 < len(given) else None
        first = last = segment.clause_of(regimen.start)
        end = segment.clauses[-1][1]
        if following is not None:
            last = max(first, segment.clause_of(following.start) - 1)
            shared = segment.clause_of(following.start) == first
            end = following.start if shared else segment.clauses[last][1]
        else:
            last = len(segment.clauses) - 1
        for number in range(first + 1, last + 1):
            if OTHER_GROUP.match(segment.text, *segment.clauses[number]):
                last, end = number - 1, segment.clauses[number - 1][1]
                break
        row = _row(segment, regimen, given, (first, last), end)
        if row is not None:
            yield row


def _row(
    segment: _Segment,
    regimen: _Regimen,
    given: Sequence[_Regimen],
    clauses: tuple[int, int],
    end: int,
) -> Treatment | None:
    """Return what is said of a regimen in ``clauses`` (first and last) up to ``end``."""
    start = segment.clauses[clauses[0]][0]
    area = segment.text[start:end]
    outside = area.replace(regimen.text, " ", 1)
    against = AGAINST.search(outside)
    result = "" if against else _outcome(segment, area, regimen, given)
    if ADVERSE.search(area) and not against and not re.search(r"\d", result):
        return None
    population = _population(segment, clauses)
    if against:
        population = _unfit(outside[: against.start()]) or population
    line = next((m.group().lstrip("的") for m in LINE.finditer(outside)), "")
    outcome = against.group() if against else result
    used = line or USED.search(outside)
    if not outcome and not (used and (population or line)):
        return None
    return Treatment(regimen.text, population, line, outcome)


def _unfit(before: str) -> str:
    """Return in whom something is not to be used: eGFR 低于 30 时禁用, 孕妇禁用."""
    if when := WHEN.search(before):
        return when["when"].strip()
    said = re.split(r"[，,；;]", before)[-1].strip()
    return said if WHO.search(said) and len(said) <= 20 else ""


def _regimens(segment: _Segment) -> Iterator[_Regimen]:
    """Yield what is given together: names of therapies joined by 联合, 和, 、 and the like."""
    text = segment.text
    therapies: list[Mention] = []
    for mention in segment.named:
        short = therapies and SHORT_FORM.fullmatch(text[therapies[-1].end : mention.start])
        told = EXAMINES.search(mention.text) or NOT_GIVEN.search(text[: mention.start])
        told = told or GENERIC.fullmatch(mention.text)
        if mention.family == "therapy" and not short and not told:
            therapies.append(mention)
    place = 0
    while place < len(therapies):
        first = last = therapies[place]
        place += 1
        while place < len(therapies) and JOIN.fullmatch(text[last.end : therapies[place].start]):
            last = therapies[place]
            place += 1
        # 安罗替尼是口服的多靶点激酶抑制剂, 阿来替尼等 ALK 抑制剂: the class of what was named.
        while place < len(therapies) and CLASS_OF.fullmatch(text[last.end : therapies[place].end]):
            place += 1
        end = last.end
        if tail := REGIMEN_TAIL.match(text, end, segment.clauses[-1][1]):
            end = tail.end()
        changed = text[end : end + 1] == "的" and CHANGED.search(text[: first.start])
        if not BEFORE.match(text, end) and not changed and not MANNER.match(text, end):
            yield _Regimen(first.start, end, text[first.start : end].removesuffix("等"))


def _is_compared(text: str, regimen: _Regimen) -> bool:
    """Tell whether a regimen only stands for comparison: 与 A 相比, 优于 A."""
    if COMPARED_BEHIND.match(text, regimen.end):
        return True
    match = COMPARED.search(text[max(0, regimen.start - 8) : regimen.start])
    if match is None:
        return False
    return match.group()[0] not in "与和同" or "相比" in text[regimen.end : regimen.end + 12]


def _outcome(segment: _Segment, area: str, regimen: _Regimen, given: Sequence[_Regimen]) -> str:
    """Return the results with their numbers, else how good it is said to be."""
    first = segment.clause_of(regimen.start)
    whole = segment.text[segment.clauses[first][0] : segment.clauses[-1][1]]
    if both := RESPECTIVELY.search(whole):
        if len(given) != 2:
            return ""
        number = both["a"] if regimen is given[0] else both["b"]
        return f"{both['term'].strip()} {number.strip()}"
    numbers = [m.group().strip() for m in OUTCOME.finditer(area)]
    if numbers:
        return "；".join(dict.fromkeys(numbers))
    quality = QUALITY.search(area)
    if quality is None:
        return ""
    # 但肝转移患者的获益相对有限: of whom it is said belongs to the result.
    begin = max(area.rfind(sign, 0, quality.start()) for sign in "，,") + 1
    if begin and WHO.search(area, begin, quality.start()):
        return area[begin : quality.end()].strip().lstrip("但而且")
    return quality.group()


def _population(segment: _Segment, clauses: tuple[int, int]) -> str:
    """Return for whom: in the regimen's clause, else before it in the segment, else behind."""
    first, last = clauses
    places = segment.clauses
    for a, b in (places[first], *places[:first][::-1], *places[first + 1 : last + 1]):
        inside = [m for m in segment.named if a <= m.start and m.end <= b]
        if who := _who(segment.text, a, b, inside) or _disease(segment.text, a, b, inside):
            return who
    return ""


def _who(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """Return a phrase that ends in 患者 and names what they have."""
    for match in WHO.finditer(text, start, end):
        begin = start
        for word in WHO_START.finditer(text, start, match.start()):
            if not any(m.start < word.end() and word.start() < m.end for m in named):
                begin = word.end()
        phrase = text[begin : match.end()].strip(" ，、的").removeprefix("用于")
        held = [m for m in named if begin <= m.start and m.end <= match.end()]
        # A therapy that they had before tells who they are.
        had = [m for m in held if m.family == "therapy" and BEFORE.match(text, m.end)]
        told = bool(had) or any(m.family != "therapy" for m in held)
        treated = any(m.family == "therapy" and m not in had for m in held)
        if told and not treated and not EMPTY_WHO.match(phrase) and len(phrase) <= 90:
            return phrase
    return ""


def _disease(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """Return a disease that is treated: 用于晚期 NSCLC, 鳞状 NSCLC 则多选用."""
    diseases = [
        m for m in named if m.family == "disease" or (m.kind == "name" and m.text.isupper())
    ]
    for mention in diseases:
        begin = mention.start
        while stage := re.search(STAGE + r"$", text[start:begin]):
            begin = start + stage.start()
        until = mention.end
        for other in diseases:
            if other.start >= until and not text[until : other.start].strip():
                until = other.end
        before = text[start:begin]
        led = DISEASE_LED.search(before) is not None or (
            before.endswith("是") and STANDARD.match(text, until, end)
        )
        leads = STARTS_CLAUSE.fullmatch(before) and FOLLOWS_DISEASE.match(text, until, end)
        if led or leads:
            return text[begin:until].strip()
    return ""
