"""The whole story of a new user in a real Chromium, on the real models and the sample papers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from browser import Watched, chromium

from benchmarks.quotes import stands

pytestmark = pytest.mark.browser
LIMIT = 90.0  # seconds for a step that loads models or indexes on a busy machine


@pytest.fixture
def server(tmp_path: Path):
    """`yinzheng ui` on an empty library, as a person starts it; yields its address."""
    command = [sys.executable, "-m", "ui.cli", "ui", "--library", str(tmp_path / "library")]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, (line, (tmp_path / "log").read_text())
    yield found[0]
    process.terminate()
    process.wait(20)
    assert "Traceback" not in (tmp_path / "log").read_text()


def printed(text: str) -> str:
    """Text without spaces, hyphens and citation marks: what two readers of a PDF agree on."""
    return re.sub(r"\s|\[[\d,\-–—~～，、]+\]|[-\u2010\u00ad\ufffe\u0002]", "", text)


def page_text(path: Path, page: int) -> str:
    document = pypdfium2.PdfDocument(path)
    text = document[page - 1].get_textpage().get_text_bounded()
    document.close()
    return printed(text)


def check_citations(page: Watched, samples: dict[str, Path]) -> int:
    """Click every mark of the last turn; each quote must stand on the page that is shown."""
    page.wait("html[data-prefetch=done]", "attached")
    chips = page.page.locator(".turn:last-child .chip")
    for place in range(chips.count()):
        chips.nth(place).click()
        assert page.painted() < 150
        file = samples[page.text(".card[aria-current] .file")]
        shown = [int(s.get_attribute("data-page")) for s in page.page.locator(".sheet").all()]
        text = "".join(page_text(file, number) for number in shown)
        quote = printed(page.text(".card[aria-current] mark"))
        assert stands(quote, text), quote
        assert page.count(".mark-box.cited") >= 1
    return chips.count()


def test_a_new_user_asks_checks_adds_and_removes(server, samples, tmp_path):
    by_name = {path.name: path for path in samples}
    with chromium() as browser:
        page = Watched(browser, server, accept_downloads=True)
        page.context.set_default_timeout(LIMIT * 1000)
        page.open()

        # An empty library offers the samples; a reload loses nothing of the indexing.
        page.page.click("#try-samples")
        page.wait(".welcome-job")
        page.page.reload()
        page.page.click("#view-library")
        page.wait("#job[data-state=done]")
        page.wait("#engine-state[data-state=ready]")
        assert page.count(".paper[data-status=indexed]") == len(samples)

        # Chinese, English and a follow-up: every quote stands on the page shown.
        page.ask("TGF-β/Smad 信号通路如何促进肺癌肝转移？")
        assert check_citations(page, by_name) >= 1
        page.page.fill("#question", "How do integrins promote liver metastasis of lung cancer?")
        page.page.press("#question", "Enter")
        page.wait(".turn:last-child:is([data-state=answered], [data-state=partly])")
        assert check_citations(page, by_name) >= 1
        page.ask("明天上海的天气怎么样？", "not_found")
        assert page.count(".turn:last-child .chip") == 0

        # One answer goes out as a Word file, the conversation as Markdown.
        page.page.click(".turn:first-child .menu summary")
        with page.page.expect_download() as download:
            page.page.click(".turn:first-child a[data-kind=docx][data-scope='1']")
        assert Path(download.value.path()).read_bytes()[:2] == b"PK"
        with page.page.expect_download() as download:
            page.page.click(".turn:first-child a[data-kind=md][data-scope=all]")
        assert "Smad" in Path(download.value.path()).read_text(encoding="utf-8")

        # A broken file becomes a row that says why; the others stay.
        broken = tmp_path / "坏文件.pdf"
        broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
        page.page.click("#view-library")
        page.page.set_input_files("#files", [broken, samples[0]])
        page.allowed.append("status of 409")
        page.wait(f".toast[data-id='rejected-{samples[0].name}']")
        page.wait(".paper[data-status=failed]")
        assert len(page.text(".paper[data-status=failed] .reason")) > 5
        assert page.count(".paper[data-status=indexed]") == len(samples)

        # Deleting takes a paper out of the answers at once, undoing brings it back.
        page.page.click(".paper[data-status=indexed] [id^=delete] >> nth=0")
        page.page.wait_for_function(
            f"document.querySelectorAll('.paper[data-status=indexed]').length < {len(samples)}"
        )
        page.page.click(".toast[data-id^=removed] .text-button")
        page.page.wait_for_function(
            f"document.querySelectorAll('.paper[data-status=indexed]').length === {len(samples)}"
        )
        page.close()
