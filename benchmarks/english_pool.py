"""English prose found on this machine, as passages beside the Chinese ones of a benchmark.

Paragraphs of the documentation that the installed packages carry (descriptions, licences,
docstrings of the standard library): real sentences of many matters, there wherever the product
is installed, and none of it an answer to a question of the sets.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

_WORD = re.compile(r"[A-Za-z]{2,}")
_COMMON = re.compile(r"\b(?:the|of|and|to|is|in|that|for|with|this)\b", re.I)
LEAST_WORDS, MOST_WORDS = 40, 160


def english_passages(count: int) -> list[str]:
    """Return ``count`` paragraphs of 40-160 words, drawn by their hashes: always the same."""
    found = {hashlib.sha256(text.encode()).hexdigest(): text for text in _paragraphs()}
    return [found[key] for key in sorted(found)[:count]]


def _paragraphs() -> Iterator[str]:
    for text in _texts():
        for part in re.split(r"\n\s*\n", text):
            plain = " ".join(part.split())
            words = _WORD.findall(plain)
            if not LEAST_WORDS <= len(words) <= MOST_WORDS:
                continue
            letters = sum(map(len, words)) / len(plain)
            if letters > 0.74 and len(_COMMON.findall(plain)) > len(words) / 8:
                yield plain


def _texts() -> Iterator[str]:
    for package in distributions():
        yield package.metadata.get_payload() or ""
    library = Path(sysconfig.get_paths()["stdlib"])
    for file in sorted((*library.glob("*.py"), *library.glob("*/*.py"))):
        if "test" not in str(file.relative_to(library)):
            yield from _docstrings(file)


def _docstrings(file: Path) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (SyntaxError, ValueError, OSError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""
