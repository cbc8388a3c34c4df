"""The page in a real Chromium, on a deterministic assistant: every state and every way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import Watched, chromium
from ui_fake_desk import HOSTILE, LUNG, QUOTES, Served, make_desk

pytestmark = pytest.mark.browser
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_desk(tmp_path_factory.mktemp("desk")))
    yield running
    running.close()


@pytest.fixture(scope="module")
def served_empty(tmp_path_factory):
    running = Served(make_desk(tmp_path_factory.mktemp("empty"), empty=True))
    yield running
    running.close()


@pytest.fixture
def visit(browser, served):
    """Open pages; each is checked for errors and outside requests when the test ends."""
    opened: list[Watched] = []

    def new(path: str = "/", url: str | None = None, **options) -> Watched:
        opened.append(Watched(browser, url or served.url, **options))
        return opened[-1].open(path)

    yield new
    for page in opened:
        page.close()


def boxes_in_view(page: Watched) -> bool:
    return page.page.evaluate(
        """() => {
            const frame = document.querySelector('#stage').getBoundingClientRect();
            return [...document.querySelectorAll('.mark-box.cited')].slice(0, 1).every((node) => {
                const box = node.getBoundingClientRect();
                return box.width > 10 && box.top >= frame.top && box.bottom <= frame.bottom;
            });
        }"""
    )


def test_a_click_on_a_mark_opens_the_page_with_the_sentence(visit):
    page = visit()
    page.ask("整合素如何促进肝转移？")
    assert page.painted() >= 0  # the first citation opens by itself
    assert "integrin" in page.text(".sentence-gloss")
    page.ask("那治疗呢？")
    assert "理解为" in page.text(".resolved")
    chips = page.page.locator(".turn[data-turn='1'] .chip")  # an older turn's marks still work
    times = []
    for place, (quote, _, number) in enumerate(QUOTES):
        chips.nth(place).click()
        times.append(page.painted())
        assert page.text(".card[aria-current] mark") == quote
        assert page.text("#page-number").startswith(f"第 {number}")
        assert boxes_in_view(page)
    assert max(times) < 150, times
    assert page.count(".sheet") == 2  # the third quote runs over a page break
    assert page.count(".mark-box.cited") == 2
    page.page.click(".card-head >> nth=0")
    page.painted()
    assert page.count(".mark-box.neighbour") == 2  # citation 2 is on the same page
    scrolled = page.page.evaluate("[scrollX, scrollY, document.documentElement.scrollTop]")
    assert scrolled == [0, 0, 0]
    page.page.click("#page-next")
    page.wait(".sheet[data-page='3'] img")
    page.page.click("#zoom-in")
    assert page.page.evaluate("document.querySelector('.sheet').style.width") == "125%"
    assert page.page.get_attribute("#open-pdf", "href").endswith(".pdf#page=3")


def test_not_found_partly_and_errors_look_different(visit):
    page = visit()
    page.ask("明天上海的天气怎么样？", "not_found")
    assert "未在已收录的文献中找到依据" in page.text(".not-found")
    assert "不足以作答" in page.text(".not-found") and page.count(".chip") == 0
    page.page.click(".nearest button")
    page.painted()
    page.ask("部分", "partly")
    assert "生存期" in page.text(".missing")
    page.ask("扫描")
    page.painted()  # the whole page is shown, with a word on why nothing is marked
    notes = page.page.locator(".card[aria-current] .remark").all_inner_texts()
    assert "OCR" in notes[0] and "没有坐标" in notes[1] and page.count(".mark-box.cited") == 0
    page.ask("坏", "error")
    shown = page.page.inner_text("body")
    assert "错误代码" in shown and "secret" not in shown and "Traceback" not in shown
    page.ask("端点", "error")
    assert "模型端点没有应答" in page.page.inner_text("body")


def test_stop_retry_undo_clear_and_reload(visit, served):
    page = visit()
    page.ask("一")
    page.page.fill("#question", "慢")
    page.page.press("#question", "Enter")
    page.wait("#ask[data-state=busy]")
    page.page.click("#ask")
    page.wait(".turn[data-state=stopped]")
    served.desk.engine.assistant(1).hold.set()
    page.page.click("[data-action=retry]")
    page.wait(".turn[data-state=answered] >> nth=1")
    page.page.reload()
    page.wait(".turn[data-state=answered] >> nth=1")  # turns live on the server
    page.painted()
    page.page.click("[data-action=undo]")
    page.page.wait_for_function("document.querySelector('#question').value === '慢'")
    assert page.count(".turn") == 1
    page.page.click("[data-action=clear]")
    page.wait("#welcome")
    assert page.count("#stage img") == 0
    page.ask("又")


def test_a_long_conversation_travels_in_parts_and_is_nobody_elses(visit):
    other, page = visit(), visit()
    other.ask("甲的问题")
    for number in range(10):
        page.ask(f"问题 {number}")
    sizes: list[int] = []
    page.page.on("request", lambda r: sizes.append(len(r.post_data or "")))
    page.ask("最后")
    assert max(sizes) < 2000  # what is sent does not grow with the conversation
    page.page.reload()
    page.wait("#earlier")
    assert page.count(".turn") == 8
    page.page.click("#earlier")
    page.gone("#earlier")
    assert page.count(".turn") == 11
    assert "甲的问题" not in page.page.inner_text("body")
    other.page.reload()
    other.wait(".turn")
    assert other.count(".turn") == 1


def test_the_library_filters_selects_deletes_and_opens_sections(visit, served):
    page = visit()
    page.page.click("#view-library")
    assert "需要密码" in page.text(".paper[data-status=failed]")
    assert page.text(".paper .result") == "2 栏 · 31 条参考文献 · 1 页由 OCR 识别"
    page.page.fill("#filter", "糖尿病")
    assert page.count(".paper") == 1
    page.page.locator(".paper input").check()
    assert "1" in page.text("#scope")
    page.ask("选中的")
    papers = served.desk.engine.assistant(1).asked[-1][1]["papers"]
    assert len(papers) == 1
    page.page.click("#view-library")
    page.page.click("#select-all")  # clears the selection
    page.page.click(".paper [id^=delete]")
    page.gone(".paper")
    page.page.click(".toast .text-button")
    page.wait(".paper")
    page.page.fill("#filter", "")
    page.page.click("[id^=details] >> nth=0")
    assert "31" in page.text("[data-details]")
    page.page.click(".outline-link >> nth=2")
    page.wait(".sheet[data-page='3'] img")


def test_tables_filter_and_open_the_page_of_a_row(visit):
    page = visit()
    page.page.click("#view-tables")
    page.wait("#table-body[data-state=ready]")
    assert "没有找到" in page.text("#table-body")
    page.page.click("#table-mechanisms")
    page.wait(".rows tbody tr")
    assert page.count(".rows tbody tr") == 3 and "<img src=x" in page.text(".rows")
    page.page.fill("#table-filter", "tgf")
    assert page.count(".rows tbody tr") == 1
    page.page.fill("#table-filter", "")
    page.page.click(".rows tr:first-child .source button")
    assert page.painted() < 150
    assert page.text(".card[aria-current] mark") == QUOTES[0][0] and boxes_in_view(page)
    page.page.click("#view-tables")
    assert page.count(".rows tr[aria-current]") == 1
    with page.page.expect_download() as download:
        page.page.click("#table-csv")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in text and len(text.splitlines()) >= 4


def test_tables_fit_a_phone_and_break_no_word(visit):
    page = visit(width=390, height=844)
    page.page.click("#view-tables")
    page.page.click("#table-mechanisms")
    page.wait(".rows tbody tr")
    wide = "() => document.querySelector('#table-body').scrollWidth"
    assert page.page.evaluate(wide) <= 390
    label = "() => getComputedStyle(document.querySelector('.rows td'), '::before').content"
    assert page.page.evaluate(label) == '"分子"'
    page.page.click(".rows tr:nth-child(2) .source button")
    page.wait("#stage[data-state=ready]")


def test_uploads_are_taken_or_refused_with_a_reason(visit, served, tmp_path, monkeypatch):
    asked: list[dict] = []
    monkeypatch.setattr(served.desk.jobs, "request", lambda **what: asked.append(what))
    page = visit()
    page.page.click("#view-library")
    good = tmp_path / "<img src=x onerror=window.__xss=9>.pdf"
    good.write_bytes(b"%PDF-1.4 new")
    fake = tmp_path / "fake.pdf"
    fake.write_bytes(b"<html>")
    text = tmp_path / "notes.txt"
    text.write_text("x")
    page.allowed += [r"status of 415"]
    page.page.set_input_files("#files", [good, fake, text])
    page.wait(".toast[data-id='rejected-notes.txt']")
    assert "不是 PDF" in page.text(".toast[data-id='rejected-fake.pdf']")
    assert [Path(p).name for what in asked for p in what["paths"]] == [
        "_img src=x onerror=window.__xss=9_.pdf"
    ]


def test_an_empty_library_explains_itself(visit, served_empty, monkeypatch):
    asked: list[dict] = []
    monkeypatch.setattr(served_empty.desk.jobs, "request", lambda **what: asked.append(what))
    page = visit(url=served_empty.url)
    page.wait("#welcome[data-state=empty]")
    page.page.click("#try-samples")
    page.page.wait_for_function("true")
    page.ask("问", "error")
    assert "文献库为空" in page.text(".turn")
    assert asked and all(p.suffix == ".pdf" for p in asked[0]["paths"])


# Visible texts and names of the page, outside of what is marked as Chinese.
TEXTS = """() => [...document.querySelectorAll('body *')]
    .filter((node) => node.checkVisibility() && !node.closest('[lang^=zh], .seal'))
    .flatMap((node) => [
        ...[...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data),
        ...['aria-label', 'title', 'placeholder', 'alt'].map((name) => node.getAttribute(name)),
    ])
    .filter((text) => text?.trim())"""


def test_the_language_follows_the_browser_and_the_button(visit, served_empty):
    for locale, lang in (("en-US", "en"), ("zh-HK", "zh-CN"), ("zh", "zh-CN")):
        page = visit(url=served_empty.url, locale=locale)
        page.wait("#welcome[data-state=empty]")
        assert page.page.get_attribute("html", "lang") == lang
    page.page.click("#language")
    page.page.wait_for_selector("html[lang=en]", state="attached")
    page.page.click("#settings")
    for view in ("chat", "library", "evidence"):
        if view != "chat":
            page.page.evaluate("document.querySelector('#drawer').close()")
            page.page.click(f"#view-{view}")
        left = [text for text in page.page.evaluate(TEXTS) if HAN.search(text)]
        assert left == []


def test_a_phone_shows_one_view_at_a_time_without_sideways_scroll(visit):
    page = visit(width=390, height=844, has_touch=True)
    page.ask("整合素？")
    assert not page.page.is_visible("#evidence")
    page.page.click(".chip >> nth=1")
    page.painted()
    assert page.page.is_visible("#evidence") and not page.page.is_visible("#question")
    assert boxes_in_view(page)
    page.page.click("#back")
    assert page.page.evaluate("document.activeElement.className") == "chip"
    for view in ("chat", "evidence", "tables", "library"):
        page.page.click(f"#view-{view}")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390, view
        assert page.page.evaluate("document.body.scrollWidth") <= 390, view


def test_the_keyboard_alone_is_enough(visit):
    page = visit()
    keys = page.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = page.page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline != "none" or selector == "#question"
                return
        raise AssertionError(f"{selector} is not reached with Tab")

    tab_to("#question")
    keys.type("整合素？")
    keys.press("Enter")
    page.wait(".turn[data-state=answered]")
    page.page.evaluate("document.activeElement.blur()")
    tab_to(".chip[data-index='1']")
    keys.press("Enter")
    page.painted()
    assert page.text(".card[aria-current] mark") == QUOTES[1][0]
    tab_to(".menu summary")
    keys.press("Enter")
    assert page.page.is_visible(".menu-body a[data-kind=docx]")
    keys.press("Escape")
    assert not page.page.is_visible(".menu-body a[data-kind=docx]")
    tab_to("[data-action=undo]")
    tab_to("[data-card-index='2']")
    keys.press("Space")
    page.painted()
    tab_to("#page-next")
    tab_to("#stage")
    page.page.evaluate("document.querySelector('#settings').focus()")
    keys.press("Enter")
    page.wait("#drawer[open]")
    keys.press("Escape")
    page.gone("#drawer[open]")
    page.page.evaluate("document.querySelector('#view-library').focus()")
    keys.press("Enter")
    tab_to("#choose")
    tab_to("#filter")
    tab_to(".paper input")
    keys.press("Space")
    assert page.page.evaluate("document.activeElement.checked")
    tab_to("[id^=delete]")


def test_hostile_text_stays_text_everywhere(visit):
    page = visit()
    page.page.evaluate("window.print = () => {}")
    page.ask("恶意 " + HOSTILE)
    page.painted()
    assert page.text(".sentence span").startswith("<img src=x")
    assert page.text(".card[aria-current] mark") == " ".join(HOSTILE.split())
    page.page.click("[data-action=copy-quote]")
    page.page.click(".menu summary")
    page.page.click(".menu-body button[data-kind=pdf][data-scope='all']")
    made = page.page.evaluate(
        """() => ({
            bad: [...document.querySelectorAll('.desk-panel *, #print *, .toasts *')].filter((n) =>
                n.matches('script, iframe, style, object, embed, form:not(.composer)')
                || n.href?.startsWith?.('javascript')
                || (n.tagName === 'IMG' && !n.src.startsWith('blob:'))
                || [...n.attributes].some((a) => a.name.startsWith('on'))).map((n) => n.outerHTML),
            chips: document.querySelectorAll('.chip').length,
            shown: document.body.checkVisibility(),
        })"""
    )
    assert made == {"bad": [], "chips": 1, "shown": True}


def test_a_pdf_replaced_after_indexing_is_not_shown_as_the_page(visit, served):
    path = served.desk.settings.library / "papers" / LUNG.file
    before = path.read_bytes()
    path.write_bytes(b"%PDF-1.4 another file")
    try:
        page = visit()
        page.allowed += ["status of 409"]
        page.ask("整合素？")
        page.wait("#stage[data-state=file_changed]")
        assert "重新读取" in page.text("#stage") and page.page.locator("#stage img").count() == 0
        assert page.text(".card[aria-current] mark") == QUOTES[0][0]
    finally:
        path.write_bytes(before)


def test_a_lost_page_image_a_full_queue_and_a_lost_server_say_so(visit):
    page = visit()
    page.allowed += ["status of 4", "status of 5", "Failed to fetch", "net::ERR", "queue"]
    page.page.route("**/evidence/**/2.png", lambda route: route.fulfill(status=422))
    page.page.route("**/evidence/**/3.png", lambda route: route.fulfill(status=404))
    page.ask("整合素？")
    page.wait("#stage[data-state=image_failed]")
    page.page.click(".chip >> nth=2")
    page.wait("#stage[data-state=citation_gone]")
    assert (
        "已不在库中" in page.text("#stage")
        and page.text(".card[aria-current] mark") == QUOTES[2][0]
    )
    page.page.route(
        "**/queue/join**", lambda route: route.fulfill(status=503, body='{"detail":"full"}')
    )
    page.page.fill("#question", "忙")
    page.page.press("#question", "Enter")
    page.wait(".turn[data-state=busy]")
    page.page.unroute("**/queue/join**")
    page.page.route("**/queue/join**", lambda route: route.abort())
    page.page.fill("#question", "断")
    page.page.press("#question", "Enter")
    page.wait(".turn[data-state=offline]")


def check_with_axe(page: Watched, script: str, where: str) -> None:
    page.page.evaluate(script)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    problems = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found["violations"]]
    assert problems == [], where


def test_axe_finds_nothing_in_light_and_dark(visit):
    package = pytest.importorskip("axe_playwright_python")
    script = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme)
        page.ask("整合素？")
        page.ask("天气", "not_found")
        page.ask("部分", "partly")
        page.ask("坏", "error")
        page.ask("恶意")
        page.painted()

        check_with_axe(page, script, f"{scheme}: conversation and evidence")
        page.page.click("#view-library")
        page.page.click("[id^=details] >> nth=0")
        page.wait("[data-details]")
        check_with_axe(page, script, f"{scheme}: library")
        page.page.click("#view-tables")
        page.page.click("#table-mechanisms")
        page.wait(".rows tbody tr")
        check_with_axe(page, script, f"{scheme}: tables")
        page.page.click("#settings")
        check_with_axe(page, script, f"{scheme}: settings")
