"""How well the passages of the two sample papers are found by ``data/sample_questions.tsv``.

A passage is right when it holds one of the question's gold fragments. The papers are read from
their PDFs by the product, so that headings, tables and the English abstract are there as well.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from index.build import build_library
from index.embedding import Embedder
from index.shape import Shape
from ingest.clean import fold_for_match
from rag import evaluation
from rag.answering import Library
from rag.question import analyse
from rag.settings import Settings

SAMPLES = Path(__file__).parent.parent / "samples"
QUESTIONS = Path(__file__).parent / "data" / "sample_questions.tsv"
CUTS = (1, 3, 5, 10)
# Questions whose answer is elsewhere, or that lean on the one before.
_NOT_ASKED = ("near", "follow")


def sample_library(folder: Path, settings: Settings, encoders: Mapping[str, Embedder]) -> Path:
    """Return the library of the sample papers, built or brought up to date."""
    build_library(
        folder,
        sorted(SAMPLES.glob("*.pdf")),
        encoders=lambda: tuple(encoders.values()),
        shape=Shape(
            settings.model, settings.second_model, settings.parent_chars, settings.child_chars
        ),
    )
    return folder


def sample_table(library: Library) -> None:
    """Print for each language and way of searching how often the passage is among the first."""
    with open(QUESTIONS, encoding="utf-8", newline="") as rows:
        asked = [row for row in csv.DictReader(rows, delimiter="\t") if row["gold"]]
    asked = [row for row in asked if row["kind"] not in _NOT_ASKED and not row["before"]]
    print(f"\n### The sample papers, {library.snapshot.manifest.passages} passages\n")
    print(f"| | {' | '.join(f'hit@{cut}' for cut in CUTS)} |")
    print("|---" * (len(CUTS) + 1) + "|")
    for language in ("zh", "en"):
        own = [row for row in asked if row["language"] == language]
        for way, legs in evaluation.ways(library.snapshot.legs).items():
            places = np.array([_place(library, row, legs) for row in own])
            cells = [f"{100 * (places < cut).mean():.1f}" for cut in CUTS]
            print(f"| {language} ({len(own)}), {way} | {' | '.join(cells)} |", flush=True)


def _place(library: Library, row: Mapping[str, str], legs: tuple[str, ...]) -> int:
    gold = [fold_for_match(part) for part in row["gold"].split("|")]
    hits = library.hits(analyse(row["question"]), max(CUTS), legs=legs)
    texts = [fold_for_match(hit.passage.text) for hit in hits]
    return next(
        (i for i, text in enumerate(texts) if any(part in text for part in gold)), max(CUTS)
    )
