"""The sets of questions that search is measured on, and libraries of their corpora.

Sets in BEIR form below one folder share a pool; our own medical sets (``data/medical-qa``) have
one to themselves, as answers that are all about medicine are harder to tell apart. Libraries and
questions' vectors are kept, so that only the first run is long.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.english_pool import english_passages
from benchmarks.sample_passages import sample_library
from index.embedding import Embedder
from index.snapshot import Snapshot
from rag import wiring
from rag.answering import Library
from rag.fusion import LEXICAL
from rag.question_sets import QuestionSet, SetQuestion, read_set, set_library
from rag.settings import Settings

ENGLISH = 1000
MEDICAL = Path(__file__).parent / "data" / "medical-qa"
POOLS = ("zh", "medical", "samples", "mixed")


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
        if name == "samples":
            path = sample_library(cache / name, settings, encoders)
        else:
            corpus = _corpus(name, sets["zh" if name == "mixed" else name])
            path = set_library(_folder(corpus, cache / name), settings, cache=cache / "libraries")
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


def _corpus(name: str, sets: Sequence[QuestionSet]) -> dict[str, tuple[str, str]]:
    entries = {k: v for own in sets for k, v in own.corpus.items()}
    if name == "mixed":
        english = enumerate(english_passages(ENGLISH))
        entries |= {f"en-{number}": ("", text) for number, text in english}
    return entries


def _folder(corpus: Mapping[str, tuple[str, str]], folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"_id": name, "title": title, "text": text}, ensure_ascii=False)
        for name, (title, text) in corpus.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "queries.jsonl").write_text("", encoding="utf-8")
    return folder
