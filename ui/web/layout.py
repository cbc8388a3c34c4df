"""The page's Gradio blocks: empty panels that our scripts fill, wired to ``asking`` and ``events``.

No panel has a value in its template: values travel as JSON and are drawn by
``assets/*.js`` with ``textContent``, because Gradio runs code found in templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from ui.web import asking, events
from ui.web.conversations import Conversations
from ui.web.desk import Desk
from ui.web.status import library_status

ASSETS = Path(__file__).resolve().parent / "assets"
ASK_LIMIT = 2
FOLLOW_LIMIT = 8
QUEUE = 64
BUSY_SECONDS = 0.5
IDLE_SECONDS = 4.0

Handler = Callable[[Conversations, object], object]
Action = Callable[[Desk, object], events.Update | None]


def _panel(name: str, *event_names: str) -> gr.HTML:
    """Return an empty panel; Gradio learns the events it has from the quoted names."""
    quoted = " ".join(f"'{event}'" for event in event_names)
    return gr.HTML(
        value={},
        html_template=f'<div data-panel="{name}"></div>',
        js_on_load=(
            f"/* events: {quoted} */ import('/desk/desk.js')"
            f".then(m => m.mount('{name}', element, props, trigger, watch));"
        ),
        apply_default_css=False,
        elem_id=f"desk-{name}",
        elem_classes=["desk-panel"],
    )


def build_page(desk: Desk) -> gr.Blocks:
    """Return the page of ``desk``."""
    with gr.Blocks(
        title="引证 · Yinzheng", analytics_enabled=False, delete_cache=(3600, 86400)
    ) as page:
        _panel("masthead")
        conversation = _panel("conversation", "retry", "undo", "clear", "history", "follow")
        composer = _panel("composer", "ask", "stop")
        _panel("evidence")
        _panel("tables")
        library = _panel("library", "remove", "restore", "reread", "samples", "dismiss", "refresh")
        seen = gr.State("")
        timer = gr.Timer(BUSY_SECONDS)
        _wire_conversation(desk, conversation, composer)
        _wire_library(desk, library, seen, timer)
        gr.api(_api(desk), api_name="ask", concurrency_limit=ASK_LIMIT, concurrency_id="ask")
    page.queue(max_size=QUEUE, default_concurrency_limit=ASK_LIMIT)
    return page


def _wire_conversation(desk: Desk, conversation: gr.HTML, composer: gr.HTML) -> None:
    def answer(event: gr.EventData) -> Iterator[dict[str, Any]]:
        yield from asking.ask(desk, event._data)

    def retry(event: gr.EventData) -> Iterator[dict[str, Any]]:
        yield from asking.retry(desk, event._data)

    def follow(event: gr.EventData) -> Iterator[dict[str, Any]]:
        yield from asking.follow(desk, event._data)

    answering = {
        "outputs": [conversation],
        "concurrency_limit": ASK_LIMIT,
        "concurrency_id": "ask",
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "api_visibility": "private",
    }
    composer.ask(answer, **answering)
    conversation.retry(retry, **answering)
    # The page that asked still holds its place among the questions until it is answered.
    following = {**answering, "concurrency_id": "follow", "concurrency_limit": FOLLOW_LIMIT}
    conversation.follow(follow, **following)

    def turns(handler: Handler) -> Callable[[gr.EventData], object]:
        def handle(event: gr.EventData) -> object:
            desk.engine.start()  # a page that asks for its turns is up
            update = handler(desk.conversations, event._data)
            return gr.skip() if update is None else update

        return handle

    quick = {
        "outputs": [composer],
        "queue": False,
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "api_visibility": "private",
    }
    # Not by Gradio's ``cancels``: pressed before the queue has given the question its number, its
    # client sends a request that the server refuses, and the question is answered all the same.
    composer.stop(turns(asking.stop), **{**quick, "outputs": [conversation]})
    conversation.history(turns(events.history), **quick)
    conversation.undo(turns(events.undo), **quick)
    conversation.clear(turns(events.clear), **quick)


def _wire_library(desk: Desk, library: gr.HTML, seen: gr.State, timer: gr.Timer) -> None:
    def look(old: str) -> tuple[Any, Any, Any]:
        status = library_status(desk)
        if status["version"] == old:
            return gr.skip(), gr.skip(), gr.skip()
        return status, status["version"], gr.Timer(BUSY_SECONDS if status["busy"] else IDLE_SECONDS)

    quiet = {
        "inputs": [seen],
        "outputs": [library, seen, timer],
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    timer.tick(look, **quiet)

    def acting(action: Action) -> Callable[[gr.EventData], tuple[Any, ...]]:
        def handle(event: gr.EventData) -> tuple[Any, ...]:
            notice = action(desk, event._data)
            status, *rest = look("")
            return (status if notice is None else {**status, "notice": notice}, *rest)

        return handle

    acts = {**quiet, "inputs": None, "trigger_mode": "multiple"}
    library.remove(acting(events.remove), **acts)
    library.restore(acting(events.restore), **acts)
    library.reread(acting(events.reread), **acts)
    library.samples(acting(events.samples), **acts)
    library.dismiss(acting(events.dismiss), **acts)
    library.refresh(acting(lambda desk, data: None), **acts)


def _api(desk: Desk) -> Callable[[str], dict[str, Any]]:
    def ask(message: str) -> dict[str, Any]:
        """Answer one question; the result has the form of `yinzheng ask --json`."""
        return asking.ask_once(desk, message)

    return ask


def theme() -> gr.themes.Base:
    """Return a plain theme without web fonts; the look is in ``assets/desk.css``."""
    sans = ["system-ui", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]
    return gr.themes.Base(font=sans, font_mono=["ui-monospace", "monospace"])
