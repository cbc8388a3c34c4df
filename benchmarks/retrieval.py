"""How well passages are found: ``make bench-retrieval``, or with ``--tune`` the fusion's weights.

Every folder under ``--data`` is a set in BEIR form; their corpora together are one pool, with
1,000 English passages of this machine's documentation a mixed one; our own medical questions have
their own (``benchmarks.question_pools``). Weights are reported as fitted elsewhere: a set by the
other sets of its direction, never by questions, articles or passages that it has itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fusion_fit import Listed, fit
from benchmarks.question_pools import POOLS, Pools, open_pools
from benchmarks.sample_passages import sample_table
from ingest.folders import cache_folder
from rag import evaluation, fusion
from rag.answering import Library
from rag.evaluation import MEASURES, Run
from rag.fusion import feature_names
from rag.question import analyse
from rag.question_sets import SetQuestion

FOLDS = 5
WEIGHTS = Path(fusion.__file__).parent / "data" / "fusion.json"


def _direction(questions: Sequence[SetQuestion]) -> str:
    return f"{questions[0].language}-zh"


def _leg_sets(legs: Sequence[str]) -> list[tuple[str, ...]]:
    sizes = range(1, len(legs) + 1)
    return [chosen for size in sizes for chosen in combinations(legs, size)]


def collect(library: Library, name: str, questions: Sequence[SetQuestion]) -> list[Listed]:
    """Return each question's judged candidates by all legs; an article is a group."""
    lists = []
    files = [paper.file for paper in library.snapshot.papers.values()]
    own = library.snapshot.paper_rows
    for item in questions:
        question = analyse(item.text)
        rows, features = library.retriever.judged(question, library.vectors(question))["zh"]
        documents = tuple(files[own[row]] for row in rows)
        right = np.array([document in item.gold for document in documents])
        article = min(item.gold).rsplit("-", 1)[0]
        lists.append(Listed(features.values, right, documents, f"{name}/{article}"))
    return lists


def tune(pools: Pools, lists: Mapping[str, list[Listed]]) -> None:
    """Fit the weights for every direction and set of legs, and write them."""
    names = feature_names(pools.legs)
    weights: dict[str, dict[str, dict[str, float]]] = {}
    for chosen in _leg_sets(pools.legs):
        columns = [i for i, name in enumerate(names) if name.split(".")[0] in chosen]
        for direction in sorted({_direction(own) for own in pools.questions.values()}):
            own = [
                item.only(columns)
                for name, questions in pools.questions.items()
                if _direction(questions) == direction
                for item in lists[name]
            ]
            fitted = dict(zip([names[i] for i in columns], fit(own).round(4), strict=True))
            weights.setdefault(direction, {})["+".join(chosen)] = {
                name: float(weight) for name, weight in fitted.items()
            }
            print(direction, "+".join(chosen), weights[direction]["+".join(chosen)], flush=True)
    # Without sets of their own: like languages as Chinese, unlike ones as English on Chinese, and
    # on one scale with the other passages that the same question may find.
    factor = _scale(pools, lists, weights, "en-zh") / _scale(pools, lists, weights, "zh-zh")
    weights["en-en"] = _times(weights["zh-zh"], factor)
    weights["zh-en"] = _times(weights["en-zh"], 1 / factor)
    source = {
        name: f"{len(questions)} questions, {_direction(questions)}"
        for name, questions in pools.questions.items()
    }
    WEIGHTS.write_text(
        json.dumps({"fitted on": source, "weights": weights}, indent=1) + "\n", encoding="utf-8"
    )


def _scale(
    pools: Pools,
    lists: Mapping[str, list[Listed]],
    weights: Mapping[str, Mapping[str, Mapping[str, float]]],
    direction: str,
) -> float:
    """Return the score of right passages with all legs, the median of the sets' medians."""
    own = weights[direction]["+".join(pools.legs)]
    vector = np.array([own[name] for name in feature_names(pools.legs)])
    medians = [
        np.median([(item.values @ vector)[item.right].max() for item in listed if item.right.any()])
        for name, listed in lists.items()
        if _direction(pools.questions[name]) == direction
        and any(_twin(name, other) for other in lists if other != name)
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


def cross_validated(
    pools: Pools, lists: Mapping[str, list[Listed]], legs: Sequence[str]
) -> dict[str, Run]:
    """Return each set's run with ``legs``, by weights that were fitted elsewhere.

    A Chinese set is judged by the weights of the other Chinese sets; a set that is alone in its
    direction in five folds of whole articles. No article is on both sides.
    """
    names = feature_names(pools.legs)
    columns = [i for i, name in enumerate(names) if name.split(".")[0] in legs]
    cut = {name: [item.only(columns) for item in own] for name, own in lists.items()}
    runs = {}
    for name in lists:
        questions = pools.questions[name]
        others = [
            item
            for other, own in pools.questions.items()
            if other != name and other in lists and _direction(own) == _direction(questions)
            for item in cut[other]
        ]
        folds = [0 if others else _fold(item.group) for item in cut[name]]
        fitted = {
            fold: fit(others or [item for item in cut[name] if _fold(item.group) != fold])
            for fold in set(folds)
        }
        values = [
            _ranked(listed, fitted[fold], item.gold)
            for item, listed, fold in zip(questions, cut[name], folds, strict=True)
        ]
        runs[name] = Run(np.array(values), np.zeros(len(values)))
    return runs


def _ranked(listed: Listed, weights: Any, gold: frozenset[str]) -> list[float]:
    order = np.argsort(-(listed.values @ weights), kind="stable")
    found = list(dict.fromkeys(listed.documents[i] for i in order))
    return evaluation.measures(found, gold)


def _fold(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def show(title: str, runs: Mapping[str, Run]) -> None:
    """Print measures in % with 95 % intervals of nDCG, and milliseconds a question."""
    print(f"\n### {title}\n")
    print(f"| | {' | '.join(MEASURES)} | nDCG@10, 95 % | ms p50 / p95 |")
    print("|---" * (len(MEASURES) + 3) + "|")
    for name, run in runs.items():
        cells = [f"{100 * value:.1f}" for value in run.mean().values()]
        low, high = run.interval("ndcg@10")
        p50, p95 = 1000 * np.quantile(run.seconds, (0.5, 0.95))
        times = f"{p50:.0f} / {p95:.0f}" if run.seconds.any() else "-"
        row = [name, *cells, f"{100 * low:.1f}-{100 * high:.1f}", times]
        print("| " + " | ".join(row) + " |", flush=True)


def tables(pools: Pools) -> None:
    """Print a table for each pool and set: each leg, all, and all without each."""
    every = pools.legs
    for pool, library in pools.libraries.items():
        if pool == "samples":
            sample_table(library)
            continue
        asked = evaluation.ways(library.snapshot.legs) | {
            f"without {leg}": tuple(own for own in every if own != leg) for leg in every
        }
        size = library.snapshot.manifest.passages
        for name, questions in pools.of(pool).items():
            runs = evaluation.evaluate(library, questions, asked)
            show(f"{name}, pool {pool} ({size} passages), {len(questions)} questions", runs)


def misses(pools: Pools, name: str, count: int) -> None:
    """Print the worst questions of a set with the ranks of their passages by each leg."""
    library = pools.libraries[pools.home[name]]
    for item in pools.questions[name]:
        question = analyse(item.text)
        ranks = {}
        for way, legs in evaluation.ways(library.snapshot.legs).items():
            hits = library.hits(question, 100, legs=legs)
            found = list(dict.fromkeys(hit.paper.file for hit in hits))
            ranks[way] = next((i for i, own in enumerate(found) if own in item.gold), 999)
        if ranks["fused"] > 0:
            print(f"{ranks['fused']:4d} {item.text} {sorted(item.gold)} {ranks}", flush=True)
            count -= 1
            if count == 0:
                return


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=cache_folder() / "bench-retrieval")
    parser.add_argument("--limit", type=int, help="first N questions of each set")
    parser.add_argument("--pools", nargs="+", default=list(POOLS), choices=POOLS)
    parser.add_argument("--tune", action="store_true", help="fit and write the weights")
    parser.add_argument("--misses", metavar="SET", help="print questions of a set that fail")
    arguments = parser.parse_args()
    whole = arguments.tune or arguments.misses
    names = [name for name in POOLS[: 2 if whole else None] if whole or name in arguments.pools]
    pools = open_pools(arguments.data, arguments.cache, arguments.limit, names)
    if arguments.misses:
        misses(pools, arguments.misses, 40)
        return
    lists = {
        name: collect(pools.libraries[pools.home[name]], name, own)
        for name, own in pools.questions.items()
        if pools.home[name] in names
    }
    if arguments.tune:
        tune(pools, lists)
    for legs in _leg_sets(pools.legs) if lists else ():
        runs = cross_validated(pools, lists, legs)
        show(f"{' + '.join(legs)}: weights fitted on other questions", runs)
    if not arguments.tune:
        tables(pools)


if __name__ == "__main__":
    main()
