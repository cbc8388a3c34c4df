"""The whole story of a new user in a real Chromium, on the real models and the sample papers."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from browser import Watched
from llm_stub import Stub, event, passage_with

from benchmarks.quotes import stands

pytestmark = pytest.mark.browser
LIMIT = 60.0  # seconds for a step that loads models or indexes on a busy machine


# A sentence that its passage bears out, by a model that then says nothing more for a long time.
WRITTEN = (
    "TGF-β/Smad 信号通路通过上调 Snail、Slug 和 ZEB1、抑制 E-cadherin 表达，诱导上皮间质转化。"
)


def slow_model(stub, request):
    yield event("", role="assistant")
    yield event(f"[{passage_with(request, 'Snail')}] {WRITTEN}\n")
    stub.release.wait(LIMIT)


@pytest.fixture
def stub():
    made = Stub()
    made.reply = slow_model
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path, stub: Stub):
    """`yinzheng ui` on an empty library, as a person starts it; yields its address.

    A language model on this machine is configured; the page does not use it until told to.
    """
    command = [sys.executable, "-m", "ui.cli", "ui", "--library", str(tmp_path / "library")]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "YINZHENG_LLM_BASE_URL": stub.url,
                "YINZHENG_LLM_MODEL": "stub",
            },
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, (line, (tmp_path / "log").read_text())
    yield found[0]
    process.terminate()
    process.wait(20)
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.fixture
def page(server, browser):
    """The page of a new user; errors and outside requests fail the test at its end."""
    opened = Watched(browser, server, accept_downloads=True, permissions=["clipboard-read"])
    opened.context.set_default_timeout(LIMIT * 1000)
    yield opened.open()
    opened.close()


def printed(text: str) -> str:
    """Text without spaces, hyphens, citation marks and the lines that the page draws between cells.

    What is left two readers of a PDF agree on.
    """
    return re.sub(r"[\s｜]|\[[\d,\-–—~～，、]+\]|[-\u2010\u00ad\ufffe\u0002]", "", text)


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
        page.painted()
        file = samples[page.text(".card[aria-current] .file")]
        shown = [int(s.get_attribute("data-page")) for s in page.page.locator(".sheet").all()]
        text = "".join(page_text(file, number) for number in shown)
        quote = printed(page.text(".card[aria-current] mark"))
        assert stands(quote, text), quote
        assert page.count(".mark-box.cited") >= 1
    return chips.count()


def answered(page: Watched, question: str) -> None:
    """Ask and wait for an answer, whole or in part."""
    done = ".turn:is([data-state=answered], [data-state=partly])"
    turns = page.count(done)
    page.send(question)
    page.wait(f"{done} >> nth={turns}")


def start_with_the_samples(page: Watched, papers: int) -> None:
    """An empty library offers the samples; a reload loses nothing of the indexing."""
    page.page.click("#try-samples")
    page.wait(".welcome-job")
    page.page.reload()
    page.page.click("#view-library")
    page.wait("#job[data-state=done]")
    page.wait("#engine-state[data-state=ready]")
    assert page.count(".paper[data-status=indexed]") == papers


def ask_and_check(page: Watched, samples: dict[str, Path]) -> None:
    """Chinese, English and a follow-up: every quote stands on the page shown."""
    page.ask("TGF-β/Smad 信号通路如何促进肺癌肝转移？")
    assert check_citations(page, samples) >= 1
    answered(page, "那整合素呢？")
    assert "整合素" in page.text(".turn:last-child .resolved q")
    assert check_citations(page, samples) >= 1
    page.page.click("[data-action=retry]")
    page.wait(".turn:is([data-state=answered], [data-state=partly]) >> nth=1")
    answered(page, "How do integrins promote liver metastasis of lung cancer?")
    assert check_citations(page, samples) >= 1
    page.ask("明天上海的天气怎么样？", "not_found")
    assert page.count(".turn:last-child .chip") == 0
    page.page.click("[data-action=undo]")
    page.page.wait_for_function("document.querySelector('#question').value.includes('上海')")
    page.page.fill("#question", "")


def look_at_the_evidence(page: Watched) -> None:
    """A mark of the first turn still opens its page; pages turn, zoom, open and are quoted."""
    page.page.click(".turn:first-child .chip >> nth=0")
    page.painted()
    quote = page.text(".card[aria-current] mark")
    page.page.click("[data-action=copy-quote]")
    page.wait(".toast[data-id=copy]")
    copied = page.page.evaluate("navigator.clipboard.readText()")
    assert quote in copied and "[J]" in copied and "引文见 PDF 第" in copied
    page.page.click(".turn:first-child [data-action=copy]")
    page.page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.includes('[2]'))"
    )
    copied = page.page.evaluate("navigator.clipboard.readText()")
    assert f"{quote} [1]" in copied and copied.count("引文见 PDF 第") >= 2
    shown = int(page.page.get_attribute(".sheet", "data-page"))
    page.page.click("#page-next")
    page.wait(f".sheet[data-page='{shown + 1}'] img")
    page.page.click("#page-previous")
    page.wait(f".sheet[data-page='{shown}'] .mark-box")
    page.page.click("#zoom-in")
    address = page.page.get_attribute("#open-pdf", "href")
    assert address.endswith(f"#page={shown}")
    assert page.page.request.get(page.url + address).body()[:5] == b"%PDF-"


def export_all(page: Watched) -> None:
    """One answer goes out as Word, the conversation as Markdown and as PDF, with pages."""
    quote = page.text(".turn:first-child .sentence span")
    page.page.click(".turn:first-child .menu summary")
    menu = ".turn:first-child .menu-body a"
    assert page.download(f"{menu}[data-kind=docx][data-scope='1']")[:2] == b"PK"
    text = page.download(f"{menu}[data-kind=md][data-scope=all]").decode()
    assert "Smad" in text and "引文见 PDF 第" in text
    data = page.download(f"{menu}[data-kind=pdf][data-scope=all]")
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    text = re.sub(r"\s", "", "".join(one.extract_text() for one in pages))
    assert re.sub(r"\s", "", quote) in text and "引文见PDF第" in text and "integrins" in text


def add_and_remove(page: Watched, sample: Path, broken: Path, papers: int) -> None:
    """A broken file says why and harms nothing; a deleted paper comes back by undoing."""
    page.page.click("#view-library")
    page.page.set_input_files("#files", [broken, sample])
    page.allowed.append("status of 409")
    page.wait(f".toast[data-id='rejected-{sample.name}']")
    page.wait(".paper[data-status=failed]")
    assert len(page.text(".paper[data-status=failed] .reason")) > 5
    assert page.count(".paper[data-status=indexed]") == papers
    count = "n => document.querySelectorAll('.paper[data-status=indexed]').length === n"
    page.page.click(".paper[data-status=indexed] [id^=delete] >> nth=0")
    page.page.wait_for_function(count, arg=papers - 1)
    page.page.click(".toast[data-id^=removed] .text-button")
    page.page.wait_for_function(count, arg=papers)


def choose_and_look_up(page: Watched, sample: Path) -> None:
    """Sections open their pages; a question over one chosen paper cites that one only."""
    page.page.click("#view-library")
    page.page.fill("#filter", "糖尿病")
    page.page.click(".paper [id^=details]")
    page.page.click(".outline-link >> nth=-1")
    page.wait(".sheet img")
    find_in_the_paper(page, sample)
    page.page.click("#back[data-to=library]")
    page.page.check(".paper input")
    answered(page, "SGLT2 抑制剂有什么作用？")
    for chip in page.page.locator(".turn:last-child .chip").all():
        chip.click()
        page.painted()
        assert page.text(".card[aria-current] .file") == sample.name


def find_in_the_paper(page: Watched, sample: Path) -> None:
    """Every sentence with some words is marked on its page, one after the other."""
    page.page.click("#page-find")
    page.page.fill("#find", "达格列净")
    page.page.press("#find", "Enter")
    page.wait(".evidence[data-list=found]")
    count = page.count(".card")
    first = int(page.text("#find-told").removesuffix(f" / {count}")) - 1  # from this page on
    assert count >= 2 and 0 <= first < count
    for step in range(1, count + 1):
        page.painted()
        quote = page.text(".card[aria-current] mark")
        shown = int(page.page.get_attribute(".sheet", "data-page"))
        assert "达格列净" in quote and stands(printed(quote), page_text(sample, shown))
        assert page.count(".mark-box.cited") >= 1 and page.boxes_in_view()
        page.page.press("#find", "Enter")
        page.wait(f"#find-told:text-is('{(first + step) % count + 1} / {count}')")
    page.page.fill("#find", "这篇没有的词")
    page.page.press("#find", "Enter")
    page.wait("#find-told:text-is('正文中没有')")
    page.page.press("#find", "Escape")
    page.wait(".evidence[data-state=browse]")


def read_again(page: Watched) -> None:
    """One paper is read again, in the background of what follows."""
    page.page.click("#view-library")
    page.page.click("#dismiss")
    page.gone("#dismiss")
    page.page.click(".paper[data-status=indexed] [id^=reread] >> nth=0")
    page.wait("#job[data-state=running]")
    page.page.click("#view-evidence")


def is_read_again(page: Watched, papers: int) -> None:
    """The library is whole after a paper was read again."""
    page.page.click("#view-library")
    page.wait("#job[data-state=done]")
    assert "收录 1 篇" in page.text("#job")
    page.wait("#engine-state[data-state=ready]")
    assert page.count(".paper[data-status=indexed]") == papers


def stop_the_model(page: Watched, stub: Stub) -> None:
    """A model's answer is stopped: what is written stays and says so; the next one comes."""
    page.page.click("#settings")
    assert "不离开这台电脑" in page.text("#drawer") and not stub.requests
    page.page.check("#set-llm")
    page.page.keyboard.press("Escape")
    page.send("TGF-β/Smad 信号通路如何促进肺癌肝转移？")
    page.wait(".turn:last-child[data-state=searching] .sentence")
    page.page.click("#ask")
    page.wait(".turn:last-child[data-turn][data-state=stopped]")
    last = ".turn:last-child"
    assert page.text(f"{last} .sentence > span") == WRITTEN and page.count(f"{last} .chip") == 1
    assert "停止前写出" in page.text(f"{last} .state-stopped")
    page.page.click(f"{last} .chip")
    page.painted()
    page.page.click(f"{last} .menu summary")
    text = page.download(f"{last} .menu-body a[data-kind=md]:not([data-scope=all])").decode()
    assert "停止前写出" in text and WRITTEN[:9] in text
    page.page.click("#settings")
    page.page.uncheck("#set-llm")
    page.page.keyboard.press("Escape")
    asked = len(stub.requests)
    answered(page, "那整合素呢？")  # although the model has not ended yet
    assert "整合素" in page.text(f"{last} .resolved q")
    assert len(stub.requests) == asked and not stub.release.is_set()
    page.page.reload()
    page.wait(f"{last}[data-state=answered]")
    assert page.count(".turn[data-state=stopped] .sentence") == 1
    stub.release.set()


def change_settings(page: Watched) -> None:
    """Length, theme and language take effect at once."""
    page.page.click("#settings")
    page.page.locator("#drawer label:has-text('简短')").click()
    page.page.locator("#drawer label:has-text('深色')").click()
    page.page.locator("#drawer label:has-text('English')").click()
    page.wait("html[lang=en][data-theme=dark]", "attached")
    page.page.keyboard.press("Escape")
    page.gone("#drawer[open]")
    answered(page, "What is known about diabetic kidney disease?")
    assert 1 <= page.count(".turn:last-child .sentence") <= 3
    page.page.click("#view-library")
    page.page.fill("#filter", "")
    titles = page.page.locator(".paper h3").all_inner_texts()
    assert any(title.startswith("Molecular mechanisms") for title in titles)
    page.page.click("[data-action=clear]")
    page.wait("#welcome")


def test_a_new_user_asks_checks_exports_adds_and_removes(page, samples, tmp_path, stub):
    by_name = {path.name: path for path in samples}
    broken = tmp_path / "坏文件.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    start_with_the_samples(page, len(samples))
    ask_and_check(page, by_name)
    look_at_the_evidence(page)
    export_all(page)
    add_and_remove(page, samples[0], broken, len(samples))
    read_again(page)
    stop_the_model(page, stub)
    is_read_again(page, len(samples))
    choose_and_look_up(page, by_name["type2-diabetes-kidney.pdf"])
    change_settings(page)
