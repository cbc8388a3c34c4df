"""Printed text in, search text out (folded, simplified, without citation marks), with a map back.

Not NFKC: that turns 10⁸ into 108, ① into 1 and ， into a comma. Only what carries no meaning
of its own is folded: radicals and compatibility forms of Chinese characters, full-width and
mathematical letters and digits, hyphen variants, ligatures, traditional characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from ingest.records import Mark

HAN = "\u2e80-\u2eff\u2f00-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, radicals and compatibility forms included, for a character class."""

CJK_PUNCTUATION = "\u3000-\u3006\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Punctuation that is one em wide and needs no space beside it, for a character class."""

# Curly quotes, dash and ellipsis belong to Chinese and to English alike: a space between them
# and a Chinese character is spurious, one between them and a Latin word is not.
_SHARED_PUNCTUATION = "“”‘’…—·"

# U+2E81-U+2EF3 (U+2E9A is not assigned): Unicode's Equivalent_Unified_Ideograph property;
# NFKC covers only two of these.
_RADICALS_SUPPLEMENT = (
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王"
    "𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長"
    "镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
_RADICALS = [code for code in range(0x2E81, 0x2EF4) if code != 0x2E9A]

# Characters that have no width and no meaning for search.
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"

_HYPHENS = "\u2010\u2011\u2012\u2013\u2212\uff0d\ufe63\u0002\ufffe"
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st"}
_LETTERS = {0x00B5: "μ", 0x2126: "Ω", 0x212A: "K", 0x212B: "Å", 0x03D0: "β", 0x03D5: "φ"}

_HAN_CHAR = re.compile(f"[{HAN}]")
_WIDE_PUNCTUATION = re.compile(f"[{CJK_PUNCTUATION}]")
_SPACE = re.compile(r"[\s\u3000]+")


def is_han(char: str) -> bool:
    """Tell whether ``char`` (one character) is a Chinese character, in any of its code forms."""
    return bool(_HAN_CHAR.match(char))


def is_cjk(char: str) -> bool:
    """Tell whether ``char`` is a Chinese character or full-width punctuation."""
    return bool(_HAN_CHAR.match(char) or _WIDE_PUNCTUATION.match(char))


def count_han(text: str) -> int:
    """Return the number of Chinese characters in ``text``."""
    return len(_HAN_CHAR.findall(text))


def needs_space(before: str, after: str) -> bool:
    """Tell whether a space between two characters means something.

    It does not between Chinese characters, nor beside full-width punctuation. Between a
    Chinese character and a Latin letter it is kept as printed.
    """
    if _WIDE_PUNCTUATION.match(before) or _WIDE_PUNCTUATION.match(after):
        return False
    han_before, han_after = bool(_HAN_CHAR.match(before)), bool(_HAN_CHAR.match(after))
    if han_before and han_after:
        return False
    if han_before:
        return after not in _SHARED_PUNCTUATION
    return not (han_after and before in _SHARED_PUNCTUATION)


@cache
def _simplified() -> dict[int, str]:
    """Return traditional -> simplified, one character to one character (OpenCC's t2s).

    Character by character and not by phrase: a question and a sentence must fold alike
    whatever stands beside them, and every search character keeps its printed offset.
    """
    import opencc

    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    converted = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {
        ord(old): new
        for old, new in zip(han, converted, strict=True)
        if old != new and len(new) == 1
    }


@cache
def _folding() -> dict[int, str]:
    """Return the folding of single characters, without traditional -> simplified."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
    compatibility = (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF), *range(0x2F800, 0x2FA1E))
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)}
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in compatibility}
    table |= dict(zip(_RADICALS, _RADICALS_SUPPLEMENT, strict=True))
    table |= _LIGATURES | _LETTERS | {ord(char): "-" for char in _HYPHENS}
    table |= {code: "" for code in range(0x20) if not chr(code).isspace() and code != 0x02}
    for char in re.findall(f"[{_INVISIBLE}]", "".join(map(chr, range(0x10000)))):
        table[ord(char)] = ""
    return table


@cache
def _search_folding() -> dict[int, str]:
    """Return the whole folding; the result of a fold is itself simplified."""
    simple = _simplified()
    folded = {code: new.translate(simple) for code, new in _folding().items()}
    return {**simple, **folded}


@cache
def _length_changers() -> re.Pattern[str]:
    changing = (chr(code) for code, new in _search_folding().items() if len(new) != 1)
    return re.compile("[" + re.escape("".join(changing)) + "]")


def _without_marks(text: str, marks: Sequence[Mark]) -> tuple[str, list[int]]:
    """Return ``text`` without its marks, and the offset in ``text`` of each character left."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        start, end = max(at, mark.start), min(mark.end, len(text))
        if start >= end:
            continue
        pieces.append(text[at:start])
        offsets.extend(range(at, start))
        at = end
    pieces.append(text[at:])
    offsets.extend(range(at, len(text)))
    return "".join(pieces), offsets


def _fold_with_map(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    table = _search_folding()
    if not _length_changers().search(text):
        return text.translate(table), offsets
    pieces: list[str] = []
    kept: list[int] = []
    for char, offset in zip(text, offsets, strict=True):
        new = table.get(ord(char), char)
        pieces.append(new)
        kept.extend([offset] * len(new))
    return "".join(pieces), kept


def _spaces(text: str) -> list[tuple[int, int, str]]:
    """Return the runs of white space of ``text`` as (start, end, replacement)."""
    found = []
    for run in _SPACE.finditer(text):
        start, end = run.span()
        inside = start > 0 and end < len(text)
        keep = inside and needs_space(text[start - 1], text[end])
        # A tab parts the cells of a table row, also between Chinese characters.
        keep = keep or (inside and "\t" in run.group())
        found.append((start, end, " " if keep else ""))
    return found


def search_text(text: str, marks: Sequence[Mark] = ()) -> str:
    """Return what search sees of a printed ``text``: folded, simplified, marks left out.

    White space is one space, and none between Chinese characters or beside full-width
    punctuation; a tab always stays a space.
    """
    if marks:
        text = _without_marks(text, marks)[0]
    text = text.translate(_search_folding())
    pieces: list[str] = []
    at = 0
    for start, end, new in _spaces(text):
        pieces += (text[at:start], new)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def search_text_with_map(text: str, marks: Sequence[Mark] = ()) -> tuple[str, list[int]]:
    """Return ``search_text(text, marks)`` and, for each of its characters, its offset in ``text``.

    A ligature gives two characters with one offset. The list is as long as the text.
    """
    folded, offsets = _fold_with_map(*_without_marks(text, marks))
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    for start, end, new in _spaces(folded):
        pieces += (folded[at:start], new)
        kept += offsets[at:start]
        kept += offsets[start : start + len(new)]
        at = end
    pieces.append(folded[at:])
    kept += offsets[at:]
    return "".join(pieces), kept


def fold_for_match(text: str) -> str:
    """Return ``text`` for verbatim checks: code forms folded, no white space at all.

    Traditional and simplified stay apart: one in place of the other is not verbatim.
    """
    return _SPACE.sub("", text.translate(_folding()))
