"""An assistant and a question -> the answer as it grows, one sentence more at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.records import Answer


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
