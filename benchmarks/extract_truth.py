"""Hand-checked truth about printed pages: hashes of their lines in reading order.

The truth was made by looking at page images; it names lines by length and hash of their
letters, digits and Chinese characters, so that no text of another's paper is kept here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.clean import HAN, fold_for_match
from ingest.records import BlockKind, Document, Passage

FOLDER = Path(__file__).parent / "truth"

_SIGNIFICANT = re.compile(f"[0-9A-Za-z{HAN}]")
_PROSE = (BlockKind.PARAGRAPH, BlockKind.HEADING)


def signature(text: str) -> str:
    """Return what every engine must agree on: letters, digits, Chinese characters."""
    return "".join(_SIGNIFICANT.findall(fold_for_match(text)))


def line_key(text: str) -> str:
    """Return "length:hash" of the signature of ``text``."""
    found = signature(text)
    return f"{len(found)}:{hashlib.sha1(found.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of some pages of one document.

    ``flows`` are runs of lines that must follow one another; ``headings`` must be found and
    nothing but them and ``maybe`` may be; ``furniture`` must be in no passage.
    """

    file: str
    pages: tuple[int, ...]
    flows: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]
    maybe: tuple[str, ...]
    furniture: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read one truth file."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            data["file"],
            tuple(data["pages"]),
            tuple(tuple(flow) for flow in data["flows"]),
            tuple(data["headings"]),
            tuple(data["maybe"]),
            tuple(data["furniture"]),
        )


class Positions:
    """Where lines known by their hash occur in a text."""

    def __init__(self, text: str, keys: Iterable[str]) -> None:
        """Look for all ``keys`` (length:hash) in the signature of ``text``."""
        self._found: dict[str, list[int]] = defaultdict(list)
        wanted = set(keys)
        found = signature(text)
        for size in {int(key.split(":")[0]) for key in wanted}:
            for start in range(len(found) - size + 1):
                part = found[start : start + size]
                key = f"{size}:{hashlib.sha1(part.encode()).hexdigest()[:8]}"
                if key in wanted:
                    self._found[key].append(start)

    def of(self, key: str) -> list[int]:
        """Return the offsets at which the line occurs."""
        return self._found.get(key, [])


@dataclass(frozen=True, slots=True)
class OrderResult:
    """Lines found whole, and adjacent pairs in the wrong order."""

    lines: int
    intact: int
    pairs: int
    errors: int


def check_order(truth: Truth, document: Document) -> OrderResult:
    """Return how many lines occur whole, and how many pairs do not follow each other."""
    text = "".join(block.text for block in document.blocks if block.kind in _PROSE)
    keys = [key for flow in truth.flows for key in flow]
    positions = Positions(text, keys)
    pairs = errors = 0
    for flow in truth.flows:
        for first, second in pairwise(flow):
            pairs += 1
            size = int(first.split(":")[0])
            after = {start + size for start in positions.of(first)}
            errors += after.isdisjoint(positions.of(second))
    return OrderResult(len(keys), sum(bool(positions.of(key)) for key in keys), pairs, errors)


def wrong_pairs(truth: Truth, document: Document) -> list[str]:
    """Return the printed text around each order error, to look at."""
    text = signature("".join(b.text for b in document.blocks if b.kind in _PROSE))
    positions = Positions(text, [key for flow in truth.flows for key in flow])
    found = []
    for flow in truth.flows:
        for first, second in pairwise(flow):
            size = int(first.split(":")[0])
            starts = positions.of(first)
            if {start + size for start in starts}.isdisjoint(positions.of(second)):
                shown = [text[start : start + size + 20] for start in starts]
                after = [text[at : at + 20] for at in positions.of(second)]
                found.append(f"{shown or 'line not found'} -> {after or 'line not found'}")
    return found


def check_headings(truth: Truth, document: Document) -> tuple[int, list[str], list[str]]:
    """Return (right, wrong headings as text, missed headings as keys) on the truth's pages."""
    wanted = list(truth.headings)
    right, wrong = 0, []
    for block in document.blocks:
        if block.kind is not BlockKind.HEADING or block.page not in truth.pages:
            continue
        key = line_key(block.text)
        if key in wanted:
            wanted.remove(key)
            right += 1
        elif key not in truth.maybe:
            wrong.append(block.text)
    return right, wrong, wanted


def check_furniture(truth: Truth, passages: Iterable[Passage]) -> int:
    """Return how many of the page's furniture lines are in passages."""
    text = "\n".join(passage.text for passage in passages)
    positions = Positions(text, truth.furniture)
    return sum(bool(positions.of(key)) for key in truth.furniture)
