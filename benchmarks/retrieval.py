"""How well passages are found: ``make bench-retrieval``, or with ``--tune`` the fusion's weights.

Every folder under ``--data`` is a set in BEIR form; their corpora together are one pool, with
1,000 English passages of this machine's documentation a mixed one; our own medical questions have
their own (``benchmarks.question_pools``). Weights are reported as fitted elsewhere: a set by the
other sets of its direction, never by questions, articles or passages that it has itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.fusion_tuning import tune
from benchmarks.judged_lists import Lists, cross_validated, leg_sets
from benchmarks.question_pools import POOLS, Pools, open_pools
from benchmarks.sample_passages import sample_table
from ingest.folders import cache_folder
from rag import evaluation
from rag.evaluation import MEASURES, Run
from rag.question import analyse


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
    lists = Lists(pools, names)
    if arguments.tune:
        tune(pools, lists)
    for legs in leg_sets(pools.legs) if lists.names else ():
        runs = cross_validated(pools, lists, legs)
        show(f"{' + '.join(legs)}: weights fitted on other questions", runs)
    if not arguments.tune:
        tables(pools)


if __name__ == "__main__":
    main()
