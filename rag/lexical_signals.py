"""Sentences and a question's terms -> what each mentions: itself, around it, beyond the head.

The head of a passage is what it need not repeat: titles, headings, its paper's first sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.english import stem
from index.records import Hit
from ingest.clean import search_text
from ingest.spans import marks_within
from rag.abbreviations import OwnNames
from rag.coverage import Coverage
from rag.question import FRAME_ZH, STOP_EN, Question
from rag.terms import fold

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

# Below this share of the question's weight, lexical matches are chance.
FULL_COVERAGE = 0.4
# A rest of fewer characters or words asks nothing any more.
LEAST_REST = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z0-9α-ω]+(?:[.\-/+][a-z0-9α-ω]+)*")


# What a paper says that it did not study; a question on its limits asks for that.
_NOT_STUDIED = re.compile(
    r"(?:均?未|没有)(?:能|曾)?(?:纳入|涉及|包括|包含|观察|评估|评价|检测|探讨|进行)[^，。；]*"
    r"|\b(?:were|was|did) not (?:included?|studied|study|assess(?:ed)?|examined?)[^,.;]*",
    re.I,
)
_ASKS_LIMITS = re.compile(
    r"局限|不足|缺陷|缺点|纳入|涉及|包括|包含|排除|未|没有|\blimit|\binclu|\bexclu|\bnot\b", re.I
)


class Source(Protocol):
    """What selection needs of a snapshot."""

    def sentence_vectors(self, leg: str, row: int) -> Vectors:
        """Return float32 (sentences of the passage, dimension)."""

    def opening(self, paper_id: str) -> str:
        """Return the first sentence of a paper, as printed."""


@dataclass(frozen=True, slots=True)
class Row:
    """Sentence ``number`` of a hit, ``start:end`` in its passage; ``search`` is its text."""

    hit: Hit
    number: int
    start: int
    end: int
    search: str


@dataclass(frozen=True, slots=True)
class Lexical:
    """What the sentences mention of the question's terms, a value or tuple a sentence.

    ``around`` is about a sentence's passage with its headings and title, ``gate`` 0-1 how far
    the lexical part is to be trusted at all.
    """

    found: list[tuple[bool, ...]]
    around: list[tuple[bool, ...]]
    share: Floats
    passage_share: Floats
    residual: Floats
    inherited: Floats
    heads: dict[int, str]
    gate: float


def rows_of(hits: Sequence[Hit], names: OwnNames) -> list[Row]:
    """Return the sentences of ``hits`` in order, read with the question's ``names``."""
    rows = []
    for hit in hits:
        for number, s in enumerate(hit.passage.sentences):
            marks = marks_within(hit.passage.marks, s.start, s.end)
            text = search_text(hit.passage.text[s.start : s.end], marks)
            text = names.read(hit.paper.id, text)
            rows.append(Row(hit, number, s.start, s.end, text))
    return rows


def rest_of(question: Question, coverage: Coverage, head: str) -> str:
    """Return the question without the terms that ``head`` has, "" when too little is left."""
    implied = coverage.found(fold(head))
    low = fold(question.search)
    gone: set[int] = set()
    for term, there in zip(coverage.terms, implied, strict=True):
        if there:
            for match in re.finditer(re.escape(fold(term.text)), low):
                gone.update(range(match.start(), match.end()))
    left = "".join(c for i, c in enumerate(question.search) if i not in gone)
    words = _HAN.findall(left) if question.language == "zh" else left.split()
    return " ".join(left.split()) if gone and len(words) >= LEAST_REST else ""


def standardised(values: Floats, groups: Sequence[str]) -> Floats:
    """Return ``values`` less the mean of their group, over the deviation of all."""
    out = np.asarray(values, np.float64).copy()
    names = np.array(groups)
    for name in set(groups):
        own = names == name
        # The mean of two or three values would take away what they have to say.
        out[own] -= out[own].mean() if own.sum() >= 4 else out.mean()
    return np.asarray(out / (out.std() + 1e-9), np.float64)


def lexical_of(
    question: Question,
    rows: Sequence[Row],
    hits: Sequence[Hit],
    coverages: Mapping[str, Coverage],
    source: Source,
    names: OwnNames,
) -> Lexical:
    """Return what ``rows``, the sentences of ``hits``, mention of the question's terms.

    What a paper says that it did not study counts as not mentioned.
    """
    limits = bool(_ASKS_LIMITS.search(question.search))

    def studied(text: str) -> str:
        return fold(text if limits else _NOT_STUDIED.sub(" ", text))

    found = [coverages[row.hit.passage.language].found(studied(row.search)) for row in rows]
    around, implied, heads = {}, {}, {}
    for hit in hits:
        coverage = coverages[hit.passage.language]
        heads[hit.row] = _head(hit, source)
        implied[hit.row] = coverage.found(fold(heads[hit.row]))
        text = search_text(hit.passage.text, hit.passage.marks) + " \n " + heads[hit.row]
        around[hit.row] = coverage.found(studied(names.read(hit.paper.id, text)))
    cover = [coverages[row.hit.passage.language] for row in rows]
    passage = np.array([c.share(around[r.hit.row]) for c, r in zip(cover, rows, strict=True)])
    residual, inherited = [], []
    for c, f, row in zip(cover, found, rows, strict=True):
        pairs = list(zip(f, implied[row.hit.row], strict=True))
        residual.append(c.share([own and not head for own, head in pairs]))
        inherited.append(c.share([own or head for own, head in pairs]))
    return Lexical(
        found=found,
        around=[around[row.hit.row] for row in rows],
        share=np.array([c.share(f) for c, f in zip(cover, found, strict=True)]),
        passage_share=passage,
        residual=np.array(residual),
        inherited=np.array(inherited),
        heads=heads,
        gate=min(1.0, float(passage.max()) / FULL_COVERAGE) ** 2,
    )


# Kinds of terms that tell one thing from another by their name.
_NAMES = frozenset(["drug", "regimen", "gene", "protein", "gene/protein", "pathway", "name"])


def lacks_name(rows: Sequence[Row], lexical: Lexical, coverages: Mapping[str, Coverage]) -> Floats:
    """Return 1 for each row without a name of the question that another row has, else 0.

    Not for what its paper's title, its headings or a sentence beside it name.
    """
    out = np.zeros(len(rows))
    heads = {
        row.hit.row: fold(search_text(" \n ".join((row.hit.paper.title, row.hit.paper.title_en,
                                                   *row.hit.passage.section))))
        for row in {row.hit.row: row for row in rows}.values()
    }  # fmt: skip
    for language in {row.hit.passage.language for row in rows}:
        own = [i for i, row in enumerate(rows) if row.hit.passage.language == language]
        for place, term in enumerate(coverages[language].terms):
            if not (term.anchor and term.sure and term.kind in _NAMES):
                continue
            if not any(lexical.found[i][place] for i in own):
                continue
            implied = {row: term.within(head) for row, head in heads.items()}
            for i in own:
                near = (j for j in (i - 1, i, i + 1) if 0 <= j < len(rows))
                said = any(lexical.found[j][place] for j in near if rows[j].hit is rows[i].hit)
                out[i] = max(out[i], float(not said and not implied[rows[i].hit.row]))
    return out


def _head(hit: Hit, source: Source) -> str:
    """Return what a passage need not repeat: titles, headings, the paper's first sentence."""
    passage, paper = hit.passage, hit.paper
    parts = (paper.title, paper.title_en, *passage.section, source.opening(paper.id))
    return search_text(" \n ".join(parts))


def lexical_columns(
    question: Question,
    rows: Sequence[Row],
    lexical: Lexical,
    coverages: Mapping[str, Coverage],
    languages: Sequence[str],
) -> dict[str, Floats]:
    """Return the lexical signals by column, standardised by language and gated."""
    cover = [coverages[language] for language in languages]
    near = [_union(rows, lexical.found, i) for i in range(len(rows))]
    context = np.array([c.share(f) for c, f in zip(cover, near, strict=True)])
    characters, rest, inherited = _characters(question, rows, lexical.heads)
    return {
        "coverage": lexical.gate * standardised(lexical.share, languages),
        "context": lexical.gate * standardised(context, languages),
        "residual": lexical.gate * standardised(lexical.residual, languages),
        "inherited": lexical.gate * standardised(lexical.inherited, languages),
        "characters": lexical.gate * standardised(characters, languages),
        "residual_characters": lexical.gate * standardised(rest, languages),
        "inherited_characters": lexical.gate * standardised(inherited, languages),
    }


def _union(rows: Sequence[Row], found: Sequence[tuple[bool, ...]], i: int) -> tuple[bool, ...]:
    near = [j for j in (i - 1, i, i + 1) if 0 <= j < len(rows) and rows[j].hit is rows[i].hit]
    return tuple(any(found[j][t] for j in near) for t in range(len(found[i])))


def _characters(
    question: Question, rows: Sequence[Row], heads: Mapping[int, str]
) -> tuple[Floats, Floats, Floats]:
    """Return shares of a question's characters and words: held, beyond the head, or either.

    How rare one is, is counted over the candidates: what they all say chooses none.
    """
    wanted = _units(FRAME_ZH.sub(" ", question.search))
    if not wanted:
        nothing = np.zeros(len(rows))
        return nothing, nothing, nothing
    held = [wanted & _units(row.search) for row in rows]
    weight = {c: _rarity(sum(c in h for h in held), len(rows)) for c in wanted}
    total = sum(weight.values())
    by_hit = {row: wanted & _units(head) for row, head in heads.items()}
    implied = [by_hit[row.hit.row] for row in rows]

    def share(sets: Iterable[set[str]]) -> Floats:
        return np.array([sum(weight[c] for c in chars) / total for chars in sets])

    pairs = list(zip(held, implied, strict=True))
    return share(held), share(h - i for h, i in pairs), share(h | i for h, i in pairs)


def _units(text: str) -> set[str]:
    """Return the Chinese characters of search text, and its other words by their stems."""
    words = (stem(word) for word in _WORD.findall(fold(text)))
    return {*_HAN.findall(text), *(word for word in words if word not in STOP_EN)}


def _rarity(count: int, of: int) -> float:
    return math.log(1 + (of - count + 0.5) / (count + 0.5))
