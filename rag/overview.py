"""The sentences of an answer to a broad question, and whether the papers answer by them.

Sentences that only introduce the subject or say how much it matters are nearest to a question
like "which drugs ..." or "the mechanism of ..." and answer nothing, so they lose; so does one
that names nothing new, one under a heading on something else and one on another subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.records import Hit
from ingest.clean import search_text
from rag.coverage import Coverage
from rag.mentions import mentions_of, name_forms
from rag.modalities import modalities_of
from rag.selection import Candidate, announces
from rag.terms import SPECIFIC, KeyTerm, fold
from rag.wanted import Wanted

# What a sentence that names nothing wanted loses, in log odds; one that names what could act on
# something but says of nothing what it does; one that names kinds of treatment and no treatment;
# one whose subject only its passage names; one under a heading on something else.
UNNAMED, IDLE_NAME, GENERIC, ASIDE, ELSEWHERE = 3.0, 2.5, 1.5, 1.0, 1.5
# So many sentences that name what is asked for, of a paper or section on the subject, answer.
ENOUGH = 3

# Headings of parts that speak of everything.
_OVERVIEW = re.compile(
    r"摘要|结语|结论|小结|总结|展望|讨论|引言|前言|概述|abstract|conclusion|summary|discussion"
    r"|introduction|overview",
    re.I,
)
# What a treatment does beside its purpose is no treatment of that.
_HARMS = re.compile(
    r"不良反应|副作用|毒副|毒性反应|风险(?:升高|增加|增高)|side effect|toxicit"
    r"|adverse (?:effect|event|reaction)",
    re.I,
)


def headed(
    hits: Sequence[Hit], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> frozenset[str]:
    """Return the papers of ``hits`` whose titles name all that the question is about.

    Where it is about a disease that is enough: the title need not name an organ or process, which
    may be told of under another name.
    """
    return frozenset(
        hit.paper.id
        for hit in hits
        if _entitles(hit.paper.title, wanted, coverages[hit.passage.language])
    )


def naming_first(hits: Sequence[Hit], wanted: Wanted, count: int, sure: int) -> tuple[Hit, ...]:
    """Return ``count`` hits: the ``sure`` best, then those that name what is wanted, then others.

    The overview of a paper is nearest to a broad question; the sections that answer stand
    further down. Of those the best passage of each section goes first, and sections whose
    headings announce what is asked for before others.
    """
    best = list(hits[:sure])
    seen = {_section(hit) for hit in best}
    order: dict[int, list[Hit]] = {0: [], 1: [], 2: [], 3: []}
    for hit in hits[sure:]:
        passage = hit.passage
        if not wanted.named(search_text(passage.text), passage.language, passage.section):
            order[3].append(hit)
        elif not wanted.heads(passage.section):
            order[2].append(hit)
        elif _section(hit) in seen:
            order[1].append(hit)
        else:
            order[0].append(hit)
            seen.add(_section(hit))
    ahead = [hit for rank in sorted(order) for hit in order[rank]]
    return tuple([*best, *ahead][:count])


def _section(hit: Hit) -> tuple[str, ...]:
    return (hit.passage.paper_id, *hit.passage.section)


def prefer(
    ranked: Sequence[Candidate], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> list[Candidate]:
    """Return the candidates anew, best first, by what they name.

    Those on something else than the question names are left out, as long as others are left:
    another disease's drugs are no answer.
    """
    kept = [
        c for c in ranked if _on_subject(c, wanted, coverages[c.hit.passage.language])
    ] or ranked
    kept = [c for c in kept if not _strays(c, wanted, coverages)] or kept
    out = []
    for candidate in kept:
        names = _names_in(candidate, wanted)
        loss = _loss(candidate, names, wanted, coverages[candidate.hit.passage.language])
        out.append(
            replace(candidate, score=candidate.score - loss, names=names, specific=bool(names))
        )
    if wanted.topic.modalities or wanted.topic.members:
        # Other treatments than the kind that is asked for are no answer.
        out = [c for c in out if c.names] or out
    return sorted(out, key=lambda c: -c.score)


def lacks_kind(preferred: Sequence[Candidate], wanted: Wanted) -> bool:
    """Tell whether a kind of treatment is asked for that no sentence names or speaks of."""
    kinds = wanted.topic.modalities
    return bool(kinds) and not any(
        c.names or any(kind.said.search(c.search) for kind in kinds) for c in preferred
    )


def _strays(candidate: Candidate, wanted: Wanted, coverages: Mapping[str, Coverage]) -> bool:
    """Tell whether a sentence is on another disease than the question, its headings and title."""
    language = candidate.hit.passage.language
    if _headed(candidate, wanted, coverages[language]):
        return False
    mentions = mentions_of(candidate.search, language, wanted.lexicon)
    return any(m.family == "disease" and not name_forms(m) & wanted.topic.known for m in mentions)


def _names_in(candidate: Candidate, wanted: Wanted) -> frozenset[str]:
    passage = candidate.hit.passage
    harm = "therapy" in wanted.topic.families and _HARMS.search(candidate.search)
    if harm or announces(candidate.search):
        return frozenset()
    return wanted.named(candidate.search, passage.language, passage.section)


def _loss(candidate: Candidate, names: frozenset[str], wanted: Wanted, coverage: Coverage) -> float:
    """Return what a candidate that names ``names`` loses, in log odds."""
    language = candidate.hit.passage.language
    loss = 0.0 if names else UNNAMED
    if names and wanted.on_mechanisms and not wanted.acting(candidate.search, language):
        loss += IDLE_NAME
    if names and "therapy" in wanted.topic.families and all(modalities_of(name) for name in names):
        loss += GENERIC
    section = candidate.hit.passage.section
    if names and section and not wanted.heads(section) and not _OVERVIEW.search(" ".join(section)):
        loss += ELSEWHERE
    return loss if _headed(candidate, wanted, coverage) else loss + ASIDE


def answers(
    preferred: Sequence[Candidate], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> bool:
    """Tell whether a bare question is answered by the papers' own order.

    A paper or section whose heading is the question's subject, with several sentences that give
    what is asked for, answers: nothing else stands in the question that could be missed. Where a
    kind of treatment is asked for, one sentence under a heading on that kind is enough.
    """
    if not wanted.topic.bare:
        return False
    found = [
        c
        for c in preferred
        if c.names and not c.idle and _headed(c, wanted, coverages[c.hit.passage.language])
    ]
    if wanted.topic.modalities and any(wanted.heads(c.hit.passage.section) for c in found):
        return True
    return len(found) >= ENOUGH


def _entitles(title: str, wanted: Wanted, coverage: Coverage) -> bool:
    terms = [t for t in coverage.terms if t.kind in SPECIFIC and _is_subject(t, wanted)]
    terms = [t for t in terms if t.kind == "disease"] or terms
    text = fold(search_text(title))
    return bool(terms) and all(term.within(text) for term in terms)


def _on_subject(candidate: Candidate, wanted: Wanted, coverage: Coverage) -> bool:
    """Tell whether a sentence, its passage, section or title names all the question's subjects."""
    rows = zip(coverage.terms, candidate.found, candidate.around, strict=True)
    return all(
        found or around
        for term, found, around in rows
        if term.anchor and term.kind in SPECIFIC and _is_subject(term, wanted)
    )


def _headed(candidate: Candidate, wanted: Wanted, coverage: Coverage) -> bool:
    """Tell whether a sentence, its headings or its paper's title name each of the subjects."""
    headings = " ".join((candidate.hit.paper.title, *candidate.hit.passage.section))
    return _stand_in(headings, coverage, wanted, candidate.found)


def _stand_in(headings: str, coverage: Coverage, wanted: Wanted, found: Sequence[bool]) -> bool:
    """Tell whether headings name each of the subjects that is not among ``found``."""
    text = fold(search_text(headings))
    subjects = [
        known or term.within(text)
        for term, known in zip(coverage.terms, found, strict=True)
        if _is_subject(term, wanted)
    ]
    return bool(subjects) and all(subjects)


def _is_subject(term: KeyTerm, wanted: Wanted) -> bool:
    return term.sure and wanted.topic.is_subject(term.kind, term.text)
