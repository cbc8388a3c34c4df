"""What a snapshot stores of a paper, and the JSON forms of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from ingest.records import Paper, Passage, Reference
from ingest.report import PaperReport

PASSAGE = TypeAdapter(Passage)
PAPER = TypeAdapter(Paper)
PAPER_LIST = TypeAdapter(tuple[Paper, ...])
REFERENCES = TypeAdapter(tuple[Reference, ...])
REPORT = TypeAdapter(PaperReport | None)
# The codes of a row's language in languages.npy.
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class LegVectors:
    """One encoder's vectors of a paper: a row per child, a row per sentence, in order."""

    children: npt.NDArray[np.floating]
    sentences: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class PaperContent:
    """All that a snapshot stores of one paper; ``legs`` in the order of the encoders."""

    paper: Paper
    references: tuple[Reference, ...]
    passages: tuple[Passage, ...]
    legs: Mapping[str, LegVectors]
    report: PaperReport | None = None
