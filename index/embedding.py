"""Texts -> L2-normalised vectors: the Embedder protocol and its two implementations.

The default model runs on ONNX Runtime and ``tokenizers`` alone (a question needs no torch);
every other name or path goes through sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index import default_model
from ingest.errors import ModelMissing

Vectors = npt.NDArray[np.float32]
OnProgress = Callable[[int, int], None]
BATCH = 16


class Embedder(Protocol):
    """Turns texts into unit vectors of ``dimension``; prompts are the model's own."""

    name: str
    fingerprint: str
    dimension: int

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension), each row of length 1."""

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """Return float32 (n, dimension), each row of length 1."""


def load_embedder(model: str = "default", *, backend: str = "auto", threads: int = 0) -> Embedder:
    """Load an embedder: "default", or any sentence-transformers name or local path.

    ``backend`` "torch" runs the default model through sentence-transformers too. Raises
    ModelMissing when the model is not on this machine (nothing is ever downloaded).
    """
    if model == "default":
        folder = default_model.ensure_default_model()
        if backend != "torch":
            return OnnxEmbedder(folder, threads=threads)
        return SentenceTransformersEmbedder(str(folder), name=default_model.NAME, threads=threads)
    return SentenceTransformersEmbedder(model, name=model, threads=threads)


def _batched(
    texts: Sequence[str],
    encode: Callable[[list[str]], Vectors],
    dimension: int,
    on_progress: OnProgress | None,
) -> Vectors:
    """Encode in batches of texts of like length: padding is wasted work."""
    out = np.zeros((len(texts), dimension), np.float32)
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        out[rows] = encode([texts[i] for i in rows])
        if on_progress:
            on_progress(min(start + BATCH, len(order)), len(order))
    return out


class OnnxEmbedder:
    """The bundled model, int8, on ONNX Runtime."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / default_model.ONNX_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(default_model.MAX_TOKENS)
        config = json.loads((folder / "config.json").read_text())
        self._tokenizer.enable_padding(pad_id=config["pad_token_id"])
        prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
        self._query, self._passage = prompts["query"], prompts["passage"]
        self.name = default_model.NAME
        self.dimension = int(config["hidden_size"])
        sums = (folder / "checksums.json").read_bytes()
        self.fingerprint = hashlib.sha256(sums).hexdigest()[:16]

    def _encode(self, texts: list[str]) -> Vectors:
        batch = self._tokenizer.encode_batch(texts)
        feed = {
            "input_ids": np.array([e.ids for e in batch], np.int64),
            "attention_mask": np.array([e.attention_mask for e in batch], np.int64),
        }
        vectors: Vectors = self._session.run(None, feed)[0]
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension) unit vectors of questions."""
        return _batched([self._query + t for t in texts], self._encode, self.dimension, None)

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """Return float32 (n, dimension) unit vectors of passages."""
        prefixed = [self._passage + t for t in texts]
        return _batched(prefixed, self._encode, self.dimension, on_progress)


class SentenceTransformersEmbedder:
    """Any sentence-transformers model that is on this machine."""

    def __init__(self, path: str, *, name: str, threads: int = 0) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        if threads:
            torch.set_num_threads(threads)
        try:
            self._model: Any = SentenceTransformer(path, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"无法加载嵌入模型「{name}」：请确认路径，或事先把模型下载到本机。",
                f"cannot load the embedding model {name!r}: check the path, or put the model on "
                "this machine first.",
            ) from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension())
        prompts = dict(self._model.prompts or {})
        e5 = "e5" in name.lower()
        self._query = prompts.get("query") or ("query: " if e5 else "")
        self._passage = prompts.get("passage") or prompts.get("document") or ("passage: " if e5 else "")
        seed = f"{name}|{self._query}|{self._passage}|{self.dimension}|"
        probe = self._encode([self._query + "fingerprint 指纹"])
        self.fingerprint = hashlib.sha256(seed.encode() + np.round(probe, 3).tobytes()).hexdigest()[:16]

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = self._model.encode(
            texts, prompt="", normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension) unit vectors of questions."""
        return _batched([self._query + t for t in texts], self._encode, self.dimension, None)

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """Return float32 (n, dimension) unit vectors of passages."""
        prefixed = [self._passage + t for t in texts]
        return _batched(prefixed, self._encode, self.dimension, on_progress)
