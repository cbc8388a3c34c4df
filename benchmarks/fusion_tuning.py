"""Judged questions -> the weights of the fusion, written where the product reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fusion_fit import fit
from benchmarks.judged_lists import Lists, cross_validated, direction_of, leg_sets
from benchmarks.question_pools import Pools
from rag import fusion
from rag.evaluation import MEASURES
from rag.fusion import feature_names

WEIGHTS = Path(fusion.__file__).parent / "data" / "fusion.json"


def tune(pools: Pools, lists: Lists) -> None:
    """Fit the weights for every direction and set of legs, and write them."""
    weights: dict[str, dict[str, dict[str, float]]] = {}
    for chosen in leg_sets(pools.legs):
        found = lists.of(chosen)
        for direction in sorted({direction_of(own) for own in pools.questions.values()}):
            own = [
                item
                for name, questions in pools.questions.items()
                if direction_of(questions) == direction
                for item in found[name]
            ]
            fitted = dict(zip(feature_names(chosen), fit(own).round(4), strict=True))
            weights.setdefault(direction, {})["+".join(chosen)] = {
                name: float(weight) for name, weight in fitted.items()
            }
            print(direction, "+".join(chosen), weights[direction]["+".join(chosen)], flush=True)
    for direction, own in weights.items():
        kept = paying(pools, lists, direction)
        print(direction, "searched by", *kept, flush=True)
        own["+".join(pools.legs)] = own["+".join(kept)]
    # Without sets of their own: like languages as Chinese, unlike ones as English on Chinese, and
    # on one scale with the other passages that the same question may find.
    factor = _scale(pools, lists, weights, "en-zh") / _scale(pools, lists, weights, "zh-zh")
    weights["en-en"] = _times(weights["zh-zh"], factor)
    weights["zh-en"] = _times(weights["en-zh"], 1 / factor)
    source = {
        name: f"{len(questions)} questions, {direction_of(questions)}"
        for name, questions in pools.questions.items()
    }
    WEIGHTS.write_text(
        json.dumps({"fitted on": source, "weights": weights}, indent=1) + "\n", encoding="utf-8"
    )


def paying(pools: Pools, lists: Lists, direction: str) -> tuple[str, ...]:
    """Return the legs but those without which the sets of a direction surely do better.

    Every set is judged by weights of the others and counts alike; sure is a paired bootstrap's
    95 % interval of the gain above nothing.
    """

    def quality(legs: Sequence[str]) -> list[Any]:
        runs = cross_validated(pools, lists, legs)
        place = MEASURES.index("ndcg@10")
        return [
            run.values[:, place]
            for name, run in runs.items()
            if direction_of(pools.questions[name]) == direction
        ]

    kept = pools.legs
    for leg in pools.legs[1:]:
        fewer = tuple(other for other in kept if other != leg)
        gains = [b - a for a, b in zip(quality(kept), quality(fewer), strict=True)]
        low, high = _interval(gains)
        print(f"{direction} without {leg}: {low:+.2f} to {high:+.2f} points", flush=True)
        if low > 0:
            kept = fewer
    return kept


def _interval(gains: Sequence[Any]) -> tuple[float, float]:
    """Return the 95 % interval of the mean over sets of their mean gains, in points."""
    generator = np.random.default_rng(0)
    means = [
        np.mean([own[generator.integers(len(own), size=len(own))].mean() for own in gains])
        for _ in range(2000)
    ]
    low, high = 100 * np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _scale(
    pools: Pools,
    lists: Lists,
    weights: Mapping[str, Mapping[str, Mapping[str, float]]],
    direction: str,
) -> float:
    """Return the score of right passages with all legs, the median of the sets' medians."""
    own = weights[direction]["+".join(pools.legs)]
    vector = np.array([own.get(name, 0.0) for name in feature_names(pools.legs)])
    medians = [
        np.median([(item.values @ vector)[item.right].max() for item in listed if item.right.any()])
        for name, listed in lists.of(pools.legs).items()
        if direction_of(pools.questions[name]) == direction
        and any(_twin(name, other) for other in lists.names if other != name)
    ]
    return float(np.median(medians))


def _twin(name: str, other: str) -> bool:
    """Tell whether two sets ask the same of the same passages in two languages."""
    return name.split("-")[0] == other.split("-")[0]


def _times(
    weights: Mapping[str, Mapping[str, float]], factor: float
) -> dict[str, dict[str, float]]:
    return {
        legs: {name: round(weight * factor, 4) for name, weight in own.items()}
        for legs, own in weights.items()
    }
