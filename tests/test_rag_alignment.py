"""Tokens of a question beside those of sentences, on the real encoder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from rag import Assistant
from rag.alignment import ALIGNED, alignment
from rag.question import analyse


@pytest.fixture(scope="module")
def library(sample_library: Path):
    return Assistant.open(sample_library).library


def aligned(library, text: str) -> dict[str, float]:
    question = analyse(text)
    found = library.find(question)
    leg, encoder = next(iter(library.encoders.items()))
    return alignment(question, found.ranked, found.coverages, library.background, leg, encoder)


def test_an_answered_question_is_met_better_than_one_on_another_matter(library):
    good = aligned(library, "奥希替尼的推荐剂量是多少？")
    bad = aligned(library, "红烧肉的做法是什么？")
    assert set(good) == set(ALIGNED)
    for name in ("aligned", "aligned_most", "aligned_passage", "aligned_passage_least"):
        assert good[name] > bad[name] + 0.1, name
    assert all(np.isfinite(value) for value in good.values())


def test_a_passage_meets_no_token_worse_than_its_best_sentence(library):
    values = aligned(library, "整合素如何促进肺癌肝转移？")
    assert values["aligned_passage"] >= values["aligned"]
    assert values["aligned_most"] >= values["aligned"]
    assert values["aligned_passage_least"] <= values["aligned_passage_weighted"] + 1e-6


def test_an_encoder_without_tokens_leaves_the_evidence_open(library):
    question = analyse("奥希替尼的推荐剂量是多少？")

    class Plain:
        def __init__(self, inner) -> None:
            self.embed_queries, self.name = inner.embed_queries, inner.name

    plain = dataclasses.replace(
        library, encoders={leg: Plain(e) for leg, e in library.encoders.items()}
    )
    found = plain.find(question)
    values = dict(zip(ALIGNED, found.evidence.features[-len(ALIGNED) :], strict=True))
    assert all(np.isnan(value) for value in values.values())
    assert 0 < found.verdict.probability < 1


def test_a_question_is_run_once_for_its_vector_and_its_tokens(library):
    encoder = next(iter(library.encoders.values()))
    texts = ["整合素如何促进肝转移？", "奥希替尼的剂量"]
    alone = [encoder.embed_queries([text])[0] for text in texts]
    np.testing.assert_allclose(alone, encoder.embed_queries(texts), atol=1e-5)
    # Whoever changes what is returned changes no later answer.
    encoder.embed_queries(texts[:1])[:] = 0
    np.testing.assert_array_equal(encoder.embed_queries(texts[:1])[0], alone[0])
