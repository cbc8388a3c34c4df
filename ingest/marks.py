"""Text and its raised characters in, in-text citation marks out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import is_cjk
from ingest.records import Mark

_OPEN, _CLOSE = "[［〔【", "]］〕】"
_DASH = "-－‐‑–—−~～"
_COMMA = ",，、;；"
_LIST = rf"\d{{1,3}}(?:\s*[{_DASH}{_COMMA}]\s*\d{{1,3}})*"
_BRACKETS = rf"[{re.escape(_OPEN)}]\s*{_LIST}\s*[{re.escape(_CLOSE)}]"
# [1], [1-3], 〔1，4〕, and the forms [1]-[3] and [1],[3], which name one list.
_BRACKETED = re.compile(rf"{_BRACKETS}(?:\s*[{_DASH}{_COMMA}]?\s*{_BRACKETS})*")
# Raised only: brackets of any kind, or none.
_RAISED = re.compile(rf"[（(\[［〔【⁽]?\s*{_LIST}\s*[)）\]］〕】⁾]?")
# 1) without its opening bracket is the sign of a table's note.
_NOTE = re.compile(r"\s*\d{1,2}\s*[)）]\s*")
_CIRCLED = re.compile("[\u2460-\u2473]+")
_UNICODE_RAISED = re.compile("[⁰¹²³⁴-⁹]{1,3}(?:[⁻˒,，–-][⁰¹²³⁴-⁹]{1,3})*")
_TO_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒", "0123456789-,")

# No list has more entries, and no mark names more of them.
_MOST_ENTRIES = 999
_LONGEST_RANGE = 60

# Characters before a number that are looked at.
_LOOK_BACK = 40

_ISOTOPES = {
    "H": (1, 2, 3), "B": (10, 11), "Si": (29,), "C": (11, 13, 14), "N": (13, 15),
    "O": (15, 17, 18), "F": (18, 19), "P": (31, 32),
    "S": (35,), "Na": (22, 24), "Cr": (51,), "Co": (57, 60), "Cu": (64, 67), "Ga": (67, 68),
    "Rb": (82,), "Sr": (89, 90), "Y": (90,), "Zr": (89,), "Tc": (99,), "In": (111,),
    "I": (123, 124, 125, 131), "Xe": (133,), "Cs": (137,), "Sm": (153,), "Lu": (177,),
    "Re": (186, 188), "Ir": (192,), "Au": (198,), "Tl": (201,), "At": (211,), "Ra": (223,),
    "Ac": (225,), "Bi": (212, 213), "Ho": (166,), "Kr": (85,), "Fe": (59,), "Pb": (212,),
}  # fmt: skip
_ELEMENT = re.compile(r"\s*m?([A-Z][a-z]?)m?(?![A-Za-z])")
_UNIT = re.compile("[cdmknμµu]?(?:m|s|g|L|l|mol|d|h|Pa|Gy|min)$")
# A gene, drug or cell whose name ends in a digit or a Greek letter: PD-1, CD8, TGF-β.
_NAME_BEFORE = re.compile(
    r"(?:[A-Z]{2,}|[A-Z][A-Za-z]*-)[A-Za-z]*-?(?:\d{1,2}|[\u03b1-\u03c9]\d?)$"
)
_LAST_WORD = re.compile(r"[A-Za-zµμα-ω]+$")
_NUMBER_BEFORE = re.compile(r"(?<![A-Za-z\u0370-\u03ff\d-])[\d.]+\s*$")
_INTERVAL_BEFORE = re.compile(r"(?:[∈=<>≤≥＝＜＞×±(（]|IQR|range|范围|区间|CI)\s*[:：]?\s*$", re.I)


def find_marks(text: str, raised: Sequence[bool]) -> tuple[Mark, ...]:
    """Return the citation marks of ``text``; ``raised[i]`` tells that a character is a superscript.

    Bracketed numbers count by their form, bare ones only when raised, and not as an exponent
    (10⁸), an index of a unit (cm²), a charge (Ca²⁺) or an isotope (¹⁸F). A raised ① or 1) is a
    note's sign: it names no entry, yet is no part of the sentence.
    """
    found = [
        mark for match in _BRACKETED.finditer(text) if (mark := _bracketed(text, raised, match))
    ]
    taken = {index for mark in found for index in range(mark.start, mark.end)}
    for start, end in _runs(text, raised):
        if taken.isdisjoint(range(start, end)) and (mark := _bare(text, start, end)):
            found.append(mark)
    for match in _UNICODE_RAISED.finditer(text):
        if taken.isdisjoint(range(*match.span())) and (mark := _unicode(text, match)):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def parse_numbers(text: str) -> tuple[int, ...]:
    """Return the entry numbers that ``text`` ("1,4-6") names, ascending; () if it is no list."""
    text = re.sub(rf"[{re.escape(_OPEN + _CLOSE)}()（）⁽⁾]", " ", text)
    text = re.sub(rf"\s*([{_DASH}])\s*", "-", text)
    numbers: set[int] = set()
    for part in re.split(rf"[{_COMMA}\s]+", text.strip(f" -{_COMMA}")):
        ends = [int(number) for number in part.split("-") if number]
        if not ends:
            continue
        first, last = ends[0], ends[-1]
        if not 0 < first <= last <= _MOST_ENTRIES or last - first > _LONGEST_RANGE or len(ends) > 2:
            return ()
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def _bracketed(text: str, raised: Sequence[bool], match: re.Match[str]) -> Mark | None:
    start, end = match.span()
    numbers = parse_numbers(match.group())
    if not numbers or _is_isotope(numbers, text, end):
        return None
    if not any(raised[start:end]):
        before = text[max(0, start - _LOOK_BACK) : start]
        several = len(numbers) > 1
        if several and (_NUMBER_BEFORE.search(before) or _INTERVAL_BEFORE.search(before)):
            return None  # a range of values: "52 [45-67]", "x ∈ [1, 5]"
    return Mark(start, end, numbers)


def _runs(text: str, raised: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the runs of raised characters, spaces inside a run included."""
    runs: list[tuple[int, int]] = []
    for index, flag in enumerate(raised):
        if not flag:
            continue
        if runs and not text[runs[-1][1] : index].strip():
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _bare(text: str, start: int, end: int) -> Mark | None:
    run = text[start:end]
    if _CIRCLED.fullmatch(run.strip()):
        return Mark(start, end, ())
    if _NOTE.fullmatch(run):
        return Mark(start, end, ())
    if not _RAISED.fullmatch(run):
        return None
    numbers = parse_numbers(run)
    if not numbers or _is_isotope(numbers, text, end):
        return None
    if run[0].isdigit() and not _may_follow(text[max(0, start - _LOOK_BACK) : start]):
        return None
    return Mark(start, end, numbers)


def _unicode(text: str, match: re.Match[str]) -> Mark | None:
    """Return a mark set in Unicode superscripts; only where nothing can have an exponent."""
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()].rstrip()
    if not before or not (is_cjk(before[-1]) or before[-1] in "”’"):
        return None
    numbers = parse_numbers(match.group().translate(_TO_DIGITS))
    if not numbers or _is_isotope(numbers, text, match.end()):
        return None
    return Mark(match.start(), match.end(), numbers)


def _may_follow(before: str) -> bool:
    """Tell whether a bare raised number after ``before`` can be a citation and no exponent."""
    before = before.rstrip()
    if _NAME_BEFORE.search(before):
        return True
    if not before or before[-1].isdigit():
        return False
    word = _LAST_WORD.search(before)
    if not word:
        return before[-1] not in "·×+-−/^"
    return len(word.group()) >= 3 and not _UNIT.match(word.group())


def _is_isotope(numbers: tuple[int, ...], text: str, end: int) -> bool:
    element = _ELEMENT.match(text, end)
    return (
        len(numbers) == 1
        and element is not None
        and numbers[0] in _ISOTOPES.get(element.group(1), ())
    )
