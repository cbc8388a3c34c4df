"""Server-side conversations: turns go in under a conversation id, bounded history comes out.

The browser sends an unguessable id and never any turns: what it claims was said before is
not trusted. Kept in memory only, oldest conversations dropped first.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from rag.records import Answer
from ui.web.streaming import cut_short

MAX_CONVERSATIONS = 500
MAX_TURNS = 300
HISTORY_TURNS = 6  # questions before this one that a follow-up may lean on
PAGE_TURNS = 8  # turns sent at once to a page that was reloaded
WITHDRAWN = 16  # requests a conversation remembers as stopped before they came

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; ``number`` counts from 1 and is never reused.

    ``state`` is "searching", "stopped", "error", "busy" or a value of ``rag.records.Status``.
    ``request`` is the page's own id of the question, "" when it gave none.
    """

    number: int
    question: str
    state: str = "searching"
    answer: Answer | None = None
    code: str = ""
    message: tuple[str, str] = ("", "")
    request: str = ""


@dataclass(slots=True)
class _Conversation:
    turns: list[Turn] = field(default_factory=list)
    made: int = 0
    watchers: list[SimpleQueue[Turn]] = field(default_factory=list)
    withdrawn: deque[str] = field(default_factory=lambda: deque(maxlen=WITHDRAWN))

    def tell(self, turn: Turn) -> Turn:
        for watcher in self.watchers:
            watcher.put(turn)
        return turn


def valid_id(conversation: object) -> bool:
    """Tell whether ``conversation`` has the form of an id: 32 hexadecimal digits."""
    return isinstance(conversation, str) and _ID.fullmatch(conversation) is not None


def named(data: object) -> str | None:
    """Return the conversation id that an event's ``data`` names, None when it is not one."""
    found = data.get("conversation") if isinstance(data, dict) else None
    return found if isinstance(found, str) and valid_id(found) else None


class Conversations:
    """All running conversations; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: OrderedDict[str, _Conversation] = OrderedDict()

    def _touch(self, conversation: str) -> _Conversation:
        found = self._all.setdefault(conversation, _Conversation())
        self._all.move_to_end(conversation)
        while len(self._all) > MAX_CONVERSATIONS:
            self._end_all(self._all.popitem(last=False)[1])
        return found

    def begin(self, conversation: str, question: str, request: str = "") -> Turn | None:
        """Open a turn; None while another turn of the conversation is still running.

        A request that was stopped before it came is a turn in the state "stopped".
        """
        with self._lock:
            found = self._touch(conversation)
            if found.turns and found.turns[-1].state == "searching":
                return None
            found.made += 1
            state = "stopped" if request and request in found.withdrawn else "searching"
            turn = Turn(found.made, question, state, request=request)
            found.turns.append(turn)
            del found.turns[:-MAX_TURNS]
            return turn

    def update(self, conversation: str, changed: Turn) -> Turn:
        """Store ``changed`` in place of the running turn of its number; return what stands.

        A turn that was stopped or removed meanwhile stays so: it comes back as "stopped".
        """
        with self._lock:
            found = self._touch(conversation)
            for place, old in enumerate(found.turns):
                if old.number == changed.number and old.state == "searching":
                    found.turns[place] = changed
                    return found.tell(changed)
        return replace(changed, state="stopped")

    def stop(self, conversation: str, request: str = "") -> Turn | None:
        """End the running turn with what is written of it; None when none is running.

        With ``request`` only the turn of that request ends. One that is not here yet, because it
        still waits for its place among the questions, is withdrawn: it ends as it comes.
        """
        with self._lock:
            found = self._touch(conversation)
            running = found.turns[-1] if found.turns else None
            meant = running is not None and request in ("", running.request)
            if running is None or running.state != "searching" or not meant:
                found.withdrawn += [request] if request else []
                return None
            found.turns[-1] = replace(running, state="stopped", answer=cut_short(running.answer))
            return found.tell(found.turns[-1])

    @contextmanager
    def watching(self, conversation: str) -> Iterator[SimpleQueue[Turn]]:
        """Give a queue that receives every change of the conversation's running turn."""
        queue: SimpleQueue[Turn] = SimpleQueue()
        with self._lock:
            found = self._touch(conversation)
            found.watchers.append(queue)
        try:
            yield queue
        finally:
            with self._lock:
                found.watchers.remove(queue)

    def last(self, conversation: str) -> Turn | None:
        """Return the last turn, None when there is none."""
        return next(iter(self.turns(conversation)[-1:]), None)

    def drop_last(self, conversation: str) -> Turn | None:
        """Remove and return the last turn; one that is running ends."""
        with self._lock:
            found = self._touch(conversation)
            return self._ended(found, found.turns.pop()) if found.turns else None

    def clear(self, conversation: str) -> None:
        """Remove all turns; numbers go on, so that an old mark never names a new turn."""
        with self._lock:
            self._end_all(self._touch(conversation))

    def _end_all(self, found: _Conversation) -> None:
        for turn in found.turns:
            self._ended(found, turn)
        found.turns.clear()

    @staticmethod
    def _ended(found: _Conversation, turn: Turn) -> Turn:
        if turn.state == "searching":
            found.tell(replace(turn, state="stopped"))
        return turn

    def questions(self, conversation: str, before: int) -> tuple[str, ...]:
        """Return the last questions before turn ``before``, oldest first, as understood."""
        with self._lock:
            turns = [t for t in self._touch(conversation).turns if t.number < before and t.answer]
        return tuple(t.answer.resolved or t.question for t in turns[-HISTORY_TURNS:] if t.answer)

    def page(self, conversation: str, before: int | None = None) -> tuple[tuple[Turn, ...], int]:
        """Return the last turns (before turn number ``before``) and how many are still earlier."""
        with self._lock:
            turns = [
                t for t in self._touch(conversation).turns if before is None or t.number < before
            ]
        return tuple(turns[-PAGE_TURNS:]), max(0, len(turns) - PAGE_TURNS)

    def turns(self, conversation: str) -> tuple[Turn, ...]:
        """Return all turns kept, oldest first."""
        with self._lock:
            found = self._all.get(conversation)
            return tuple(found.turns) if found else ()
