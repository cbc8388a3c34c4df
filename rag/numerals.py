"""Numbers and dates of an English question -> the ways Chinese text writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_DECADE = re.compile(r"\b(1[0-9]|20)(\d0)'?s\b")
_CENTURY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)[ -]centur(?:y|ies)\b", re.I)
_SCALED = re.compile(rf"({_NUMBER})[ -]?({'|'.join(_SCALES)})\b", re.I)
_MONTH = re.compile(rf"\b({'|'.join(m.capitalize() for m in _MONTHS)})\b")
_ROMAN = re.compile(r"\b(?=[XVI]{2,})(X{0,3})(IX|IV|V?I{0,3})\b")
_ORDINAL = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b", re.I)
_PLAIN = re.compile(rf"\b{_NUMBER}")


def chinese_number(value: int) -> str:
    """Return 0-99 in Chinese characters."""
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def number_forms(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield (start, end, forms) of the numbers and dates in English ``text``; none overlap."""
    taken: set[int] = set()
    for pattern, make in (
        (_DECADE, _decade),
        (_CENTURY, _century),
        (_SCALED, _scaled),
        (_MONTH, _month),
        (_ROMAN, _roman),
        (_ORDINAL, _ordinal),
        (_PLAIN, _plain),
    ):
        for match in pattern.finditer(text):
            place = range(match.start(), match.end())
            if place and not taken.intersection(place):
                taken.update(place)
                yield match.start(), match.end(), make(match)


def _decade(match: re.Match[str]) -> tuple[str, ...]:
    tens = match[2]
    decade = chinese_number(int(tens)) if tens != "00" else ""
    forms = [f"{match[1]}{tens}年代", f"{match[1]}{tens}s"]
    return tuple([*forms, f"{tens}年代", f"{decade}年代"] if decade else forms)


def _century(match: re.Match[str]) -> tuple[str, ...]:
    value = int(match[1])
    return f"{value}世纪", f"{chinese_number(value)}世纪"


def _scaled(match: re.Match[str]) -> tuple[str, ...]:
    value = Decimal(match[1].replace(",", "")) * _SCALES[match[2].lower()]
    forms = [
        f"{_short(value / 10**p)}{unit}" for p, unit in ((8, "亿"), (4, "万")) if value >= 10**p
    ]
    if value <= 10**7:
        forms.append(str(int(value)))
    return (*forms, match[0])


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _month(match: re.Match[str]) -> tuple[str, ...]:
    value = _MONTHS.index(match[1].lower()) + 1
    return f"{value}月", f"{chinese_number(value)}月", match[1]


def _roman(match: re.Match[str]) -> tuple[str, ...]:
    ones = {"IX": 9, "IV": 4}.get(match[2])
    if ones is None:
        ones = 5 * match[2].count("V") + match[2].count("I")
    value = 10 * len(match[1]) + ones
    return match[0], str(value), chinese_number(value)


def _ordinal(match: re.Match[str]) -> tuple[str, ...]:
    value = int(match[1])
    return (match[1], f"第{chinese_number(value)}") if value < 100 else (match[1],)


def _plain(match: re.Match[str]) -> tuple[str, ...]:
    plain = match[0].replace(",", "")
    forms = [plain]
    value = Decimal(plain)
    if value >= 10_000 and value % 100 == 0:
        forms.append(f"{_short(value / 10**4)}万")
    return tuple(forms)
