"""Server-side conversations: turns go in under a conversation id, bounded history comes out.

The browser sends an unguessable id and never any turns: what it claims was said before is
not trusted. Kept in memory only, oldest conversations dropped first.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from rag.records import Answer

MAX_CONVERSATIONS = 500
MAX_TURNS = 300
HISTORY_TURNS = 6  # questions before this one that a follow-up may lean on
PAGE_TURNS = 8  # turns sent at once to a page that was reloaded

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; ``number`` counts from 1 and is never reused.

    ``state`` is "searching", "stopped", "error", "busy" or a value of ``rag.records.Status``.
    """

    number: int
    question: str
    state: str = "searching"
    answer: Answer | None = None
    code: str = ""
    message: tuple[str, str] = ("", "")


@dataclass(slots=True)
class _Conversation:
    turns: list[Turn] = field(default_factory=list)
    made: int = 0


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
            self._all.popitem(last=False)
        return found

    def begin(self, conversation: str, question: str) -> Turn | None:
        """Open a turn; None while another turn of the conversation is still running."""
        with self._lock:
            found = self._touch(conversation)
            if found.turns and found.turns[-1].state == "searching":
                return None
            found.made += 1
            turn = Turn(found.made, question)
            found.turns.append(turn)
            del found.turns[:-MAX_TURNS]
            return turn

    def update(self, conversation: str, changed: Turn) -> Turn:
        """Store ``changed`` in place of the turn of its number; a removed turn stays removed."""
        with self._lock:
            turns = self._touch(conversation).turns
            for place, old in enumerate(turns):
                if old.number == changed.number:
                    turns[place] = changed
        return changed

    def drop_last(self, conversation: str) -> Turn | None:
        """Remove and return the last turn."""
        with self._lock:
            turns = self._touch(conversation).turns
            return turns.pop() if turns else None

    def clear(self, conversation: str) -> None:
        """Remove all turns; numbers go on, so that an old mark never names a new turn."""
        with self._lock:
            self._touch(conversation).turns.clear()

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
