"""Questions with known passages -> how well retrieval finds them, by leg and fused.

The corpus of a BEIR folder becomes a library like any other (``rag.question_sets``), and every
question goes through the product's own retrieval. A document may be several passages: its best
one counts. Measures are those of BEIR with one grade of relevance, cut at ten documents.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.reading import OnProgress
from index.snapshot import Snapshot
from ingest.errors import QuestionError
from rag import wiring
from rag.answering import Library
from rag.fusion import LEXICAL
from rag.question import Question, analyse
from rag.question_sets import SetQuestion, read_set, set_library
from rag.settings import Settings

DEPTH = 10
# Passages asked for, so that ten documents are among them.
PASSAGES = 40
RESAMPLES = 1000
MEASURES = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """What one way of searching found: a row per question, a column per measure; seconds."""

    values: Floats
    seconds: Floats

    def mean(self) -> dict[str, float]:
        """Return each measure, 0-1."""
        return dict(zip(MEASURES, self.values.mean(0).round(4).tolist(), strict=True))

    def interval(self, measure: str) -> tuple[float, float]:
        """Return the 95 % interval of a measure by bootstrap over the questions."""
        own = self.values[:, MEASURES.index(measure)]
        draws = np.random.default_rng(0).integers(0, len(own), (RESAMPLES, len(own)))
        low, high = np.quantile(own[draws].mean(1), (0.025, 0.975))
        return round(float(low), 4), round(float(high), 4)


def measures(found: Sequence[str], gold: frozenset[str]) -> list[float]:
    """Return the measures of one ranked list of documents, in the order of ``MEASURES``."""
    places = [i for i, name in enumerate(found[:DEPTH]) if name in gold]
    gain = sum(1 / np.log2(place + 2) for place in places)
    ideal = sum(1 / np.log2(place + 2) for place in range(min(len(gold), DEPTH)))
    recall = [sum(place < cut for place in places) / len(gold) for cut in (1, 5, DEPTH)]
    return [*recall, 1 / (places[0] + 1) if places else 0.0, float(gain / ideal)]


def open_library(library: Path, settings: Settings) -> Library:
    """Return what searches a library, as the assistant would open it."""
    encoders = wiring.load_encoders(settings)
    translator = wiring.load_translator(library)
    return wiring.join(
        Snapshot.open(library),
        encoders,
        wiring.background(encoders),
        translator,
        wiring.load_reranker(settings),
    )


def ways(legs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ways of searching by name: each leg alone, and all fused."""
    every = (*legs, LEXICAL)
    return {**{leg: (leg,) for leg in every}, "fused": every}


def evaluate(
    library: Library,
    questions: Sequence[SetQuestion],
    asked: Mapping[str, Sequence[str]],
    on_progress: OnProgress | None = None,
) -> dict[str, Run]:
    """Search every question in every way of ``asked`` (name -> legs); questions need gold."""
    values: dict[str, list[list[float]]] = {name: [] for name in asked}
    seconds: dict[str, list[float]] = {name: [] for name in asked}
    for number, item in enumerate(questions):
        if on_progress:
            event = {"stage": "检索 / searching", "done": number, "total": len(questions)}
            on_progress(event)
        question = _analysed(item)
        for name, legs in asked.items():
            started = time.perf_counter()
            hits = library.hits(question, PASSAGES, legs=legs)
            seconds[name].append(time.perf_counter() - started)
            found = list(dict.fromkeys(hit.paper.file for hit in hits))
            values[name].append(measures(found, item.gold))
    return {
        name: Run(np.array(values[name]).reshape(-1, len(MEASURES)), np.array(seconds[name]))
        for name in asked
    }


def _analysed(item: SetQuestion) -> Question:
    try:
        return analyse(item.text)
    except QuestionError:
        # A question that looks like another language is still a question of the set.
        return Question(item.text, item.text, "zh" if item.language == "zh" else "en", "other")


def evaluate_folder(
    folder: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Return the measures of a BEIR folder by leg and fused, as ``docs/json.md`` says."""
    questions = [item for item in read_set(folder).questions if item.gold][:limit]
    path = set_library(folder, settings, on_progress=on_progress)
    library = open_library(path, settings)
    runs = evaluate(library, questions, ways(library.snapshot.legs), on_progress)
    return {
        **{name: run.mean() for name, run in runs.items()},
        "intervals": {name: {m: run.interval(m) for m in MEASURES} for name, run in runs.items()},
        "questions": len(questions),
        "passages": library.snapshot.manifest.passages,
        "milliseconds": {
            name: {
                "p50": round(1000 * float(np.quantile(run.seconds, 0.5)), 1),
                "p95": round(1000 * float(np.quantile(run.seconds, 0.95)), 1),
            }
            for name, run in runs.items()
        },
    }
