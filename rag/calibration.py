"""Labelled signals -> a fitted calibration: logistic weights and thresholds per direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.abstention import FEATURES

Floats = npt.NDArray[np.float64]

# Share of unanswerable questions that may pass as answered, and as at least partly answered.
FALSE_ANSWERED, FALSE_PARTLY = 0.05, 0.15
RIDGE = 0.02
# More support never makes an answer less likely: only these may have a negative weight.
_NEGATIVE = frozenset(["kind_misses"])
_FREE = frozenset(["passage_coverage", "passage_rare"])


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its direction, the signals of its best sentence, and whether it answers.

    ``kind`` is "answerable", "absent" (no passage answers), "removed" (on topic, the answering
    sentence taken away) or "off" (another matter). ``group`` names its set.
    """

    direction: str
    features: tuple[float, ...]
    kind: str
    group: str = ""


# How much each kind weighs in a fit, whatever its number of examples.
KIND_WEIGHTS = {"answerable": 1.0, "absent": 0.6, "removed": 0.25, "off": 0.15}


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
    x = np.array([e.features for e in examples], np.float64)
    y = np.array([e.kind == "answerable" for e in examples], np.float64)
    weight = _balanced(examples)
    mean = (weight[:, None] * x).sum(0) / weight.sum()
    scale = np.sqrt((weight[:, None] * (x - mean) ** 2).sum(0) / weight.sum())
    scale = np.maximum(scale, 0.05)
    standard = np.clip((x - mean) / scale, -4, 4)
    coefficients, bias = _logistic(standard, y, weight)
    probability = 1 / (1 + np.exp(-(standard @ coefficients + bias)))
    absent = np.array([e.kind in ("absent", "off") for e in examples])
    return {
        "mean": dict(zip(FEATURES, np.round(mean, 4).tolist(), strict=True)),
        "scale": dict(zip(FEATURES, np.round(scale, 4).tolist(), strict=True)),
        "weights": dict(zip(FEATURES, np.round(coefficients, 4).tolist(), strict=True)),
        "bias": round(float(bias), 4),
        "answered": round(_threshold(probability[absent], weight[absent], FALSE_ANSWERED), 4),
        "partly": round(_threshold(probability[absent], weight[absent], FALSE_PARTLY), 4),
        "examples": {k: sum(e.kind == k for e in examples) for k in KIND_WEIGHTS},
    }


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


def report(examples: Sequence[Example], fitted: Mapping[str, Any]) -> dict[str, Any]:
    """Return AUROC and false answers at 95 % answered, per group and kind of negative."""
    from rag.abstention import model_from

    out: dict[str, Any] = {}
    models = {name: model_from(value) for name, value in fitted["directions"].items()}
    for group in sorted({e.group for e in examples}):
        scores: dict[str, list[float]] = {}
        passed: dict[str, list[bool]] = {}
        for e in examples:
            if e.group == group and e.direction in models:
                model = models[e.direction]
                p = model.probability(e.features)
                scores.setdefault(e.kind, []).append(p)
                passed.setdefault(e.kind, []).append(p >= model.answered)
        good = scores.get("answerable", [])
        rows = {
            kind: {
                "auroc": round(auroc(good, values), 4),
                "false_at_95": round(false_at(good, values), 4),
                "answered": round(float(np.mean(passed[kind])), 4),
            }
            for kind, values in scores.items()
        }
        out[group] = rows
    return out
