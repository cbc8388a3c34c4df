"""The start of a line in, the heading number it bears out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHINESE = "零一二三四五六七八九十"
_WORD = r"[\u3400-\u9fffA-Za-zα-ωΑ-Ω“《〈「(（\[【]"
_FORMS = (
    ("chapter", re.compile(rf"第\s*(?P<n>[{_CHINESE}百]+|\d{{1,2}})\s*[章篇编]\s*")),
    ("part", re.compile(rf"第\s*(?P<n>[{_CHINESE}]+|\d{{1,2}})\s*(?:节|部分)\s*")),
    ("chapter", re.compile(r"(?:Chapter|CHAPTER)\s+(?P<n>\d{1,2})\b[.:]?\s*")),
    ("一", re.compile(rf"(?P<n>[{_CHINESE}]{{1,3}})\s*[、.．:：]\s*(?={_WORD}|\d)")),
    ("（一）", re.compile(rf"[(（]\s*(?P<n>[{_CHINESE}]{{1,3}})\s*[)）]\s*(?={_WORD}|\d)")),
    ("1.1", re.compile(rf"(?P<n>\d{{1,2}}(?:\s*[.．]\s*\d{{1,2}}){{1,3}})[.．、]?\s*(?={_WORD})")),
    ("1", re.compile(rf"(?P<n>\d{{1,2}})(?:\s*[.．、]\s*|\s*)(?={_WORD})")),
    ("I", re.compile(r"(?P<n>[IVX]{1,4})\s*[.．、]\s*(?=[A-Z\u3400-\u9fff])")),
    ("(1)", re.compile(rf"[(（]\s*(?P<n>\d{{1,2}})\s*[)）]\s*(?={_WORD})")),
)
_ROMAN = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
}


@dataclass(frozen=True, slots=True)
class Number:
    """A heading number: its form ("1.1" for all decimals), its parts, and where the title begins.

    ``stop`` tells that the number is followed by a sign (1. or 1、) and not by white space.
    """

    form: str
    parts: tuple[int, ...]
    end: int
    stop: bool

    @property
    def scheme(self) -> str:
        """The form with its depth: numbers of one scheme stand at one level."""
        return f"{self.form}:{len(self.parts)}"


def heading_number(text: str) -> Number | None:
    """Return the number at the start of ``text`` (as printed), None without one."""
    for form, pattern in _FORMS:
        match = pattern.match(text)
        if match:
            parts = tuple(_value(part) for part in re.split(r"\s*[.．]\s*", match["n"]))
            stop = bool(re.search(r"[.．、:：]\s*$", match.group()))
            # "2018 年" is a year, "8 例" a quantity: more digits or a measure word follow.
            return Number(form, parts, match.end(), stop) if all(parts) or form == "1" else None
    return None


def _value(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text in _ROMAN:
        return _ROMAN[text]
    if "十" in text:
        tens, ones = text.split("十", 1)
        return 10 * (_CHINESE.index(tens) if tens else 1) + (_CHINESE.index(ones) if ones else 0)
    return _CHINESE.index(text) if len(text) == 1 and text in _CHINESE else 99


def follows(number: Number, last: tuple[int, ...] | None) -> bool:
    """Tell whether ``number`` goes on from the ``last`` of its scheme (one may be missing)."""
    if last is None and number.form in ("chapter", "part"):
        return True  # a chapter may be a file of its own
    if last is None:
        return number.parts[-1] in (0, 1, 2) or len(number.parts) > 1
    if number.parts[:-1] != last[:-1]:
        return number.parts[-1] in (0, 1, 2) and number.parts[:-1] >= last[:-1]
    return last[-1] < number.parts[-1] <= last[-1] + 2
