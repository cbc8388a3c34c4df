"""Questions' judged candidates by leg, and how well weights rank those of other sets.

Weights are fitted elsewhere: a set is judged by those of the other sets of its direction, never
by questions, articles or passages that it has itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.fusion_fit import Listed, fit
from benchmarks.question_pools import Pools
from rag import evaluation
from rag.answering import Library
from rag.evaluation import Run
from rag.fusion import LEXICAL, feature_names
from rag.question import analyse
from rag.question_sets import SetQuestion

FOLDS = 5


def direction_of(questions: Sequence[SetQuestion]) -> str:
    """Return "en-zh" for English questions, "zh-zh" for Chinese ones (all passages are Chinese)."""
    return f"{questions[0].language}-zh"


def leg_sets(legs: Sequence[str]) -> list[tuple[str, ...]]:
    """Return every choice of one or more legs, in their order."""
    sizes = range(1, len(legs) + 1)
    return [chosen for size in sizes for chosen in combinations(legs, size)]


class Lists:
    """Each set's questions with their judged candidates, as a set of legs finds them.

    With words or without: an English question is translated by the words' leg, and the leading
    encoder then reads the translation too.
    """

    def __init__(self, pools: Pools, names: Sequence[str]) -> None:
        encoders = tuple(leg for leg in pools.legs if leg != LEXICAL)
        self.names = tuple(name for name in pools.questions if pools.home[name] in names)
        self._by_words = {
            words: {
                name: collect(pools.libraries[pools.home[name]], name, own, legs)
                for name, own in pools.questions.items()
                if name in self.names
            }
            for words, legs in ((True, pools.legs), (False, encoders))
        }
        self._columns = {words: feature_names(legs) for words, legs in
                         ((True, pools.legs), (False, encoders))}  # fmt: skip

    def of(self, legs: Sequence[str]) -> dict[str, list[Listed]]:
        """Return the lists by set with the features of ``legs``."""
        words = LEXICAL in legs
        columns = [i for i, n in enumerate(self._columns[words]) if n.split(".")[0] in legs]
        return {
            name: [item.only(columns) for item in own]
            for name, own in self._by_words[words].items()
        }


def collect(
    library: Library, name: str, questions: Sequence[SetQuestion], legs: Sequence[str]
) -> list[Listed]:
    """Return each question's judged candidates by some legs; an article is a group."""
    lists = []
    files = [paper.file for paper in library.snapshot.papers.values()]
    own = library.snapshot.paper_rows
    for item in questions:
        question = analyse(item.text)
        vectors = {leg: own for leg, own in library.vectors(question).items() if leg in legs}
        rows, features = library.retriever.judged(question, vectors, legs)["zh"]
        documents = tuple(files[own[row]] for row in rows)
        right = np.array([document in item.gold for document in documents])
        article = min(item.gold).rsplit("-", 1)[0]
        lists.append(Listed(features.values, right, documents, f"{name}/{article}"))
    return lists


def cross_validated(pools: Pools, lists: Lists, legs: Sequence[str]) -> dict[str, Run]:
    """Return each set's run with ``legs``, by weights that were fitted elsewhere.

    A Chinese set is judged by the weights of the other Chinese sets; a set that is alone in its
    direction in five folds of whole articles. No article is on both sides.
    """
    cut = lists.of(legs)
    runs = {}
    for name in cut:
        questions = pools.questions[name]
        others = [
            item
            for other, own in pools.questions.items()
            if other != name and other in cut and direction_of(own) == direction_of(questions)
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
