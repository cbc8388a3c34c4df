"""The conversation and its evidence in a real Chromium, on a deterministic assistant."""

from __future__ import annotations

from typing import Any

import pytest
from ui_fake_desk import HOSTILE, LUNG, QUOTES

from ui.web.asking import ask

pytestmark = pytest.mark.browser


def test_a_click_on_a_mark_opens_the_page_with_the_sentence(visit):
    page = visit()
    page.wait("#welcome[data-state=none] .examples button")
    assert "不构成医疗建议" in page.text(".notice") and "患者信息" in page.text(".notice")
    page.ask("整合素如何促进肝转移？")
    page.painted()  # the first citation opens by itself
    assert "integrin" in page.text(".sentence-gloss")
    page.ask("那治疗呢？")
    assert "理解为" in page.text(".resolved")
    chips = page.page.locator(".turn[data-turn='1'] .chip")  # an older turn's marks still work
    for place, (quote, _, number) in enumerate(QUOTES):
        chips.nth(place).click()
        page.painted()
        assert page.text(".card[aria-current] mark") == quote
        assert page.text("#page-number").startswith(f"第 {number}")
        assert page.boxes_in_view()
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


def test_not_found_partly_errors_and_losses_look_different(visit):
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
    page = visit()  # what is lost on the way says so too
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
    page.send("忙")
    page.wait(".turn[data-state=busy]")
    page.page.unroute("**/queue/join**")
    page.page.route("**/queue/join**", lambda route: route.abort())
    page.send("断")
    page.wait(".turn[data-state=offline]")


def test_stop_retry_undo_clear_and_reload(visit, served):
    page = visit()
    page.ask("一")
    held: list[Any] = []  # Stop is pressed before the server has the question
    page.page.route("**/queue/join*", lambda route: held.append(route), times=1)
    page.send("慢")
    page.wait("#ask[data-state=busy]")
    with page.page.expect_response("**/gradio_api/run/**"):
        page.page.click("#ask")
    page.wait(".turn[data-state=stopped]")
    held[0].continue_()
    page.wait(".turn[data-turn='2'][data-state=stopped]")
    page.send("慢")
    page.wait(".turn[data-turn='3'][data-state=searching]")
    # Gradio's client logs the stream that it breaks off while the old page goes away.
    page.allowed += ["AbortError: signal is aborted", "Connection errored out"]
    page.page.reload()
    page.wait(".turn[data-state=searching]")  # is followed to its end by the page that comes back
    served.desk.engine.assistant(1).hold.set()
    page.wait(".turn[data-state=answered] >> nth=1")
    page.page.click("[data-action=undo]")
    page.wait(".turn:last-child[data-state=stopped]")
    page.page.fill("#question", "")
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
    served.desk.engine.assistant(1).hold.clear()


def test_a_long_conversation_travels_in_parts_and_is_nobody_elses(visit, served):
    other, page = visit(), visit()
    other.ask("甲的问题")
    conversation = page.page.evaluate("sessionStorage.getItem('yinzheng.conversation')")
    for number in range(10):
        list(ask(served.desk, {"conversation": conversation, "question": f"问题 {number}"}))
    page.page.reload()
    page.wait("#earlier")
    page.page.click("#earlier")
    page.gone("#earlier")
    assert page.count(".turn") == 10
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


def test_hostile_text_stays_text_everywhere(visit, monkeypatch):
    monkeypatch.setattr("ui.web.status.pdf_installed", lambda: False)  # then the page prints
    page = visit()
    page.page.evaluate("window.print = () => {}")
    page.ask("恶意 " + HOSTILE)
    page.painted()
    assert page.text(".sentence span").startswith("<img src=x")
    assert page.text(".card[aria-current] mark") == " ".join(HOSTILE.split())
    assert page.text(".sentence[data-struck] s").startswith("编造的句子。<img")
    assert page.text(".sentence[data-struck] .tag").startswith("未通过核对：<img")
    page.page.click("[data-action=copy-quote]")
    page.page.click("#page-find")
    page.page.fill("#find", "恶意")
    page.page.press("#find", "Enter")
    page.wait(".evidence[data-list=found]")
    assert page.text(".card[aria-current] mark") == " ".join(HOSTILE.split())
    page.page.press("#find", "Escape")
    page.page.click(".menu summary")
    page.page.click(".menu-body button[data-kind=print][data-scope='all']")
    page.wait("#print h1", "attached")
    assert page.page.text_content("#print blockquote") == " ".join(HOSTILE.split())
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
