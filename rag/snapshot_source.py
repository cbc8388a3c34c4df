"""What the choice of sentences reads of a snapshot."""

from __future__ import annotations

from index.snapshot import Snapshot
from ingest.records import Sentence
from rag.features import Vector


class SnapshotSource:
    """What selection needs of a snapshot; made for one question."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._openings: dict[str, str] = {}

    def sentence_vectors(self, leg: str, row: int) -> Vector:
        """Return float32 (sentences of the passage, dimension)."""
        return self._snapshot.sentence_vectors(leg, row)

    def opening(self, paper_id: str) -> str:
        """Return the first sentence of a paper, as printed."""
        if paper_id not in self._openings:
            first = self._snapshot.passage(self._snapshot.range_of(paper_id).start)
            sentence = first.sentences[0] if first.sentences else Sentence(0, 0)
            self._openings[paper_id] = first.text[sentence.start : sentence.end]
        return self._openings[paper_id]
