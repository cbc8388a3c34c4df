"""The only place that wires parts: a library and settings in, answers out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.records import Hit
from index.snapshot import Snapshot
from index.store import current_id
from ingest.errors import LibraryMissing, SettingsError
from ingest.records import Paper
from rag import wiring
from rag.answering import Library
from rag.extraction import table
from rag.filtering import EVERYTHING, Filter
from rag.followup import complete, complete_by_model
from rag.llm import Endpoint
from rag.occurrences import occurrences
from rag.question import analyse, check_text
from rag.records import Answer, Citation
from rag.settings import Settings
from rag.sources import asks_for_source, content_of, with_sources
from rag.synthesis import synthesise
from rag.table_records import Table

# Sentences of the answer before that a follow-up may point to.
ANSWER_BEFORE = 3


class Assistant:
    """Answers questions over one library. Thread-safe; keeps its models loaded."""

    def __init__(self, settings: Settings, snapshot: Snapshot) -> None:
        self._settings = settings
        self._encoders = wiring.load_encoders(settings)
        self._background = wiring.background(self._encoders)
        self._translator = wiring.load_translator(settings.library)
        self._reranker = wiring.load_reranker(settings)
        self._endpoint = wiring.load_endpoint(settings)
        self._lock = threading.Lock()
        self._library = self._join(snapshot)

    @classmethod
    def open(cls, library: Path | str | None = None, settings: Settings | None = None) -> Assistant:
        """Open a library; raises a LibraryError or ModelError that says what to do."""
        if settings is None:
            settings = Settings.load(library=Path(library).expanduser() if library else None)
        snapshot = Snapshot.open(settings.library)
        if not snapshot.manifest.passages:
            raise LibraryMissing(
                "文献库是空的；请先运行 yinzheng index 文件夹。",
                "the library is empty; run yinzheng index FOLDER first.",
            )
        return cls(settings, snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot now in use."""
        return self._library.snapshot

    @property
    def library(self) -> Library:
        """The snapshot now in use with all that answers from it, for measuring."""
        return self._library

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers that can be asked."""
        return tuple(self.snapshot.papers.values())

    def _join(self, snapshot: Snapshot) -> Library:
        return wiring.join(
            snapshot, self._encoders, self._background, self._translator, self._reranker
        )

    def refresh(self) -> bool:
        """Swap to the library's current snapshot when it is a new one; True when swapped."""
        with self._lock:
            if current_id(self._settings.library) in (None, self.snapshot.id):
                return False
            # The old snapshot stays open for answers under way; it is freed with the last.
            self._library = self._join(Snapshot.open(self._settings.library))
            return True

    def search(self, query: str, k: int = 10, only: Filter = EVERYTHING) -> tuple[Hit, ...]:
        """Return the ``k`` best passages; QuestionError for an unusable query."""
        return self._library.hits(analyse(query), k, only)

    def table(self, kind: str, *, papers: frozenset[str] | None = None) -> Table:
        """Return "treatments" or "mechanisms" over the library, every cell from a quote."""
        library = self._library
        return table(library.snapshot, kind, library.translator, papers=papers)

    def occurrences(self, paper_id: str, words: str) -> tuple[tuple[Citation, ...], int]:
        """Return the sentences of a paper with ``words``; see ``rag.occurrences``."""
        return occurrences(self.snapshot, paper_id, words)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        papers: frozenset[str] | None = None,
        sentences: int | None = None,
        llm: bool | None = None,
    ) -> Answer:
        """Answer with cited sentences, or say that the papers do not answer.

        ``history`` are the earlier questions of the conversation, oldest first; ``papers``
        limits the question to some paper ids; ``sentences`` limits the answer's length.
        ``llm`` asks for synthesis by the configured endpoint (None: when there is one).
        Raises QuestionError for an empty, too long or foreign question, SettingsError when
        ``llm`` is true and no endpoint is set.
        """
        stream = self.ask_stream(
            question, history=history, papers=papers, sentences=sentences, llm=llm
        )
        *_, (answer, _) = stream
        return answer

    def ask_stream(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        papers: frozenset[str] | None = None,
        sentences: int | None = None,
        llm: bool | None = None,
    ) -> Iterator[tuple[Answer, bool]]:
        """Yield (answer so far, False) while it grows, and (answer, True) at the end."""
        library = self._library
        endpoint = self._endpoint_for(llm)
        resolved = self._resolved(library, check_text(question), history, endpoint, papers)
        found = library.find(analyse(content_of(resolved)), papers)
        limit = sentences or self._settings.answer_sentences
        answer = library.extractive(
            found, asked=question, resolved=resolved, limit=limit, nearest=self._settings.nearest
        )
        if asks_for_source(resolved):
            yield with_sources(answer), True
        elif endpoint is None:
            yield answer, True
        else:
            yield from synthesise(library, found, answer, endpoint, limit)

    def _resolved(
        self,
        library: Library,
        question: str,
        history: Sequence[str],
        endpoint: Endpoint | None,
        papers: frozenset[str] | None,
    ) -> str:
        def answering(before: str) -> tuple[str, ...]:
            """Return what was answered to the question before, in the papers' own words."""
            found = library.find(analyse(before), papers)
            answer = library.extractive(
                found, asked=before, resolved=before, limit=ANSWER_BEFORE, nearest=0
            )
            return tuple(citation.quote for citation in answer.citations)

        if endpoint is None:
            return complete(question, history, self._translator, answering)
        return complete_by_model(question, history, self._translator, endpoint, answering)

    def _endpoint_for(self, llm: bool | None) -> Endpoint | None:
        """Return the endpoint that a question may be sent to, None when to none."""
        if llm and self._endpoint is None:
            raise SettingsError(
                "没有设置语言模型；请设置 YINZHENG_LLM_BASE_URL 和 YINZHENG_LLM_MODEL。",
                "no language model is set; set YINZHENG_LLM_BASE_URL and YINZHENG_LLM_MODEL.",
            )
        return self._endpoint if llm is not False else None


def ask(question: str, library: Path | str | None = None) -> Answer:
    """Answer one question over a library; for several, keep an Assistant open."""
    return Assistant.open(library).ask(question)
