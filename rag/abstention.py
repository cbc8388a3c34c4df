"""What the best sentences show -> a calibrated probability that the papers answer.

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

from rag.coverage import Coverage
from rag.evidence import FEATURES, Evidence, weigh
from rag.other_subjects import on_subject
from rag.question import Question
from rag.records import Status
from rag.selection import Candidate
from rag.terms import Translator


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
        """Return 0-1 that the question is answered; what is not a number counts nothing."""
        listed = zip(features, self.mean, self.scale, self.weights, strict=True)
        rows = [row for row in listed if not math.isnan(row[0])]
        logit = self.bias + sum(w * max(-4.0, min(4.0, (f - m) / s)) for f, m, s, w in rows)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def load_models() -> Mapping[str, Model]:
    """Return the shipped models by direction, such as "en-zh"."""
    stored = json.loads((files("rag") / "data" / "calibration.json").read_text("utf-8"))
    return {name: model_from(value) for name, value in stored["directions"].items()}


def model_from(value: Mapping[str, object]) -> Model:
    """Return a model from its JSON form; a feature that was not fitted counts nothing."""

    def numbers(name: str, without: float) -> tuple[float, ...]:
        listed = value[name]
        assert isinstance(listed, Mapping)
        return tuple(float(listed.get(f, without)) for f in FEATURES)

    return Model(
        numbers("mean", 0.0), numbers("scale", 1.0), numbers("weights", 0.0),
        float(str(value["bias"])), float(str(value["answered"])), float(str(value["partly"])),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status, its probability, and the question's specific terms that nothing mentions."""

    status: Status
    probability: float
    missing: tuple[str, ...] = ()


class Judge:
    """Decides whether candidates answer a question."""

    def __init__(
        self, models: Mapping[str, Model] | None = None, lexicon: Translator | None = None
    ) -> None:
        self._models = models if models is not None else load_models()
        self._lexicon = lexicon

    def model(self, name: str) -> Model:
        """Return the model of a direction; a direction without one borrows its like's."""
        if name in self._models:
            return self._models[name]
        first, second = name.split("-")
        return self._models["zh-zh" if first == second else "en-zh"]

    def evidence(
        self,
        question: Question,
        ranked: Sequence[Candidate],
        coverages: Mapping[str, Coverage],
        aligned: Mapping[str, float] | None = None,
    ) -> Evidence:
        """Return what the candidates show for the question."""
        return weigh(question, ranked, coverages, self._lexicon, aligned)

    def on_subject(
        self, ranked: Sequence[Candidate], coverages: Mapping[str, Coverage]
    ) -> list[Candidate]:
        """Return the candidates that are not about another drug than the question names."""
        return on_subject(ranked, coverages, self._lexicon)

    def verdict(self, question: Question, evidence: Evidence) -> Verdict:
        """Weigh the evidence and what the question names that none of the best sentences does."""
        if not evidence.direction:
            return Verdict(Status.NOT_FOUND, 0.0)
        model = self.model(evidence.direction)
        probability = model.probability(evidence.features)
        asked = evidence.asked
        missing = tuple(dict.fromkeys((*evidence.missing, *evidence.unmentioned)))
        if probability < model.partly or evidence.unmentioned or evidence.beside:
            return Verdict(Status.NOT_FOUND, min(probability, model.partly), missing)
        if missing:
            most = 2 / 3 if question.kind in ("comparison", "list") else 1 / 2
            if len(missing) / max(asked, 1) >= most:
                return Verdict(Status.NOT_FOUND, min(probability, model.partly), missing)
            return Verdict(Status.PARTLY, min(probability, model.answered), missing)
        if evidence.unsaid:
            return Verdict(Status.PARTLY, min(probability, model.answered), (evidence.unsaid,))
        if probability < model.answered and not evidence.told:
            return Verdict(Status.PARTLY, probability, evidence.uncovered)
        return Verdict(Status.ANSWERED, max(probability, model.answered))

    def affirmed(self, verdict: Verdict, evidence: Evidence) -> Verdict:
        """Return the verdict where something else than likeness shows that the papers answer."""
        if not evidence.direction:
            return verdict
        least = self.model(evidence.direction).answered
        return Verdict(Status.ANSWERED, max(verdict.probability, least))

    def denied(self, verdict: Verdict, evidence: Evidence) -> Verdict:
        """Return the verdict where something else than likeness shows that no paper answers."""
        if not evidence.direction:
            return verdict
        most = self.model(evidence.direction).partly
        return Verdict(Status.NOT_FOUND, min(verdict.probability, most), verdict.missing)
