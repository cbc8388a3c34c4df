"""An answer as it grows, one sentence more at a time, and what is left of one that was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.records import Answer

STOPPED = (
    "回答被中途停止，以上只是停止前写出的部分。",
    "The answer was stopped. Only what was written before is above.",
)


def sentence_by_sentence(stream: Iterator[tuple[Answer, bool]]) -> Iterator[tuple[Answer, bool]]:
    """Yield (answer so far, False) while it grows and (answer, True) at the end.

    The papers' own words are found all at once: they are shown one sentence after the other,
    so that reading begins before the last is drawn.
    """
    grown = 0
    for answer, done in stream:
        if done:
            for count in range(grown + 1, len(answer.sentences)):
                yield replace(answer, sentences=answer.sentences[:count]), False
        grown = len(answer.sentences)
        yield answer, done


def cut_short(answer: Answer | None) -> Answer | None:
    """Return what is written of an answer that was stopped, with a note on it; None for nothing.

    What it would have said of missing parts is not known; what no sentence cites is left out.
    """
    if answer is None or not answer.sentences:
        return None
    cited = {number for sentence in answer.sentences for number in sentence.citations}
    kept = tuple(citation for citation in answer.citations if citation.number in cited)
    return replace(answer, citations=kept, nearest=(), missing=(), notes=(STOPPED,))
