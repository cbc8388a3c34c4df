"""A question and an opened library -> ranked sentences, and whether they answer it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.records import Hit
from rag.abbreviations import PRINTED, OwnNames, own_names
from rag.abstention import Verdict
from rag.agents import agent_of
from rag.coverage import Coverage
from rag.digest import asks_of_no_paper, digest, ends_of, papers_asked_for
from rag.evidence import Evidence
from rag.features import Vectors
from rag.filtering import Filter
from rag.lexical_signals import Source
from rag.overview import answers, headed, lacks_kind, naming_first, prefer
from rag.question import Question
from rag.records import Status
from rag.selection import CANDIDATE_HITS, Candidate, candidates
from rag.snapshot_source import SnapshotSource
from rag.wanted import Wanted, wanted_of

if TYPE_CHECKING:
    from rag.answering import Library

# Passages that are looked through for what a broad question asks to be named, and how many of
# the best are read whatever they name.
WANTED_DEPTH, SURE_HITS = 40, 3

Hits = tuple[Hit, ...]
Narrowed = Callable[[Hits, Source], tuple[Hits, Source]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question, before anything is said; times are in milliseconds."""

    question: Question
    hits: Hits
    ranked: tuple[Candidate, ...]
    coverages: Mapping[str, Coverage]
    evidence: Evidence
    verdict: Verdict
    timings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Finder:
    """One question before one library.

    ``narrowed`` takes sentences away for an evaluation; ``names`` are the papers' own names for
    what the question names.
    """

    library: Library
    question: Question
    vectors: Vectors
    coverages: Mapping[str, Coverage]
    papers: frozenset[str] | None = None
    narrowed: Narrowed | None = None
    names: OwnNames = PRINTED

    def look(self, k: int, papers: frozenset[str] | None) -> tuple[Hits, Source]:
        """Return the ``k`` best passages of ``papers`` and what is around them."""
        hits = self.library.hits(self.question, k, Filter(papers=papers), vectors=self.vectors)
        return self.seen(hits)

    def seen(self, hits: Hits) -> tuple[Hits, Source]:
        """Return hits and their source as an evaluation lets them be seen."""
        source: Source = SnapshotSource(self.library.snapshot)
        return self.narrowed(hits, source) if self.narrowed else (hits, source)

    def rank(self, hits: Sequence[Hit], source: Source) -> list[Candidate]:
        """Return the sentences of ``hits``, best first."""
        library = self.library
        found = candidates(
            self.question, self.vectors, library.embed, hits, source, library.background,
            self.coverages, library.weights, self.names,
        )  # fmt: skip
        return library.judge.on_subject(found, self.coverages)

    def judged(self, ranked: Sequence[Candidate]) -> tuple[Evidence, Verdict]:
        """Return what the best sentences show, and whether that answers."""
        judge = self.library.judge
        aligned = self.library.alignment(self.question, ranked, self.coverages)
        evidence = judge.evidence(self.question, ranked, self.coverages, aligned)
        return evidence, judge.verdict(self.question, evidence)

    def named(
        self, wanted: Wanted, hits: Hits, source: Source, evidence: Evidence, verdict: Verdict
    ) -> tuple[list[Candidate], Verdict]:
        """Return the sentences that give what a broad question asks for, and the verdict on it.

        Whether the papers answer is judged as for every question, which the thresholds are
        fitted on, but where their own headings answer a bare question.
        """
        own = headed(hits, wanted, self.coverages)
        read, source = self.look(WANTED_DEPTH, own) if own else (hits, source)
        naming = naming_first(read, wanted, CANDIDATE_HITS, SURE_HITS)
        preferred = prefer(self.rank(naming, source), wanted, self.coverages)
        judge = self.library.judge
        if answers(preferred, wanted, self.coverages):
            return preferred, judge.affirmed(verdict, evidence)
        if lacks_kind(preferred, wanted):
            return preferred, judge.denied(verdict, evidence)
        return preferred, verdict

    def digest(self) -> tuple[Hits, list[Candidate], Evidence, Verdict] | None:
        """Return abstract and conclusions where a paper's gist is asked for, else None."""
        snapshot = self.library.snapshot
        scope = (
            paper
            for paper in snapshot.papers.values()
            if self.papers is None or paper.id in self.papers
        )
        asked = papers_asked_for(self.question, scope, self.library.translator)
        if not asked:
            return None
        hits, source = self.seen(ends_of(snapshot, asked, self.question.language))
        ranked = digest(self.rank(hits, source))
        if not ranked:
            return None
        evidence, verdict = self.judged(ranked)
        return hits, ranked, evidence, self.library.judge.affirmed(verdict, evidence)


def find(
    library: Library,
    question: Question,
    papers: frozenset[str] | None = None,
    narrowed: Narrowed | None = None,
) -> Found:
    """Return the ranked sentences for ``question`` and whether they answer it."""
    started = time.perf_counter()
    vectors = library.vectors(question)
    embedded = time.perf_counter()
    coverages = library.coverages(question)
    finder = Finder(library, question, vectors, coverages, papers, narrowed)
    if (gist := finder.digest()) is not None:
        hits, ranked, evidence, verdict = gist
        question = replace(question, broad=True)
        retrieved = chosen = time.perf_counter()
    else:
        wanted = wanted_of(question, library.translator) if question.broad else None
        hits, source = finder.look(WANTED_DEPTH if wanted else CANDIDATE_HITS, papers)
        finder = replace(finder, names=own_names(question, hits, library.translator))
        retrieved = time.perf_counter()
        ranked = finder.rank(hits, source)
        chosen = time.perf_counter()
        evidence, verdict = finder.judged(ranked)
        if asks_of_no_paper(question, library.translator):
            verdict = library.judge.denied(verdict, evidence)
        if agent := None if wanted else agent_of(question, library.translator):
            preferred, acts = agent.prefer(ranked)
            if acts:
                verdict = library.judge.affirmed(verdict, evidence)
            if verdict.status is not Status.NOT_FOUND:
                ranked = preferred
        if wanted:
            preferred, verdict = finder.named(wanted, hits, source, evidence, verdict)
            if verdict.status is not Status.NOT_FOUND:
                ranked = preferred
    done = time.perf_counter()
    timings = {
        "embed": 1000 * (embedded - started),
        "retrieve": 1000 * (retrieved - embedded),
        "select": 1000 * (chosen - retrieved),
        "judge": 1000 * (done - chosen),
    }
    return Found(question, hits, tuple(ranked), coverages, evidence, verdict, timings)
