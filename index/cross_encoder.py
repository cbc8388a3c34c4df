"""A cross-encoder that the user has: a question and passages in, a relevance each out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import ModelMissing


class CrossEncoderModel:
    """Any sentence-transformers CrossEncoder, by name or path; never downloaded."""

    def __init__(self, model: str, *, threads: int = 0) -> None:
        """Load the model from this machine; ModelMissing when it is not there."""
        import torch
        from sentence_transformers import CrossEncoder

        if threads:
            torch.set_num_threads(threads)
        try:
            self._model: Any = CrossEncoder(model, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"无法加载重排模型「{model}」：请确认路径，或事先把模型下载到本机；"
                "不用重排时把 reranker 留空。",
                f"cannot load the reranking model {model!r}: check the path, or put the model on "
                "this machine first; leave reranker empty to do without.",
            ) from error

    def relevance(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return a score per passage, higher is better; the scale is the model's own."""
        pairs = [(question, passage) for passage in passages]
        scores = self._model.predict(pairs, show_progress_bar=False)
        return np.asarray(scores, np.float64).reshape(len(pairs))
