"""Labelled signals -> a fitted calibration: logistic weights and thresholds per direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.abstention import model_from
from rag.alignment import ALIGNED
from rag.evidence import FEATURES

Floats = npt.NDArray[np.float64]

# Share of unanswerable questions that may pass as answered, and as at least partly answered.
FALSE_ANSWERED, FALSE_PARTLY = 0.05, 0.15
RIDGE = 0.01
# More support never makes an answer less likely: only these may have a negative weight.
_NEGATIVE = frozenset(["kind_misses", "missing"])
# These have a sign only beside their neighbours: what a passage has more than its sentence, or
# the worst met token less than the mean.
_FREE = frozenset(["passage_coverage", "passage_rare", *ALIGNED])


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its direction, the signals of its best sentence, and whether it answers.

    ``kind`` is "answerable", "absent" (no passage answers), "removed" (on topic, the answering
    sentence taken away), "off" (another matter) or "unanswerable" (by its set). ``group``
    names its set, ``fold`` what may not be in both halves of a cross-validation.
    """

    direction: str
    features: tuple[float, ...]
    kind: str
    group: str = ""
    fold: str = ""


# How much each kind weighs in a fit, whatever its number of examples.
KIND_WEIGHTS = {
    "answerable": 1.0, "absent": 0.6, "removed": 0.25, "off": 0.15, "unanswerable": 0.4,
}  # fmt: skip


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the calibration as JSON data, one entry a direction that has enough examples."""
    directions: dict[str, Any] = {}
    for name in sorted({e.direction for e in examples}):
        own = [e for e in examples if e.direction == name]
        good = sum(e.kind == "answerable" for e in own)
        if good >= 30 and len(own) - good >= 30:
            directions[name] = _fit_direction(own)
    return {"format": 1, "features": list(FEATURES), "directions": directions}


def _fit_direction(examples: Sequence[Example]) -> dict[str, Any]:
    x = _whole(np.array([e.features for e in examples], np.float64))
    y = np.array([e.kind == "answerable" for e in examples], np.float64)
    weight = _balanced(examples)
    mean = (weight[:, None] * x).sum(0) / weight.sum()
    scale = np.sqrt((weight[:, None] * (x - mean) ** 2).sum(0) / weight.sum())
    scale = np.maximum(scale, 0.05)
    standard = np.clip((x - mean) / scale, -4, 4)
    coefficients, bias = _logistic(standard, y, weight)
    probability = 1 / (1 + np.exp(-(standard @ coefficients + bias)))
    absent = np.array([e.kind in ("absent", "off", "unanswerable") for e in examples])
    return {
        "mean": dict(zip(FEATURES, np.round(mean, 4).tolist(), strict=True)),
        "scale": dict(zip(FEATURES, np.round(scale, 4).tolist(), strict=True)),
        "weights": dict(zip(FEATURES, np.round(coefficients, 4).tolist(), strict=True)),
        "bias": round(float(bias), 4),
        "answered": round(_threshold(probability[absent], weight[absent], FALSE_ANSWERED), 4),
        "partly": round(_threshold(probability[absent], weight[absent], FALSE_PARTLY), 4),
        "examples": {k: sum(e.kind == k for e in examples) for k in KIND_WEIGHTS},
    }


def _whole(x: Floats) -> Floats:
    """Return ``x`` with the mean of a column for what is not a number there, 0 where nothing is."""
    known = ~np.isnan(x)
    mean = np.where(known, x, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    return np.where(known, x, mean)


def _balanced(examples: Sequence[Example]) -> Floats:
    """Weigh examples so that each set counts alike, and each kind as KIND_WEIGHTS says."""
    counts: dict[tuple[str, str], int] = {}
    for e in examples:
        counts[(e.group, e.kind)] = counts.get((e.group, e.kind), 0) + 1
    return np.array([KIND_WEIGHTS[e.kind] / counts[(e.group, e.kind)] for e in examples])


def _logistic(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, float]:
    """Fit by Newton's method with a ridge; features of a senseless sign are left out."""
    free = np.ones(x.shape[1], bool)
    weight = weight / weight.sum()
    while True:
        design = np.c_[x[:, free], np.ones(len(x))]
        beta = np.zeros(design.shape[1])
        ridge = np.diag([RIDGE] * int(free.sum()) + [0.0])
        for _ in range(40):
            p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
            gradient = design.T @ (weight * (p - y)) + ridge @ beta
            hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + ridge
            step = np.linalg.solve(hessian + 1e-9 * np.eye(len(beta)), gradient)
            beta -= step
            if np.abs(step).max() < 1e-8:
                break
        full = np.zeros(x.shape[1])
        full[free] = beta[:-1]
        wrong = [
            i for i, name in enumerate(FEATURES)
            if free[i] and name not in _FREE
            and (full[i] > 0 if name in _NEGATIVE else full[i] < 0)
        ]  # fmt: skip
        if not wrong:
            return full, float(beta[-1])
        free[wrong] = False


def _threshold(probabilities: Floats, weight: Floats, share: float) -> float:
    """Return the least probability that at most ``share`` of the weight reaches."""
    order = np.argsort(-probabilities)
    reached = np.cumsum(weight[order]) / weight.sum()
    place = int(np.searchsorted(reached, share))
    return float(probabilities[order[min(place, len(order) - 1)]]) + 1e-6


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive scores above a negative; ties count half."""
    p, n = np.asarray(positive, np.float64), np.sort(np.asarray(negative, np.float64))
    if not len(p) or not len(n):
        return float("nan")
    below = np.searchsorted(n, p, "left") + np.searchsorted(n, p, "right")
    return float(below.mean() / 2 / len(n))


def false_at(positive: Sequence[float], negative: Sequence[float], kept: float = 0.95) -> float:
    """Return the share of negatives at or above the score that keeps ``kept`` of positives."""
    if not len(positive) or not len(negative):
        return float("nan")
    threshold = float(np.quantile(np.asarray(positive, np.float64), 1 - kept))
    return float((np.asarray(negative, np.float64) >= threshold).mean())


def cross_validated(examples: Sequence[Example], folds: int = 5) -> list[tuple[object, ...]]:
    """Return (group, condition, AUROC, false answers at 95 %, share answered) in folds.

    Questions of one paper fall into one fold; a model judges only what it was not fitted on.
    """
    names = sorted({e.fold for e in examples})
    place = {name: i % folds for i, name in enumerate(names)}
    judged: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for fold in range(folds):
        fitted = fit([e for e in examples if place[e.fold] != fold])
        models = {name: model_from(value) for name, value in fitted["directions"].items()}
        for e in examples:
            if place[e.fold] == fold and e.direction in models:
                model = models[e.direction]
                p = model.probability(e.features)
                judged.setdefault((e.group, e.kind), []).append((p, p >= model.answered))
    rows: list[tuple[object, ...]] = []
    for (group, kind), values in sorted(judged.items()):
        good = [p for p, _ in judged.get((group, "answerable"), [])]
        bad = [p for p, _ in values]
        answered = round(sum(passed for _, passed in values) / len(values), 3)
        if kind == "answerable":
            rows.append((group, kind, "", "", answered))
        else:
            rows.append(
                (group, kind, round(auroc(good, bad), 3), round(false_at(good, bad), 3), answered)
            )
    return rows
