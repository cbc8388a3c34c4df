"""A question as typed -> checked text, its language and its search terms."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from index.tokens import terms
from ingest.clean import detect_language, search_text
from ingest.errors import QuestionError

MAX_CHARS = 2000
# What every question has: these bigrams say nothing about what is asked.
_EMPTY_ZH = frozenset(
    "如何 什么 哪些 怎么 怎样 是否 为何 为什 么样 有哪 些方 请问 多少 以及 什么是 么是 是什 有什 何促 何影".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question; ``groups`` are its terms, each with its alternatives."""

    text: str
    language: str
    groups: tuple[tuple[str, ...], ...]


def parse_question(text: str) -> Question:
    """Check and normalise; QuestionError when empty, too long, or in a third language."""
    cleaned = "".join(
        c for c in unicodedata.normalize("NFC", text) if c == "\n" or unicodedata.category(c) != "Cc"
    ).strip()
    if not cleaned:
        raise QuestionError("问题为空；请输入一个问题。", "the question is empty; type one.")
    if len(cleaned) > MAX_CHARS:
        raise QuestionError(
            f"问题超过 {MAX_CHARS} 个字符（现有 {len(cleaned)}）；请缩短。",
            f"the question is over {MAX_CHARS} characters ({len(cleaned)}); shorten it.",
        )
    language = detect_language(cleaned)
    if language not in ("zh", "en"):
        raise QuestionError(
            "只能回答中文或英文的问题；请换用中文或英文提问。",
            "only Chinese and English questions are answered; ask in one of them.",
        )
    found = dict.fromkeys(t for t in terms(search_text(cleaned)) if t not in _EMPTY_ZH)
    return Question(cleaned, language, tuple((t,) for t in found))
