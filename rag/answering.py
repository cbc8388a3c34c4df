"""One opened snapshot and its models: a question in, candidates and an extractive answer out."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.embedding import Embedder
from index.records import Hit
from index.snapshot import Snapshot
from index.threads import on_one_thread
from index.token_vectors import TokenEmbedder
from index.tokens import phrase
from ingest.records import Reference
from rag import alignment as aligning
from rag.abstention import Judge
from rag.background import Background
from rag.choosing import Chosen, choose, quotes
from rag.citing import citable, cite
from rag.coverage import Coverage
from rag.features import Vector, Vectors
from rag.filtering import EVERYTHING, Filter
from rag.finding import Found, Narrowed, find
from rag.gloss import Glossary
from rag.key_terms import key_terms, spellings
from rag.lexical_signals import Floats
from rag.question import Question
from rag.records import Answer, AnswerSentence, Citation, Status
from rag.reranking import DEPTH, Reranker, rerank
from rag.retrieval import Retriever
from rag.selection import CANDIDATE_HITS, Candidate
from rag.signals import Signals, signals
from rag.snapshot_source import SnapshotSource
from rag.terms import Translator


@dataclass(frozen=True, slots=True)
class Library:
    """A snapshot with all that is needed to answer from it. Immutable; shared by threads."""

    snapshot: Snapshot
    retriever: Retriever
    encoders: Mapping[str, Embedder]
    background: Background
    judge: Judge
    glossary: Glossary
    weights: Mapping[str, Floats]
    translator: Translator | None
    reranker: Reranker | None = None

    @on_one_thread
    def hits(
        self,
        question: Question,
        k: int,
        only: Filter = EVERYTHING,
        *,
        legs: Collection[str] | None = None,
        vectors: Vectors | None = None,
    ) -> tuple[Hit, ...]:
        """Return the ``k`` best passages for a question.

        ``legs`` are the encoder legs and "lexical" to search with, all by default;
        ``vectors`` the embedded question by leg, where it is at hand.
        """
        if vectors is None:
            used = [leg for leg in self.encoders if legs is None or leg in legs]
            vectors = self.vectors(question, used)
        # The reranker reads more than it is asked for: a good passage may stand far down.
        depth = max(k, DEPTH) if self.reranker else k
        hits = self.retriever.search(question, vectors, depth, only=only, legs=legs)
        return rerank(question, hits, self.reranker)[:k] if self.reranker else hits

    def vectors(self, question: Question, legs: Iterable[str] | None = None) -> dict[str, Vector]:
        """Return the question's unit vector by encoder leg."""
        used = self.encoders if legs is None else {leg: self.encoders[leg] for leg in legs}
        return {leg: model.embed_queries([question.search])[0] for leg, model in used.items()}

    def embed(self, text: str) -> dict[str, Vector]:
        """Return the unit vector of any question text by encoder leg, the leading leg first."""
        return {leg: encoder.embed_queries([text])[0] for leg, encoder in self.encoders.items()}

    def signals(self, question: Question) -> Signals | None:
        """Return the signals of the sentences of the best passages, None when there are none."""
        vectors = self.vectors(question)
        hits = self.hits(question, CANDIDATE_HITS, vectors=vectors)
        if not any(hit.passage.sentences for hit in hits):
            return None
        source, coverages = SnapshotSource(self.snapshot), self.coverages(question)
        return signals(question, vectors, self.embed, hits, source, self.background, coverages)

    def coverages(self, question: Question) -> dict[str, Coverage]:
        """Return the question's weighted terms by passage language."""

        def idf(forms: Sequence[str]) -> float:
            return self.snapshot.lexical.idf([found for form in forms if (found := phrase(form))])

        return {
            language: Coverage.of(
                key_terms(question, self.translator, language, self._spellings(question, language)),
                idf,
            )
            for language in ("zh", "en")
        }

    def _spellings(self, question: Question, language: str) -> dict[str, tuple[str, ...]]:
        if question.language != "en" or language == "en":
            return {}
        return spellings(self.retriever.groups(question, language))

    @on_one_thread
    def find(
        self,
        question: Question,
        papers: frozenset[str] | None = None,
        *,
        narrowed: Narrowed | None = None,
    ) -> Found:
        """Return the ranked sentences for ``question`` and whether they answer it.

        ``narrowed`` lets an evaluation take sentences away from the hits.
        """
        return find(self, question, papers, narrowed)

    def alignment(
        self, question: Question, ranked: Sequence[Candidate], coverages: Mapping[str, Coverage]
    ) -> dict[str, float] | None:
        """Return how the question's tokens are met, None where the encoder tells no tokens."""
        for leg, encoder in list(self.encoders.items())[:1]:
            if ranked and isinstance(encoder, TokenEmbedder):
                return aligning.alignment(
                    question, ranked, coverages, self.background, leg, encoder
                )
        return None

    def references(self, hit: Hit) -> Sequence[Reference]:
        """Return the reference list of a hit's paper."""
        return self.snapshot.references(hit.paper.id)

    def extractive(
        self, found: Found, *, asked: str, resolved: str, limit: int, nearest: int
    ) -> Answer:
        """Return the answer in the papers' own words, or that they do not answer."""
        started = time.perf_counter()
        question, status = found.question, found.verdict.status
        sentences: tuple[AnswerSentence, ...] = ()
        citations: tuple[Citation, ...] = ()
        if status is not Status.NOT_FOUND:
            chosen = choose(question, found.ranked, limit, sure=status is Status.ANSWERED)
            sentences, citations = self._cited(question, chosen)
            if not sentences:
                status = Status.NOT_FOUND
        near = self.nearest(found, nearest) if status is not Status.ANSWERED else ()
        timings = {**found.timings, "compose": 1000 * (time.perf_counter() - started)}
        timings["total"] = sum(timings.values())
        return Answer(
            question=asked,
            resolved=resolved,
            language=question.language,
            status=status,
            sentences=sentences,
            citations=citations,
            nearest=near,
            timings=timings,
            snapshot=self.snapshot.id,
            confidence=round(found.verdict.probability, 4),
            missing=found.verdict.missing if status is not Status.ANSWERED else (),
        )

    def best(self, found: Found, count: int) -> tuple[Chosen, ...]:
        """Return the best sentences as they would be quoted, best first, however weak."""
        return quotes(found.ranked, count)

    def _cited(
        self, question: Question, chosen: Sequence[Chosen]
    ) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
        sentences: list[AnswerSentence] = []
        citations: list[Citation] = []
        for item in chosen:
            places = [(item.lead, item.start, item.end)]
            places += [(twin, twin.start, twin.end) for twin in item.twins]
            # What has no place on a page cannot be shown; twins do not stand for their lead.
            places = [place for place in places if citable(place[0].hit, *place[1:])]
            if not places or places[0][0] is not item.lead:
                continue
            numbers = []
            for candidate, start, end in places:
                numbers.append(len(citations) + 1)
                citations.append(
                    self.cite(question, candidate.hit, start, end, numbers[-1], candidate.score)
                )
            sentences.append(AnswerSentence(citations[numbers[0] - 1].quote, tuple(numbers)))
        return tuple(sentences), tuple(citations)

    def cite(
        self, question: Question, hit: Hit, start: int, end: int, number: int, score: float
    ) -> Citation:
        """Return the citation of a place in a hit, glossed for a reader of another language."""
        foreign = hit.passage.language != question.language
        return cite(
            hit, start, end, number=number, score=score, references=self.references(hit),
            gloss=self.glossary.gloss if foreign and question.language == "en" else None,
        )  # fmt: skip

    def nearest(self, found: Found, count: int) -> tuple[Citation, ...]:
        """Return the closest passages as citations numbered 0: the best child of each."""
        out = []
        for hit in found.hits[:count]:
            start, end = hit.child
            if not citable(hit, start, end):
                continue
            out.append(self.cite(found.question, hit, start, end, 0, hit.score))
        return tuple(out)
