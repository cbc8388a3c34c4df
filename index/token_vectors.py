"""The vectors of a text's tokens, as an encoder has them before they are averaged into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """``vectors`` float32 (tokens, dimension), of any length; ``spans`` the characters of each."""

    vectors: npt.NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]


@runtime_checkable
class TokenEmbedder(Protocol):
    """An encoder that tells its tokens' vectors; not every encoder does."""

    def query_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the token vectors of questions, without those of the prompt."""

    def passage_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the token vectors of sentences, without those of the prompt."""
