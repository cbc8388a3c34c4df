"""Signals of the best sentences -> a calibrated probability that the papers answer.

A logistic model for each direction (question language to passage language), fitted by
``rag.calibration`` on question sets whose answer was taken away for half of the questions.
Its inputs do not depend on an encoder's range or on the size of the library. The thresholds
are those at which 5 % (answered) and 15 % (partly) of unanswerable questions slip through.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.facets import facets_missing, facets_of
from rag.question import Question
from rag.records import Status
from rag.selection import Candidate
from rag.terms import Coverage

# So many of the best sentences are looked at as evidence.
EVIDENCE = 3

FEATURES = (
    "z", "z_second", "lead", "lead_second", "margin", "agreement",
    "coverage", "passage_coverage", "rare", "passage_rare", "kind_misses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """Logistic weights over standardised features, and the two thresholds (probabilities)."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    answered: float
    partly: float

    def probability(self, features: Sequence[float]) -> float:
        """Return 0-1 that the question is answered."""
        rows = zip(features, self.mean, self.scale, self.weights, strict=True)
        logit = self.bias + sum(w * max(-4.0, min(4.0, (f - m) / s)) for f, m, s, w in rows)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def load_models() -> Mapping[str, Model]:
    """Return the shipped models by direction, such as "en-zh"."""
    stored = json.loads((files("rag") / "data" / "calibration.json").read_text("utf-8"))
    return {name: model_from(value) for name, value in stored["directions"].items()}


def model_from(value: Mapping[str, object]) -> Model:
    """Return a model from its JSON form. Raises KeyError when a field is missing."""

    def numbers(name: str) -> tuple[float, ...]:
        listed = value[name]
        assert isinstance(listed, Mapping)
        return tuple(float(listed[f]) for f in FEATURES)

    return Model(
        numbers("mean"), numbers("scale"), numbers("weights"),
        float(str(value["bias"])), float(str(value["answered"])), float(str(value["partly"])),
    )  # fmt: skip


def features(candidate: Candidate, kind: str) -> tuple[float, ...]:
    """Return the numbers named in FEATURES for a candidate.

    Without a second encoder the first stands in for it.
    """
    second = 1 if len(candidate.z) > 1 else 0
    asks_sign = kind in ("number", "when")
    return (
        candidate.z[0],
        candidate.z[second],
        candidate.lead[0],
        candidate.lead[second],
        candidate.margin[0] * 20,
        sum(1 / (1 + rank) for rank in candidate.rank) / len(candidate.rank),
        candidate.coverage,
        candidate.passage_coverage,
        candidate.rare,
        candidate.passage_rare,
        float(asks_sign and not candidate.kind_fits),
    )


def direction(question_language: str, candidate: Candidate) -> str:
    """Return such as "en-zh": the question's language, then the passage's."""
    return f"{question_language}-{candidate.hit.passage.language}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status, its probability, and the question's specific terms that nothing mentions."""

    status: Status
    probability: float
    missing: tuple[str, ...] = ()


class Judge:
    """Decides whether candidates answer a question."""

    def __init__(self, models: Mapping[str, Model] | None = None) -> None:
        self._models = models if models is not None else load_models()

    def model(self, name: str) -> Model:
        """Return the model of a direction; a direction without one borrows its like's."""
        if name in self._models:
            return self._models[name]
        first, second = name.split("-")
        return self._models["zh-zh" if first == second else "en-zh"]

    def probability(self, candidate: Candidate, language: str, kind: str) -> float:
        """Return 0-1 that ``candidate`` bears the answer, before names are looked at."""
        return self.model(direction(language, candidate)).probability(features(candidate, kind))

    def verdict(
        self, question: Question, ranked: Sequence[Candidate], coverages: Mapping[str, Coverage]
    ) -> Verdict:
        """Weigh the best candidates and what the question names that none of them does."""
        if not ranked:
            return Verdict(Status.NOT_FOUND, 0.0)
        top = ranked[:EVIDENCE]
        best = max(top, key=lambda c: self.probability(c, question.language, question.kind))
        probability = self.probability(best, question.language, question.kind)
        model = self.model(direction(question.language, best))
        named, lost = _anchors(top, coverages)
        missing = (*lost, *facets_missing(facets_of(question.search, question.language),
                                          [c.search for c in top]))  # fmt: skip
        asked = named + len(missing) - len(lost)
        if probability < model.partly:
            return Verdict(Status.NOT_FOUND, probability, missing)
        if missing:
            most = 2 / 3 if question.kind in ("comparison", "list") else 1 / 2
            if len(missing) / max(asked, 1) >= most:
                return Verdict(Status.NOT_FOUND, probability, missing)
            return Verdict(Status.PARTLY, probability, missing)
        if probability < model.answered:
            return Verdict(Status.PARTLY, probability, _uncovered(best, coverages))
        return Verdict(Status.ANSWERED, probability)


def _anchors(
    top: Sequence[Candidate], coverages: Mapping[str, Coverage]
) -> tuple[int, tuple[str, ...]]:
    """Return how many specific terms the question names, and those none of ``top`` is about."""
    state: dict[str, bool] = {}
    for candidate in top:
        terms = coverages[candidate.hit.passage.language].terms
        for term, found, around in zip(terms, candidate.found, candidate.around, strict=True):
            if term.anchor and term.sure:
                state[term.text] = state.get(term.text, False) or found or around
    return len(state), tuple(text for text, seen in state.items() if not seen)


def _uncovered(best: Candidate, coverages: Mapping[str, Coverage]) -> tuple[str, ...]:
    """Return up to three of the heaviest terms that the best passage does not mention."""
    coverage = coverages[best.hit.passage.language]
    rows = zip(coverage.terms, coverage.weights, best.around, strict=True)
    lost = sorted(
        ((w, t.text) for t, w, seen in rows if not seen and t.kind not in ("gram", "word")),
        reverse=True,
    )
    return tuple(dict.fromkeys(text for _, text in lost[:3]))
