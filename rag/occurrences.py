"""Words that a reader looks for -> the sentences of one paper in which they stand, in its order."""

from __future__ import annotations

from index.records import Hit
from index.snapshot import Snapshot
from ingest.clean import fold_for_match
from rag.citing import citable, cite
from rag.records import Citation

MOST = 200


def occurrences(snapshot: Snapshot, paper_id: str, words: str) -> tuple[tuple[Citation, ...], int]:
    """Return the sentences with ``words``, at most MOST of them, and how many there are.

    White space and the case of letters make no difference. The sentences are numbered from 1.
    KeyError for a paper that is not in the snapshot.
    """
    wanted = _folded(words)
    rows = snapshot.range_of(paper_id)
    found: list[Citation] = []
    total = 0
    for row in range(rows.start, rows.stop) if wanted else ():
        passage = snapshot.passage(row)
        hit = Hit(passage, snapshot.papers[paper_id], row, 0.0, {}, (0, len(passage.text)))
        for place in passage.sentences:
            said = _folded(passage.text[place.start : place.end])
            if wanted in said and citable(hit, place.start, place.end):
                total += 1
                if total <= MOST:
                    references = snapshot.references(paper_id)
                    found.append(
                        cite(
                            hit, place.start, place.end,
                            number=total, score=0.0, references=references,
                        )
                    )  # fmt: skip
    return tuple(found), total


def _folded(text: str) -> str:
    return fold_for_match(text).casefold()
