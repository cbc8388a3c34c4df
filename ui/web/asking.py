"""A question as the page sent it -> the turn, as it grows.

Nothing the browser sends is trusted: ids and lengths are checked, turns come from the server.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any

from ingest.errors import YinzhengError
from rag.export import answer_json
from rag.records import Answer, Status
from ui.web.conversations import Conversations, Turn, named, valid_id
from ui.web.desk import Desk
from ui.web.rendering import ID_LENGTH, turn_json
from ui.web.streaming import sentence_by_sentence

Update = dict[str, Any]

log = logging.getLogger(__name__)

MAX_QUESTION = 2000
MODEL_WAIT = 180.0
LENGTHS = {"short": 3, "medium": 6, "long": 12}

NOTHING_LEFT = ("文献库为空，请先添加 PDF。", "The library is empty. Add PDFs first.")
NOTHING_CHOSEN = (
    "所选文献已不在库中；请在文献库中另选，或取消选择后提问全部文献。",
    "The papers chosen are no longer in the library. Choose others, or none to ask all papers.",
)


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question as the page sent it, checked."""

    conversation: str
    question: str
    papers: tuple[str, ...]
    sentences: int
    llm: bool
    request: str = ""

    @classmethod
    def parse(cls, data: object) -> AskRequest | None:
        """Return the request, or None when it is not one."""
        if not isinstance(data, dict) or not valid_id(data.get("conversation")):
            return None
        question = data.get("question")
        if not isinstance(question, str):
            return None
        papers = data.get("papers")
        chosen = papers if isinstance(papers, list) else []
        return cls(
            data["conversation"],
            clean_question(question),
            tuple(str(paper)[:64] for paper in chosen[:5000]),
            LENGTHS.get(str(data.get("length")), LENGTHS["medium"]),
            data.get("llm") is True,
            request_id(data),
        )


def request_id(data: object) -> str:
    """Return the page's own id of a question, "" when ``data`` has none of the right form."""
    found = data.get("request") if isinstance(data, dict) else None
    return found if isinstance(found, str) and valid_id(found) else ""


def clean_question(question: str) -> str:
    """Cut to the longest question allowed and drop control characters."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in question)
    return kept.strip()[:MAX_QUESTION]


def ask(desk: Desk, data: object) -> Iterator[Update]:
    """Answer a question; yields the turn as it grows.

    The work is done in a thread of its own: the page may be closed or reloaded meanwhile, and
    whoever stops the turn need not wait for a slow language model.
    """
    request = AskRequest.parse(data)
    if request is None or not request.question:
        return
    turns = desk.conversations
    with turns.watching(request.conversation) as changes:
        turn = turns.begin(request.conversation, request.question, request.request)
        if turn is None:
            busy = Turn(0, request.question, state="busy", request=request.request)
            yield _update(request.conversation, busy)
            return
        if turn.state == "stopped":
            yield _update(request.conversation, turn)
            return
        if desk.log_questions:
            log.info("question: %s", request.question)
        work = threading.Thread(target=_work, args=(desk, request, turn), daemon=True)
        work.start()
        yield from _grown(request.conversation, turn, changes)


def follow(desk: Desk, data: object) -> Iterator[Update]:
    """Yield the running turn as it grows, for a page that was reloaded meanwhile."""
    if (conversation := named(data)) is None:
        return
    with desk.conversations.watching(conversation) as changes:
        last = desk.conversations.last(conversation)
        if last is not None:
            yield from _grown(conversation, last, changes)


def _grown(conversation: str, turn: Turn, changes: SimpleQueue[Turn]) -> Iterator[Update]:
    yield _update(conversation, turn)
    while turn.state == "searching":
        turn = changes.get()
        yield _update(conversation, turn)


def stop(conversations: Conversations, data: object) -> Update | None:
    """End the running turn, or the request named; returns the turn with what was written of it."""
    conversation = named(data)
    turn = conversations.stop(conversation, request_id(data)) if conversation is not None else None
    return None if turn is None or conversation is None else _update(conversation, turn)


def _work(desk: Desk, request: AskRequest, turn: Turn) -> None:
    """Answer the question into its turn, until it is done or stopped."""
    started = time.monotonic()
    turns, conversation = desk.conversations, request.conversation
    try:
        with closing(_answered(desk, request, turn)) as stream:
            for grown in stream:
                turn = turns.update(conversation, grown)
                if turn.state == "stopped":
                    break
    except YinzhengError as error:
        failed = replace(turn, state="error", answer=None, code=type(error).__name__)
        turn = turns.update(conversation, replace(failed, message=(error.zh, error.en)))
    except Exception as error:
        code = secrets.token_hex(3).upper()
        # The message of an exception may quote the question or a passage: only its class and
        # the way to it are logged.
        way = "".join(traceback.format_tb(error.__traceback__))
        log.error("question failed, code %s, %s\n%s", code, type(error).__name__, way)
        turn = turns.update(conversation, replace(turn, state="error", answer=None, code=code))
    seconds = time.monotonic() - started
    log.info("turn: %s, %.0f ms, snapshot %s", turn.state, seconds * 1000, desk.engine.snapshot)


def _answered(desk: Desk, request: AskRequest, turn: Turn) -> Generator[Turn]:
    assistant = desk.engine.assistant(timeout=MODEL_WAIT)
    if assistant is None:
        message = desk.engine.state.message
        raise YinzhengError(*(message if message[0] else NOTHING_LEFT))
    papers = desk.library.chosen(request.papers)
    if papers is not None and not papers:
        raise YinzhengError(*(NOTHING_CHOSEN if request.papers else NOTHING_LEFT))
    history = desk.conversations.questions(request.conversation, turn.number)
    stream = assistant.ask_stream(
        request.question,
        history=history,
        papers=papers,
        sentences=request.sentences,
        llm=request.llm and desk.llm() is not None,
    )
    for answer, done in sentence_by_sentence(stream):
        if done:
            desk.images.prefetch(_cited_pages(answer))
        yield replace(turn, state=answer.status.value if done else "searching", answer=answer)


def _cited_pages(answer: Answer) -> list[tuple[str, int]]:
    shown = answer.nearest if answer.status is Status.NOT_FOUND else answer.citations
    pages = []
    for citation in shown:
        pages.append((citation.paper.id[:ID_LENGTH], citation.page))
        pages += [(citation.paper.id[:ID_LENGTH], box.page) for box in citation.boxes]
    return pages


def _update(conversation: str, turn: Turn) -> Update:
    return {"kind": "turn", "conversation": conversation, "turn": turn_json(turn)}


def retry(desk: Desk, data: object) -> Iterator[Update]:
    """Ask the last question again, in place of its old answer."""
    if (conversation := named(data)) is None or not isinstance(data, dict):
        return
    last = desk.conversations.drop_last(conversation)
    if last is not None:
        yield from ask(desk, {**data, "question": last.question})


def ask_once(desk: Desk, message: str) -> Update:
    """Answer one question without a conversation, as JSON like ``yinzheng ask --json``."""
    question = clean_question(message)
    assistant = desk.engine.assistant(timeout=MODEL_WAIT)
    if assistant is None or not question:
        return {"error": "library empty or not loaded" if question else "empty question"}
    # Over the API nobody has agreed that passages leave this machine.
    answer = assistant.ask(question, papers=desk.library.chosen(()), llm=False)
    return dict(answer_json(answer))
