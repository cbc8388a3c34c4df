"""Text and its citation marks in, sentences out (Chinese and English), and a measure of length.

A sentence is a statement that can be quoted alone. It keeps the closing quotes, brackets and
citation marks that follow its full stop. A semicolon ends it only where the whole is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.clean import CJK_PUNCTUATION, HAN, is_han
from ingest.records import Mark, Sentence

# Letters and digits of Latin script that carry as much as one Chinese character: an English
# abstract has about 3.5 letters for each character of its Chinese original.
_LETTERS_PER_HAN = 3.5

# A longer sentence is parted at its semicolons, into parts no shorter than this (weight).
_LONG_SENTENCE = 120
_SHORT_CLAUSE = 25

# A bracket open for longer than this was never closed: it does not hold sentences together.
_LONGEST_BRACKET = 160

_CJK = re.compile(f"[{HAN}{CJK_PUNCTUATION}]")
_SIGNS = re.compile(r"[^\w\s]|_")
_UNIT = re.compile(rf"([{HAN}{CJK_PUNCTUATION}])|([^\W_{HAN}]+)")
_CLOSERS = "”’」』）)】〕］]》〉\"'"
_ENDERS = re.compile(r"[。！？｡]+|[.．!?]+|\n+")
_ABBREVIATIONS = frozenset(
    [
        *("al", "fig", "figs", "tab", "vs", "e.g", "i.e", "eg", "ie", "dr", "mr", "mrs", "ms"),
        *("prof", "cf", "no", "nos", "approx", "ca", "resp", "eq", "eqs", "ref", "refs", "st"),
        *("inc", "ltd", "co", "corp", "vol", "pp", "p", "ed", "eds", "dept", "univ", "var", "sp"),
        *("spp", "subsp", "viz", "med", "rev", "nat", "clin", "res", "int", "sci", "am", "eur"),
    ]
)
_STARTERS = frozenset(
    [
        *("The", "This", "These", "Those", "That", "There", "Then", "In", "It", "Its", "We", "Our"),
        *("However", "Moreover", "Furthermore", "Therefore", "Thus", "A", "An", "To", "For", "As"),
        *("At", "By", "On", "Among", "After", "Here", "Results", "Result", "Conclusion", "Both"),
        *("Conclusions", "Methods", "Objective", "Patients", "When", "While", "With", "They"),
    ]
)
_WORD_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*$")
_NUMBERING = re.compile(r"\s*[(（]?(?:\d{1,2}(?:[.．]\d{1,2})*|[A-Za-z]|[ivxIVX]{1,4})$")
_DECIMAL = re.compile(r"\d\.\d+$")
_NEXT_WORD = re.compile(r"[A-Za-z]+")
_GLUED_START = re.compile(r"[A-Z][a-z]{2,}")
_HAS_CONTENT = re.compile(rf"[{HAN}A-Za-z0-9\u0370-\u03ff]")


def text_weight(text: str) -> float:
    """Return the length of ``text`` in Chinese characters, so that both languages compare.

    A Chinese character or full-width sign counts 1, a Latin word or number its letters / 3.5
    and at least 1; spaces and ASCII signs count nothing.
    """
    rest, characters = _CJK.subn(" ", text)
    return characters + sum(
        max(1.0, len(word) / _LETTERS_PER_HAN) for word in _SIGNS.sub(" ", rest).split()
    )


def split_sentences(text: str, marks: Sequence[Mark] = ()) -> tuple[Sentence, ...]:
    """Return the sentences of ``text`` in order; only white space lies between them.

    ``marks`` are the citation marks of ``text``: one after a full stop belongs to the sentence
    before it. A newline always ends a sentence (a paragraph or a table row).
    """
    after_mark = {mark.start: mark.end for mark in marks}
    found: list[Sentence] = []
    start = 0
    for end in [*_ends(text, after_mark), len(text)]:
        if end <= start:
            continue
        sentence = _trimmed(text, start, end)
        start = end
        if sentence is None:
            continue
        if found and not _HAS_CONTENT.search(text[sentence.start : sentence.end]):
            found[-1] = Sentence(found[-1].start, sentence.end)
        else:
            found.append(sentence)
    return tuple(part for sentence in found for part in _clauses(text, sentence))


def split_clauses(text: str, sentence: Sentence, longest: float) -> tuple[Sentence, ...]:
    """Return ``sentence`` in parts of about ``longest`` (weight), cut at commas and the like.

    Parts are for embedding only: they are not statements that can be quoted. A stretch
    without any such sign is cut between words or characters.
    """
    if text_weight(text[sentence.start : sentence.end]) <= longest:
        return (sentence,)
    parts = _packed(text, sentence, re.compile(r"[，；：、;,](?!\d)"), longest, longest / 3)
    return tuple(piece for part in parts for piece in _hard_cut(text, part, 2 * longest))


def _hard_cut(text: str, part: Sentence, longest: float) -> Iterator[Sentence]:
    """Yield ``part`` in pieces of at most ``longest``; text without any sign is seldom prose."""
    start, weight = part.start, 0.0
    for match in _UNIT.finditer(text, part.start, part.end):
        weight += text_weight(match.group())
        if weight > longest and match.start() > start:
            if piece := _trimmed(text, start, match.start()):
                yield piece
            start, weight = match.start(), text_weight(match.group())
    yield Sentence(start, part.end)


def _trimmed(text: str, start: int, end: int) -> Sentence | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Sentence(start, end) if start < end else None


def _ends(text: str, after_mark: dict[int, int]) -> Iterator[int]:
    """Yield the offsets after which a sentence is over."""
    inside = _bracketed(text)
    begin = 0
    for match in _ENDERS.finditer(text):
        if match.start() < begin:
            continue
        signs = match.group()
        if "\n" in signs:
            begin = match.end()
            yield begin
            continue
        if match.start() in inside or not _is_end(text, begin, match):
            continue
        begin = _with_closers(text, match.end(), after_mark)
        yield begin


def _bracketed(text: str) -> frozenset[int]:
    """Return the offsets inside round brackets: a full stop there ends no sentence."""
    inside: set[int] = set()
    opened: list[int] = []
    for index, char in enumerate(text):
        if char in "（(":
            opened.append(index)
        elif char in "）)" and opened:
            first = opened.pop()
            if index - first <= _LONGEST_BRACKET:
                inside.update(range(first, index))
        elif char == "\n":
            opened.clear()
    return frozenset(inside)


def _with_closers(text: str, end: int, after_mark: dict[int, int]) -> int:
    """Return the end of a sentence with the quotes, brackets and marks that follow its stop."""
    while end < len(text):
        if end in after_mark:
            end = after_mark[end]
        elif text[end] in _CLOSERS and not _opens(text, end):
            end += 1
        elif text[end] == " " and end + 1 in after_mark:
            end = after_mark[end + 1]
        else:
            break
    # "转移。[3]。": the stop is printed on both sides of the mark.
    while end < len(text) and text[end] in "。．." and not text[end - 1].isspace():
        end += 1
    return end


def _opens(text: str, index: int) -> bool:
    """Tell whether a straight quote begins something rather than ends it."""
    return text[index] in "\"'" and index + 1 < len(text) and text[index + 1].isalnum()


def _is_end(text: str, begin: int, match: re.Match[str]) -> bool:
    signs, at, end = match.group(), match.start(), match.end()
    if signs[0] in "。！？｡":
        return True
    before, after = text[at - 1 : at], text[end : end + 1]
    if not before or (len(signs) > 1 and set(signs) <= set(".．")):
        return len(signs) < 3 and not after.strip()
    if signs[0] in "!?":
        return not after or not (after.isascii() and after.isalnum())
    if is_han(before):
        return before != "等" and not (after.isascii() and after.isdigit() and signs == ".")
    if _NUMBERING.match(text, begin, at) and _NUMBERING.fullmatch(text[begin:at]):
        return False
    return _is_latin_end(text, at, end)


def _is_latin_end(text: str, at: int, end: int) -> bool:
    """Tell whether the full stop at ``at``, after a Latin letter, digit or sign, is an end."""
    rest = text[end : end + 40]
    following = rest.lstrip(_CLOSERS + " \u3000")
    if not following:
        return True
    spaced = bool(rest) and (rest[0].isspace() or rest[0] in _CLOSERS)
    word = _WORD_BEFORE.search(text, max(0, at - 24), at)
    if word and word.group().lower() in _ABBREVIATIONS:
        return False
    first = following[0]
    if is_han(first):
        return spaced or not text[at - 1].isdigit() or text[at - 4 : at - 1].count(".") == 1
    if word and len(word.group()) == 1 and word.group().isupper():
        name = _NEXT_WORD.match(following)
        return spaced and name is not None and name.group() in _STARTERS
    if spaced and first.isdigit():
        # "33. 8 g" and "Fr. 1" go on; after a whole decimal number, "0.05. 30", they do not.
        return _DECIMAL.search(text, max(0, at - 12), at) is not None or (
            word is not None and word.group().islower() and len(word.group()) > 3
        )
    if spaced or rest[0] in "[［〔":
        return first.isupper() or first in "“\"'‘(（[［〔①②③④⑤" or _greek(first)
    glued = word is not None and len(word.group()) > 2 and word.group().islower()
    return glued and bool(_GLUED_START.match(following))


def _greek(char: str) -> bool:
    return "\u0370" <= char <= "\u03ff"


def _clauses(text: str, sentence: Sentence) -> tuple[Sentence, ...]:
    if text_weight(text[sentence.start : sentence.end]) <= _LONG_SENTENCE:
        return (sentence,)
    return _packed(text, sentence, re.compile("；|;(?= )"), _LONG_SENTENCE, _SHORT_CLAUSE)


def _packed(
    text: str, sentence: Sentence, sign: re.Pattern[str], longest: float, shortest: float
) -> tuple[Sentence, ...]:
    """Return ``sentence`` cut after ``sign``, parts joined up to ``longest``."""
    inside = _bracketed(text[sentence.start : sentence.end])
    cuts = [
        match.end()
        for match in sign.finditer(text, sentence.start, sentence.end)
        if match.start() - sentence.start not in inside and match.end() < sentence.end
    ]
    parts: list[Sentence] = []
    weights: list[float] = []
    for first, last in zip([sentence.start, *cuts], [*cuts, sentence.end], strict=True):
        part = _trimmed(text, first, last)
        if part is None:
            continue
        weight = text_weight(text[part.start : part.end])
        small_tail = last == sentence.end and weight < shortest
        if parts and (weights[-1] + weight <= longest or weights[-1] < shortest or small_tail):
            parts[-1] = Sentence(parts[-1].start, part.end)
            weights[-1] += weight
        else:
            parts.append(part)
            weights.append(weight)
    return tuple(parts)
