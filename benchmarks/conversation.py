"""A long conversation in the page, with the real encoders: ``make bench-conversation``.

Asks 100 questions over the sample papers in one Chromium page and prints, at some turns, what
travels for a question, how much the page holds, and how long the first sentence takes; then
what a click on a mark takes until its page is painted with its boxes, and what a reload takes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serve import questions, starting

TURNS = 100
SHOWN = (1, 5, 10, 25, 50, 75, 100)
WINDOW = 5  # turns whose median is shown
WAIT = 120_000  # milliseconds

# Presses Enter and resolves to the milliseconds until a sentence (or "not found") is painted,
# and until the answer is whole.
ASK = """async (question) => {
    const box = document.querySelector('#question');
    const before = Number(document.querySelector('.turn[data-turn]:last-child')?.dataset.turn ?? 0);
    box.value = question;
    const started = performance.now();
    const enter = { key: 'Enter', bubbles: true, cancelable: true };
    box.dispatchEvent(new KeyboardEvent('keydown', enter));
    const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
    const seen = (ready) => new Promise((resolve) => {
        const look = () => {
            const turn = document.querySelector('.turn:last-child');
            if (Number(turn?.dataset.turn) > before && ready(turn)) {
                observer.disconnect();
                painted(() => resolve(performance.now() - started));
            }
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true, attributes: true });
        look();
    });
    const first = seen((turn) => turn.querySelector('.sentence, .not-found'));
    const whole = seen((turn) => turn.dataset.state !== 'searching');
    return [await first, await whole];
}"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: bytes both ways, milliseconds, elements and script memory of the page."""

    sent: int
    received: int
    first: float
    whole: float
    elements: int
    heap: float
    clicks: tuple[int, ...]


@contextmanager
def opened(address: str) -> Iterator[Any]:
    """Open the page in Chromium and wait until it can answer."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(locale="zh-CN", reduced_motion="reduce").new_page()
        page.set_default_timeout(WAIT)
        page.goto(address)
        yield page
        browser.close()


class Wire:
    """Counts what goes over the wire for questions; page images are not counted."""

    def __init__(self, page: Any) -> None:
        self.sent = self.received = 0
        self._images: set[str] = set()
        self._client = page.context.new_cdp_session(page)
        self._client.send("Network.enable")
        self._client.on("Network.requestWillBeSent", self._request)
        self._client.on("Network.dataReceived", self._data)

    def _request(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if "/evidence/" in url or url.startswith("blob:"):  # fetched, then shown from memory
            self._images.add(event["requestId"])
        self.sent += len(event["request"].get("postData", "").encode())

    def _data(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._images:
            self.received += event["dataLength"]


def converse(page: Any, turns: int) -> list[Sample]:
    """Ask ``turns`` questions one after the other; return what each took."""
    wire, asked, samples = Wire(page), questions(), []
    for turn in range(turns):
        sent, received = wire.sent, wire.received
        first, whole = page.evaluate(ASK, asked[turn % len(asked)])
        page.wait_for_selector("html[data-prefetch=done]", state="attached")
        elements, heap = page.evaluate(
            "[document.querySelectorAll('*').length, performance.memory.usedJSHeapSize / 1e6]"
        )
        sent, received = wire.sent - sent, wire.received - received
        clicks = click_marks(page)
        samples.append(Sample(sent, received, first, whole, elements, heap, clicks))
    return samples


def click_marks(page: Any) -> tuple[int, ...]:
    """Click every mark of the last turn; milliseconds from each click to the painted page."""
    chips, clicks = page.locator(".turn:last-child .chip"), []
    for place in range(chips.count()):
        chips.nth(place).click()
        page.wait_for_selector("#stage[data-state=ready]")
        clicks.append(int(page.get_attribute("#stage", "data-ms")))
    return tuple(clicks)


def median(values: Sequence[float]) -> float:
    """Return the middle one."""
    return sorted(values)[len(values) // 2]


def print_table(samples: list[Sample]) -> None:
    """Print the turns of SHOWN; times and bytes are medians of the last WINDOW turns."""
    print("| turn | bytes sent | bytes received | first sentence ms | whole ms | elements | MB |")
    print("|---|---|---|---|---|---|---|")
    for turn in SHOWN:
        near = samples[max(0, turn - WINDOW) : turn]
        if not near:
            break
        row = (
            turn, f"{median([s.sent for s in near]):.0f}",
            f"{median([s.received for s in near]):.0f}", f"{median([s.first for s in near]):.0f}",
            f"{median([s.whole for s in near]):.0f}", near[-1].elements, f"{near[-1].heap:.0f}",
        )  # fmt: skip
        print("| " + " | ".join(map(str, row)) + " |")


def main() -> None:
    """Run the conversation and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        starting(Path(place) / "library") as (address, _),
        opened(address) as page,
    ):
        page.click("#try-samples")
        page.wait_for_selector("#engine-state[data-state=ready]")
        print(f"{os.cpu_count()} cores; load before: {os.getloadavg()[0]:.2f}\n")
        samples = converse(page, options.turns)
        print_table(samples)
        clicks = sorted(click for sample in samples for click in sample.clicks)
        print(f"\n{len(clicks)} clicks on marks: painted after p50 {median(clicks)} ms, ", end="")
        print(f"p95 {clicks[int(len(clicks) * 0.95)]} ms, at most {clicks[-1]} ms")
        started = time.monotonic()
        page.reload()
        page.wait_for_selector(".turn[data-turn] .answer")
        print(f"\nreload: the last turns shown after {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
