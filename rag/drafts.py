"""A line of a language model's reply in, plain sentences with the passages they name out.

The reply is text of unknown worth: markup, links, images, addresses and marks are taken away
here, so that nothing of them can reach a page.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ingest.sentences import split_sentences
from rag.prompts import NO_ANSWER

LONGEST_SENTENCE = 400

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)?")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[^)]*)\)")
_HTML = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[A-Za-z!][^<>]*>?", re.I | re.S)
_URL = re.compile(r"\b(?:https?|ftp|file|javascript|data|mailto):\S*|\bwww\.\S+", re.I)
_IDS = re.compile(
    r"[\[［【(（]\s*(?:passages?|段落|sources?)?\s*#?(\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*)\s*[\]］】)）]",
    re.I,
)
_LEADING = re.compile(r"^\s*(?:[-*•>#]+\s+|\d{1,2}[.、)]\s+)+")
_REFUSES = re.compile(
    r"(?:i(?:'m| am)? (?:cannot|can't|am unable|unable|sorry)|sorry|抱歉|无法回答|很抱歉|as an ai)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of the model and the passage numbers (from 1) that it names."""

    text: str
    passages: tuple[int, ...]


def is_refusal(line: str) -> bool:
    """Tell whether a line says that the passages do not answer."""
    low = line.strip().strip("*_`.。 ").lower()
    return NO_ANSWER.lower() in low or _REFUSES.match(low) is not None


def plain(text: str) -> str:
    """Return ``text`` without markup, links, images, addresses and control characters."""
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", _HTML.sub(" ", text)))
    text = _URL.sub(" ", text).replace("**", "").replace("__", "").replace("`", "")
    kept = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+", " ", kept).strip()


def read_line(line: str) -> tuple[Drafted, ...]:
    """Return the sentences of a line with the passages that each names.

    Reads ``[2] text``, ``text [1][3].``, several of them on a line, and JSON objects with a
    text and a list of numbers.
    """
    line = line.strip()
    if line.startswith("{") and (read := _read_json(line)) is not None:
        return read
    line = _LEADING.sub("", _LINK.sub(r"\1", _IMAGE.sub(" ", line)))
    pieces: list[str] = []
    marks: list[tuple[int, tuple[int, ...]]] = []
    at = length = 0
    for match in _IDS.finditer(line):
        if match.group(0)[0] in "(（" and not _is_edge(match, line):
            continue
        pieces.append(line[at : match.start()])
        length += len(pieces[-1])
        marks.append((length, tuple(int(n) for n in re.findall(r"\d+", match.group(1)))))
        at = match.end()
    text = "".join((*pieces, line[at:]))
    leading = bool(marks) and not text[: marks[0][0]].strip()
    return _assigned(text, marks, leading=leading)


def _assigned(
    text: str, marks: list[tuple[int, tuple[int, ...]]], *, leading: bool
) -> tuple[Drafted, ...]:
    """Give each sentence its marks: those before it or those in and behind it."""
    spans = [(s.start, s.end) for s in split_sentences(text)] or [(0, len(text))]
    named: list[list[int]] = [[] for _ in spans]
    for place, given in marks:
        if leading:
            index = next((i for i, (_, end) in enumerate(spans) if place < end), len(spans) - 1)
        else:
            index = max((i for i, (start, _) in enumerate(spans) if start < place), default=0)
        named[index] += given
    # A sentence without marks goes with the one whose marks it is under.
    order = range(1, len(spans)) if leading else range(len(spans) - 2, -1, -1)
    for i in order:
        named[i] = named[i] or named[i - 1 if leading else i + 1]
    drafts = []
    for (start, end), numbers in zip(spans, named, strict=True):
        sentence = plain(text[start:end])[:LONGEST_SENTENCE]
        if sum(c.isalnum() for c in sentence) > 1:
            drafts.append(Drafted(sentence, tuple(dict.fromkeys(numbers))))
    return tuple(drafts)


def _is_edge(match: re.Match[str], line: str) -> bool:
    """Round brackets name a passage only at the ends of a line."""
    return not line[: match.start()].strip() or not line[match.end() :].strip(" 。.")


def _read_json(line: str) -> tuple[Drafted, ...] | None:
    try:
        value = json.loads(line.rstrip(","))
    except ValueError:
        return None
    text = value.get("text") or value.get("sentence") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return None
    listed = next((v for v in value.values() if isinstance(v, list)), [])
    numbers = tuple(dict.fromkeys(n for n in listed if isinstance(n, int)))
    cleaned = plain(_IDS.sub(" ", text))[:LONGEST_SENTENCE]
    return (Drafted(cleaned, numbers),) if cleaned else None
