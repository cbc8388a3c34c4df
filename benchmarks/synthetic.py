"""A made-up library of any size: real encoders' vectors spread out, texts of made-up words.

Vectors lie between the vectors of real short texts (the lexicon's names), with noise that has
their spectrum, so that an index finds the crowded cone that an encoder fills and not a sphere.
Texts draw Han "words" by Zipf's law, so that common terms have very long postings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.assembly import Source
from index.contents import LegVectors, PaperContent
from index.embedding import Embedder
from index.vectors import CACHED
from ingest.records import BlockKind, Box, Child, Paper, Passage, Sentence, Span

Floats = npt.NDArray[np.float32]
ROOT = Path(__file__).resolve().parent.parent
PASSAGES, CHILDREN, SENTENCES, LINE = 40, 4, 8, 25
WORDS, PASSAGE_WORDS = 60_000, 160
NOISES = 20_000
# Papers with texts of their own.
TEXTS = 1_000
EDGES = tuple(round(56.7 + 9.36 * i, 2) for i in range(LINE + 1))
# Characters in order of how often words use them.
_HAN = [chr(0x4E00 + 7 * i) for i in range(2500)]


def seed_texts(count: int) -> list[str]:
    """Return Chinese and English names from the lexicon that ships with the product."""
    names: dict[str, None] = {}
    for file in sorted((ROOT / "index" / "data" / "lexicon").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            names |= dict.fromkeys(cell for cell in line.split("\t")[:2] if cell)
    listed = list(names)
    return listed[:: max(1, len(listed) // count)][:count]


class Cloud:
    """Draws unit vectors like those of ``seeds`` (n, dimension)."""

    def __init__(self, seeds: Floats) -> None:
        self._seeds = seeds
        similarity = seeds @ seeds.T
        np.fill_diagonal(similarity, -1)
        self._near = np.argsort(-similarity, axis=1)[:, :30]
        centred = seeds - seeds.mean(axis=0)
        _, spread, axes = np.linalg.svd(centred, full_matrices=False)
        generator = np.random.default_rng(6)
        noise = generator.standard_normal((NOISES, len(spread)), dtype=np.float32)
        self._noise = (noise * (0.45 * spread / np.sqrt(len(seeds)))) @ axes

    def draw(self, count: int, generator: np.random.Generator) -> npt.NDArray[np.float16]:
        """Return (count, dimension) vectors as they are stored."""
        first = generator.integers(len(self._seeds), size=count)
        second = self._near[first, generator.integers(self._near.shape[1], size=count)]
        weight = generator.uniform(0.4, 1.0, (count, 1)).astype(np.float32)
        # Sums of two kept draws: as many different ones as anybody needs, at a tenth of the time.
        one, other = generator.integers(NOISES, size=(2, count))
        rows = weight * self._seeds[first] + (1 - weight) * self._seeds[second]
        rows = rows + np.float32(0.8) * self._noise[one] + np.float32(0.6) * self._noise[other]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), CACHED)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the papers of a library, always the same for a number."""

    clouds: Mapping[str, Cloud]
    words: Sequence[str]
    chances: npt.NDArray[np.float64]

    made: dict[int, tuple[Passage, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, encoders: Mapping[str, Embedder], seeds: int = 1500) -> Maker:
        """Embed the seeds (a minute) and make the vocabulary."""
        texts = seed_texts(seeds)
        return cls.of_vectors({leg: e.embed_passages(texts) for leg, e in encoders.items()})

    @classmethod
    def of_vectors(cls, seeds: Mapping[str, Floats]) -> Maker:
        """Make the vocabulary, and clouds around vectors by leg."""
        clouds = {leg: Cloud(vectors) for leg, vectors in seeds.items()}
        generator = np.random.default_rng(5)
        chars = np.minimum(generator.zipf(1.3, (WORDS, 3)) - 1, len(_HAN) - 1)
        sizes = generator.choice([2, 3], WORDS, p=[0.7, 0.3])
        words = [
            "".join(_HAN[c] for c in row[:size]) for row, size in zip(chars, sizes, strict=True)
        ]
        words[::50] = [f"{word}GENE{i}" for i, word in enumerate(words[::50])]
        return cls(clouds, words, np.cumsum(1 / np.arange(8, WORDS + 8)))

    def sources(self, passages: int) -> list[Source]:
        """Return papers of 40 passages each, ``passages`` in all, made when they are loaded."""
        numbers = range(passages // PASSAGES)
        return [Source(f"made up {number}", partial(self.paper, number)) for number in numbers]

    def paper(self, number: int) -> PaperContent:
        """Return a paper.

        Vectors are drawn for each; texts repeat after ``TEXTS`` papers, as making them up would
        take longer than indexing them.
        """
        generator = np.random.default_rng(number)
        place = number % TEXTS
        if place not in self.made:
            self.made[place] = self._texts(np.random.default_rng(TEXTS + place))
        name = hashlib.sha256(str(number).encode()).hexdigest()
        legs = {
            leg: LegVectors(
                cloud.draw(PASSAGES * CHILDREN, generator),
                cloud.draw(PASSAGES * SENTENCES, generator),
            )
            for leg, cloud in self.clouds.items()
        }
        paper = Paper(name, f"{number}.pdf", f"文献{number}", year=1990 + number % 35)
        own = tuple(
            replace(passage, id=f"{name[:16]}-{passage.ordinal:04d}", paper_id=name)
            for passage in self.made[place]
        )
        return PaperContent(paper, (), own, legs)

    def _texts(self, generator: np.random.Generator) -> tuple[Passage, ...]:
        draws = generator.uniform(0, self.chances[-1], (PASSAGES, PASSAGE_WORDS))
        chosen = np.searchsorted(self.chances, draws)
        return tuple(self._passage(i, row) for i, row in enumerate(chosen))

    def _passage(self, ordinal: int, words: npt.NDArray[np.int64]) -> Passage:
        text = "".join(self.words[word] for word in words)
        cuts = [len(text) * i // SENTENCES for i in range(SENTENCES + 1)]
        sentences = tuple(Sentence(a, b) for a, b in pairwise(cuts))
        step = SENTENCES // CHILDREN
        children = tuple(Child(cuts[i], cuts[i + step]) for i in range(0, SENTENCES, step))
        spans = tuple(
            Span(
                start,
                min(start + LINE, len(text)),
                Box(1 + ordinal // 8, 56.7, 100.0 + start, 290.3, 110.5 + start),
                EDGES[: min(LINE, len(text) - start) + 1],
            )
            for start in range(0, len(text), LINE)
        )
        return Passage(
            "", "", ordinal, text, (f"{1 + ordinal // 10} 节",),
            BlockKind.PARAGRAPH, "zh", spans, (), sentences, children,
        )  # fmt: skip
