"""The real application on a fake desk, over HTTP: settings, closed doors, headers, the API."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from pathlib import Path

import httpx
import pytest
from ui_fake_desk import KIDNEY, LUNG, Served, make_desk

from ingest.errors import SettingsError
from rag.settings import Settings
from ui import server
from ui.web.routes import ASSETS

PACKAGE = Path(server.__file__).resolve().parent


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_desk(tmp_path_factory.mktemp("desk")))
    yield running
    running.close()


@pytest.fixture
def http(served):
    with httpx.Client(base_url=served.url, timeout=20, trust_env=False) as client:
        yield client


def test_the_page_is_served_with_its_headers(http):
    page = http.get("/")
    assert page.status_code == 200 and "gradio" in page.text
    assert "object-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert http.get("/healthz").json()["status"] == "ok"
    assert http.get("/strings.json").json()["zh"]["ask"] == "提问"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gradio_api/file=/etc/passwd", 403),
        ("/gradio_api/file=" + str(PACKAGE / "server.py"), 403),
        ("/gradio_api/file=http://127.0.0.1:1/x", 403),
        ("/gradio_api/file=https://example.org/", 403),
        ("/gradio_api/proxy=https://example.org/", 403),
        ("/gradio_api/runs", 403),
        ("/gradio_api/upload_progress?upload_id=x", 404),
        ("/monitoring", 403),
        ("/openapi.json", 404),
        ("/docs", 404),
        ("/desk/..%2f..%2fserver.py", 404),
        ("/evidence/ffffffffffffffff/1.png", 404),
        (f"/evidence/{LUNG.id[:16]}/0.png", 404),
        (f"/evidence/{LUNG.id[:16]}/9.png", 422),
        ("/evidence/..%2f..%2fetc/1.png", 404),
        ("/evidence/ffffffffffffffff.pdf", 404),
        ("/evidence/ffffffffffffffff/find.json?words=x", 404),
        (f"/evidence/{KIDNEY.id[:16]}/find.json?words=x", 404),
        ("/library/ffffffffffffffff.json", 404),
        ("/tables/secrets.json", 404),
        ("/tables/treatments.exe", 404),
        ("/export/" + "0" * 32 + "/all.md", 404),
        ("/export/" + "0" * 32 + "/all.exe", 404),
    ],
)
def test_what_is_not_for_visitors_is_closed(http, path, status):
    assert http.get(path).status_code == status


def test_a_foreign_host_name_is_refused(http):
    for name in ("evil.example", "127.0.0.1.evil.example", "192.168.0.7"):
        assert http.get("/", headers={"host": name}).status_code == 400
    reply = http.get("/", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in reply.headers


def test_a_page_image_and_its_pdf(http):
    short = LUNG.id[:16]
    image = http.get(f"/evidence/{short}/2.png")
    assert image.headers["content-type"] == "image/png" and image.content[:4] == b"\x89PNG"
    assert image.headers["x-page-size"] == "595.00 842.00"
    assert "private" in image.headers["cache-control"]
    pdf = http.get(f"/evidence/{short}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert "content-security-policy" not in pdf.headers  # would blank the browser's viewer


def test_words_are_found_in_a_paper_that_is_there(http, served):
    address = f"/evidence/{LUNG.id[:16]}/find.json"
    found = http.get(address, params={"words": "整合素"}).json()
    assert found["total"] == 1 and "整合素" in found["citations"][0]["quote"]
    served.desk.library.remove(LUNG.id[:16])
    try:
        assert http.get(address, params={"words": "整合素"}).status_code == 404
    finally:
        served.desk.library.restore(LUNG.id[:16])


def test_a_replaced_file_is_said_to_be_changed(http, served):
    short = LUNG.id[:16]
    path = served.desk.settings.library / "papers" / LUNG.file
    before = path.read_bytes()
    path.write_bytes(b"%PDF-1.4 another file")
    try:
        assert http.get(f"/evidence/{short}/2.png").status_code == 409
        pdf = http.get(f"/evidence/{short}.pdf")
        assert pdf.status_code == 409 and "替换" in pdf.text and "replaced" in pdf.text
    finally:
        path.write_bytes(before)
    assert http.get(f"/evidence/{short}/2.png").status_code == 200


def test_uploads_over_http(http, served, monkeypatch):
    asked = []
    monkeypatch.setattr(served.desk.jobs, "request", lambda **what: asked.append(what))
    mine = {"x-yinzheng": "upload", "origin": served.url}
    assert http.post("/library/files?name=a.pdf", content=b"%PDF-1").status_code == 403
    foreign = {**mine, "origin": "https://evil.example"}
    assert http.post("/library/files", content=b"%PDF-1", headers=foreign).status_code == 403
    bad = http.post("/library/files?name=a.pdf", content=b"<html>", headers=mine)
    assert bad.status_code == 415 and bad.json() == {"reason": "not_pdf"}
    monkeypatch.setattr("ui.web.uploads.MAX_FILE", 10)
    big = http.post("/library/files?name=a.pdf", content=b"%PDF-" + b"x" * 20, headers=mine)
    assert big.status_code == 413 and not asked
    monkeypatch.undo()
    monkeypatch.setattr(served.desk.jobs, "request", lambda **what: asked.append(what))
    name = "../../<script>.pdf"
    good = http.post("/library/files", params={"name": name}, content=b"%PDF-1 x", headers=mine)
    assert good.json() == {"file": "_script_.pdf"}
    assert asked[0]["paths"] == [served.desk.settings.library / "papers" / "_script_.pdf"]


def test_only_ask_is_a_public_endpoint(http):
    named = http.get("/gradio_api/info").json()
    assert list(named["named_endpoints"]) == ["/ask"]
    assert named["unnamed_endpoints"] == {}
    config = http.get("/config").json()
    assert config["show_error"] is False
    assert config.get("analytics_enabled") is False


def test_the_api_answers_like_the_command_line(served):
    from gradio_client import Client

    client = Client(served.url, verbose=False, analytics_enabled=False)
    value = client.predict("整合素如何促进肝转移？", api_name="/ask")
    assert value["status"] == "answered"
    assert value["citations"][0]["page"] == 2 and value["citations"][0]["boxes"][0]["page"] == 2
    assert "error" in client.predict("   ", api_name="/ask")


def test_no_untrusted_value_reaches_a_template_or_markup():
    """Gradio runs code that it finds in templates; our scripts must never parse markup."""
    parsing = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    )
    for script in ASSETS.glob("*.js"):
        assert not parsing.search(script.read_text(encoding="utf-8")), script.name
    sources = {f: f.read_text(encoding="utf-8") for f in (PACKAGE / "web").glob("*.py")}
    with_html = [f.name for f, text in sources.items() if "gr.HTML(" in text]
    assert with_html == ["layout.py"]
    layout = next(text for f, text in sources.items() if f.name == "layout.py")
    assert layout.count("gr.HTML(") == 1
    assert not re.search(r"gr\.(Markdown|Chatbot)|sanitize_html=False", "".join(sources.values()))


def test_what_phones_home_is_off_whatever_the_environment_says(tmp_path, monkeypatch):
    names = ("GRADIO_ANALYTICS_ENABLED", "GRADIO_RUN_HISTORY", "GRADIO_MCP_SERVER")
    for name in (*names, "GRADIO_SSR_MODE"):
        monkeypatch.setenv(name, "True")
    for name in ("GRADIO_TEMP_DIR", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    server.prepare_environment(tmp_path)
    assert {os.environ[name] for name in names} == {"False"}
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert os.environ["GRADIO_TEMP_DIR"].startswith(str(tmp_path))


def test_a_taken_port_is_named(served):
    port = int(served.url.rsplit(":", 1)[1])
    with pytest.raises(SettingsError, match=str(port)):
        server.serve(Settings(library=served.desk.settings.library), port=port)


def test_stopping_with_a_page_open_prints_no_trace():
    def told(message: str, error: BaseException | None = None) -> bool:
        info = (type(error), error, None) if error else None
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, message, (), info)
        return server._worth_telling(record)

    assert not told("Exception in ASGI application\n", asyncio.CancelledError())
    assert not told("Cancel 1 running task(s), timeout graceful shutdown exceeded")
    assert told("Exception in ASGI application\n", ValueError("x")) and told("anything else")
