"""A zh-en lexicon: tables of concepts in, concepts found in a text out.

Our own tables are in ``index/data/lexicon`` (see docs/lexicon.md for sources); a user adds a
table ``lexicon.tsv`` beside the library, with the same columns or just Chinese and English.
General words come from CC-CEDICT. The tables are compiled once into the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from index.cedict import Cedict, load_cedict
from index.english import STOP, base_forms
from index.naming import Token, keys_of_name, tokens
from index.segmentation import Segmenter, Words
from ingest.clean import count_han, is_han, search_text
from ingest.errors import SettingsError
from ingest.folders import cache_folder, write_cached

FORMAT = 2
COLUMNS = ("type", "zh", "en", "zh_synonyms", "en_synonyms", "abbreviations", "class")
USER_TABLE = "lexicon.tsv"
# Compiled tables that are kept: one for each user's table in use, and a few before.
KEPT = 6
# The longest name in tokens: a Chinese character or a word each.
MOST_TOKENS = 24
# A symbol that its first, small letter tells from another one: eGFR, no EGFR.
_MIXED = re.compile(r"[a-z][A-Z]{2,}")
_EXACT = "="
# An abbreviation of so few letters that is also an English word counts only in capitals.
_WORDLIKE = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A concept of the tables; each list begins with the preferred name."""

    kind: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    abbreviations: tuple[str, ...] = ()
    group: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, Chinese first, each once."""
        return tuple(dict.fromkeys((*self.zh, *self.en, *self.abbreviations)))


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept found at ``text[start:end]``; ``names`` are its names in both languages.

    ``group`` is the class of a drug, "" for other concepts.
    """

    start: int
    end: int
    text: str
    kind: str
    names: tuple[str, ...]
    group: str = ""


def read_table(text: str, name: str) -> list[Entry]:
    """Read one table. Raises SettingsError that names the line which cannot be read."""
    entries: list[Entry] = []
    columns: Sequence[str] = ("zh", "en")
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip() or line.startswith("#"):
            continue
        if set(cells) >= {"zh", "en"}:
            columns = cells
            continue
        row = dict(zip(columns, cells, strict=False))
        if len(cells) < 2 or not row.get("zh") or not row.get("en"):
            raise SettingsError(
                f"词表 {name} 第 {number} 行无法读取：每行需要中文、制表符、英文。",
                f"{name}, line {number}: each line needs Chinese, a tab and English.",
            )

        def several(column: str, row: dict[str, str] = row) -> tuple[str, ...]:
            parts = (search_text(part) for part in row.get(column, "").split("|"))
            return tuple(part for part in parts if part)

        entries.append(
            Entry(
                row.get("type", "") or "term",
                (*several("zh"), *several("zh_synonyms")),
                (*several("en"), *several("en_synonyms")),
                several("abbreviations"),
                row.get("class", ""),
            )
        )
    return entries


def own_tables() -> list[tuple[str, str]]:
    """Return (name, text) of the tables that come with the product."""
    folder = files("index") / "data" / "lexicon"
    if not folder.is_dir():
        return []
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".tsv")), key=lambda f: f.name)
    return [(f.name, f.read_text("utf-8")) for f in found]


def load_lexicon(library: Path | None = None) -> Lexicon:
    """Return the lexicon with the user's table in the folder ``library`` or beside it.

    Raises SettingsError when the user's table cannot be read.
    """
    tables = own_tables()
    for folder in (library.parent, library) if library else ():
        file = folder / USER_TABLE
        if file.is_file():
            try:
                tables.append((file.name, file.read_text("utf-8")))
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(
                    f"无法读取词表 {file}：请存为 UTF-8 文本。",
                    f"cannot read the table {file}: save it as UTF-8 text.",
                ) from error
    digest = hashlib.sha256(str(FORMAT).encode())
    for name, text in tables:
        digest.update(f"{name}\n{text}".encode())
    file = cache_folder() / f"lexicon-{digest.hexdigest()[:20]}.json"
    try:
        return Lexicon(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        data = compile_tables(entry for name, text in tables for entry in read_table(text, name))
        write_cached(file, json.dumps(data, ensure_ascii=False).encode())
        for old in sorted(file.parent.glob("lexicon-*.json"), key=_age)[KEPT:]:
            old.unlink(missing_ok=True)
        return Lexicon(data)


def _age(file: Path) -> float:
    try:
        return -file.stat().st_mtime
    except OSError:
        return 0.0


def compile_tables(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return the entries and what finds them: key -> [entry, must be in capitals].

    A name of one concept's own beats another's abbreviation; an abbreviation of two concepts
    finds neither; one like eGFR is found as it is printed first. The last table beats those
    before it.
    """
    listed = list(entries)
    ranked: dict[str, tuple[int, int]] = {}
    unsure: set[str] = set()
    for number, entry in enumerate(listed):
        for rank, name in _ranked_names(entry):
            exact = (_EXACT + name,) if rank == _MIXED_CASE else ()
            for key in (*keys_of_name(name), *exact):
                old = ranked.get(key)
                if old is None or rank < old[0]:
                    ranked[key] = (rank, number)
                    unsure.discard(key)
                elif rank == old[0] == _ABBREVIATION and listed[old[1]].zh[0] != entry.zh[0]:
                    unsure.add(key)
                elif rank == old[0] and rank < _ABBREVIATION:
                    ranked[key] = (rank, number)
    words = load_cedict().entries
    keys = {
        key: [number, int(_is_wordlike(key, words) and rank >= _ABBREVIATION)]
        for key, (rank, number) in ranked.items()
        if key not in unsure
    }
    return {
        "entries": [[e.kind, e.zh, e.en, e.abbreviations, e.group] for e in listed],
        "keys": keys,
    }


_ABBREVIATION = 2
_MIXED_CASE = 3


def _ranked_names(entry: Entry) -> Iterator[tuple[int, str]]:
    for names in (entry.zh, entry.en):
        for place, name in enumerate(names):
            symbol = name.isupper() and len(name) <= _WORDLIKE and name.isascii()
            yield (_ABBREVIATION if symbol else min(place, 1)), name
    for name in entry.abbreviations:
        yield (_MIXED_CASE if _MIXED.fullmatch(name) else _ABBREVIATION), name


def _is_wordlike(key: str, words: dict[str, list[str]]) -> bool:
    if not key.isalpha() or not key.isascii() or len(key) > _WORDLIKE:
        return False
    return key in STOP or any(form in words for form in (key, *base_forms(key)))


class Lexicon:
    """Finds concepts in search text, and translates English words; see ``load_lexicon``."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._raw: list[list[Any]] = data["entries"]
        self._keys: dict[str, list[int]] = data["keys"]
        self._heads = {key[:2] for key in self._keys}

    def __len__(self) -> int:
        return len(self._raw)

    @cached_property
    def cedict(self) -> Cedict:
        """The general dictionary, loaded when first needed."""
        return load_cedict()

    @cache  # noqa: B019 - a lexicon lives as long as the process
    def entry(self, number: int) -> Entry:
        """Return the concept of a number."""
        kind, zh, en, abbreviations, group = self._raw[number]
        return Entry(kind, tuple(zh), tuple(en), tuple(abbreviations), group)

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The names, without abbreviations, of the drugs of each class ("zh/en")."""
        found: dict[str, list[str]] = {}
        for kind, zh, en, _, group in self._raw:
            if kind == "drug" and group:
                found.setdefault(group, []).extend((*zh, *en))
        return {group: tuple(dict.fromkeys(names)) for group, names in found.items()}

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter(name for raw in self._raw for name in raw[1])

    def words(self, text: str) -> Words:
        """Return the words of Chinese ``text``: general ones and the names of the lexicon."""
        return self._segmenter.words(text)

    def concepts(self, text: str, language: str) -> tuple[Concept, ...]:
        """Return the concepts in search ``text``, left to right, the longest match first.

        A Chinese name that cuts a word of the sentence is none (中药 in 其中药物). ``language``
        ("zh" or "en") is that of the text: in English a name of one Chinese character never
        counts.
        """
        found = tokens(text)
        words = self.words(text) if count_han(text) else None
        out: list[Concept] = []
        at = 0
        while at < len(found):
            end, number = self._longest_at(text, found, at, words)
            if number < 0:
                at += 1
                continue
            entry = self.entry(number)
            start, stop = found[at].start, found[end - 1].end
            out.append(Concept(start, stop, text[start:stop], entry.kind, entry.names, entry.group))
            at = end
        return tuple(c for i, c in enumerate(out) if _stands(out, i, text, language))

    def _longest_at(
        self, text: str, found: Sequence[Token], at: int, words: Words | None
    ) -> tuple[int, int]:
        """Return the end of the longest name that begins at a token, and its number or -1."""
        best = (at + 1, -1)
        if at and _run_on(found[at - 1], found[at]):
            return best
        whole = ""
        for end in range(at, min(len(found), at + MOST_TOKENS)):
            token = found[end]
            if end > at and not _joins(text, found[end - 1], token):
                break
            space = " " if end > at and token.breaks else ""
            hit = self._keys.get(whole + space + token.single)
            if end == at and _MIXED.fullmatch(token.printed):
                hit = self._keys.get(_EXACT + token.printed, hit)
            whole += space + token.form
            if end == at + 1 and whole[:2] not in self._heads:
                break
            if hit is None or (end + 1 < len(found) and _run_on(token, found[end + 1])):
                continue
            if words is not None and self._cuts(text, words, found[at].start, token.end):
                continue
            number, capitals = hit
            if not capitals or text[found[at].start : token.end].rstrip("s").isupper():
                best = (end + 1, number)
        return best

    def _cuts(self, text: str, words: Words, start: int, end: int) -> bool:
        """Tell whether a name cuts a general word, or a longer name than itself."""
        return any(
            text[begin:stop] not in self._keys or stop - begin > end - start
            for begin, stop in words.cut(start, end)
        )

    def translations(self, word: str) -> tuple[str, ...]:
        """Return Chinese translations of an English word of general language, best first."""
        return self.cedict.translations(word.split())


def _joins(text: str, before: Token, after: Token) -> bool:
    """Tell whether a name may run on from one token to the next."""
    gap = text[before.end : after.start]
    return len(gap) <= 2 and all(c in " -/+'·" for c in gap)


def _run_on(before: Token, after: Token) -> bool:
    """Tell whether two tokens are parts of one printed word, as in IL6R."""
    return before.end == after.start and "han" not in (before.kind, after.kind)


def _stands(found: Sequence[Concept], place: int, text: str, language: str) -> bool:
    """Tell whether a match is more than a character of some longer word.

    A name of one Chinese character counts where no other Chinese character touches it, or
    where one that does is of another concept.
    """
    concept = found[place]
    if len(concept.text) > 1 or not is_han(concept.text):
        return True
    if language != "zh":
        return False
    before = text[concept.start - 1 : concept.start]
    after = text[concept.end : concept.end + 1]
    free_before = not before or not is_han(before) or _ends_at(found, place - 1, concept.start)
    free_after = not after or not is_han(after) or _starts_at(found, place + 1, concept.end)
    return free_before and free_after


def _ends_at(found: Sequence[Concept], place: int, at: int) -> bool:
    return 0 <= place < len(found) and found[place].end == at


def _starts_at(found: Sequence[Concept], place: int, at: int) -> bool:
    return place < len(found) and found[place].start == at
