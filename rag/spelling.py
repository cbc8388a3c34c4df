"""Names as they are compared: without case, hyphens and Greek letters."""

from __future__ import annotations

import re

_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "ω": "omega"}
_SPACE = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+(?=[a-z0-9α-ω])|(?<=[a-z0-9α-ω])\s+(?=[\u4e00-\u9fff])"
)


def spelled(name: str) -> str:
    """Return the Latin letters and digits of ``name``, Greek letters in words."""
    low = name.lower()
    for letter, word in _GREEK.items():
        low = low.replace(letter, word)
    return re.sub(r"[^a-z0-9]", "", low)


def close(text: str) -> str:
    """Return folded text without the space between Chinese and Latin characters."""
    return _SPACE.sub("", text)
