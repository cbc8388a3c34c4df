"""Hits -> candidate sentences, best first, by a weighted sum of their signals.

The weights are fitted by ``rag.ranking`` so that sentences with the answer come first; one set
for passages in the question's language and one for the other. Lines that state nothing (a
heading, an announcement of what the paper is about) lose a fixed amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.records import Hit
from ingest.clean import search_text
from ingest.records import BlockKind
from rag.abbreviations import PRINTED, OwnNames
from rag.background import Background
from rag.coverage import Coverage
from rag.facets import facets_missing, welcome_of
from rag.lexical_signals import Floats, Row, Source, Vectors, lacks_name
from rag.question import Question
from rag.signals import Embed, Signals, signals

CANDIDATE_HITS = 10
# What a line that states nothing loses, in log odds; a table's row says less than a sentence.
HEADING, ANNOUNCEMENT, TABLE_ROW = 4.0, 2.0, 0.7
# What a sentence loses that gives no definition or classes, or does not speak of a use
# asked for, where another does.
NOT_SAID = 2.0
# What a sentence loses that neither names nor implies a name of the question that others have; a
# translated abstract beside the Chinese one; what is said to be unknown, where it is asked for.
LACKS_NAME, TRANSLATED, OPEN = 2.0, 3.0, 1.5
_IS_OPEN = re.compile(
    r"(?:尚不|仍不|还不|尚未|仍未|并不)(?:十分|完全|太)?(?:清楚|明确|明了|阐明)|有待(?:进一步)?|\bunclear\b|\bunknown\b"
    r"|\bremains? to be\b",
    re.I,
)
# Such a sentence counts where its passage has so much of the question's terms beside the best.
ON_TOPIC = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sentence ``number`` of a hit, ``start:end`` in the passage's text.

    ``z``, ``lead`` and ``margin`` (the lead over the mean of the ten next candidates) are in
    background deviations, one a leg (see ``rag.background``); ``rank`` is the place by each
    leg from 0. ``found`` tells for each key term whether the sentence mentions it, ``around``
    whether its passage, section or title does; ``specific`` whether it mentions the heaviest term
    that any candidate mentions. ``idle`` marks a heading or caption; ``names`` are what it names
    of what the question asks to be named (see ``rag.wanted``).
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
    residual: float
    passage_coverage: float
    found: tuple[bool, ...]
    around: tuple[bool, ...]
    fit: float
    specific: bool
    idle: bool
    vector: Vectors
    names: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def key(self) -> tuple[int, int]:
        """Passage row and sentence number."""
        return (self.hit.row, self.number)


_STOP = re.compile(r"[。！？!?；;.．]\W*$")
# A caption, the note under a table, or a sentence that only points to a table or figure.
_CAPTION = re.compile(
    r"^(?:注|Notes?|Abbreviations?)\s*[：:]|^(?:续?[表图]|Tab(?:le)?\.?|Fig(?:ure)?\.?) ?\d|^.{0,20}[见如][表图] ?\d.{0,4}$",
    re.I,
)
_ANNOUNCES = re.compile(
    r"^[【\[\s]*(?:摘要|Abstract|目的)?[】\]:：\s]*(?:本文|本标准|本综述|笔者提出|本研究(?:旨在|拟)|现就|文章|因此，?本文"
    r"|This (?:review|paper|article|text|study (?:aims|reviews))|The text (?:also )?|We (?:review|summari[sz]e)"
    r"|In this (?:review|paper|article)|Here,? we)"
    # The aim of a structured abstract.
    r"|^[【\[]?(?:研究)?(?:目的|Objectives?|Aims?|Purposes?)\s*(?:[】\]:：]|\s(?=[探研观评分了比明为对考调建综]|To\b))"
    r"|(?:综述如下|作一综述|进行综述|予以综述)"
    r"|^[【\[\s]*(?:研究)?目的(?:旨在|拟)?(?:研究|探讨|评价|观察|比较|分析|了解|考察|明确|探索|验证|评估|调查|阐明)"
    r"|^(?:本|该)(?:研究|试验|文)(?:的目的|旨在|拟)|^Objectives?\W+To\b|^(?:Aims?|Purpose|Background)\W+To\b"
    r"|^(?:The )?(?:aim|objective|purpose)s? of (?:this|the present|our)",
    re.I,
)


def candidates(
    question: Question,
    vectors: Mapping[str, Vectors],
    embed: Embed,
    hits: Sequence[Hit],
    source: Source,
    background: Background,
    coverages: Mapping[str, Coverage],
    weights: Mapping[str, Floats],
    names: OwnNames = PRINTED,
) -> list[Candidate]:
    """Return every sentence of the best hits, best first.

    ``vectors`` holds the embedded question by leg, the first leg leading; ``embed`` embeds
    another text so; ``coverages`` are the question's terms by passage language; ``weights``
    those of the signals by mode; ``names`` the papers' own for what the question names.
    """
    hits = hits[:CANDIDATE_HITS]
    if not any(hit.passage.sentences for hit in hits):
        return []
    seen = signals(question, vectors, embed, hits, source, background, coverages, names)
    return _records(seen, scores(question, seen, weights, coverages), coverages)


def mode(question: Question, row: Row) -> str:
    """Return "same" for a sentence in the question's language, else "cross"."""
    return "same" if row.hit.passage.language == question.language else "cross"


def scores(
    question: Question,
    seen: Signals,
    weights: Mapping[str, Floats],
    coverages: Mapping[str, Coverage],
) -> Floats:
    """Return the score of each row, in log odds."""
    asks_aim = bool(_AIM.search(question.search))
    own = np.array(
        [
            values @ weights[mode(question, row)] - _states_nothing(row, asks_aim)
            for row, values in zip(seen.rows, seen.matrix, strict=True)
        ]
    )
    near = seen.lexical.passage_share
    for says in _said(question, seen):
        said = says & (near >= ON_TOPIC * near.max())
        own -= NOT_SAID * (~said & said.any())
    own -= LACKS_NAME * lacks_name(seen.rows, seen.lexical, coverages)
    own -= TRANSLATED * _translated(question, seen.rows)
    if question.kind in ("mechanism", "cause", "yesno"):
        own -= OPEN * np.array([bool(_IS_OPEN.search(row.search)) for row in seen.rows])
    return own


def _said(question: Question, seen: Signals) -> Iterator[npt.NDArray[np.bool_]]:
    """Tell for each row, by what is asked for, whether it speaks of it."""
    if question.kind in ("definition", "classes"):
        yield np.array(seen.fits) >= 1.0
    if facets := welcome_of(question.search, question.language):
        texts = [row.search for row in seen.rows]
        yield np.array([len(facets_missing(facets, text)) < len(facets) for text in texts])


# Who asks what a study was for is answered by its announcement.
_AIM = re.compile(r"目的|旨在|目标|\b(?:aims?|objectives?|purposes?|goals?)\b", re.I)


def _translated(question: Question, rows: Sequence[Row]) -> Floats:
    """Return 1 for English sentences beside Chinese ones of the same paper, where Chinese is asked.

    The English abstract translates the Chinese one.
    """
    native = {row.hit.paper.id for row in rows if row.hit.passage.language == question.language}
    return np.array(
        [
            float(
                question.language == "zh"
                and row.hit.passage.language != "zh"
                and row.hit.paper.id in native
            )
            for row in rows
        ]
    )


def announces(text: str) -> bool:
    """Tell whether a sentence (search text) only says what the paper is about."""
    return bool(_ANNOUNCES.search(text))


def _states_nothing(row: Row, asks_aim: bool = False) -> float:
    """Return the penalty of a line that states nothing: a title, a label, an announcement."""
    if announces(row.search):
        return 0.0 if asks_aim else ANNOUNCEMENT
    if row.hit.passage.kind is BlockKind.CAPTION or _CAPTION.match(row.search):
        return HEADING
    if row.hit.passage.kind is BlockKind.TABLE:
        return HEADING if _heads_columns(row) else TABLE_ROW
    if not _STOP.search(row.search) and len(row.search) < 150:
        return HEADING
    return 0.0


def _heads_columns(row: Row) -> bool:
    """Tell whether a table's row is the first under its caption: the names of its columns."""
    text, sentences = row.hit.passage.text, row.hit.passage.sentences
    captions = [bool(_CAPTION.match(search_text(text[s.start : s.end]))) for s in sentences]
    return captions[0] and not all(captions) and row.number == captions.index(False)


def _records(seen: Signals, score: Floats, coverages: Mapping[str, Coverage]) -> list[Candidate]:
    standings = list(seen.standings.values())
    margins = [_margins(s.centred / s.spread) for s in standings]
    vectors = next(iter(seen.vectors.values()))
    lexical = seen.lexical
    specific = _specific(seen, score, coverages)
    out = []
    for i in np.argsort(-score, kind="stable"):
        row = seen.rows[i]
        out.append(
            Candidate(
                hit=row.hit,
                number=row.number,
                start=row.start,
                end=row.end,
                search=row.search,
                score=float(score[i]),
                z=tuple(float(s.z[i]) for s in standings),
                lead=tuple(float(s.lead[i]) for s in standings),
                margin=tuple(float(m[i]) for m, _ in margins),
                rank=tuple(int(r[i]) for _, r in margins),
                coverage=float(lexical.share[i]),
                residual=float(lexical.residual[i]),
                passage_coverage=float(lexical.passage_share[i]),
                found=lexical.found[i],
                around=lexical.around[i],
                fit=seen.fits[i],
                specific=specific[i],
                idle=_states_nothing(row) >= HEADING,
                vector=vectors[i],
            )
        )
    return out


def _specific(seen: Signals, score: Floats, coverages: Mapping[str, Coverage]) -> list[bool]:
    """Tell for each sentence whether it mentions the heaviest sure term that any of them does.

    Weights are those for the best sentence's language; each language has its own terms.
    """
    said = [
        {t.text for t, f in zip(coverages[row.hit.passage.language].terms, found, strict=True) if f}
        for row, found in zip(seen.rows, seen.lexical.found, strict=True)
    ]
    coverage = coverages[seen.rows[int(score.argmax())].hit.passage.language]
    anywhere = set().union(*said)
    pairs = zip(coverage.terms, coverage.weights, strict=True)
    weights = {term.text: weight for term, weight in pairs if term.sure}
    heaviest = max((w for name, w in weights.items() if name in anywhere), default=0.0)
    wanted = {name for name, w in weights.items() if w == heaviest}
    return [bool(wanted & names) for names in said]


def _margins(level: Vectors) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return each sentence's lead over the ten best others, and its rank from 0."""
    order = np.argsort(-level, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    best = np.asarray(level, np.float64)[order[:11]]
    rest = np.array([np.delete(best, r).mean() if len(best) > 1 and r < len(best)
                     else best[:10].mean() for r in rank])  # fmt: skip
    return np.asarray(level, np.float64) - rest, rank
