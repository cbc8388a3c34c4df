"""Ranked sentences -> the numbers that tell an answer from mere likeness, and what is missing.

Similarities count in deviations over background questions; the best sentence and its passage
are compared with the others found, and the encoders with each other: where the papers answer,
one passage stands out and the encoders agree on it. The nearest sentence need not be the best
one, so it counts by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.alignment import ALIGNED
from rag.answer_forms import form_unsaid
from rag.coverage import Coverage
from rag.facets import Facet, facets_missing, facets_of
from rag.kinds import calls_for_sign, unsaid
from rag.other_subjects import speaks_of_another
from rag.question import Question
from rag.selection import Candidate
from rag.terms import KeyTerm, Translator

# So many of the best sentences are looked at as evidence.
EVIDENCE = 3
# So many passages beside the best say what likeness is common in this library.
OTHERS = 5
# Kinds of terms that a sentence is about.
SUBJECTS = frozenset(["drug", "regimen", "gene", "protein", "gene/protein"])
# Kinds of terms that a question is about; diseases and organs only say where.
TOPICS = SUBJECTS | {"process", "pathway", "pathogen"}

FEATURES = (
    "z", "z_second", "lead", "lead_second", "margin", "margin_second", "agreement",
    "passage_lead", "passage_lead_second", "passage_agreement", "gap",
    "coverage", "passage_coverage", "residual", "rare", "passage_rare", "near_coverage",
    "kind_misses", "missing", "nearest", "nearest_second", "nearest_lead", "nearest_lead_second",
    "hit_lead", *ALIGNED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features, in the order of FEATURES, of the best sentence for a question.

    ``direction`` is such as "en-zh": the question's language, then the passage's. ``missing``
    are specific terms and facets of the question that the best sentences lack, of ``asked``;
    ``uncovered`` its heaviest terms that the best passage lacks. ``unmentioned`` is what the
    question is about, where no passage found mentions any of it; ``beside`` tells that the best
    sentences speak of none of the facets that are asked for, ``unsaid`` which of a definition,
    classes or a form of answer (a percentage, a person) is asked for that none gives, ``told``
    that the best one gives the classes asked for.
    """

    direction: str
    features: tuple[float, ...]
    missing: tuple[str, ...] = ()
    asked: int = 0
    uncovered: tuple[str, ...] = ()
    unmentioned: tuple[str, ...] = ()
    beside: bool = False
    unsaid: str = ""
    told: bool = False


def weigh(
    question: Question,
    ranked: Sequence[Candidate],
    coverages: Mapping[str, Coverage],
    lexicon: Translator | None = None,
    aligned: Mapping[str, float] | None = None,
) -> Evidence:
    """Return the evidence in ``ranked``, which is best first.

    ``aligned`` are the values of ``rag.alignment``; without them (an encoder that tells no token
    vectors) those features are not numbers, and count nothing.
    """
    if not ranked:
        return Evidence("", (0.0,) * len(FEATURES))
    best, top = ranked[0], ranked[:EVIDENCE]
    language = best.hit.passage.language
    coverage = coverages[language]
    facets = facets_of(question.search, question.language)
    named = [term for term in coverage.terms if term.anchor and term.sure]
    named = [term for term in named if not _is_facet(term, facets)]
    asked = len(named) + len(facets)
    lacks = [_lacks(c, coverages[c.hit.passage.language], facets, lexicon) for c in top]
    missing = min(lacks, key=len)
    if question.broad:
        missing = _lacked_by_all(lacks, {term.text for term in named if term.kind in SUBJECTS})
    second = len(best.z) - 1 and 1
    passages = [_standing_out(ranked, best, leg) for leg in range(len(best.z))]
    elsewhere = next((c for c in ranked if c.hit.row != best.hit.row), None)
    near = [c.found for c in top if c.hit.row == best.hit.row]
    values = {
        "z": best.z[0],
        "z_second": best.z[second],
        "lead": best.lead[0],
        "lead_second": best.lead[second],
        "margin": best.margin[0],
        "margin_second": best.margin[second],
        "agreement": sum(1 / (1 + rank) for rank in best.rank) / len(best.rank),
        "passage_lead": passages[0][0],
        "passage_lead_second": passages[second][0],
        "passage_agreement": sum(1 / (1 + rank) for _, rank in passages) / len(passages),
        "gap": best.score - elsewhere.score if elsewhere else 0.0,
        "coverage": best.coverage,
        "passage_coverage": best.passage_coverage,
        "residual": best.residual,
        "rare": coverage.rare(best.found),
        "passage_rare": coverage.rare(best.around),
        "near_coverage": coverage.share([any(held) for held in zip(*near, strict=True)]),
        "kind_misses": float(calls_for_sign(question.kind) and not best.fit),
        "missing": len(missing) / asked if asked else 0.0,
        "nearest": max(c.z[0] for c in ranked),
        "nearest_second": max(c.z[second] for c in ranked),
        "nearest_lead": max(c.lead[0] for c in ranked),
        "nearest_lead_second": max(c.lead[second] for c in ranked),
        "hit_lead": _hit_lead(ranked),
        **(aligned or dict.fromkeys(ALIGNED, float("nan"))),
    }
    return Evidence(
        direction=f"{question.language}-{language}",
        features=tuple(float(values[name]) for name in FEATURES),
        missing=missing,
        asked=asked,
        uncovered=_uncovered(best, coverage),
        unmentioned=_unmentioned(ranked, coverages),
        beside=bool(facets) and all(facet.name in missing for facet in facets),
        unsaid=unsaid(question.search, question.kind, question.language, [c.fit for c in top])
        or _form_unsaid(question, top, lexicon),
        told=question.kind == "classes" and best.fit >= 1.0,
    )


def _form_unsaid(question: Question, top: Sequence[Candidate], lexicon: Translator | None) -> str:
    """Return the form that the answer to a narrow question must have and no sentence has."""
    if question.broad or question.kind in ("classes", "comparison", "source"):
        return ""
    texts = [candidate.search for candidate in top]
    return form_unsaid(question.search, question.language, texts, lexicon)


def _unmentioned(ranked: Sequence[Candidate], coverages: Mapping[str, Coverage]) -> tuple[str, ...]:
    """Return the topics of the question if no sentence, nor its surroundings, has one of them.

    What is known of lung cancer answers no question on ferroptosis in it.
    """
    lost: dict[str, None] = {}
    for candidate in ranked:
        coverage = coverages[candidate.hit.passage.language]
        rows = zip(coverage.terms, candidate.found, candidate.around, strict=True)
        for term, found, around in rows:
            if term.sure and term.kind in TOPICS:
                if found or around or _described(term, candidate):
                    return ()
                lost[term.text] = None
    return tuple(lost)


def _described(term: KeyTerm, candidate: Candidate) -> bool:
    """Tell whether a sentence has all Chinese characters of a process: 耗竭的 T 细胞."""
    names = [form for form in term.forms if not form.isascii()]
    return term.kind == "process" and any(
        all(char in candidate.search for char in name if not char.isascii()) for name in names
    )


def _lacked_by_all(lacks: Sequence[tuple[str, ...]], subjects: set[str]) -> tuple[str, ...]:
    """Return what several sentences, which answer together, lack.

    A sentence without the drug or gene that is asked for adds nothing where another has it: the
    effects of one drug and the name of another are no answer.
    """
    together = [own for own in lacks if not subjects & set(own)] or list(lacks)
    shortest = min(together, key=len)
    return tuple(name for name in shortest if all(name in own for own in together))


def _standing_out(ranked: Sequence[Candidate], best: Candidate, leg: int) -> tuple[float, int]:
    """Return by how much the best passage leads the next ones by a leg, and its rank there.

    A passage is as strong as its strongest sentence; only its language is compared.
    """
    strength: dict[int, float] = {}
    for c in ranked:
        if c.hit.passage.language == best.hit.passage.language:
            strength[c.hit.row] = max(strength.get(c.hit.row, -np.inf), c.z[leg])
    own = strength.pop(best.hit.row)
    others = sorted(strength.values(), reverse=True)
    if not others:
        return 0.0, 0
    return own - float(np.mean(others[:OTHERS])), sum(value > own for value in others)


def _hit_lead(ranked: Sequence[Candidate]) -> float:
    """Return by how much the best passage's score leads the mean of the next ones."""
    by_row = {c.hit.row: c.hit.score for c in ranked}
    scores = sorted(by_row.values(), reverse=True)
    return scores[0] - float(np.mean(scores[1 : 1 + OTHERS])) if len(scores) > 1 else 0.0


def _lacks(
    candidate: Candidate, coverage: Coverage, facets: Sequence[Facet], lexicon: Translator | None
) -> tuple[str, ...]:
    """Return what a question names that a sentence and its surroundings do not speak of.

    What only the surroundings name is lacking too where the sentence is about another such
    thing: the dose of one drug is no answer to a question for another's.
    """
    lost = []
    rows = zip(coverage.terms, candidate.found, candidate.around, strict=True)
    for term, found, around in rows:
        if not (term.anchor and term.sure) or found or _is_facet(term, facets):
            continue
        if not around or speaks_of_another(candidate, term, lexicon):
            lost.append(term.text)
    hit = candidate.hit
    nearby = " ".join((hit.paper.title, *hit.passage.section, hit.passage.text))
    return (*dict.fromkeys(lost), *facets_missing(facets, candidate.search, nearby))


def _is_facet(term: KeyTerm, facets: Sequence[Facet]) -> bool:
    """Tell whether a term is a facet's name, which a sentence need not say: 不良反应, a dose."""
    return any(facet.asks.fullmatch(term.text) for facet in facets)


def _uncovered(best: Candidate, coverage: Coverage) -> tuple[str, ...]:
    """Return up to three of the heaviest terms that the best passage does not mention."""
    rows = zip(coverage.terms, coverage.weights, best.around, strict=True)
    lost = sorted(
        ((w, t.text) for t, w, seen in rows if not seen and t.kind not in ("gram", "word")),
        reverse=True,
    )
    return tuple(dict.fromkeys(text for _, text in lost[:3]))
