"""What else the page sends in: earlier turns, undo, clear, and what is done to the library.

Nothing the browser sends is trusted: ids are checked, turns come from the server.
"""

from __future__ import annotations

import secrets
from typing import Any

from ui.sample_papers import sample_papers
from ui.web.conversations import Conversations, named
from ui.web.desk import Desk
from ui.web.rendering import turn_json

Update = dict[str, Any]


def history(conversations: Conversations, data: object) -> Update | None:
    """Turns for a page that was reloaded, or the ones before ``data["before"]``."""
    if (conversation := named(data)) is None or not isinstance(data, dict):
        return None
    before = data.get("before")
    limit = before if isinstance(before, int) and not isinstance(before, bool) else None
    turns, earlier = conversations.page(conversation, limit)
    return {
        "kind": "history",
        "conversation": conversation,
        "before": limit,
        "turns": [turn_json(turn) for turn in turns],
        "earlier": earlier,
        "nonce": secrets.token_hex(4),
    }


def undo(conversations: Conversations, data: object) -> Update | None:
    """Take back the last question; its text goes back into the question box."""
    if (conversation := named(data)) is None:
        return None
    last = conversations.drop_last(conversation)
    found = history(conversations, data)
    if found is not None and last is not None:
        found["draft"] = last.question
    return found


def clear(conversations: Conversations, data: object) -> Update | None:
    """Remove all turns of the conversation."""
    if (conversation := named(data)) is None:
        return None
    conversations.clear(conversation)
    return history(conversations, data)


def _paper(data: object) -> str:
    paper = data.get("paper") if isinstance(data, dict) else None
    return paper if isinstance(paper, str) else ""


def remove(desk: Desk, data: object) -> None:
    """Take a paper out of all answers; the index follows when undoing is over."""
    desk.library.remove(_paper(data))


def restore(desk: Desk, data: object) -> Update | None:
    """Undo a removal; return what to tell the person when it is too late."""
    row = desk.library.row(_paper(data))
    if row is not None and desk.library.restore(row.id):
        return None
    paper = row.paper.title or row.paper.file if row is not None else ""
    key = "restore_late" if row is not None else "restore_gone"
    return {"key": key, "paper": paper, "nonce": secrets.token_hex(4)}


def reread(desk: Desk, data: object) -> None:
    """Read one paper again from its PDF."""
    row = desk.library.row(_paper(data))
    if row is None:
        return
    if row.status == "failed":  # nothing of it is indexed: its path names it
        desk.jobs.request(paths=[row.path])
    else:
        desk.jobs.request(reread=[row.paper.id])


def samples(desk: Desk, data: object) -> None:
    """Index the sample papers."""
    desk.jobs.request(paths=sample_papers())


def dismiss(desk: Desk, data: object) -> None:
    """Put away the report of a finished job."""
    desk.jobs.dismiss()
