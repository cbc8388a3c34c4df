"""An assistant and a question -> the answer as it grows, one sentence more at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.records import Answer
from ui.web.engine import Answerer


def answer_stream(
    assistant: Answerer,
    question: str,
    *,
    history: Sequence[str],
    papers: frozenset[str] | None,
    sentences: int,
    llm: bool,
) -> Iterator[tuple[Answer, bool]]:
    """Yield (answer so far, False) while it grows and (answer, True) at the end."""
    answer = assistant.ask(question, history=history, papers=papers, sentences=sentences, llm=llm)
    yield answer, True
