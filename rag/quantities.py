"""Text in, the quantities it states out: value, unit and comparator, whatever the notation.

Reads digits (thousands commas, full width, decimal points), 万 and 亿, million and billion,
percent in words, Chinese numerals and English number words. Digits inside names (IL-6, CD8,
T790M) are no quantities.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from rag.units import BEHIND, COMPARATOR, OPPOSITE, UNIT, UNITS

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "双": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 1e4, "亿": 1e8, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_WORDS: dict[str, float] = {
    word: float(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_WORDS |= {"once": 1, "twice": 2, "both": 2, "dual": 2, "double": 2, "triple": 3, "half": 0.5}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


# Letters glued or hyphenated to digits make a name: IL-6, CD8+, PD-1, T790M, β1, Smad2/3.
_NAME = re.compile(
    r"(?<![A-Za-z0-9α-ωΑ-Ω])(?=[A-Za-z0-9/\-]*[A-Za-zα-ωΑ-Ω])(?:[A-Za-zα-ωΑ-Ω][A-Za-zα-ωΑ-Ω0-9]*"
    r"[\-/]?\d[A-Za-z0-9\-/+α-ω.]*(?<!\.)|\d+(?:[A-Z][A-Za-z]*\d+[A-Za-z]*))"
)
_NUMBER = re.compile(
    r"(?:(?<![\w.)%％~～\-−\0])[-−])?(?<![\d.])(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
)
_SCALE = re.compile(r"\s*(万|亿|thousand|million|billion)")
_HAN_NUMBER = re.compile(
    r"(?:(?<![\u4e00-\u9fff])|(?<=[约近达为占有到至过中]))(?P<tenths>[一二两三四五六七八九])成("
    r"?![为熟分员])|"
    r"百分之(?P<percent>[零一二三四五六七八九十百点两\d.]+)|"
    r"(?P<number>[零一二三四五六七八九十百千两双]+)"
)
_HAN_CLASSIFIER = re.compile(
    r"\s*(?:个|种|例|名|位|年|月|周|天|日|次|倍|类|期|岁|成|项|条|步|阶段|级|型|"
    r"大|者|代|线|药|组|小时|分钟|万|亿|倾向)"
)
_OFTEN = re.compile(r"\s*(?:daily|weekly|monthly|yearly|an?\s+(?:day|week|month|year))", re.I)
_RANKED = re.compile(r"[- ](?:line|generation|stage|phase|trimester|day|week|month|year)")
_WORD = re.compile(
    r"\b(" + "|".join((*_WORDS, *_ORDINALS)) + r")\b(?:[- ](hundred|thousand|million|billion))?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated quantity; ``unit`` "" when none is named, ``comparator`` "" when none.

    ``firm`` is false for a numeral in words, which may be no count at all (一种, both).
    ``start:end`` is where it stands in the text, unit included.
    """

    value: float
    unit: str
    comparator: str
    text: str
    firm: bool = True
    start: int = -1
    end: int = -1


def _fold(text: str) -> str:
    kept = [c if c in "⁰¹²³⁴⁵⁶⁷⁸⁹" else unicodedata.normalize("NFKC", c) for c in text]
    return "".join(kept)


def han_value(text: str) -> float | None:
    """Return the value of a Chinese numeral, None when it is none."""
    if "点" in text:
        whole, _, part = text.partition("点")
        digits = "".join(str(_HAN_DIGITS[c]) for c in part if c in _HAN_DIGITS)
        head = han_value(whole) if whole else 0.0
        return None if head is None or not digits else head + float("0." + digits)
    total, digit = 0.0, None
    for char in text:
        if char in _HAN_DIGITS:
            if digit is not None and total == 0:
                return None  # digits in a row, as in a year, are read elsewhere
            digit = _HAN_DIGITS[char]
        else:
            total += (1 if digit is None else digit) * _HAN_UNITS[char]
            digit = None
    return total + (digit or 0)


def quantities(text: str, *, liberal: bool = False) -> tuple[Quantity, ...]:
    """Return the quantities of ``text`` in order.

    ``liberal`` also takes numerals that may be no counts (一, both): for the source side,
    where more is safer.
    """
    folded = _NAME.sub(lambda m: "\0" * len(m.group()), _fold(text))
    found = [*_digits(folded), *_han(folded, liberal), *_english(folded, liberal)]
    return _with_units(folded, [q for _, q in sorted(found, key=lambda pair: pair[0])])


_SHARES_UNIT = re.compile(
    r"\s*(?:[~～–\-至到、]|和|与|及|vs\.?|versus|to|and|or|或|对|比)\s*", re.I
)


def _with_units(folded: str, found: list[Quantity]) -> tuple[Quantity, ...]:
    """Give a number the unit of the next one where the two share it: 12.3 vs 8.1 months."""
    out = found[-1:]
    for one, after in zip(found[-2::-1], found[:0:-1], strict=True):
        shares = one.firm and not one.unit and _SHARES_UNIT.fullmatch(folded[one.end : after.start])
        out.append(replace(one, unit=out[-1].unit) if shares else one)
    return tuple(out[::-1])


def _made(folded: str, start: int, end: int, value: float, firm: bool) -> tuple[int, Quantity]:
    shown = folded[start:end]
    if scale := _SCALE.match(folded, end):
        value *= _SCALES[scale.group(1)]
        end = scale.end()
    unit = ""
    after = end + len(folded[end:]) - len(folded[end:].lstrip(" -"))
    if match := UNIT.match(folded, after):
        unit = UNITS[int(str(match.lastgroup)[1:])][0]
        after = match.end()
        shown = folded[start:after]
    before = folded[max(0, start - 18) : start].rstrip(" \0=为约")
    comparator = next((sign for sign, p in COMPARATOR if p.search(before)), "")
    if not comparator and (behind := BEHIND.match(folded, after)):
        comparator = ">=" if behind["ge"] else "<="
    return start, Quantity(
        value, unit, comparator, shown.strip("\0 "), firm, start, max(end, after if unit else end)
    )


def _digits(folded: str) -> list[tuple[int, Quantity]]:
    out = []
    for match in _NUMBER.finditer(folded):
        value = float(match.group().replace(",", "").replace("−", "-"))
        out.append(_made(folded, match.start(), match.end(), value, True))
    return out


def _han(folded: str, liberal: bool) -> list[tuple[int, Quantity]]:
    out = []
    for match in _HAN_NUMBER.finditer(folded):
        if tenths := match["tenths"]:
            share = 10 * (han_value(tenths) or 0)
            out.append(
                (match.start(), Quantity(share, "%", "", match.group(), True, *match.span()))
            )
            continue
        if percent := match["percent"]:
            value = float(percent) if percent[0].isdigit() else han_value(percent)
            if value is not None:
                made = Quantity(value, "%", "", match.group(), True, *match.span())
                out.append((match.start(), made))
            continue
        value = han_value(match["number"])
        counted = bool(_HAN_CLASSIFIER.match(folded, match.end()))
        lone = match["number"] in ("一", "双", "千", "百", "十")
        if (
            not liberal
            and match["number"] == "两"
            and folded[match.end() : match.end() + 1] in ("组", "者", "药")
        ):
            continue  # both: the groups compared, in other languages often without a number
        if value is None or (not liberal and (lone or not counted)):
            continue
        out.append(_made(folded, match.start(), match.end(), value, counted and not lone))
    return out


def _english(folded: str, liberal: bool) -> list[tuple[int, Quantity]]:
    out = []
    for match in _WORD.finditer(folded):
        word = match.group(1).lower()
        often = word in ("once", "twice") and _OFTEN.match(folded, match.end())
        if word == "first" and not liberal and not _RANKED.match(folded, match.end()):
            continue  # the first choice
        if (
            not liberal
            and not often
            and word
            in (
                "once",
                "one",
                "zero",
                "once",
                "both",
                "dual",
                "double",
                "twice",
                "half",
                "second",
            )
        ):
            continue
        value = float(_WORDS.get(word, _ORDINALS.get(word, 0)))
        scale = {"hundred": 100.0, **_SCALES}.get((match.group(2) or "").lower(), 1.0)
        out.append(_made(folded, match.start(), match.end(), value * scale, False))
    return out


def supported(claim: Quantity, source: tuple[Quantity, ...], *, any_sign: bool = False) -> bool:
    """Tell whether ``source`` states the quantity ``claim``: same value, no other unit or sense.

    ``any_sign`` takes -0.5 for 0.5, where the words around say that something fell.
    """
    for quantity in source:
        one, other = quantity.value, claim.value
        if any_sign:
            one, other = abs(one), abs(other)
        if abs(one - other) > 1e-9 * max(1.0, abs(other)):
            continue
        units = {quantity.unit, claim.unit}
        if len(units) > 1 and "" not in units and units not in ({"age", "year"}, {"patient", ""}):
            continue
        if claim.comparator and OPPOSITE[claim.comparator] == quantity.comparator[:1]:
            continue
        return True
    return False
