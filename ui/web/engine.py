"""The assistant behind the page: loaded in the background, renewed when the library changes.

In: settings. Out: the assistant as soon as there is one, and a state that the page shows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import LibraryMissing, YinzhengError
from rag.records import Answer, Citation
from rag.table_records import Table

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.7  # a new snapshot is noticed within a second


class Answerer(Protocol):
    """What the page needs of ``rag.Assistant``."""

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        papers: frozenset[str] | None = None,
        sentences: int | None = None,
        llm: bool | None = False,
    ) -> Answer:
        """Answer ``question``; see ``rag.assistant.Assistant.ask``."""

    def table(self, kind: str, *, papers: frozenset[str] | None = None) -> Table:
        """Return a table over the library; see ``rag.assistant.Assistant.table``."""

    def occurrences(self, paper_id: str, words: str) -> tuple[tuple[Citation, ...], int]:
        """Return the sentences with some words; see ``rag.assistant.Assistant.occurrences``."""

    def ask_stream(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        papers: frozenset[str] | None = None,
        sentences: int | None = None,
        llm: bool | None = False,
    ) -> Iterator[tuple[Answer, bool]]:
        """Yield the answer as it grows; see ``rag.assistant.Assistant.ask_stream``."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """``name`` is "starting", "loading", "ready", "empty", "updating" or "error".

    ``message`` is a (zh, en) pair to show as a banner; an "error" with a snapshot still
    answers from the old one.
    """

    name: str
    message: tuple[str, str] = ("", "")
    snapshot: str = ""


class Engine:
    """Opens the assistant in a thread and swaps it when ``current`` names a new snapshot.

    ``open_assistant`` gets the assistant that answers now (None at first) and returns the one
    for the current snapshot; it is slow where it loads models. ``current`` returns the id of
    the snapshot on disk, "" while there is none; it is called often and must be cheap.
    """

    def __init__(
        self,
        open_assistant: Callable[[Answerer | None], Answerer],
        current: Callable[[], str],
    ) -> None:
        self._open = open_assistant
        self._current = current
        self._assistant: Answerer | None = None
        self._state = EngineState("starting")
        self._tried = ""
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._listeners: list[Callable[[str], None]] = []
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> EngineState:
        """What the page shows."""
        return self._state

    @property
    def snapshot(self) -> str:
        """The id of the snapshot that answers now."""
        return self._state.snapshot

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the id of another snapshot ("" for none).

        While nothing answers yet it is called before the snapshot is opened; later only once
        the new snapshot answers: what the listener forgets must not be answered from any more.
        """
        self._listeners.append(listener)

    def start(self) -> None:
        """Begin to load, unless that has begun; returns at once."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread after the step it is in."""
        self._stop.set()

    def assistant(self, timeout: float) -> Answerer | None:
        """Return the assistant, waiting up to ``timeout`` seconds while it is being loaded."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._assistant is not None or self._state.name in ("empty", "error"),
                timeout,
            )
            return self._assistant

    def _set(self, state: EngineState, assistant: Answerer | None) -> None:
        with self._changed:
            self._assistant = assistant
            self._state = state
            self._changed.notify_all()

    def _announce(self, snapshot: str) -> None:
        for listener in self._listeners:
            listener(snapshot.split(" ")[0])

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except Exception:
                # A look that fails must not end the watch; the next one may succeed.
                log.exception("looking at the library failed")
            self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        current = self._current()
        if not current:
            was = self._state.name
            self._tried = ""
            self._set(EngineState("empty"), None)
            if was != "empty":
                self._announce("")
            return
        if current in (self._state.snapshot, self._tried):
            return
        self._tried = current
        old = self._assistant
        waiting = "loading" if old is None else "updating"
        self._set(EngineState(waiting, snapshot=self._state.snapshot), old)
        if old is None:
            self._announce(current)
        try:
            assistant = self._open(old)
        except LibraryMissing:
            self._set(EngineState("empty", snapshot=current), None)
            if old is not None:
                self._announce(current)
        except Exception as error:
            known = isinstance(error, YinzhengError)
            log.error("not opened: %s", type(error).__name__, exc_info=None if known else error)
            self._set(EngineState("error", _message(error), self._state.snapshot), old)
        else:
            if old is not None:
                self._announce(current)
            self._set(EngineState("ready", snapshot=current), assistant)
            log.info("snapshot %s answers", current.split(" ")[0])


def _message(error: Exception) -> tuple[str, str]:
    if isinstance(error, YinzhengError):
        return (error.zh, error.en)
    name = type(error).__name__
    return (
        f"文献库未能打开（{name}）；详情见日志。",
        f"the library was not opened ({name}); see the log.",
    )
