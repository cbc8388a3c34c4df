"""Is a page's text what its glyphs say? Wrong encodings are found by what they produce.

A font without a right Unicode map gives private-use characters, black boxes, mojibake
(``¹Ø ÓÚ``), or Chinese characters at random. The last are found by frequency: the 500
commonest characters make up 0.55-0.86 of real pages (measured on 40 pages of 12 papers; 0.26
in traditional script), 0.02 of random ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from ingest.clean import fold_for_match, is_han

MAX_STRANGE = 0.03
MAX_MOJIBAKE = 0.15
MIN_COMMON, COMMON_SAMPLE = 0.12, 100

# Blocks that papers print: Latin to Cyrillic, symbols, CJK and Hangul, full-width forms,
# mathematics.
_EXPECTED = (
    (0x20, 0x52F),
    (0x1D00, 0x1DBF),
    (0x1E00, 0x1FFF),
    (0x2000, 0x259F),
    (0x25A1, 0x2BFF),
    (0x2E80, 0x33FF),
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0xFB00, 0xFB06),
    (0xFE10, 0xFE6F),
    (0xFF00, 0xFFEF),
    (0x1D400, 0x1D7FF),
    (0x20000, 0x3FFFF),
)
_STARTS = [first for first, _ in _EXPECTED]

# The commonest characters of modern Chinese, by frequency.
_COMMON = frozenset(
    "的一是不了在有人中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
    "后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好"
    "应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第"
    "向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及"
    "管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取"
    "据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采"
    "转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今"
    "集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技"
    "备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼"
    "王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
)


def common_share(text: str) -> float:
    """Return which part of the Chinese characters of ``text`` is among the 500 commonest."""
    han = [char for char in text if is_han(char)]
    return sum(char in _COMMON for char in han) / len(han) if han else 0.0


def fault(text: str) -> str:
    """Return what is wrong with the text of a page: "strange", "mojibake", "random" or ""."""
    counts = Counter(char for char in text if not char.isspace())
    total = counts.total()
    if not total:
        return ""
    strange = sum(count for char, count in counts.items() if not _expected(ord(char)))
    if strange > MAX_STRANGE * total:
        return "strange"
    han = sum(count for char, count in counts.items() if is_han(char))
    mojibake = sum(count for char, count in counts.items() if "\x80" <= char <= "\xff")
    if han < 0.02 * total and mojibake > MAX_MOJIBAKE * total:
        return "mojibake"
    if han >= COMMON_SAMPLE and common_share(text) < MIN_COMMON:
        return "random"
    return ""


def _expected(code: int) -> bool:
    place = bisect_right(_STARTS, code) - 1
    return place >= 0 and code <= _EXPECTED[place][1]


def agreement(a: str, b: str) -> float:
    """Return how far two readings have the same Chinese characters, 0-1; 1 if both have none."""
    first, second = (Counter(c for c in fold_for_match(text) if is_han(c)) for text in (a, b))
    larger = max(first.total(), second.total())
    return (first & second).total() / larger if larger else 1.0
