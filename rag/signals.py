"""The sentences of some hits -> a number for each signal that a sentence bears the answer.

Similarities are standardised over the candidates, so no weight depends on an encoder's range.
What a paper is about is said once and then implied: a sentence is therefore also compared with
the rest of the question, without what the best passage's title, headings and opening say
("rest", "residual"), asked what it covers together with these ("inherited"), and asked how much
it merely says what the paper says all over ("central"). The lexical part is gated by how much
of the question the best passage covers; across languages only names, numbers and dictionary
pairs count in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.records import Hit
from rag.abbreviations import PRINTED, OwnNames
from rag.background import Background, Standing
from rag.coverage import Coverage
from rag.kinds import fit_of
from rag.lexical_signals import (
    Floats,
    Lexical,
    Row,
    Source,
    Vectors,
    lexical_columns,
    lexical_of,
    rest_of,
    rows_of,
    standardised,
)
from rag.question import Question

Embed = Callable[[str], Mapping[str, Vectors]]
COLUMNS = (
    "leading", "second", "rest", "rest_second", "coverage", "characters", "context",
    "residual", "residual_characters", "inherited", "inherited_characters",
    "central", "central_second", "passage", "top", "length", "kind", "native",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signals:
    """The rows, float64 (rows, len(COLUMNS)), and what the columns were made of."""

    rows: list[Row]
    matrix: Floats
    fits: list[float]
    lexical: Lexical
    standings: dict[str, Standing]
    vectors: dict[str, Vectors]


def signals(
    question: Question,
    vectors: Mapping[str, Vectors],
    embed: Embed,
    hits: Sequence[Hit],
    source: Source,
    background: Background,
    coverages: Mapping[str, Coverage],
    names: OwnNames = PRINTED,
) -> Signals:
    """Return the signals of the sentences of ``hits``, of which there is at least one.

    ``vectors`` holds the embedded question by leg, the first leg leading; ``embed`` embeds
    another text so; ``coverages`` are the question's terms by passage language, ``names``
    the papers' own for what the question names.
    """
    rows = rows_of(hits, names)
    fits = [fit_of(question.kind, row.search, question.search) for row in rows]
    languages = [row.hit.passage.language for row in rows]
    everything = [""] * len(rows)
    lexical = lexical_of(question, rows, hits, coverages, source, names)
    best_hit = max(hits, key=lambda hit: hit.score)
    coverage = coverages[best_hit.passage.language]
    rest = rest_of(question, coverage, lexical.heads[best_hit.row])
    rest_vectors = embed(rest) if rest else {}
    lengths = np.array([min(len(row.search), 150) for row in rows], np.float64)
    columns: dict[str, Floats] = {
        "passage": standardised(np.array([row.hit.score for row in rows]), everything),
        "top": np.array([float(row.hit.row == best_hit.row) for row in rows]),
        "length": standardised(np.log(lengths + 1), languages),
        "kind": np.array(fits, np.float64),
        "native": np.array([float(language == question.language) for language in languages]),
        **lexical_columns(question, rows, lexical, coverages, languages),
    }
    standings: dict[str, Standing] = {}
    sentences: dict[str, Vectors] = {}
    for leg, vector in vectors.items():
        own = np.concatenate([source.sentence_vectors(leg, hit.row) for hit in hits])
        standing = background.standing(leg, question.language, own, vector)
        level = _even_spread(standing.centred, standing.spread, languages)
        # A third encoder or more would stand beside the second.
        suffix = "_second" if standings else ""
        columns["second" if standings else "leading"] = standardised(level, everything)
        columns["central" + suffix] = standardised(_centrality(own, rows), languages)
        if leg in rest_vectors:
            near = own @ rest_vectors[leg] - (own @ vector - standing.centred)
            level = _even_spread(near, standing.spread, languages)
        columns["rest" + suffix] = standardised(level, everything)
        standings[leg], sentences[leg] = standing, own
    for name in COLUMNS:
        columns.setdefault(name, np.zeros(len(rows)))
    matrix = np.stack([columns[name] for name in COLUMNS], axis=1)
    return Signals(rows, matrix, fits, lexical, standings, sentences)


def _even_spread(centred: Vectors, spread: Vectors, languages: Sequence[str]) -> Floats:
    """Return ``centred`` in units of the typical spread of the sentence's language."""
    out = np.asarray(centred, np.float64).copy()
    names = np.array(languages)
    for name in set(languages):
        own = names == name
        out[own] /= float(spread[own].mean())
    return out


def _centrality(vectors: Vectors, rows: Sequence[Row]) -> Floats:
    """Return each sentence's cosine with the mean of its paper's sentences in its language."""
    out = np.zeros(len(rows))
    keys = [(row.hit.passage.paper_id, row.hit.passage.language) for row in rows]
    for key in set(keys):
        own = np.array([k == key for k in keys])
        out[own] = vectors[own] @ vectors[own].mean(axis=0)
    return out
