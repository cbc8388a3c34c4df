"""A BEIR folder with answers -> how well answers are chosen, cited and withheld.

Each question is asked through the product's own path four times over: as it is; with its gold
papers left out ("absent"); with every sentence that holds an answer blanked in its gold papers
("removed": on topic, not answered); and questions on other matters ("off") are asked too.
Queries without answers and gold count as "unanswerable".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ingest.errors import QuestionError
from rag.answering import Library
from rag.blanking import Blanking, holds
from rag.calibration import Example, auroc, false_at
from rag.finding import Found
from rag.question import analyse
from rag.question_sets import QuestionSet, SetQuestion
from rag.ranking import Listed
from rag.records import Answer, Status
from rag.selection import mode


@cache
def off_topic(language: str) -> tuple[str, ...]:
    """Return everyday questions in a language that no paper answers; none is a background one."""
    text = (files("rag") / "data" / "off_topic_questions.json").read_text("utf-8")
    return tuple(json.loads(text).get(language, ()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question under one condition ("answerable", "absent", ...).

    ``rank`` is the place (from 0) of the first quoted sentence with an answer, None when none
    of the ten best has one; ``shown`` and ``cited_gold`` are about the answer as given.
    """

    question: SetQuestion
    condition: str
    example: Example
    status: Status
    confidence: float
    rank: int | None
    shown: bool
    cited: int
    cited_gold: int
    milliseconds: float


def outcomes(
    library: Library,
    questions: QuestionSet,
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Outcome]:
    """Ask every question of a set under every condition that applies to it."""
    listed = questions.questions[:limit]
    by_file = {p.file: p.id for p in library.snapshot.papers.values()}
    everything = frozenset(by_file.values())
    for done, question in enumerate(listed):
        gold = frozenset(by_file[g] for g in question.gold if g in by_file)
        fold = _fold(questions, question)
        if not question.answers or not gold:
            yield _asked(library, question, "unanswerable", questions.name, fold)
        else:
            yield _asked(library, question, "answerable", questions.name, fold, gold=gold)
            yield _asked(
                library, question, "absent", questions.name, fold, papers=everything - gold
            )
            yield _asked(library, question, "removed", questions.name, fold, blanked=gold)
        if on_progress:
            on_progress(done + 1, len(listed))
    for language in sorted({q.language for q in listed}):
        for text in off_topic(language):
            question = SetQuestion(text, text, language, (), frozenset())
            yield _asked(library, question, "off", questions.name, text)


def _asked(
    library: Library,
    question: SetQuestion,
    condition: str,
    group: str,
    fold: str,
    *,
    gold: frozenset[str] = frozenset(),
    papers: frozenset[str] | None = None,
    blanked: frozenset[str] = frozenset(),
) -> Outcome:
    try:
        analysed = analyse(question.text)
    except QuestionError:
        analysed = analyse("?" + question.text)
    narrowed = Blanking(question.answers, blanked) if blanked else None
    found = library.find(analysed, papers, narrowed=narrowed)
    answer = library.extractive(
        found, asked=question.text, resolved=question.text, limit=3, nearest=0
    )
    language = analysed.language
    evidence = found.evidence
    return Outcome(
        question=question,
        condition=condition,
        example=Example(
            evidence.direction or f"{language}-zh",
            evidence.features,
            condition,
            group,
            fold,
        ),
        status=answer.status,
        confidence=answer.confidence,
        rank=_rank(library, found, question.answers, gold) if gold else None,
        shown=_shows(answer, question.answers, gold),
        cited=len(answer.citations),
        cited_gold=sum(c.paper.id in gold for c in answer.citations),
        milliseconds=answer.timings["total"],
    )


def _fold(questions: QuestionSet, question: SetQuestion) -> str:
    """Return what keeps questions together in a cross-validation: the gold entry, if any."""
    return min(question.gold, default=question.id) if questions.corpus else question.id


def _rank(
    library: Library, found: Found, answers: Sequence[str], gold: frozenset[str]
) -> int | None:
    """Return the place of the first of the ten best quotes that holds an answer."""
    for place, item in enumerate(library.best(found, 10)):
        passage = item.lead.hit.passage
        if passage.paper_id in gold and holds(passage.text[item.start : item.end], answers):
            return place
    return None


def _shows(answer: Answer, answers: Sequence[str], gold: frozenset[str]) -> bool:
    return any(c.paper.id in gold and holds(c.quote, answers) for c in answer.citations)


def summary(seen: Sequence[Outcome]) -> dict[str, Any]:
    """Return the measures by name (see docs/answers.md)."""
    good = [o for o in seen if o.condition == "answerable"]
    values: dict[str, Any] = {
        "questions": len(good),
        "answer@1": _share([o.rank is not None and o.rank < 1 for o in good]),
        "answer@3": _share([o.rank is not None and o.rank < 3 for o in good]),
        "answer_shown": _share([o.shown for o in good]),
        "answered": _share([o.status is Status.ANSWERED for o in good]),
        "not_found": _share([o.status is Status.NOT_FOUND for o in good]),
        "citation_precision": _ratio(sum(o.cited_gold for o in good), sum(o.cited for o in good)),
        "citation_recall": _share([o.cited_gold > 0 for o in good if o.cited]),
    }
    positive = [o.confidence for o in good]
    for condition in ("absent", "removed", "off", "unanswerable"):
        own = [o for o in seen if o.condition == condition]
        if own and good:
            negative = [o.confidence for o in own]
            values[condition] = {
                "questions": len(own),
                "auroc": round(auroc(positive, negative), 4),
                "false_at_95": round(false_at(positive, negative), 4),
                "answered": _share([o.status is Status.ANSWERED for o in own]),
                "not_found": _share([o.status is Status.NOT_FOUND for o in own]),
            }
    if "absent" in values:
        values["auroc"] = values["absent"]["auroc"]
    times = [o.milliseconds for o in seen]
    if times:
        values["ms_p50"] = round(float(np.percentile(times, 50)), 1)
        values["ms_p95"] = round(float(np.percentile(times, 95)), 1)
    return values


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def listed(library: Library, questions: QuestionSet) -> Iterator[Listed]:
    """Yield the signals of the candidates of each answerable question, for ``rag.ranking``."""
    for question in questions.questions:
        if not question.answers or not question.gold:
            continue
        analysed = analyse(question.text)
        seen = library.signals(analysed)
        if seen is None:
            continue
        holding = np.array(
            [
                row.hit.paper.file in question.gold and holds(row.search, question.answers)
                for row in seen.rows
            ]
        )
        cross = np.array([mode(analysed, row) == "cross" for row in seen.rows])
        yield Listed(seen.matrix, cross, holding, questions.name, _fold(questions, question))
