"""Search text -> terms for the lexical index; a form of a question's term -> what finds it.

Chinese runs give their characters and pairs of characters (as exact as words for search, and
without a segmenter's mistakes on new names). Latin, Greek and numeric names are found whole,
whatever their hyphens (TGF-β1, TGF-beta1 and TGFβ1 are one term), and by their parts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.english import STOP, stem
from index.naming import GREEK, Token, tokens
from ingest.clean import HAN

# Raised whenever ``terms`` changes, so that libraries are rebuilt with it.
VERSION = "2"
_NAME = f"[A-Za-z0-9\u00c0-\u024f{''.join(GREEK)}Ⅰ-Ⅴ]"
_RUN = re.compile(f"[{HAN}]+|\\d[\\d,]*(?:\\.\\d+)?(?!{_NAME}|-)|{_NAME}+(?:['-]{_NAME}+)*")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_HAN_START = re.compile(f"[{HAN}]")


def terms(text: str) -> list[str]:
    """Return the terms of search ``text`` in order, with repetition, for the index."""
    out: list[str] = []
    for match in _RUN.finditer(text):
        run = match.group()
        if _HAN_START.match(run):
            out += run
            out += _pairs(run)
        else:
            out += _names(run)
    return out


def phrase(text: str) -> str:
    """Return the terms that a text with the name ``text`` has, joined by spaces.

    Empty when nothing of it is indexed. The lexical index takes such a phrase as one
    alternative, found where all of its terms are.
    """
    out: list[str] = []
    for match in _RUN.finditer(text):
        run = match.group()
        if _HAN_START.match(run):
            out += _pairs(run) or [run]
        elif names := _names(run):
            out.append(names[0])
    return " ".join(dict.fromkeys(out))


def written(alternative: str) -> str:
    """Return a phrase as it is written: its pairs of characters joined again."""
    first, *others = alternative.split(" ")
    for term in others:
        first += term[1:] if first[-1:] == term[0] and not term.isascii() else term
    return first


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(1 << 16)
def _names(run: str) -> tuple[str, ...]:
    """Return a name or number whole, then its parts of more than one character."""
    if _NUMBER.fullmatch(run):
        return (run.replace(",", ""),)
    run = re.sub("'s?$", "", run)
    found = tokens(run)
    if not found:
        return ()
    if len(found) == 1:
        word = _form(found[0])
        return () if word in STOP and not run.isupper() else (word,)
    whole = _joined(found)
    pieces = [_joined(tokens(piece)) for piece in re.split("['-]", run)]
    parts = dict.fromkeys([*pieces, *(_form(token) for token in found if token.kind != "digit")])
    return (whole, *(part for part in parts if len(part) > 1 and part != whole))


def _joined(found: list[Token]) -> str:
    return "".join(token.form for token in found[:-1]) + (_form(found[-1]) if found else "")


def _form(token: Token) -> str:
    word = token.kind == "latin" and not token.printed.isupper()
    return stem(token.form) if word else token.single
