"""Legs' features of some passages -> one score each, by weights fitted on other questions.

Features, a row per passage: for every encoder the cosine of the best child, the mean over the
children, and that of the best sentence; for the lexical leg BM25 as a share of what the question
could reach, and the share of its terms (by weight) that are there. A share needs no scaling by
the best passage found, so a leg with nothing to say stays silent. Cosines are taken less the
mean over the library's passages of the same language and in units of their spread: an encoder
prefers the question's own language, and every encoder has its own scale.

The weights are those of a linear ranking fitted by ``benchmarks.retrieval --tune``, one set for
each direction (question and passage language); ``data/fusion.json`` says on what. A leg without
which a direction would surely do better, by weights fitted on other sets, has no weight there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from index.embedding import LEGS

Floats = npt.NDArray[np.float64]
DENSE_FEATURES = ("child", "mean", "sentence")
LEXICAL_FEATURES = ("share", "coverage")
LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Features:
    """``values`` is (passages, features), ``names`` are "leg.feature" in the same order."""

    names: tuple[str, ...]
    values: Floats

    def leg(self, name: str) -> list[int]:
        """Return the columns of a leg."""
        return [i for i, own in enumerate(self.names) if own.split(".")[0] == name]


def feature_names(legs: Collection[str]) -> tuple[str, ...]:
    """Return the features of ``legs`` in their order."""
    return tuple(
        f"{leg}.{feature}"
        for leg in legs
        for feature in (LEXICAL_FEATURES if leg == LEXICAL else DENSE_FEATURES)
    )


@cache
def all_weights() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return direction ("en-zh": English question, Chinese passage) -> legs -> weights.

    Legs are joined by a plus sign; weights are by feature, 0 where none is given.
    """
    data = json.loads((files("rag") / "data" / "fusion.json").read_text("utf-8"))
    return {name: dict(fitted) for name, fitted in data["weights"].items()}


def weights_for(direction: str, legs: Collection[str]) -> Mapping[str, float]:
    """Return the weights for a direction when only ``legs`` are there (and "lexical" among
    them is used).
    """
    fitted = all_weights()[direction]
    return fitted.get("+".join(legs)) or fitted["+".join((*LEGS, LEXICAL))]


def weighs(weights: Mapping[str, float], leg: str) -> bool:
    """Tell whether a leg counts at all: one without weight in a direction is not asked."""
    return any(value for name, value in weights.items() if name.split(".")[0] == leg)


def contributions(features: Features, weights: Mapping[str, float]) -> dict[str, Floats]:
    """Return each leg's part of the score of every passage; their sum is the fused score."""
    own = np.array([weights.get(name, 0.0) for name in features.names])
    legs = dict.fromkeys(name.split(".")[0] for name in features.names)
    return {
        leg: np.asarray(features.values[:, columns] @ own[columns], np.float64)
        for leg in legs
        if (columns := features.leg(leg))
    }
