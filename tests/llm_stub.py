"""A language model's endpoint on loopback that speaks the wire format of chat completions.

What it says is a function of the request, so that a test can make it honest, slow, broken,
lying or hostile.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Stub", dict[str, Any]], Iterator[bytes]]


def event(content: str | None = None, *, finish: str | None = None, **delta: Any) -> bytes:
    """One streamed event as OpenAI, vLLM and Ollama send it."""
    if content is not None:
        delta["content"] = content
    value = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "stub",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def says(*lines: str) -> Reply:
    """A reply of some lines, sent in pieces of three characters."""

    def reply(_: Stub, request: dict[str, Any]) -> Iterator[bytes]:
        yield event("", role="assistant")
        text = "\n".join(lines)
        for i in range(0, len(text), 3):
            yield event(text[i : i + 3])
        yield event(finish="stop")
        yield b"data: [DONE]\n\n"

    return reply


def passage_with(request: dict[str, Any], needle: str) -> int:
    """The number of the passage in a request that holds ``needle``."""
    for number, text in re.findall(
        r'<passage id="(\d+)">\n(.*?)\n</passage>', request["messages"][1]["content"], re.S
    ):
        if needle in text:
            return int(number)
    raise AssertionError(f"no passage with {needle}")


class Stub:
    """The server; ``reply`` says what it does, ``requests`` keeps what it was sent."""

    def __init__(self) -> None:
        self.reply: Reply = says("NO_ANSWER")
        self.status = 200
        self.headers: dict[str, str] = {"Content-Type": "text/event-stream"}
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.sent: list[dict[str, str]] = []  # the headers of each request, names in small letters
        self.release = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stub.requests.append({"path": self.path, **json.loads(body)})
                stub.sent.append({k.lower(): v for k, v in self.headers.items()})
                stub.keys.append(self.headers.get("Authorization", ""))
                self.send_response(stub.status)
                for name, value in stub.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if stub.status != 200:
                    self.wfile.write(b'{"error": {"message": "secret detail"}}')
                    return
                try:
                    for piece in stub.reply(stub, stub.requests[-1]):
                        self.wfile.write(piece)
                        self.wfile.flush()
                except (BrokenPipeError, ConnectionResetError):
                    pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
