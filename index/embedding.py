"""Texts -> L2-normalised vectors: the Embedder protocol, and how one is loaded by name.

The default model runs on ONNX Runtime alone (a question needs no torch); every other name or
path goes through sentence-transformers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index import default_model
from index.onnx_encoder import OnnxEmbedder, batches, default_fingerprint
from ingest.errors import ModelMissing

Vectors = npt.NDArray[np.float32]
OnProgress = Callable[[int, int], None]
# Vector sets of a snapshot, in the order of the encoders.
LEGS = ("dense", "dense2")
_BATCH_CHARS = 8192
# Models whose own config often lacks the prompts that their cards ask for: name part ->
# (query, passage). First match wins.
_FAMILY_PROMPTS = (
    (
        "e5-large-instruct",
        "Instruct: Given a question, retrieve passages that answer it\nQuery: ",
        "",
    ),
    ("e5", "query: ", "passage: "),
    ("bge-m3", "", ""),
    ("bge-large-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    ("bge-base-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    ("bge-small-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    ("bge-", "Represent this sentence for searching relevant passages: ", ""),
    (
        "qwen3-embedding",
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
        "Query:",
        "",
    ),
)


class Embedder(Protocol):
    """Turns texts into unit vectors of ``dimension``; prompts are the model's own."""

    name: str
    fingerprint: str
    dimension: int

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension), each row of length 1."""

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> Vectors:
        """Return float32 (n, dimension), each row of length 1; progress is (done, total)."""


def load_embedder(
    model: str = "default", *, backend: str = "auto", threads: int = 0, device: str | None = None
) -> Embedder:
    """Load an embedder: "default", or any sentence-transformers name or local path.

    ``backend`` "torch" (or a ``device`` other than the processor) runs the default model
    through sentence-transformers too; "onnx" runs a folder's own ``onnx/model.onnx``.
    ``threads`` 0 means all processors. Raises ModelMissing when the model is not on this
    machine (nothing is ever downloaded).
    """
    if model == "default":
        folder = default_model.ensure_default_model()
        if backend != "torch" and device in (None, "cpu"):
            return OnnxEmbedder(folder, threads=threads)
        embedder = SentenceTransformersEmbedder(
            str(folder), name=default_model.NAME, threads=threads, device=device
        )
        embedder.fingerprint = default_fingerprint(folder)
        return embedder
    return SentenceTransformersEmbedder(
        model, name=model, threads=threads, device=device, onnx=backend == "onnx"
    )


def load_encoders(
    model: str = "default",
    second_model: str = "default",
    *,
    backend: str = "auto",
    threads: int = 0,
    device: str | None = None,
) -> tuple[Embedder, ...]:
    """Load the first encoder and, unless ``second_model`` is "none", the second.

    Their vectors are the legs "dense" and "dense2". A second model "default" is Google's
    universal-sentence-encoder-multilingual, another name any sentence-transformers model.
    """
    first = load_embedder(model, backend=backend, threads=threads, device=device)
    if second_model == "none":
        return (first,)
    if second_model == "default":
        from index.second_encoder import UseEmbedder

        return first, UseEmbedder(threads=threads)
    return first, load_embedder(second_model, backend=backend, threads=threads, device=device)


class SentenceTransformersEmbedder:
    """Any sentence-transformers model that is on this machine."""

    def __init__(
        self,
        path: str,
        *,
        name: str,
        threads: int = 0,
        device: str | None = None,
        onnx: bool = False,
    ) -> None:
        """Load the model from this machine; ModelMissing when it is not there."""
        import torch

        if threads:
            torch.set_num_threads(threads)
        self._model: Any = _load(path, name, device, onnx, threads)
        self._onnx = onnx
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension())
        self._query, self._passage = prompts_of(name, dict(self._model.prompts or {}))
        self.fingerprint = self._make_fingerprint()

    def _make_fingerprint(self) -> str:
        """Hash names, shapes and a sample of all weights, and the prompts: no computing.

        With ONNX the weights are not at hand; the vector of a probe, coarsely, stands for them.
        """
        digest = hashlib.sha256(f"{self._query}|{self._passage}|{self.dimension}".encode())
        if self._onnx:
            digest.update(
                self.name.encode() + (self._embed("", ["指纹 fingerprint"], None) > 0).tobytes()
            )
        for key, tensor in self._model.state_dict().items():
            if "pooler" in key:  # often absent from the files, and then random
                continue
            digest.update(f"{key}{tuple(tensor.shape)}".encode())
            sample = tensor.flatten()[:: max(1, tensor.numel() // 64)][:64]
            digest.update(sample.float().cpu().numpy().astype(np.float32).tobytes())
        return digest.hexdigest()[:16]

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension) unit vectors of questions."""
        return self._embed(self._query, texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> Vectors:
        """Return float32 (n, dimension) unit vectors of passages."""
        return self._embed(self._passage, texts, on_progress)

    def _embed(self, prompt: str, texts: Sequence[str], on_progress: OnProgress | None) -> Vectors:
        out = np.zeros((len(texts), self.dimension), np.float32)
        done = 0
        for rows in batches([len(text) + len(prompt) for text in texts], _BATCH_CHARS):
            out[rows] = self._model.encode(
                [texts[row] for row in rows],
                prompt=prompt,
                batch_size=len(rows),
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            done += len(rows)
            if on_progress:
                on_progress(done, len(texts))
        return out


def prompts_of(name: str, own: dict[str, str]) -> tuple[str, str]:
    """Return the (query, passage) prompts: the model's own, else its family's, else none."""
    if any(own.values()):
        passage = next((own[k] for k in ("passage", "document", "corpus") if own.get(k)), "")
        return own.get("query", ""), passage
    lowered = Path(name).name.lower()
    return next(((q, p) for part, q, p in _FAMILY_PROMPTS if part in lowered), ("", ""))


def _load(path: str, name: str, device: str | None, onnx: bool, threads: int) -> Any:  # noqa: ANN401
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(path, local_files_only=True, device=device)
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"无法加载嵌入模型「{name}」：请确认路径，或事先把模型下载到本机。",
            f"cannot load the embedding model {name!r}: check the path, or put the model on "
            "this machine first.",
        ) from error
    if onnx:
        from index.onnx_module import find_onnx, with_onnx

        return with_onnx(model, find_onnx(Path(path), name), threads)
    return model
