"""Messages in, lines of a language model's reply out as they arrive, by an OpenAI-compatible API.

The one module that knows ``openai``. The reply is text of unknown worth: ``read_line`` makes
of each line a plain sentence and passage numbers, or nothing.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingest.errors import GenerationFailed, SettingsError
from rag.prompts import NO_ANSWER

log = logging.getLogger(__name__)

LONGEST_REPLY = 12_000  # characters; a model that runs on is stopped
LONGEST_LINE = 1_000
MAX_TOKENS = 900

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)?")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[^)]*)\)")
_HTML = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[A-Za-z!][^<>]*>?", re.I | re.S)
_URL = re.compile(r"\b(?:https?|ftp|file|javascript|data|mailto):\S*|\bwww\.\S+", re.I)
_IDS = re.compile(
    r"[\[［【(（]\s*(?:passage|段落|source)?\s*#?(\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*)\s*[\]］】)）]",
    re.I,
)
_LEADING = re.compile(r"^\s*(?:[-*•>#]+\s*|\d{1,2}[.、)]\s+)+")
_THINK = re.compile(r"<think>.*?</think>", re.S)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of the model and the passage numbers (from 1) that it names."""

    text: str
    passages: tuple[int, ...]


class Endpoint:
    """An OpenAI-compatible chat endpoint. The key is held by the client and never logged."""

    def __init__(self, base_url: str, model: str, key: str = "", timeout: float = 60.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise SettingsError(
                "llm_base_url 应为 http(s)://主机[:端口]/v1 形式的地址。",
                "llm_base_url must be an address like http(s)://host[:port]/v1.",
            )
        self.model = model
        self.host = parts.hostname
        self._base_url = base_url
        self._key = key
        self._timeout = timeout
        self._client: Any = None

    def _open(self) -> Any:  # noqa: ANN401
        if self._client is None:
            import openai

            self._client = openai.OpenAI(
                base_url=self._base_url,
                api_key=self._key or "none",
                max_retries=0,
                timeout=self._timeout,
                # A redirect could carry the question to a host that nobody named.
                http_client=openai.DefaultHttpxClient(
                    follow_redirects=False, timeout=self._timeout
                ),
            )
        return self._client

    def lines(self, messages: Sequence[dict[str, str]]) -> Iterator[str]:
        """Yield the reply line by line. Raises GenerationFailed on any trouble."""
        import httpx
        import openai

        deadline = time.monotonic() + self._timeout
        pending, total = "", 0
        try:
            stream = self._open().chat.completions.create(
                model=self.model,
                messages=list(messages),
                stream=True,
                temperature=0,
                max_tokens=MAX_TOKENS,
            )
            with stream:
                for chunk in stream:
                    if time.monotonic() > deadline:
                        raise _failed("超时", "it took too long")
                    piece = _content(chunk)
                    total += len(piece)
                    if total > LONGEST_REPLY:
                        raise _failed("回复过长", "its reply ran on")
                    pending += piece
                    while "\n" in pending:
                        line, pending = pending.split("\n", 1)
                        yield line
        except openai.APITimeoutError as error:
            raise _failed("超时", "it took too long") from error
        except openai.APIStatusError as error:
            raise _failed(
                f"返回 HTTP {error.status_code}", f"it sent HTTP {error.status_code}"
            ) from None
        except (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, KeyError) as error:
            log.info("the endpoint failed: %s", type(error).__name__)
            raise _failed("连接中断或回复无法解析", "the connection or its reply broke") from None
        if pending.strip():
            yield pending


def _failed(zh: str, en: str) -> GenerationFailed:
    return GenerationFailed(f"语言模型未能作答（{zh}）。", f"the language model failed: {en}.")


def _content(chunk: Any) -> str:  # noqa: ANN401
    """Return the text of a stream event; an event of another shape holds none."""
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list) or not choices:
        return ""
    content = getattr(getattr(choices[0], "delta", None), "content", None)
    return content if isinstance(content, str) else ""


def plain(text: str) -> str:
    """Return ``text`` without markup, links, images, addresses and control characters."""
    text = _HTML.sub(" ", _THINK.sub(" ", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    text = _URL.sub(" ", text).replace("**", "").replace("__", "").replace("`", "")
    kept = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+", " ", kept).strip()


def is_refusal(line: str) -> bool:
    """Tell whether a line says that the passages do not answer."""
    low = line.strip().strip("*_`.。 ").lower()
    return NO_ANSWER.lower() in low or bool(
        re.match(r"(?:i (?:cannot|can't|am unable)|sorry|抱歉|无法回答|很抱歉|as an ai)", low)
    )


def read_line(line: str) -> Drafted | None:
    """Return the sentence of a line and the passages that it names; None for an empty line.

    Reads ``[2] text``, ``text [1][3]``, and JSON objects with text and passages.
    """
    line = line.strip()[:LONGEST_LINE]
    if line.startswith("{") and (read := _read_json(line)) is not None:
        return read
    numbers = [
        int(n) for m in _IDS.finditer(line) if m.group(0)[0] not in "(（" or _is_edge(m, line)
        for n in re.findall(r"\d+", m.group(1))
    ]  # fmt: skip
    text = _IDS.sub(
        lambda m: " " if m.group(0)[0] not in "(（" or _is_edge(m, line) else m.group(0), line
    )
    text = plain(_LEADING.sub("", text))
    if not any(c.isalnum() for c in text):
        return None
    return Drafted(text, tuple(dict.fromkeys(numbers)))


def _is_edge(match: re.Match[str], line: str) -> bool:
    """Round brackets name a passage only at the ends of a line."""
    return not line[: match.start()].strip() or not line[match.end() :].strip(" 。.")


def _read_json(line: str) -> Drafted | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    text = value.get("text") or value.get("sentence") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return None
    listed = next((v for v in value.values() if isinstance(v, list)), [])
    numbers = tuple(dict.fromkeys(n for n in listed if isinstance(n, int)))
    cleaned = plain(_IDS.sub(" ", text))
    return Drafted(cleaned, numbers) if cleaned else None
