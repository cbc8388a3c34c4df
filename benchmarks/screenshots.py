"""Screenshots of the page's main states on the sample papers: ``docs/screenshots/*.png``.

Run as ``python -m benchmarks.screenshots [FOLDER]``. Starts the real server on a library of
the sample papers, in Chinese and English, at desktop and phone width.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.serve import starting

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
QUESTIONS = {
    "zh": ("TGF-β/Smad 信号通路如何促进肺癌肝转移？", "明天上海的天气怎么样？"),
    "en": (
        "How do integrins promote liver metastasis of lung cancer?",
        "What will the weather be in Shanghai tomorrow?",
    ),
}
WORDS = {"zh": "上皮间质转化", "en": "integrins"}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
DONE = ".turn:last-child:is([data-state=answered], [data-state=partly], [data-state=not_found])"


def open_page(browser: Any, address: str, size: str, language: str, scheme: str) -> Any:
    """Return a page that is ready, in the given look."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    return page


def ask(page: Any, question: str) -> None:
    """Ask and wait for the whole answer and its page."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(f"{DONE} >> text={question}")
    page.wait_for_selector("html[data-prefetch=done]", state="attached")


def take(page: Any, folder: Path, name: str) -> None:
    """Write one picture, with 256 colours: a third of the size, and no eye tells."""
    from PIL import Image

    page.evaluate("document.fonts.ready")
    file = folder / f"{name}.png"
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file)


def take_empty(browser: Any, address: str, folder: Path) -> None:
    """The first visit; ends with the sample papers indexed."""
    for language in LOCALES:
        page = open_page(browser, address, "desktop", language, "light")
        page.wait_for_selector("#welcome[data-state=empty]")
        take(page, folder, f"desktop-{language}-empty")
        page.context.close()
    page = open_page(browser, address, "desktop", "zh", "light")
    page.click("#try-samples")
    page.wait_for_selector("#engine-state[data-state=ready]")
    page.click("#view-library")
    page.click("#dismiss")
    page.context.close()


def take_found(page: Any, folder: Path, name: str, words: str) -> None:
    """Words found in the paper that is shown."""
    page.click("#page-find")
    page.fill("#find", words)
    page.press("#find", "Enter")
    page.wait_for_selector(".evidence[data-list=found]")
    page.wait_for_selector("#stage[data-state=ready]")
    take(page, folder, f"{name}-find")
    page.press("#find", "Escape")


def take_states(browser: Any, address: str, folder: Path, size: str, language: str) -> None:
    """Welcome, an answer with its page, words found, not found, library, tables, settings."""
    page = open_page(browser, address, size, language, "light")
    page.wait_for_selector("#engine-state[data-state=ready]")
    page.wait_for_selector(".examples button")
    name = f"{size}-{language}"
    take(page, folder, f"{name}-welcome")
    answered, unknown = QUESTIONS[language]
    ask(page, answered)
    take(page, folder, f"{name}-answer")
    if size == "phone":
        page.click(".chip >> nth=0")
        page.wait_for_selector("#stage[data-state=ready]")
        take(page, folder, f"{name}-evidence")
        page.click("#view-chat")
    else:
        take_found(page, folder, name, WORDS[language])
    ask(page, unknown)
    take(page, folder, f"{name}-not-found")
    page.click("#view-library")
    page.click("[id^=details] >> nth=0")
    page.wait_for_selector("[data-details]")
    take(page, folder, f"{name}-library")
    page.click("#view-tables")
    page.click("#table-mechanisms")
    page.wait_for_selector("#table-body[data-state=ready] tr[data-row]")
    take(page, folder, f"{name}-tables")
    page.click("#settings")
    take(page, folder, f"{name}-settings")
    page.context.close()


def main() -> None:
    """Take all pictures into the folder named on the command line, else docs/screenshots."""
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("needs Chromium (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        with starting(Path(place) / "library") as (address, _):
            take_empty(browser, address, folder)
            for size in SIZES:
                for language in LOCALES:
                    take_states(browser, address, folder, size, language)
            page = open_page(browser, address, "desktop", "zh", "dark")
            ask(page, QUESTIONS["zh"][0])
            take(page, folder, "desktop-zh-dark")
        browser.close()


if __name__ == "__main__":
    main()
