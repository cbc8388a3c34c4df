"""The request guard, the login and the refusal to serve other machines without one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ui.server import check_exposure
from ui.web.security import MAX_BODY, Accounts, Guard, Login, hash_password, trusted_hosts


async def inner(scope, receive, send):
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
    )
    await send({"type": "http.response.body", "body": str(size).encode()})


def call(app, path="/", method="GET", headers=(), chunks=(b"",)):
    """Run one request and return (status, headers, body)."""
    sent = []
    parts = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    parts[-1]["more_body"] = False

    async def receive():
        return parts.pop(0)

    async def send(message):
        sent.append(message)

    base = [(b"host", b"localhost:7860"), *headers]
    scope = {"type": "http", "method": method, "path": path, "headers": base}
    asyncio.run(app(scope, receive, send))
    if not sent:
        return None, {}, b""
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://example.org/x",
        "/gradio_api/file=HTTPS://example.org/x",
        "/gradio_api/file=%68ttp://example.org/x",
        "/gradio_api/file=//http://example.org",
        "/file=ftp://example.org",
        "/gradio_api/proxy=https://a.hf.space/x",
        "/gradio_api/upload",
        "/gradio_api/runs",
        "/monitoring",
    ],
)
def test_routes_of_gradio_that_the_page_never_uses_are_closed(path):
    assert call(Guard(inner), path)[0] == 403


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/library/files"])
def test_the_page_itself_passes(path):
    assert call(Guard(inner), path)[0] == 200


def test_a_form_of_another_site_is_refused():
    guard = Guard(inner)
    assert call(guard, method="POST", headers=[(b"origin", b"https://evil.example")])[0] == 403
    assert call(guard, method="POST", headers=[(b"origin", b"null")])[0] == 403
    assert call(guard, method="POST", headers=[(b"sec-fetch-site", b"cross-site")])[0] == 403
    assert call(guard, method="POST", headers=[(b"origin", b"http://localhost:7860")])[0] == 200
    assert call(guard, method="POST")[0] == 200  # no browser at all


def test_bodies_are_capped_with_and_without_a_length():
    guard = Guard(inner)
    announced = [(b"content-length", str(MAX_BODY + 1).encode())]
    assert call(guard, method="POST", headers=announced)[0] == 413
    piece = b"x" * (MAX_BODY // 4)
    assert call(guard, method="POST", chunks=[piece] * 5)[0] is None  # cut off
    assert call(guard, method="POST", chunks=[piece])[2] == str(len(piece)).encode()


def test_every_answer_carries_the_headers():
    headers = call(Guard(inner))[1]
    assert b"object-src 'none'" in headers[b"content-security-policy"]
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"


def test_other_machines_need_accounts(tmp_path: Path):
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org"):
        with pytest.raises(SettingsError, match="auth-file"):
            check_exposure(host, None)
    for host in ("127.0.0.1", "localhost", "::1"):
        assert check_exposure(host, None) is None
    file = tmp_path / "accounts"
    with pytest.raises(SettingsError, match="accounts file"):
        check_exposure("0.0.0.0", file)
    file.write_text("# nobody\n")
    with pytest.raises(SettingsError):
        check_exposure("0.0.0.0", file)
    file.write_text("li:secret\n")
    assert check_exposure("0.0.0.0", file) is not None


def test_login_stands_before_everything(tmp_path: Path):
    import base64

    file = tmp_path / "accounts"
    file.write_text(f"li:plain word\nwang:{hash_password('hashed word')}\n", encoding="utf-8")
    login = Login(inner, Accounts(file))

    def status(user: str, word: str) -> int:
        value = base64.b64encode(f"{user}:{word}".encode())
        return call(login, headers=[(b"authorization", b"Basic " + value)])[0]

    assert call(login)[0] == 401
    assert call(login, headers=[(b"authorization", b"Basic !!!")])[0] == 401
    assert status("li", "plain word") == status("wang", "hashed word") == 200
    assert status("li", "hashed word") == status("wang", "x") == status("nobody", "x") == 401


def test_a_wildcard_address_is_no_trusted_name():
    assert "0.0.0.0" not in trusted_hosts("0.0.0.0", ())
    assert "papers.lab" in trusted_hosts("0.0.0.0", ("papers.lab",))
    assert "192.168.1.5" in trusted_hosts("192.168.1.5", ())
