"""An English sentence in, the treatments it states out; see ``rag.treatments``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.mentions import Mention, mentions_of
from rag.table_records import Treatment
from rag.terms import Translator
from rag.treatment_words import GENERIC

_JOIN = re.compile(
    r"\s*(?:\([^()]{0,30}\))?\s*(?:,|and|or|plus|with|combined with|"
    r"in combination with|followed by|\+|/|, and|, or)?\s*(?:the|a)?\s*",
    re.I,
)
_LINE = re.compile(
    r"\b(?:first|second|third|later)[- ]line\b(?: (?:treatment|therapy|regimen))?|"
    r"\b(?:neo)?adjuvant\b|\bmaintenance\b",
    re.I,
)
_WHO = re.compile(
    r"\b(?:in|for|of|among|with)\s+(?P<who>(?:(?!\b(?:in|for|with|and|"
    r"of)\b)[\w\-/+.αβκ]+\s+){0,4}(?:patients?|people|adults|children)"
    r"(?:\s+with\s+(?:(?!\b(?:was|were|is|are|had|and the)\b)[\w\-/+αβ]+\s?){1,7})?)", re.I
)  # fmt: skip
_DISEASE_LED = re.compile(
    r"\b(?:for|treat(?:s|ed|ing)?|treatment of|in)\s+(?P<what>(?:advanced |"
    r"metastatic |extensive-stage |limited-stage |non-squamous |squamous |"
    r"recurrent )*)$",
    re.I,
)
_TERM = (
    r"(?:(?:median )?(?:overall survival|progression-free survival|"
    r"disease-free survival)(?: time)?|objective response rate|"
    r"(?:overall )?response rate|"
    r"disease control rate|(?:risk of )?death|hazard ratio|OS|PFS|ORR|DCR|HR|"
    r"HbA1c|UACR|eGFR)(?:\s*\([A-Z0-9]{2,5}\))?"
)
_NUMBER = r"(?:\d+(?:\.\d+)?\s*(?:%|months?|years?|weeks?|-?fold)|0?\.\d+)"
_OUTCOME = re.compile(
    rf"{_TERM}[^,;.\d]{{0,60}}?{_NUMBER}|(?:reduc|increas|improv|prolong|lower|"
    rf"decreas)\w*\s[^,;.\d]{{0,30}}?{_TERM}[^,;.\d]{{0,12}}?{_NUMBER}", re.I
)  # fmt: skip
_AGAINST = re.compile(
    r"\b(?:not recommended|contraindicated|should not be used|is not indicated|"
    r"should be avoided)\b",
    re.I,
)
_USED = re.compile(
    r"\b(?:treat\w*|therapy|regimen|recommended|indicated|used|given|received?|"
    r"standard|effective|preferred|option)\b",
    re.I,
)
_COMPARED = re.compile(r"\b(?:than|versus|vs\.?|compared (?:with|to)|over)\s+(?:the\s+)?$", re.I)
_ADVERSE = re.compile(r"\b(?:adverse|side effects?|toxicit\w+|resistance to)\b", re.I)
_CLAUSE = re.compile(r";|[.](?=\s|$)|,\s(?=(?:but|whereas|while)\b)")


def treatments_en(text: str, translator: Translator | None) -> tuple[Treatment, ...]:
    """Return the treatments that an English sentence (search text) states, in its order."""
    named = mentions_of(text, "en", translator)
    found: list[Treatment] = []
    at = 0
    for cut in [*(m.start() for m in _CLAUSE.finditer(text)), len(text)]:
        if text[at:cut].strip():
            found += _clause(text, at, cut, named)
        at = cut
    return tuple(dict.fromkeys(found))


def _clause(text: str, start: int, end: int, named: Sequence[Mention]) -> Iterator[Treatment]:
    inside = [m for m in named if start <= m.start and m.end <= end]
    regimens = [r for r in _regimens(text, inside) if not _COMPARED.search(text, start, r[0])]
    for place, (first, last) in enumerate(regimens):
        until = regimens[place + 1][0] if place + 1 < len(regimens) else end
        begin = start if place == 0 else first
        area = text[begin:until]
        outside = area.replace(text[first:last], " ", 1)
        against = _AGAINST.search(outside)
        results = [m.group().strip() for m in _OUTCOME.finditer(area)]
        if _ADVERSE.search(area) and not against and not results:
            continue
        outcome = against.group() if against else "; ".join(dict.fromkeys(results))
        line = match.group() if (match := _LINE.search(outside)) else ""
        population = _population(text, start, end, inside)
        if outcome or (_USED.search(outside) and (population or line)):
            yield Treatment(text[first:last], population, line, outcome)


def _regimens(text: str, named: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    therapies = [m for m in named if m.family == "therapy" and not GENERIC.fullmatch(m.text)]
    place = 0
    while place < len(therapies):
        first = last = therapies[place]
        place += 1
        while place < len(therapies) and _JOIN.fullmatch(text[last.end : therapies[place].start]):
            last = therapies[place]
            place += 1
        yield first.start, last.end


def _population(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    for match in _WHO.finditer(text, start, end):
        if any(match.start("who") <= m.start and m.end <= match.end("who") for m in named):
            return match["who"].strip()
    for mention in named:
        if mention.family == "disease" and (
            led := _DISEASE_LED.search(text[start : mention.start])
        ):
            return text[start + led.start("what") : mention.end].strip()
    return ""
