"""Hits -> the sentences that answer, verbatim, ordered as their papers order them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.records import Hit
from index.snapshot import Snapshot
from index.tokens import terms
from ingest.clean import search_text
from rag.abstention import Background
from rag.question import Question

CANDIDATE_HITS = 8
# A sentence further below the best than this adds little (in z-score units).
MARGIN = 1.8
DUPLICATE = 0.965
MIN_CHARS = 12
_LEANS = re.compile(r"^(?:该|其|此|上述|这些|这一|因此|此外|同时|另外|然而|但)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit and how well it answers; ``z`` is against background questions."""

    hit: Hit
    number: int
    start: int
    end: int
    z: float
    coverage: float
    score: float
    vector: npt.NDArray[np.float32]

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return self.hit.passage.text[self.start : self.end]


def candidates(
    question: Question,
    vector: npt.NDArray[np.float32],
    hits: tuple[Hit, ...],
    snapshot: Snapshot,
    background: Background,
) -> list[Candidate]:
    """Return every sentence of the best hits, best first."""
    asked = {g: snapshot.lexical.idf(g) for g in question.groups}
    mass = sum(asked.values()) or 1.0
    found: list[Candidate] = []
    for hit in hits[:CANDIDATE_HITS]:
        vectors = snapshot.sentence_vectors(hit.row)
        if not len(vectors):
            continue
        z = background.z_scores(vectors, vector, question.language)
        for i, sentence in enumerate(hit.passage.sentences):
            text = hit.passage.text[sentence.start : sentence.end]
            if len(text) < MIN_CHARS:
                continue
            own = set(terms(search_text(text)))
            covered = sum(w for g, w in asked.items() if own.intersection(g)) / mass
            same = hit.passage.language == question.language
            score = float(z[i]) + (2.5 if same else 1.2) * covered + 0.8 * hit.score
            found.append(
                Candidate(
                    hit, i, sentence.start, sentence.end, float(z[i]), covered, score, vectors[i]
                )
            )
    return sorted(found, key=lambda c: -c.score)


def choose(found: list[Candidate], limit: int) -> list[list[Candidate]]:
    """Return at most ``limit`` groups: a sentence first, then its near-duplicates elsewhere."""
    groups: list[list[Candidate]] = []
    for candidate in found:
        if candidate.score < found[0].score - MARGIN:
            break
        twin = next((g for g in groups if float(g[0].vector @ candidate.vector) > DUPLICATE), None)
        if twin is not None:
            if all(c.hit.paper.id != candidate.hit.paper.id for c in twin):
                twin.append(candidate)
            continue
        if len(groups) < limit:
            groups.append([candidate])
    groups = _with_antecedents(groups, found, limit)
    best_of_paper: dict[str, int] = {}
    for rank, group in enumerate(groups):
        best_of_paper.setdefault(group[0].hit.paper.id, rank)
    return sorted(
        groups,
        key=lambda g: (best_of_paper[g[0].hit.paper.id], g[0].hit.passage.ordinal, g[0].start),
    )


def _with_antecedents(
    groups: list[list[Candidate]], found: list[Candidate], limit: int
) -> list[list[Candidate]]:
    """A sentence that leans on the one before it brings that one."""
    have = {(g[0].hit.row, g[0].number) for g in groups}
    out = list(groups)
    for group in groups:
        first = group[0]
        place = (first.hit.row, first.number - 1)
        if len(out) < limit and _LEANS.match(first.text) and first.number and place not in have:
            before = next((c for c in found if (c.hit.row, c.number) == place), None)
            if before is not None:
                out.append([before])
                have.add(place)
    return out
