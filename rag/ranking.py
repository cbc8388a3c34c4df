"""Signals of sentences and which of them hold the answer -> weights that put those first.

The chance that a candidate is the answer is modelled as the softmax of its weighted signals
over the question's candidates (listwise ranking, Cao et al. 2007); the weights maximise the
chance of the sentences that hold it, with a ridge. ``rag/data/ranking.json`` ships a fit by
mode: "same" for passages in the question's language, "cross" for the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.signals import COLUMNS

Floats = npt.NDArray[np.float64]
MODES = ("same", "cross")
RIDGE = 5.0


@cache
def load_weights(mode: str) -> Floats:
    """Return the shipped weights of a mode in the order of COLUMNS."""
    stored = json.loads((files("rag") / "data" / "ranking.json").read_text("utf-8"))
    return np.array([stored["weights"][mode][name] for name in COLUMNS], np.float64)


@dataclass(frozen=True, slots=True)
class Listed:
    """The candidates of one question: signals (n, COLUMNS), which are cross, which hold the answer.

    ``group`` names the set, ``fold`` what may not be in both halves of a cross-validation.
    """

    matrix: Floats
    cross: npt.NDArray[np.bool_]
    holds: npt.NDArray[np.bool_]
    group: str
    fold: str

    @property
    def design(self) -> Floats:
        """The signals with a block of columns for each mode: (n, 2 x COLUMNS)."""
        cross = self.cross[:, None]
        return np.concatenate([self.matrix * ~cross, self.matrix * cross], axis=1)


def fit_weights(listed: Sequence[Listed], ridge: float = RIDGE) -> Floats:
    """Return weights (len(MODES), len(COLUMNS)) of both modes; every set counts alike.

    Where several sentences hold the answer each is a target alike, which keeps the loss convex:
    Newton's method with step halving finds its one minimum.
    """
    usable = [q for q in listed if q.holds.any() and not q.holds.all()]
    sizes: dict[str, int] = {}
    for question in usable:
        sizes[question.group] = sizes.get(question.group, 0) + 1
    rows = [(q.design, q.holds, len(usable) / len(sizes) / sizes[q.group]) for q in usable]
    width = len(MODES) * len(COLUMNS)
    weights = np.zeros(width)
    loss = _loss(rows, weights, ridge)
    for _ in range(30):
        gradient, hessian = 2 * ridge * weights, 2 * ridge * np.eye(width)
        for x, holds, share in rows:
            every = _softmax(x @ weights)
            gradient = gradient + share * (x.T @ (every - holds / holds.sum()))
            centred = x - every @ x
            hessian = hessian + share * (centred * every[:, None]).T @ centred
        step = np.linalg.solve(hessian, gradient)
        while (better := _loss(rows, weights - step, ridge)) > loss:
            step = step / 2
            if np.abs(step).max() < 1e-6:
                return weights.reshape(len(MODES), -1)
        weights, loss = weights - step, better
        if np.abs(step).max() < 1e-4:
            break
    return weights.reshape(len(MODES), -1)


def _softmax(values: Floats) -> Floats:
    level = np.exp(values - values.max())
    return np.asarray(level / level.sum(), np.float64)


_Row = tuple[Floats, npt.NDArray[np.bool_], float]


def _loss(rows: Sequence[_Row], weights: Floats, ridge: float) -> float:
    total = ridge * float(weights @ weights)
    for x, holds, share in rows:
        values = x @ weights
        log_total = float(values.max()) + float(np.log(np.exp(values - values.max()).sum()))
        total -= share * (float(values[holds].mean()) - log_total)
    return total


def accuracy(listed: Sequence[Listed], weights: Floats) -> tuple[float, float]:
    """Return the shares of questions with an answer first, and among the first three."""
    first = third = 0
    for question in listed:
        order = np.argsort(-(question.design @ weights.reshape(-1)), kind="stable")
        first += bool(question.holds[order[:1]].any())
        third += bool(question.holds[order[:3]].any())
    count = max(len(listed), 1)
    return first / count, third / count


def cross_validated(listed: Sequence[Listed], folds: int = 5) -> dict[str, tuple[float, float]]:
    """Return ``accuracy`` by set, each fold judged by weights fitted without it."""
    names = sorted({q.fold for q in listed})
    place = {name: i % folds for i, name in enumerate(names)}
    hits: dict[str, list[tuple[float, float, int]]] = {}
    for fold in range(folds):
        weights = fit_weights([q for q in listed if place[q.fold] != fold])
        for group in {q.group for q in listed}:
            own = [q for q in listed if place[q.fold] == fold and q.group == group]
            if own:
                hits.setdefault(group, []).append((*accuracy(own, weights), len(own)))
    return {
        group: (
            sum(a * n for a, _, n in rows) / sum(n for *_, n in rows),
            sum(b * n for _, b, n in rows) / sum(n for *_, n in rows),
        )
        for group, rows in hits.items()
    }


def as_json(weights: Mapping[str, Floats]) -> dict[str, Any]:
    """Return weights by mode as they are stored."""
    return {
        "format": 1,
        "weights": {
            mode: dict(zip(COLUMNS, np.round(values, 4).tolist(), strict=True))
            for mode, values in weights.items()
        },
    }
