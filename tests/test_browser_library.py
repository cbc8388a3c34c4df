"""Library, uploads and tables in a real Chromium, on a deterministic assistant."""

from __future__ import annotations

from pathlib import Path

import pytest
from ui_fake_desk import KIDNEY, QUOTES

pytestmark = pytest.mark.browser


def test_the_library_filters_selects_deletes_and_opens_sections(visit, served, monkeypatch):
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
    page.page.click(".paper [id^=delete]")
    page.gone(".paper")
    assert "改为检索全部" in page.text("#scope")  # the choice is never silently widened
    page.ask("选中的都没了", "error")
    assert "所选文献已不在库中" in page.text(".turn:last-child")
    page.page.click("#view-library")
    page.page.click(".toast .text-button")
    page.wait(".paper")
    assert "仅检索选中的 1 篇" in page.text("#scope")
    monkeypatch.setattr(served.desk.library, "restore", lambda paper: False)
    page.page.click(".paper [id^=delete]")
    page.gone(".paper")
    page.page.click(".toast[data-id^=removed] .text-button")
    page.wait(".toast[data-id=notice]")
    assert "无法撤销" in page.text(".toast[data-id=notice]")
    monkeypatch.undo()
    page.page.click("#scope")
    assert page.text("#scope").startswith("检索全部 1 篇")
    served.desk.library.restore(KIDNEY.id[:16])
    page.wait(".paper")
    page.page.fill("#filter", "")
    page.page.click("[id^=details] >> nth=0")
    assert "31" in page.text("[data-details]")
    assert "第 4 页：看不见的字符" in page.text("[data-details]")
    assert "hidden" not in page.text("[data-details]")  # one language at a time
    page.page.click(".outline-link >> nth=2")
    page.wait(".sheet[data-page='3'] img")


def test_uploads_are_taken_or_refused_with_a_reason(visit, served, tmp_path, monkeypatch):
    asked: list[dict] = []
    monkeypatch.setattr(served.desk.jobs, "request", lambda **what: asked.append(what))
    monkeypatch.setattr("ui.web.status.MAX_FILE", 1_000_000)
    page = visit()
    page.page.click("#view-library")
    page.wait("text=每个文件不超过 1 MB")
    good = tmp_path / "<img src=x onerror=window.__xss=9>.pdf"
    good.write_bytes(b"%PDF-1.4 new")
    fake = tmp_path / "fake.pdf"
    fake.write_bytes(b"<html>")
    text = tmp_path / "notes.txt"
    text.write_text("x")
    page.allowed += [r"status of 415"]
    large = tmp_path / "large.pdf"
    large.write_bytes(b"%PDF-1.4".ljust(1_000_001))
    page.page.set_input_files("#files", [good, fake, text, large])
    page.wait(".toast[data-id='rejected-large.pdf']")
    assert "超过 1 MB" in page.text(".toast[data-id='rejected-large.pdf']")
    assert "未添加" in page.text(".toast[data-id='rejected-notes.txt']")
    assert "不是 PDF" in page.text(".toast[data-id='rejected-fake.pdf']")
    name = "_img src=x onerror=window.__xss=9_.pdf"
    assert [Path(p).name for what in asked for p in what["paths"]] == [name]
    dropped = page.page.evaluate_handle(
        """() => {
            const files = new DataTransfer();
            for (const name of ['one.pdf', 'two.pdf']) files.items.add(new File(['%PDF-1.4 ' + name], name));
            return files;
        }"""
    )
    page.page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    page.gone("#job[data-state=uploading]")
    page.page.wait_for_function("document.querySelector('#job').dataset.state === 'none'")
    job = {
        "state": "running", "stage": "reading", "done": 1, "total": 3, "file": name, "waiting": False,
        "reading": {"stage": "ocr", "done": 1, "total": 4, "seconds_left": 30},
        "read": ["a.pdf"], "asked": [{"paths": ["/a.pdf", f"/{name}", "/b.pdf"]}, {}],
    }  # fmt: skip
    monkeypatch.setattr(served.desk.jobs, "status", lambda: job)
    page.wait("#job[data-state=running] .job-file")
    assert page.page.locator(".job-file").all_inner_texts() == ["b.pdf\n等待读取", "a.pdf\n已读取"]
    assert page.text(".progress-row .name") == name
    assert "文字识别第 2 / 4 页 约剩 30 秒" in page.text("#job")
    job.update(state="done", result={"indexed": 2, "failed": 1})
    page.wait("#job[data-state=done]")
    assert "收录 2 篇 · 1 篇未收录" in page.text("#job")


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
    page.painted()
    assert page.text(".card[aria-current] mark") == QUOTES[0][0] and page.boxes_in_view()
    page.page.click("#view-tables")
    assert page.count(".rows tr[aria-current]") == 1
    with page.page.expect_download() as download:
        page.page.click("#table-csv")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in text and len(text.splitlines()) >= 4
