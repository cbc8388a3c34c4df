"""BEIR folders -> fitted weights and thresholds, with cross-validated figures.

First the weights of the signals (``rag.ranking``), then, with sentences ranked by them, the
model of abstention (``rag.calibration``). The figures come from folds: no question is judged
by a fit that has seen its gold paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.answer_evaluation import listed, outcomes
from rag.answering import Library
from rag.calibration import Example, cross_validated, fit
from rag.question_sets import QuestionSet
from rag.ranking import MODES, Listed, as_json, fit_weights
from rag.ranking import cross_validated as ranked_in_folds

Sets = Sequence[tuple[Library, QuestionSet]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fit as JSON data ("ranking" and "calibration"), and its figures as table rows."""

    data: dict[str, Any]
    rows: tuple[tuple[object, ...], ...]


def calibrated(sets: Sets, *, on_progress: Callable[[int, int], None] | None = None) -> Fitted:
    """Fit on every set; a direction with too few questions gets no model of its own."""
    lists: list[Listed] = []
    for library, questions in sets:
        lists += listed(library, questions)
    rows: list[tuple[object, ...]] = [
        (group, "answer@1 / answer@3", round(first, 3), round(third, 3), "")
        for group, (first, third) in ranked_in_folds(lists).items()
    ]
    weights = dict(zip(MODES, fit_weights(lists), strict=True))
    examples: list[Example] = []
    for library, questions in sets:
        fitted = replace(library, weights=weights)
        seen = outcomes(fitted, questions, on_progress=on_progress)
        examples += [outcome.example for outcome in seen]
    rows += cross_validated(examples)
    return Fitted({"ranking": as_json(weights), "calibration": fit(examples)}, tuple(rows))
