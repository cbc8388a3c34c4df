"""Papers on their way out: only hidden while it can be undone, then handed to the indexing job."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable
from pathlib import Path

from ui.web.jobs import read_json, write_json

UNDO_SECONDS = 30.0
RETRY_SECONDS = 60.0  # after a removal that failed; twice as long after each further one
MOST_DOUBLINGS = 6


class Removals:
    """The short ids of removed papers, kept in ``file`` through a restart. Not locked itself."""

    def __init__(self, file: Path) -> None:
        self._file = file
        kept = read_json(file) or {}
        self._since = {p: float(when) for p, when in kept.items() if isinstance(when, int | float)}
        self._handed: set[str] = set()
        self._tries: dict[str, int] = {}
        self._not_before: dict[str, float] = {}

    def __contains__(self, paper: str) -> bool:
        return paper in self._since

    def add(self, paper: str) -> None:
        """Remove a paper; one that is on its way out already keeps its time."""
        self._since.setdefault(paper, time.time())
        self._keep()

    def undo(self, paper: str) -> bool:
        """Take a removal back; False when the indexing process has it: then it is too late."""
        if paper in self._handed:
            return False
        self.forget((paper,))
        return True

    def forget(self, papers: Iterable[str]) -> None:
        """Drop what is known about ``papers``."""
        before = len(self._since)
        for paper in papers:
            self._since.pop(paper, None)
            self._handed.discard(paper)
            self._tries.pop(paper, None)
            self._not_before.pop(paper, None)
        if len(self._since) != before:
            self._keep()

    def retain(self, papers: Container[str]) -> None:
        """Take up a new catalogue: what is not among its ``papers`` has left the index."""
        self.forget([paper for paper in self._since if paper not in papers])
        self.release()

    def release(self) -> None:
        """The process that had papers to remove ended: those still here may be undone again."""
        self._handed.clear()

    def due(self) -> list[str]:
        """Return the papers whose time for undoing has passed and that nobody works on."""
        now = time.time()
        return [
            paper
            for paper, since in self._since.items()
            if since < now - UNDO_SECONDS
            and paper not in self._handed
            and now >= self._not_before.get(paper, 0.0)
        ]

    def hand_over(self, paper: str) -> None:
        """Note that the indexing process is asked to remove ``paper``."""
        tries = self._tries.get(paper, 0)
        self._tries[paper] = tries + 1
        self._not_before[paper] = time.time() + RETRY_SECONDS * 2 ** min(tries, MOST_DOUBLINGS)
        self._handed.add(paper)

    def _keep(self) -> None:
        if self._file.parent.is_dir():
            write_json(self._file, dict(self._since))
