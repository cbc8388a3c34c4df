"""A question's tokens beside a sentence's: how far each word of it is met by some word there.

Late interaction (Khattab & Zaharia 2020) over the leading encoder's token vectors, each less the
mean of its kind over background questions, so that a cosine of 0 is chance. One vector a text
tells what it is about; its tokens tell which word of a question nothing answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.token_vectors import TokenEmbedder, TokenVectors
from rag.background import Background
from rag.coverage import Coverage
from rag.question import Question
from rag.selection import Candidate

Floats = npt.NDArray[np.float64]
# So many of the best sentences are read, and so many characters of each.
SENTENCES, CHARACTERS = 3, 160
# What a token outside the key terms weighs beside them.
FRAME_WEIGHT = 0.05
# How sharply the least met tokens count in the soft least.
SHARPNESS = 8.0
LOW = 0.1

ALIGNED = (
    "aligned", "aligned_least", "aligned_most", "aligned_most_least", "kindred_most",
    "aligned_passage", "aligned_passage_weighted", "aligned_passage_low",
    "aligned_passage_least", "kindred_passage",
)  # fmt: skip


def alignment(
    question: Question,
    ranked: Sequence[Candidate],
    coverages: Mapping[str, Coverage],
    background: Background,
    leg: str,
    encoder: TokenEmbedder,
) -> dict[str, float]:
    """Return the values of ALIGNED for ``ranked`` (best first, at least one).

    "passage" is the sentences of the best one's passage together, as far as they are read;
    "least" leans to the tokens that are met worst, "low" is the worst tenth by weight, and
    "kindred" the mean cosine of all pairs of tokens.
    """
    read = ranked[:SENTENCES]
    centre = background.token_centre(leg, question.language, "question")
    asked = encoder.query_tokens([question.search])[0]
    tokens = _unit(asked.vectors - centre)
    weights = _weights(question, asked, coverages[read[0].hit.passage.language])
    told = encoder.passage_tokens([c.search[:CHARACTERS] for c in read])
    pairs = []
    for candidate, own in zip(read, told, strict=True):
        middle = background.token_centre(leg, candidate.hit.passage.language, "sentence")
        pairs.append(np.asarray(tokens @ _unit(own.vectors - middle).T, np.float64))
    if not len(tokens) or not all(pair.size for pair in pairs):
        return dict.fromkeys(ALIGNED, 0.0)
    row = read[0].hit.row
    near = [pair for c, pair in zip(read, pairs, strict=True) if c.hit.row == row]
    met = [pair.max(axis=1) for pair in pairs]
    passage = np.max([pair.max(axis=1) for pair in near], axis=0)
    return {
        "aligned": float(met[0].mean()),
        "aligned_least": _least(met[0], weights),
        "aligned_most": max(float(values.mean()) for values in met),
        "aligned_most_least": max(_least(values, weights) for values in met),
        "kindred_most": max(float(pair.mean()) for pair in pairs),
        "aligned_passage": float(passage.mean()),
        "aligned_passage_weighted": float(passage @ weights),
        "aligned_passage_low": _low(passage, weights),
        "aligned_passage_least": _least(passage, weights),
        "kindred_passage": float(np.concatenate(near, axis=1).mean()),
    }


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)


def _weights(question: Question, asked: TokenVectors, coverage: Coverage) -> Floats:
    """Return the share of each token: the weight of the heaviest key term that it is part of."""
    low = question.search.lower()
    characters = np.zeros(len(low) + 1)
    for term, weight in zip(coverage.terms, coverage.weights, strict=True):
        for match in re.finditer(re.escape(term.text.lower()), low):
            own = characters[match.start() : match.end()]
            np.maximum(own, weight, out=own)
    weights = np.array([characters[a : max(b, a + 1)].max(initial=0.0) for a, b in asked.spans])
    weights += FRAME_WEIGHT
    return np.asarray(weights / weights.sum(), np.float64)


def _least(met: Floats, weights: Floats) -> float:
    """Return the soft least of ``met``, which the weights lean to the key terms."""
    return -math.log(float(weights @ np.exp(-SHARPNESS * met))) / SHARPNESS


def _low(met: Floats, weights: Floats) -> float:
    order = np.argsort(met)
    place = int(np.searchsorted(np.cumsum(weights[order]), LOW))
    return float(met[order[min(place, len(order) - 1)]])
