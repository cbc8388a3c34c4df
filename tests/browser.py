"""A headless Chromium for tests of the page: guarded pages, and waits instead of sleeps."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
WAIT = 20_000  # milliseconds; a loaded machine is slow, not broken


@contextmanager
def chromium() -> Iterator[object]:
    """Start the system's Chromium; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page whose console errors, script errors and outside requests fail the test."""

    def __init__(self, browser, url: str, *, width=1440, height=900, locale="zh-CN", **options):
        self.url = url
        self.problems: list[str] = []
        self.allowed: list[str] = []
        options.setdefault("reduced_motion", "reduce")
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, **options
        )
        self.context.set_default_timeout(WAIT)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.url).netloc:
            self.problems.append(f"outside request: {request.url}")

    def open(self, path: str = "/", *, ready: bool = True) -> Watched:
        self.page.goto(self.url + path)
        self.page.wait_for_selector("html[data-ready=true]", state="attached")
        if ready:
            self.page.wait_for_selector("#engine-state:is([data-state=ready], [data-state=empty])")
        return self

    def send(self, question: str) -> None:
        """Type a question and press Enter."""
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def ask(self, question: str, state: str = "answered") -> None:
        """Send a question and wait for the state of the new last turn."""
        turns = self.page.locator(".turn[data-turn]").count()
        self.send(question)
        self.page.wait_for_function(
            """([turns, state]) => {
                const all = document.querySelectorAll('.turn');
                return all.length > turns && all[all.length - 1].dataset.state === state;
            }""",
            arg=[turns, state],
        )

    def painted(self) -> None:
        """Wait for the page image with its marks."""
        self.page.wait_for_selector("#stage[data-state=ready]")

    def boxes_in_view(self) -> bool:
        """Tell whether the first cited box is drawn and inside the part of the page in sight."""
        return self.page.evaluate(
            """() => {
                const frame = document.querySelector('#stage').getBoundingClientRect();
                return [...document.querySelectorAll('.mark-box.cited')].slice(0, 1).every((node) => {
                    const box = node.getBoundingClientRect();
                    return box.width > 10 && box.top >= frame.top && box.bottom <= frame.bottom
                        && box.left >= frame.left - 1 && box.right <= frame.right + 1;
                });
            }"""
        )

    def in_view(self, selector: str, frame: str) -> bool:
        """Tell whether an element lies inside the visible part of ``frame``."""
        return self.page.evaluate(
            """([inner, outer]) => {
                const [box, frame] = [inner, outer].map((s) => document.querySelector(s).getBoundingClientRect());
                return box.height > 0 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
            }""",
            [selector, frame],
        )

    def download(self, selector: str) -> bytes:
        """Click and return the file that comes."""
        with self.page.expect_download() as download:
            self.page.click(selector)
        return Path(download.value.path()).read_bytes()

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def wait(self, selector: str, state: str = "visible") -> None:
        self.page.locator(selector).first.wait_for(state=state)

    def gone(self, selector: str) -> None:
        self.page.wait_for_function("s => !document.querySelector(s)", arg=selector)

    def close(self) -> None:
        xss = self.page.evaluate("window.__xss")
        self.context.close()
        kept = [p for p in self.problems if not any(re.search(a, p) for a in self.allowed)]
        assert kept == [], kept
        assert xss is None
