"""What every request passes: trusted hosts, same origin, a login, size caps, safe headers.

Plain ASGI middleware, so that streams are never buffered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest.errors import SettingsError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 200 * 1024 * 1024

# Gradio compiles its templates with Function() and styles inline: both need "unsafe-...".
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)

# Gradio would fetch any URL for a client, store any upload and list runs: none is used here.
_BLOCKED = re.compile(r"/file=/*\s*[a-z][a-z0-9+.\-]*:|/proxy=|/upload\b|/runs\b|/monitoring", re.I)
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")


def is_loopback(host: str) -> bool:
    """Tell whether binding to ``host`` keeps the page on this machine."""
    return host in _LOOPBACK or host.startswith("127.")


def trusted_hosts(host: str, allow_host: tuple[str, ...]) -> list[str]:
    """Return the Host names to answer to; a wildcard address is not itself a name."""
    names = ["localhost", "127.0.0.1", "[::1]", *allow_host]
    if host not in ("0.0.0.0", "::"):
        names.append(host)
    return list(dict.fromkeys(names))


async def _refuse(send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    start = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": text.encode()})


class Guard:
    """Refuses what no page of ours sends: blocked routes, foreign origins, oversized bodies."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 or 413."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if _BLOCKED.search(unquote(str(scope["path"]))):
            await _refuse(send, 403, "forbidden")
        elif not _same_origin(str(scope["method"]), headers):
            await _refuse(send, 403, "cross-origin request refused")
        elif _length(headers) > MAX_BODY:
            await _refuse(send, 413, "request too large")
        else:
            await self.app(scope, _capped(receive), _with_headers(send))


def _same_origin(method: str, headers: dict[bytes, bytes]) -> bool:
    """A request that changes something must come from our own page (or from no browser)."""
    if method in ("GET", "HEAD"):
        return True
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return headers.get(b"sec-fetch-site", b"same-origin") in (b"same-origin", b"none")
    return urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1")


def _length(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else MAX_BODY + 1


def _capped(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            return {"type": "http.disconnect"}
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            kind = dict(headers).get(b"content-type", b"")
            headers += HEADERS
            # Chromium's PDF viewer is a plug-in and object-src 'none' would blank it.
            if not kind.startswith(b"application/pdf"):
                headers.append((b"content-security-policy", CSP.encode()))
            message = {**message, "headers": headers}
        await send(message)

    return sending


class Accounts:
    """``name:password`` lines; a password may be given as ``scrypt$salt$hash`` (hex)."""

    def __init__(self, file: Path) -> None:
        self._passwords: dict[str, str] = {}
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"无法读取登录账户文件 {file}：{error}。",
                f"cannot read the accounts file {file}: {error}.",
            ) from error
        for line in lines:
            name, separator, password = line.strip().partition(":")
            if separator and name and password and not name.startswith("#"):
                self._passwords[name] = password
        if not self._passwords:
            raise SettingsError(
                f"登录账户文件 {file} 中没有「用户名:密码」行。",
                f"the accounts file {file} has no user:password line.",
            )

    def admits(self, name: str, password: str) -> bool:
        """Compare in constant time; an unknown name costs as much as a known one."""
        stored = self._passwords.get(name, secrets.token_hex(8))
        if stored.startswith("scrypt$") and stored.count("$") == 2:
            _, salt, expected = stored.split("$")
            return hmac.compare_digest(_scrypt(password, salt), expected)
        same = hmac.compare_digest(stored.encode(), password.encode())
        return same and name in self._passwords


def _scrypt(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()


def hash_password(password: str) -> str:
    """Return the ``scrypt$salt$hash`` form of ``password`` for the accounts file."""
    salt = secrets.token_hex(16)
    return f"scrypt${salt}${_scrypt(password, salt)}"


class Login:
    """HTTP Basic login in front of every route, our own and Gradio's."""

    def __init__(self, app: App, accounts: Accounts) -> None:
        self.app = app
        self.accounts = accounts
        self._seen: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "http" and not self._admitted(dict(scope["headers"])):
            challenge = (b"www-authenticate", b'Basic realm="Yinzheng", charset="UTF-8"')
            await _refuse(send, 401, "login needed", challenge)
            return
        await self.app(scope, receive, send)

    def _admitted(self, headers: dict[bytes, bytes]) -> bool:
        header = headers.get(b"authorization", b"")
        # scrypt is slow by design: pay once for each header that was right.
        digest = hashlib.sha256(header).digest()
        if digest in self._seen:
            return True
        scheme, _, value = header.partition(b" ")
        if scheme.lower() != b"basic":
            return False
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return False
        if not self.accounts.admits(name, password):
            return False
        self._seen.add(digest)
        return True
