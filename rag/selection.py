"""Hits -> scored candidate sentences -> the few that answer, verbatim, in a readable order.

Score of a sentence: similarity by each encoder (less its background), coverage of the
question's key terms by the sentence and by its surroundings, the passage's own score, and
what the kind of question calls for. All are standardised over the candidates, so no weight
depends on an encoder's range. The lexical part is gated by how much of the question the best
passage covers; across languages only names, numbers and dictionary pairs count in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.records import Hit
from ingest.clean import search_text
from ingest.records import Mark
from rag.background import Background
from rag.question import Question
from rag.terms import Coverage, fold

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

CANDIDATE_HITS = 10
# Below this share of the question's weight, lexical matches are chance.
FULL_COVERAGE = 0.4
# Weights of the standardised parts; the hand rule beat fitted weights on sets not fitted on.
SECOND_ENCODER, COVERAGE, CONTEXT, PASSAGE, LENGTH = 0.7, 1.0, 0.5, 1.0, 0.3
TOP_PASSAGE, KIND, HEADING, ANNOUNCEMENT = 0.5, 1.2, 2.5, 2.0
DUPLICATE = 0.97


class Source(Protocol):
    """What selection needs of a snapshot."""

    def sentence_vectors(self, leg: str, row: int) -> Vectors:
        """Return float32 (sentences of the passage, dimension)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sentence ``number`` of a hit, ``start:end`` in the passage's text.

    ``z`` and ``lead`` are per leg (see ``rag.background``); ``margin`` is the first leg's
    cosine over the mean of the ten next candidates. ``found`` tells for each key term whether
    the sentence mentions it, ``around`` whether its passage, section or title does.
    """

    hit: Hit
    number: int
    start: int
    end: int
    search: str
    score: float
    z: tuple[float, ...]
    lead: tuple[float, ...]
    margin: tuple[float, ...]
    rank: tuple[int, ...]
    coverage: float
    passage_coverage: float
    rare: float
    passage_rare: float
    found: tuple[bool, ...]
    around: tuple[bool, ...]
    kind_fits: bool
    vector: Vectors

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def key(self) -> tuple[int, int]:
        """Passage row and sentence number."""
        return (self.hit.row, self.number)


_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万两]+(?:个|种|年|名|次|月|人|条|部|岁|倍|类|例|期|周|天)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.I,
)
_DATE = re.compile(r"\d{2,4}\s*年|\d+\s*月|世纪|年代|\d+日|\b(?:1[5-9]|20)\d\d\b")
_KIND_SIGNS: dict[str, re.Pattern[str]] = {
    "number": _NUMBER,
    "when": _DATE,
    "definition": re.compile(
        r"是(?:一|指|由|针对|定居|目前)|(?:称|定义)为|即|\b(?:is|are) (?:an?|the)\b|defined as"
    ),
    "comparison": re.compile(
        r"而|高于|低于|优于|不及|相比|较|差异|不同|分别|双重|\b(?:than|whereas|while|compared|versus)\b"
    ),
    "cause": re.compile(r"因|由于|导致|使|造成|原因|\b(?:because|due to|caus|lead|result)"),
}
_STOP = re.compile(r"[。！？!?；;.．]\W*$")
_ANNOUNCES = re.compile(
    r"^[【\[\s]*(?:摘要|Abstract|目的)?[】\]:：\s]*(?:本文|本综述|本研究(?:旨在|拟)|现就|文章|因此，?本文"
    r"|This (?:review|paper|article|text|study (?:aims|reviews))|We (?:review|summari[sz]e)|In this (?:review|paper|article)|Here,? we)"
    r"|(?:综述如下|作一综述|进行综述|予以综述)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Row:
    hit: Hit
    number: int
    start: int
    end: int
    search: str


def _marks(hit: Hit, start: int, end: int) -> list[Mark]:
    return [
        Mark(m.start - start, m.end - start, m.numbers)
        for m in hit.passage.marks
        if start <= m.start and m.end <= end
    ]


def _rows(hits: Sequence[Hit]) -> list[_Row]:
    rows = []
    for hit in hits:
        for number, s in enumerate(hit.passage.sentences):
            text = search_text(hit.passage.text[s.start : s.end], _marks(hit, s.start, s.end))
            rows.append(_Row(hit, number, s.start, s.end, text))
    return rows


def standardised(values: Floats, groups: Sequence[str]) -> Floats:
    """Return ``values`` less the mean of their group, over the deviation of all."""
    out = np.asarray(values, np.float64).copy()
    names = np.array(groups)
    for name in set(groups):
        own = names == name
        # The mean of two or three values would take away what they have to say.
        out[own] -= out[own].mean() if own.sum() >= 4 else out.mean()
    return np.asarray(out / (out.std() + 1e-9), np.float64)


def candidates(
    question: Question,
    vectors: Mapping[str, Vectors],
    hits: Sequence[Hit],
    source: Source,
    background: Background,
    coverages: Mapping[str, Coverage],
) -> list[Candidate]:
    """Return every sentence of the best hits, best first.

    ``vectors`` holds the embedded question by leg, the first leg leading; ``coverages`` the
    question's terms by passage language.
    """
    hits = hits[:CANDIDATE_HITS]
    rows = _rows(hits)
    if not rows:
        return []
    languages = [row.hit.passage.language for row in rows]
    lengths = np.array([min(len(row.search), 150) for row in rows], np.float64)
    lexical = _lexical(rows, hits, coverages)
    fits = np.array([_fits(question.kind, row.search) for row in rows])
    best_hit = max(hits, key=lambda hit: hit.score).row
    score = (
        PASSAGE * standardised(np.array([row.hit.score for row in rows]), ["" for _ in rows])
        + LENGTH * standardised(np.log(lengths + 1), languages)
        + KIND * fits
        + TOP_PASSAGE * np.array([row.hit.row == best_hit for row in rows])
        + lexical.score
        - np.array([_is_no_statement(row) for row in rows])
    )
    standings = {}
    for place, (leg, vector) in enumerate(vectors.items()):
        sentences = np.concatenate([source.sentence_vectors(leg, hit.row) for hit in hits])
        standing = background.standing(leg, question.language, sentences, vector)
        level = _even_spread(standing.centred, standing.spread, languages)
        score += (SECOND_ENCODER if place else 1.0) * standardised(level, [""] * len(rows))
        standings[leg] = (standing, sentences)
    order = np.argsort(-score, kind="stable")
    return _records(rows, order, score, standings, lexical, fits)


def _even_spread(centred: Vectors, spread: Vectors, languages: Sequence[str]) -> Floats:
    """Return ``centred`` in units of the typical spread of the sentence's language."""
    out = np.asarray(centred, np.float64).copy()
    names = np.array(languages)
    for name in set(languages):
        own = names == name
        out[own] /= float(spread[own].mean())
    return out


@dataclass(frozen=True, slots=True)
class _Lexical:
    score: Floats
    found: list[tuple[bool, ...]]
    around: list[tuple[bool, ...]]
    share: Floats
    passage_share: Floats
    rare: list[float]
    passage_rare: list[float]


def _lexical(
    rows: Sequence[_Row], hits: Sequence[Hit], coverages: Mapping[str, Coverage]
) -> _Lexical:
    texts = [fold(row.search) for row in rows]
    languages = [row.hit.passage.language for row in rows]
    cover = [coverages[language] for language in languages]
    found = [c.found(text) for c, text in zip(cover, texts, strict=True)]
    by_hit = {
        hit.row: coverages[hit.passage.language].found(fold(_surroundings(hit))) for hit in hits
    }
    around = [by_hit[row.hit.row] for row in rows]
    share = np.array([c.share(f) for c, f in zip(cover, found, strict=True)])
    context = np.array([c.share(_union(rows, found, i)) for i, c in enumerate(cover)], np.float64)
    passage = np.array([c.share(f) for c, f in zip(cover, around, strict=True)])
    gate = min(1.0, float(passage.max()) / FULL_COVERAGE) ** 2
    score = gate * (
        COVERAGE * standardised(share, languages) + CONTEXT * standardised(context, languages)
    )
    return _Lexical(
        score,
        found,
        around,
        share,
        passage,
        [c.rare(f) for c, f in zip(cover, found, strict=True)],
        [c.rare(f) for c, f in zip(cover, around, strict=True)],
    )


def _surroundings(hit: Hit) -> str:
    """Return a passage's text with the headings above it and its paper's titles."""
    passage = hit.passage
    head = (*passage.section, hit.paper.title, hit.paper.title_en)
    return search_text(passage.text, passage.marks) + " \n " + search_text(" \n ".join(head))


def _union(rows: Sequence[_Row], found: Sequence[tuple[bool, ...]], i: int) -> tuple[bool, ...]:
    near = [j for j in (i - 1, i, i + 1) if 0 <= j < len(rows) and rows[j].hit is rows[i].hit]
    return tuple(any(found[j][t] for j in near) for t in range(len(found[i])))


def _fits(kind: str, text: str) -> float:
    sign = _KIND_SIGNS.get(kind)
    if sign is None:
        return 0.0
    weight = 1.0 if kind in ("number", "when") else 0.3
    return weight if sign.search(text) else 0.0


def _is_no_statement(row: _Row) -> float:
    """Return the penalty of a line that states nothing: a title, a label, an announcement."""
    if _ANNOUNCES.search(row.search):
        return ANNOUNCEMENT
    prose = row.hit.passage.kind.value == "paragraph"
    if prose and not _STOP.search(row.search) and len(row.search) < 150:
        return HEADING
    return 0.0


def _records(
    rows: Sequence[_Row],
    order: npt.NDArray[np.intp],
    score: Floats,
    standings: Mapping[str, tuple[object, Vectors]],
    lexical: _Lexical,
    fits: Floats,
) -> list[Candidate]:
    legs = list(standings.values())
    leads = [_margins(standing.centred) for standing, _ in legs]  # type: ignore[attr-defined]
    out = []
    for i in order:
        row = rows[i]
        out.append(
            Candidate(
                hit=row.hit,
                number=row.number,
                start=row.start,
                end=row.end,
                search=row.search,
                score=float(score[i]),
                z=tuple(float(s.z[i]) for s, _ in legs),  # type: ignore[attr-defined]
                lead=tuple(float(s.lead[i]) for s, _ in legs),  # type: ignore[attr-defined]
                margin=tuple(float(m[i]) for m, _ in leads),
                rank=tuple(int(r[i]) for _, r in leads),
                coverage=float(lexical.share[i]),
                passage_coverage=float(lexical.passage_share[i]),
                rare=lexical.rare[i],
                passage_rare=lexical.passage_rare[i],
                found=lexical.found[i],
                around=lexical.around[i],
                kind_fits=bool(fits[i]),
                vector=legs[0][1][i],
            )
        )
    return out


def _margins(cosine: Vectors) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return each sentence's lead over the ten best others, and its rank from 0."""
    order = np.argsort(-cosine, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    best = np.asarray(cosine, np.float64)[order[:11]]
    rest = np.array([np.delete(best, r).mean() if len(best) > 1 and r < len(best)
                     else best[:10].mean() for r in rank])  # fmt: skip
    return np.asarray(cosine, np.float64) - rest, rank
