"""Search text -> terms: Han bigrams, and Latin, Greek and numeric names whole and by part."""

from __future__ import annotations

import re

from ingest.clean import HAN

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "omicron",
            "pi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
)
_RUN = re.compile(f"[{HAN}]+|[A-Za-z0-9α-ωΑ-Ω]+(?:[-/.+'][A-Za-z0-9α-ωΑ-Ω]+)*\\+?")
_PART = re.compile(r"[A-Za-z]+|\d+")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "do",
        "does",
        "did",
        "how",
        "what",
        "which",
        "who",
        "when",
        "where",
        "why",
        "with",
        "by",
        "from",
        "as",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "can",
        "could",
        "may",
        "might",
        "between",
        "into",
        "than",
        "their",
        "there",
        "has",
        "have",
        "had",
        "not",
        "any",
    ]
)


def _spelled(text: str) -> str:
    text = text.lower()
    return "".join(_GREEK.get(c, c) for c in text)


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def terms(text: str) -> list[str]:
    """Return the terms of ``text`` in order, with repetition."""
    out: list[str] = []
    for match in _RUN.finditer(text):
        run = match.group()
        if re.match(f"[{HAN}]", run):
            out += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
            continue
        whole = _stem(_spelled(run).strip("+'."))
        if whole in _STOP or not whole:
            continue
        out.append(whole)
        parts = [_stem(p) for p in _PART.findall(_spelled(run))]
        if len(parts) > 1:
            out += [p for p in parts if len(p) > 1 and p not in _STOP]
    return out
