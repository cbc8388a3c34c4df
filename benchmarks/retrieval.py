"""How well passages are found: ``make bench-retrieval``, or with ``--tune`` the fusion's weights.

Every folder under ``--data`` is a set in BEIR form; their corpora together are one pool, and
with 1,000 English passages of this machine's documentation a mixed one. Both become libraries of
the product, kept under ``--cache`` like the questions' vectors, so that only the first run is
long. Weights are reported cross-validated: never on questions, articles or passages that they
were fitted to.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.english_pool import english_passages
from benchmarks.fusion_fit import Listed, fit
from index.embedding import Embedder
from index.snapshot import Snapshot
from ingest.folders import cache_folder
from rag import evaluation, fusion, wiring
from rag.answering import Library
from rag.evaluation import MEASURES, Run
from rag.fusion import LEXICAL, feature_names
from rag.question import analyse
from rag.question_sets import SetQuestion, read_set, set_library
from rag.settings import Settings

ENGLISH = 1000
FOLDS = 5
MEDICAL = Path(__file__).parent / "data" / "medical-qa"
POOLS = ("zh", "medical", "mixed")
WEIGHTS = Path(fusion.__file__).parent / "data" / "fusion.json"


class Remembered:
    """An encoder whose question vectors are kept in a file."""

    def __init__(self, encoder: Embedder, folder: Path) -> None:
        self._encoder = encoder
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension = encoder.dimension
        self._folder = folder / "questions" / encoder.fingerprint
        self._folder.mkdir(parents=True, exist_ok=True)

    def embed_queries(self, texts: Sequence[str]) -> Any:
        """Return the vectors, embedding those that are new."""
        files = [
            self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy" for text in texts
        ]
        new = [i for i, file in enumerate(files) if not file.exists()]
        if new:
            for i, vector in zip(
                new, self._encoder.embed_queries([texts[i] for i in new]), strict=True
            ):
                np.save(files[i], vector)
        return np.stack([np.load(file) for file in files])

    def embed_passages(self, texts: Sequence[str], on_progress: Any = None) -> Any:
        """Return the vectors of passages."""
        return self._encoder.embed_passages(texts, on_progress)


@dataclass(frozen=True, slots=True)
class Pools:
    """The sets' questions by name, the pool of each, and the libraries of the pools."""

    questions: Mapping[str, tuple[SetQuestion, ...]]
    home: Mapping[str, str]
    libraries: Mapping[str, Library]

    def of(self, pool: str) -> dict[str, tuple[SetQuestion, ...]]:
        """Return the sets that are asked of a pool: "mixed" holds what "zh" holds, and more."""
        wanted = "zh" if pool == "mixed" else pool
        return {name: own for name, own in self.questions.items() if self.home[name] == wanted}

    @property
    def legs(self) -> tuple[str, ...]:
        """The encoder legs, and the words."""
        return (*next(iter(self.libraries.values())).snapshot.legs, LEXICAL)


def open_pools(data: Path, cache: Path, limit: int | None, names: Sequence[str]) -> Pools:
    """Build or open the pools ``names``: all sets under ``data``, and our own medical ones."""
    homes = {"zh": data, "medical": MEDICAL}
    sets = {
        home: [read_set(own) for own in sorted(folder.iterdir()) if own.is_dir()]
        for home, folder in homes.items()
        if home in names or (home, "mixed") == ("zh", names[-1])
    }
    settings = Settings.load()
    encoders = {
        leg: Remembered(encoder, cache) for leg, encoder in wiring.load_encoders(settings).items()
    }
    libraries = {}
    for name in names:
        own = sets["zh" if name == "mixed" else name]
        entries = {k: v for one in own for k, v in one.corpus.items()}
        if name == "mixed":
            english = enumerate(english_passages(ENGLISH))
            entries |= {f"en-{number}": ("", text) for number, text in english}
        path = set_library(_folder(entries, cache / name), settings, cache=cache / "libraries")
        libraries[name] = wiring.join(
            Snapshot.open(path), encoders, wiring.background(encoders), wiring.load_translator(path)
        )
    return Pools(
        {
            one.name: tuple(item for item in one.questions if item.gold)[:limit]
            for own in sets.values()
            for one in own
        },
        {one.name: home for home, own in sets.items() for one in own},
        libraries,
    )


def _folder(corpus: Mapping[str, tuple[str, str]], folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"_id": name, "title": title, "text": text}, ensure_ascii=False)
        for name, (title, text) in corpus.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "queries.jsonl").write_text("", encoding="utf-8")
    return folder


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
    for pool, library in pools.libraries.items():
        every = (*library.snapshot.legs, LEXICAL)
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
