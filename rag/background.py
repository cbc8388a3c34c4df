"""Questions on many other matters, embedded: what a sentence's similarity means by itself.

A raw cosine says little: every encoder has its own range, and a sentence in the asker's
language is nearer to any question than one in another. Each sentence is therefore compared
with background questions in the asker's language.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embedding import Embedder
from index.token_vectors import TokenEmbedder
from ingest.folders import write_cached

log = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]

# The background question that is fifth nearest stands for "the nearest other matter".
NEAREST_OTHER = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """How sentences stand to a question, one number a sentence.

    ``centred`` is the cosine less the mean over background questions, ``z`` that in their
    standard deviations, ``lead`` the lead over the nearest background questions in the same.
    ``spread`` is the standard deviation itself.
    """

    centred: Vectors
    z: Vectors
    lead: Vectors
    spread: Vectors


class Background:
    """The background questions of each leg and language; embedded on first use, then kept.

    Vectors are kept in ``folder`` (none: in memory only) under the encoder's fingerprint.
    """

    def __init__(self, encoders: Mapping[str, Embedder], folder: Path | None = None) -> None:
        self._encoders = encoders
        self._folder = folder
        self._vectors: dict[tuple[str, str], Vectors] = {}
        self._lock = threading.Lock()

    @staticmethod
    def questions(language: str) -> tuple[str, ...]:
        """Return the background questions in ``language`` ("zh" or "en")."""
        text = (files("rag") / "data" / "background_questions.json").read_text("utf-8")
        return tuple(json.loads(text)[language])

    def vectors(self, leg: str, language: str) -> Vectors:
        """Return float32 (questions, dimension) for an encoder and a language."""
        key = (leg, language)
        with self._lock:
            if key not in self._vectors:
                self._vectors[key] = self._load(leg, language)
            return self._vectors[key]

    def standing(self, leg: str, language: str, sentences: Vectors, question: Vectors) -> Standing:
        """Compare ``sentences`` (n, dimension) with a ``question`` (dimension,)."""
        others = sentences @ self.vectors(leg, language).T
        spread = np.maximum(others.std(axis=1), 1e-4)
        centred = sentences @ question - others.mean(axis=1)
        place = others.shape[1] - NEAREST_OTHER
        nearest = np.partition(others, place, axis=1)[:, place] - others.mean(axis=1)
        return Standing(centred, centred / spread, (centred - nearest) / spread, spread)

    def token_centre(self, leg: str, language: str, side: str) -> Vectors:
        """Return the mean token vector (dimension,) of the background questions of a language.

        ``side`` "question" is as questions are embedded, "sentence" as passages are. Raises
        TypeError for an encoder without token vectors.
        """
        key = (leg, f"{language}-{side}")
        with self._lock:
            if key not in self._vectors:
                self._vectors[key] = self._load_centre(leg, language, side)
            return self._vectors[key]

    def _load_centre(self, leg: str, language: str, side: str) -> Vectors:
        texts, encoder = self.questions(language), self._encoders[leg]
        if not isinstance(encoder, TokenEmbedder):
            raise TypeError(f"{encoder.name} tells no token vectors")
        embed = encoder.query_tokens if side == "question" else encoder.passage_tokens

        def make() -> Vectors:
            every = np.concatenate([tokens.vectors for tokens in embed(texts)])
            return np.asarray(every.mean(axis=0), np.float32)

        return self._kept(f"centre-{side}", encoder, texts, (encoder.dimension,), make)

    def _load(self, leg: str, language: str) -> Vectors:
        texts, encoder = self.questions(language), self._encoders[leg]
        shape = (len(texts), encoder.dimension)
        return self._kept("background", encoder, texts, shape, lambda: encoder.embed_queries(texts))

    def _kept(
        self,
        name: str,
        encoder: Embedder,
        texts: Sequence[str],
        shape: tuple[int, ...],
        make: Callable[[], Vectors],
    ) -> Vectors:
        """Return the array kept under the encoder's fingerprint and the texts, else make it."""
        digest = hashlib.sha256("\n".join((encoder.fingerprint, *texts)).encode()).hexdigest()[:20]
        file = self._folder / f"{name}-{digest}.npy" if self._folder else None
        if file is not None:
            try:
                stored = np.load(file, allow_pickle=False)
                if stored.shape == shape:
                    return np.asarray(stored, np.float32)
            except (OSError, ValueError):
                log.debug("%s vectors of %s are made anew", name, encoder.name)
        vectors = make()
        if file is not None:
            data = io.BytesIO()
            np.save(data, vectors, allow_pickle=False)
            write_cached(file, data.getvalue())
        return vectors
