"""A sentence-transformers model and its folder's ONNX file -> the same model run by ONNX Runtime.

Imported only when asked for: it needs torch and sentence-transformers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule

from index.onnx_encoder import open_session
from ingest.errors import ModelMissing

# Files that model makers and exporters write, fastest first.
FILES = ("onnx/model_qint8.onnx", "onnx/model_quantized.onnx", "onnx/model.onnx", "model.onnx")


def find_onnx(folder: Path, name: str) -> Path:
    """Return the ONNX file of a local model folder; ModelMissing when it has none."""
    for file in FILES:
        if (folder / file).is_file():
            return folder / file
    raise ModelMissing(
        f"模型「{name}」的文件夹中没有 ONNX 文件（{'、'.join(FILES)}）；请改用 backend=torch。",
        f"the folder of the model {name!r} holds no ONNX file ({', '.join(FILES)}); use "
        "backend=torch.",
    )


def with_onnx(model: SentenceTransformer, file: Path, threads: int) -> SentenceTransformer:
    """Return ``model`` with its transformer replaced; pooling, prompts and limits are kept."""
    first, *rest = model
    modules = [OnnxTransformer(first, file, threads), *rest]
    return SentenceTransformer(modules=modules, prompts=dict(model.prompts), device="cpu")


class OnnxTransformer(InputModule):  # type: ignore[misc]
    """Texts -> token vectors by ONNX Runtime, tokenized by the module it stands for."""

    def __init__(self, original: Any, file: Path, threads: int) -> None:  # noqa: ANN401
        """Open ``file``; ``original`` is the transformer module of the same model."""
        super().__init__()
        self.tokenizer = original.tokenizer
        self.max_seq_length = original.max_seq_length
        self._dimension = original.get_embedding_dimension()
        self._session = open_session(file, threads)
        self._wanted = {i.name for i in self._session.get_inputs()}
        outputs = [o.name for o in self._session.get_outputs()]
        self._output = "last_hidden_state" if "last_hidden_state" in outputs else outputs[0]

    def get_embedding_dimension(self) -> int:
        """Return the length of a token vector."""
        return int(self._dimension)

    def preprocess(
        self, inputs: list[str], prompt: str | None = None, **_: object
    ) -> dict[str, torch.Tensor]:
        """Return the token ids and mask of texts, padded to the longest."""
        encoded = self.tokenizer(
            self._prepend_prompt(inputs, prompt or ""),
            padding=True,
            truncation=True,
            max_length=self.max_seq_length,
            return_tensors="pt",
        )
        return dict(encoded)

    def forward(self, features: dict[str, torch.Tensor], **_: object) -> dict[str, torch.Tensor]:
        """Add ``token_embeddings`` (batch, tokens, dimension)."""
        feed = {
            k: v.cpu().numpy().astype(np.int64) for k, v in features.items() if k in self._wanted
        }
        if "token_type_ids" in self._wanted and "token_type_ids" not in feed:
            feed["token_type_ids"] = np.zeros_like(feed["input_ids"])
        states = self._session.run([self._output], feed)[0]
        return {**features, "token_embeddings": torch.from_numpy(states)}

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Refuse: the folder it came from is the model."""
        raise NotImplementedError("copy the model's own folder instead")
