"""Text -> tokens in which the spellings of one name are equal, for looking names up.

TGF-β1, TGF-beta1, TGFβ1 and TGF beta 1 have one key; so have 转化生长因子-β and 转化生长因子β,
tumours and tumor, non-small-cell and non small cell. PD-L1 has two, "pd l1" and "pdl1".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.english import american, singular
from ingest.clean import HAN

GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψως",
        (
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi "
            "rho sigma tau upsilon phi chi psi omega sigma"
        ).split(),
        strict=True,
    )
)
GREEK |= {letter.upper(): name for letter, name in GREEK.items() if letter != "ς"}
_LETTERS = "A-Za-z\u00c0-\u024f"
_GREEK_CLASS = "".join(GREEK)
_TOKEN = re.compile(f"[{HAN}]|[{_LETTERS}]+|[{_GREEK_CLASS}]|\\d+")
_ROMAN = {"Ⅰ": "i", "Ⅱ": "ii", "Ⅲ": "iii", "Ⅳ": "iv", "Ⅴ": "v"}
ROMAN = str.maketrans({k: v.upper() for k, v in _ROMAN.items()})


@dataclass(frozen=True, slots=True)
class Token:
    """A Chinese character, a run of Latin letters, a Greek letter or a run of digits.

    ``form`` is its comparable form, ``single`` that without a plural ending, ``printed`` the
    text itself. ``breaks`` tells that a space or hyphen parts it from a letter run before it.
    """

    start: int
    end: int
    form: str
    single: str
    printed: str
    kind: str
    breaks: str


def tokens(text: str) -> list[Token]:
    """Return the tokens of search text, left to right; their places are those in ``text``."""
    spelt = text.translate(ROMAN)
    places = _places(text) if len(spelt) != len(text) else range(len(text) + 1)
    out: list[Token] = []
    for match in _TOKEN.finditer(spelt):
        run, (start, end) = match.group(), (places[match.start()], places[match.end()])
        gap = text[out[-1].end : start] if out else ""
        if run in GREEK:
            form, kind = GREEK[run], "greek"
        elif run.isdigit():
            form, kind = run, "digit"
        elif run[0].isascii() or "\u00c0" <= run[0] <= "\u024f":
            form, kind = american(run.lower()), "latin"
        else:
            form, kind = run, "han"
        if kind == "latin" and form in GREEK.values():
            kind = "greek"
        single = _single(run, form) if kind == "latin" else form
        breaks = gap if out and out[-1].kind == "latin" and kind == "latin" else ""
        out.append(Token(start, end, form, single, run, kind, breaks))
    return out


def _places(text: str) -> list[int]:
    """Return for each place of ``text`` with its Roman numerals spelt out the place in it."""
    spelt = [at for at, char in enumerate(text) for _ in _ROMAN.get(char, char)]
    return [*spelt, len(text)]


def _single(run: str, form: str) -> str:
    """Take the plural off a word (metastases stay), and off an abbreviation (TKIs, CTLs)."""
    if len(run) > 2 and run[:-1].isupper() and run.endswith("s"):
        return form[:-1]
    return form if run.isupper() else singular(form)


def key_of(part: Sequence[Token]) -> str:
    """Return the key of a run of tokens; words of letters stay apart, all else is joined."""
    pieces = []
    for place, token in enumerate(part):
        if place and token.breaks:
            pieces.append(" ")
        pieces.append(token.single if place == len(part) - 1 else token.form)
    return "".join(pieces)


def keys_of_name(name: str) -> tuple[str, ...]:
    """Return the keys under which a name is found; a hyphen between letters may be left out."""
    found = tokens(name)
    if not found:
        return ()
    key = key_of(found)
    if any("-" in token.breaks for token in found):
        joined = "".join(
            (" " if place and token.breaks and "-" not in token.breaks else "")
            + (token.single if place == len(found) - 1 else token.form)
            for place, token in enumerate(found)
        )
        return tuple(dict.fromkeys((key, joined)))
    return (key,)
