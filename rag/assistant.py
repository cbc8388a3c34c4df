"""The only place that wires parts: a library and settings in, answers out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding import Embedder, load_embedder
from index.records import Hit
from index.snapshot import Snapshot, current_id
from ingest.clean import fold_for_match
from ingest.errors import LibraryMissing, SnapshotMismatch
from ingest.records import Paper, boxes_of
from rag.abstention import ANSWERED, PARTLY, Background, probability
from rag.followup import complete
from rag.question import Question, parse_question
from rag.records import Answer, AnswerSentence, Citation, Status
from rag.retrieval import Retriever
from rag.selection import Candidate, candidates, choose
from rag.settings import Settings

HITS = 10


@dataclass(frozen=True, slots=True)
class _Opened:
    snapshot: Snapshot
    retriever: Retriever


class Assistant:
    """Answers questions over one library. Thread-safe; keeps its models loaded."""

    def __init__(self, settings: Settings, snapshot: Snapshot, embedder: Embedder) -> None:
        expected = snapshot.manifest.encoders[0]
        if expected.fingerprint != embedder.fingerprint:
            raise SnapshotMismatch(
                f"索引由另一模型（{expected.model}）建立；请运行 yinzheng index --full，或改回该模型。",
                f"the index was made by another model ({expected.model}); run yinzheng index "
                "--full or set that model.",
            )
        self._settings = settings
        self._embedder = embedder
        self._background = Background(embedder)
        self._opened = _Opened(snapshot, Retriever(snapshot, embedder))
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, library: Path | str | None = None, settings: Settings | None = None
    ) -> Assistant:
        """Open a library; raises a LibraryError or ModelError that says what to do."""
        settings = settings or Settings.load(library=Path(library).expanduser() if library else None)
        snapshot = Snapshot.open(settings.library)
        if not snapshot.manifest.passages:
            raise LibraryMissing(
                "文献库是空的；请先运行 yinzheng index 文件夹。",
                "the library is empty; run yinzheng index FOLDER first.",
            )
        embedder = load_embedder(settings.model, backend=settings.backend, threads=settings.threads)
        return cls(settings, snapshot, embedder)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot now in use."""
        return self._opened.snapshot

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers that can be asked."""
        return tuple(self.snapshot.papers.values())

    def refresh(self) -> bool:
        """Swap to the library's current snapshot when it is a new one; True when swapped."""
        with self._lock:
            if current_id(self._settings.library) in (None, self.snapshot.id):
                return False
            snapshot = Snapshot.open(self._settings.library)
            # The old snapshot stays open for answers under way; it is freed with the last.
            self._opened = _Opened(snapshot, Retriever(snapshot, self._embedder))
            return True

    def search(
        self, query: str, k: int = 10, *, papers: frozenset[str] | None = None
    ) -> tuple[Hit, ...]:
        """Return the ``k`` best passages; QuestionError for an unusable query."""
        question = parse_question(query)
        vector = self._embedder.embed_queries([question.text])[0]
        return self._opened.retriever.search(question, vector, k, papers=papers)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        papers: frozenset[str] | None = None,
    ) -> Answer:
        """Answer with verbatim, cited sentences, or say that the papers do not answer.

        ``history`` are the earlier questions of the conversation, oldest first.
        """
        started = time.perf_counter()
        opened = self._opened
        resolved = complete(question, history)
        parsed = parse_question(resolved)
        vector = self._embedder.embed_queries([parsed.text])[0]
        embedded = time.perf_counter()
        hits = opened.retriever.search(parsed, vector, HITS, papers=papers)
        retrieved = time.perf_counter()
        found = candidates(parsed, vector, hits, opened.snapshot, self._background)
        likely = self._probability(parsed, found)
        status = Status.NOT_FOUND
        if likely >= PARTLY:
            status = Status.ANSWERED if likely >= ANSWERED else Status.PARTLY
        sentences, citations = (
            self._cite(opened.snapshot, choose(found, self._settings.answer_sentences))
            if status is not Status.NOT_FOUND
            else ((), ())
        )
        nearest = tuple(
            self._citation(opened.snapshot, 0, h.row, h, *h.child, h.score)
            for h in (hits[: self._settings.nearest] if status is not Status.ANSWERED else ())
        )
        done = time.perf_counter()
        return Answer(
            question=question,
            resolved=resolved,
            language=parsed.language,
            status=status,
            sentences=sentences,
            citations=citations,
            nearest=nearest,
            timings={
                "embed": 1000 * (embedded - started),
                "retrieve": 1000 * (retrieved - embedded),
                "select": 1000 * (done - retrieved),
                "total": 1000 * (done - started),
            },
            snapshot=opened.snapshot.id,
            confidence=likely,
            missing=self._missing(parsed, found) if status is Status.PARTLY else (),
        )

    def _probability(self, question: Question, found: list[Candidate]) -> float:
        if not found:
            return 0.0
        best = max(found[:5], key=lambda c: c.z)
        lexical = self.snapshot.lexical
        _, coverage = lexical.score(question.groups)
        rarest = sorted(question.groups, key=lambda g: -lexical.idf(g))[:4]
        _, rare = lexical.score(rarest)
        same = best.hit.passage.language == question.language
        row = best.hit.row
        return probability(best.z, float(coverage[row]), float(rare[row]), same_language=same)

    def _missing(self, question: Question, found: list[Candidate]) -> tuple[str, ...]:
        """Names and words of the question that no candidate sentence has (same language only)."""
        if not found or found[0].hit.passage.language != question.language:
            return ()
        text = fold_for_match("".join(c.hit.passage.text for c in found)).lower()
        return tuple(g[0] for g in question.groups if g[0] not in text)[:5]

    def _cite(
        self, snapshot: Snapshot, groups: list[list[Candidate]]
    ) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
        sentences: list[AnswerSentence] = []
        citations: list[Citation] = []
        for group in groups:
            numbers = []
            for c in group:
                numbers.append(len(citations) + 1)
                citations.append(
                    self._citation(snapshot, numbers[-1], c.hit.row, c.hit, c.start, c.end, c.score)
                )
            sentences.append(AnswerSentence(group[0].text, tuple(numbers)))
        return tuple(sentences), tuple(citations)

    def _citation(
        self, snapshot: Snapshot, number: int, row: int, hit: Hit, start: int, end: int, score: float
    ) -> Citation:
        passage = hit.passage
        boxes = boxes_of(passage.spans, start, end)
        marked = {
            n for m in passage.marks if start <= m.start and m.end <= end for n in m.numbers
        }
        return Citation(
            number=number,
            paper=hit.paper,
            passage_id=passage.id,
            page=boxes[0].page if boxes else 1,
            section=passage.section,
            quote=passage.text[start:end],
            boxes=boxes,
            score=round(float(np.float64(score)), 4),
            start=start,
            end=end,
            context=passage.text,
            ocr=passage.ocr,
            cited=tuple(r for r in snapshot.references(hit.paper.id) if r.number in marked),
        )

    def _source(self, paper_id: str) -> bytes:
        """Return the bytes of a paper's PDF; LibraryMissing when it is gone or has changed."""
        import hashlib

        for entry in self.snapshot.manifest.papers:
            if entry.sha256 == paper_id and entry.status in ("indexed", "partial"):
                try:
                    data = Path(entry.path).read_bytes()
                except OSError:
                    continue
                if hashlib.sha256(data).hexdigest() == paper_id:
                    return data
        raise LibraryMissing(
            "原文件已移动或改变；请重新索引。", "the PDF was moved or changed; index again."
        )

    def page_image(self, paper_id: str, page: int, dpi: int = 150) -> bytes:
        """Return a page (from 1) of a paper as PNG."""
        from ingest.pdf import render_page

        return render_page(self._source(paper_id), page, dpi)

    def page_size(self, paper_id: str, page: int) -> tuple[float, float]:
        """Return width and height of a page in points, as displayed."""
        from ingest.pdf import page_size

        return page_size(self._source(paper_id), page)


def ask(question: str, library: Path | str | None = None) -> Answer:
    """Answer one question over a library; for several, keep an Assistant open."""
    return Assistant.open(library).ask(question)
