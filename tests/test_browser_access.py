"""Everybody can use the page: languages, phone, keyboard alone, contrast and names by axe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import Watched
from ui_fake_desk import QUOTES

pytestmark = pytest.mark.browser
HAN = re.compile(r"[\u3400-\u9fff]")
# Visible texts and names of the page, outside of what is marked as Chinese.
TEXTS = """() => [...document.querySelectorAll('body *')]
    .filter((node) => node.checkVisibility() && !node.closest('[lang^=zh], .seal'))
    .flatMap((node) => [
        ...[...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data),
        ...['aria-label', 'title', 'placeholder', 'alt'].map((name) => node.getAttribute(name)),
    ])
    .filter((text) => text?.trim())"""


def test_an_empty_library_explains_itself_in_the_language_of_the_browser(
    visit, served_empty, monkeypatch
):
    asked: list[dict] = []
    monkeypatch.setattr(served_empty.desk.jobs, "request", lambda **what: asked.append(what))
    page = visit(url=served_empty.url)
    page.wait("#welcome[data-state=empty]")
    page.page.click("#try-samples")
    page.ask("问", "error")
    assert "文献库为空" in page.text(".turn")
    assert asked and all(p.suffix == ".pdf" for p in asked[0]["paths"])
    page.page.click("[data-action=clear]")
    page.wait("#welcome[data-state=empty]")
    for locale, lang in (("en-US", "en"), ("zh-HK", "zh-CN"), ("zh", "zh-CN")):
        page = visit(url=served_empty.url, locale=locale)
        page.wait("#welcome[data-state=empty]")
        assert page.page.get_attribute("html", "lang") == lang
    page.page.click("#language")
    page.page.wait_for_selector("html[lang=en]", state="attached")
    assert "no medical advice" in page.text(".notice")
    page.page.click("#settings")
    assert "Neither questions nor papers leave this computer" in page.text("#drawer")
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
    assert page.boxes_in_view()
    width = "document.querySelector('.sheet').style.width"
    assert page.page.evaluate(width) == "200%"  # a column is made as wide as the phone
    assert page.in_view(".card[aria-current] mark", ".cards") and page.in_view("#back", ".cards")
    page.page.click("#back")
    assert page.page.evaluate("document.activeElement.className") == "chip"
    for view in ("chat", "evidence", "tables", "library"):
        page.page.click(f"#view-{view}")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390, view
        assert page.page.evaluate("document.body.scrollWidth") <= 390, view
    page.page.click("#view-tables")
    page.page.click("#table-mechanisms")
    page.wait(".rows tbody tr")
    wide = "() => document.querySelector('#table-body').scrollWidth"
    assert page.page.evaluate(wide) <= 390
    label = "() => getComputedStyle(document.querySelector('.rows td'), '::before').content"
    assert page.page.evaluate(label) == '"分子"'
    page.page.click(".rows tr:nth-child(2) .source button")
    page.wait("#stage[data-state=ready]")


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
    tab_to("#page-find")
    keys.press("Enter")
    keys.type("TGF")
    keys.press("Enter")
    page.wait(".evidence[data-list=found]")
    page.painted()
    keys.press("Escape")
    page.wait(".evidence[data-list=citations]")
    assert page.page.evaluate("document.activeElement.id") == "page-find"
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


def check_with_axe(page: Watched, script: str, where: str, part: str = "html") -> None:
    """Look at a part of the page; what is the same in every state is looked at once a scheme."""
    if not page.page.evaluate("() => 'axe' in window"):
        page.page.evaluate(script)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    run = "([part, tags]) => axe.run(part, {runOnly: tags})"
    found = page.page.evaluate(run, [part, tags])
    problems = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found["violations"]]
    assert problems == [], where


def test_axe_finds_nothing_in_light_and_dark(visit, served, served_empty, monkeypatch):
    package = pytest.importorskip("axe_playwright_python")
    script = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = visit(url=served_empty.url)
    check_with_axe(page, script, "empty library")
    page = visit(color_scheme="dark")
    page.send("半")
    page.wait(".turn[data-state=searching] .sentence")
    page.page.click("#ask")
    page.wait(".turn[data-turn][data-state=stopped]")
    page.ask("整合素？")
    page.ask("天气", "not_found")
    page.ask("部分", "partly")
    page.ask("坏", "error")
    page.ask("恶意")
    page.painted()
    files = [f"/{number}.pdf" for number in range(30)]  # more than the list shows at once
    job = {"state": "running", "stage": "reading", "file": "0.pdf", "done": 0, "total": 30}
    job |= {"waiting": True, "asked": [{"paths": files}, {}]}
    monkeypatch.setattr(served.desk.jobs, "status", lambda: job)
    for scheme in ("dark", "light"):
        page.page.emulate_media(color_scheme=scheme)
        page.wait(f"html[data-theme={scheme}]", "attached")
        page.page.click("#view-evidence")
        check_with_axe(page, script, f"{scheme}: conversation and evidence")
        page.page.click("#page-find")
        page.page.fill("#find", "恶意")
        page.page.press("#find", "Enter")
        page.wait(".evidence[data-list=found]")
        check_with_axe(page, script, f"{scheme}: words found", "#desk-evidence")
        page.page.press("#find", "Escape")
        page.page.click("#view-library")
        if scheme == "dark":
            page.page.click("[id^=details] >> nth=0")
        page.wait("[data-details]")
        page.wait(".job-files")
        check_with_axe(page, script, f"{scheme}: library", "#desk-library")
        page.page.click("#view-tables")
        page.page.click("#table-mechanisms")
        page.wait(".rows tbody tr")
        check_with_axe(page, script, f"{scheme}: tables", "#desk-tables")
        page.page.click("#settings")
        check_with_axe(page, script, f"{scheme}: settings", "#drawer")
        page.page.keyboard.press("Escape")
