"""Server-sent events of a chat endpoint -> pieces of text -> whole lines, bounded in size."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator

from ingest.errors import GenerationFailed

# One event of a token is about 250 bytes on the wire.
LONGEST_WIRE = 2 * 1024 * 1024
LONGEST_LINE = 1_000
CUT = "\0"  # the token limit cut the reply here

_THINK = re.compile(r"<think>.*?(?:</think>|$)", re.S)


def events(chunks: Iterator[bytes], stop: threading.Event) -> Iterator[str]:
    """Yield the data of server-sent events; raises GenerationFailed for too many bytes."""
    pending, total = b"", 0
    for chunk in chunks:
        total += len(chunk)
        if total > LONGEST_WIRE:
            raise failed("回复过长", "its reply ran on")
        if stop.is_set():
            return
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip().decode("utf-8", "replace")


def read_event(data: str) -> tuple[str, str]:
    """Return the text of an event and why the reply ends with it, "" when it goes on."""
    if data == "[DONE]":
        return "", "stop"
    value = json.loads(data)
    if not isinstance(value, dict) or value.get("error"):
        raise failed("返回错误", "it sent an error")
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return "", ""
    delta = choices[0].get("delta")
    content = delta.get("content") if isinstance(delta, dict) else None
    refusal = delta.get("refusal") if isinstance(delta, dict) else None
    finish = choices[0].get("finish_reason")
    if isinstance(refusal, str) and refusal:
        raise failed("拒绝作答", "it refused")
    return (
        content if isinstance(content, str) else "",
        finish if isinstance(finish, str) else "",
    )


def failed(zh: str, en: str) -> GenerationFailed:
    """Return the error of a reply that cannot be used, for the reason given."""
    return GenerationFailed(f"语言模型未能作答（{zh}）。", f"the language model failed: {en}.")


class Splitter:
    """Pieces of text in, whole lines out; what a model thinks aloud is left out."""

    def __init__(self) -> None:
        self._pending = ""
        self._cut = False

    def feed(self, piece: str) -> Iterator[str]:
        """Yield the lines that ``piece`` completes."""
        if piece == CUT:
            self._cut = True
            return
        self._pending = re.sub(r"<think>.*?</think>", " ", self._pending + piece, flags=re.S)
        if "<think>" in self._pending:
            return
        *lines, self._pending = self._pending.split("\n")
        for line in lines:
            yield line[:LONGEST_LINE]

    def rest(self) -> Iterator[str]:
        """Yield the last line, when it is whole."""
        last = _THINK.sub(" ", self._pending)
        if last.strip() and not self._cut:
            yield last[:LONGEST_LINE]
