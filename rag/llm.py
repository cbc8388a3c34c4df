"""Messages in, lines of a language model's reply out as they arrive, by an OpenAI-compatible API.

The one module that knows ``openai``. The reply is bounded in time and size whatever the
endpoint does, redirects are not followed, and nothing of it is logged. What its lines are
worth is for ``rag.drafts`` and ``rag.guard`` to tell.
"""

from __future__ import annotations

import ipaddress
import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ingest.errors import GenerationFailed, SettingsError
from rag.llm_stream import CUT, Splitter, events, failed, read_event

log = logging.getLogger(__name__)

LONGEST_REPLY = 64 * 1024  # bytes of text; a model that runs on is stopped
MAX_TOKENS = 900


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address of an URL names this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Endpoint:
    """An OpenAI-compatible chat endpoint. The key is held by the client and never logged."""

    def __init__(self, base_url: str, model: str, key: str = "", timeout: float = 60.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise SettingsError(
                "llm_base_url 应为 http(s)://主机[:端口]/v1 形式的地址。",
                "llm_base_url must be an address like http(s)://host[:port]/v1.",
            )
        if not model:
            raise SettingsError(
                "已设置 llm_base_url，但没有模型名称；请设置 YINZHENG_LLM_MODEL。",
                "llm_base_url is set but no model is named; set YINZHENG_LLM_MODEL.",
            )
        self.model = model
        self.host = parts.hostname
        self._base_url = base_url
        self._key = key
        self._timeout = timeout
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def is_local(self) -> bool:
        """Tell whether the endpoint is on this machine."""
        return is_loopback(self.host)

    def _open(self) -> Any:  # noqa: ANN401
        with self._lock:
            if self._client is None:
                import openai

                client = openai.OpenAI(
                    base_url=self._base_url,
                    api_key=self._key or "none",
                    max_retries=0,
                    timeout=self._timeout,
                    # A redirect could carry the question to a host that nobody named.
                    # A proxy of the environment would carry what is for this machine off it.
                    http_client=openai.DefaultHttpxClient(
                        follow_redirects=False,
                        timeout=self._timeout,
                        trust_env=not self.is_local,
                    ),
                )
                # The client takes them from OPENAI_ORG_ID, OPENAI_PROJECT_ID and
                # OPENAI_CUSTOM_HEADERS for any host.
                client.organization = client.project = None
                client._custom_headers = {}
                self._client = client
            return self._client

    def lines(self, messages: Sequence[dict[str, str]]) -> Iterator[str]:
        """Yield the reply line by line, thoughts left out. Raises GenerationFailed.

        All of it has to come within the time-out, also from an endpoint that drips. A last
        line that the token limit cut off is not returned.
        """
        deadline = time.monotonic() + self._timeout
        pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        stop = threading.Event()
        reader = threading.Thread(
            target=self._read, args=(list(messages), pieces, stop), name="llm", daemon=True
        )
        reader.start()
        splitter = Splitter()
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    raise failed("超时", "it took too long") from None
                if isinstance(piece, Exception):
                    raise piece
                if piece is None:
                    break
                yield from splitter.feed(piece)
            yield from splitter.rest()
        finally:
            stop.set()

    def _read(
        self,
        messages: list[dict[str, str]],
        pieces: queue.SimpleQueue[str | Exception | None],
        stop: threading.Event,
    ) -> None:
        """Put the reply's text into ``pieces``, then None, or the error that ended it."""
        try:
            for piece in self._stream(messages, stop):
                pieces.put(piece)
            pieces.put(None)
        except GenerationFailed as error:
            pieces.put(error)
        except Exception as error:
            # Whatever the client or its transport raises, the answer goes on without it.
            log.info("the endpoint failed: %s", type(error).__name__)
            pieces.put(_translated(error))

    def _stream(self, messages: list[dict[str, str]], stop: threading.Event) -> Iterator[str]:
        create = self._open().chat.completions.with_streaming_response.create
        with create(
            model=self.model,
            messages=messages,
            stream=True,
            temperature=0,
            max_tokens=MAX_TOKENS,
            # Packed bytes could unpack to any size.
            extra_headers={"Accept-Encoding": "identity"},
        ) as response:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise failed("回复无法解析", "its reply was packed")
            text = 0
            for data in events(response.iter_bytes(), stop):
                piece, finish = read_event(data)
                text += len(piece.encode())
                if text > LONGEST_REPLY:
                    raise failed("回复过长", "its reply ran on")
                if piece:
                    yield piece
                if finish == "content_filter":
                    raise failed("拒绝作答", "it refused")
                if finish == "length":
                    yield CUT
                if finish:
                    return
        raise failed("连接中断", "the connection broke off")


def _translated(error: Exception) -> GenerationFailed:
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return failed(
            f"HTTP {status}，密钥无效；请检查 YINZHENG_LLM_API_KEY",
            f"HTTP {status}, the key is not accepted; check YINZHENG_LLM_API_KEY",
        )
    if status == 429:
        return failed("HTTP 429，请求过多；请稍后再试", "HTTP 429, too many requests; try later")
    if status is not None:
        return failed(f"HTTP {status}", f"it sent HTTP {status}")
    if "timeout" in type(error).__name__.lower():
        return failed("超时", "it took too long")
    return failed("连接中断或回复无法解析", "the connection or its reply broke")
