"""The bundled model on ONNX Runtime and ``tokenizers`` alone: texts -> unit vectors, no torch.

Questions run through the exact 4-bit graph (one short text, accuracy first), passages through
the int8 graph (thousands of texts, speed first).
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import default_model
from index.token_vectors import TokenVectors

Vectors = npt.NDArray[np.float32]
OnProgress = Callable[[int, int], None]
# Padded tokens of a batch: enough to fill the cores, few enough to stay in their caches.
BATCH_TOKENS = 768
# The same for a few sentences of one question, where padding counts most.
TOKEN_BATCH = 160
# An answer asks for a question's vector, for that of a part of it, and then for its tokens.
QUESTIONS_KEPT = 4


def default_fingerprint(folder: Path) -> str:
    """Return what identifies the default model's vectors, whatever runs it."""
    prompts = json.dumps(default_model.PROMPTS, sort_keys=True)
    config = (folder / "config.json").read_text(encoding="utf-8")
    sums = json.loads((folder / "checksums.json").read_text(encoding="utf-8"))
    weights = sums["model.safetensors"][2] + sums["tokenizer.json"][2]
    seed = "|".join((default_model.VERSION, config, prompts, weights))
    return hashlib.sha256(seed.encode()).hexdigest()[:16]


def cpu_count() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(file: Path, threads: int = 0) -> Any:  # noqa: ANN401 - an untyped library
    """Return an onnxruntime session on the processor; ``threads`` 0 means all."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cpu_count()
    options.log_severity_level = 3
    # Idle threads that spin would take the cores from other work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


class OnnxEmbedder:
    """The bundled model. Thread-safe; a graph is loaded when first used."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the tokenizer of a folder made by ``default_model``."""
        from tokenizers import Tokenizer

        self._folder = folder
        self._threads = threads
        self._sessions: dict[str, Any] = {}
        self._loading = threading.Lock()
        self._asked: dict[str, tuple[Vectors, TokenVectors]] = {}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(default_model.MAX_TOKENS)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._pad = int(config["pad_token_id"])
        self.name = default_model.NAME
        self.dimension = int(config["hidden_size"])
        # Only the self-check runs before the folder's checksums exist.
        made = (folder / "checksums.json").exists()
        self.fingerprint = default_fingerprint(folder) if made else ""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dimension) unit vectors of questions."""
        if len(texts) == 1:
            return self._question(texts[0])[0].copy()
        return self._embed(default_model.PROMPTS["query"], texts, default_model.QUERY_ONNX, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> Vectors:
        """Return float32 (n, dimension) unit vectors of passages."""
        prompt = default_model.PROMPTS["passage"]
        return self._embed(prompt, texts, default_model.PASSAGE_ONNX, on_progress)

    def _session(self, file: str) -> Any:  # noqa: ANN401 - an untyped library
        with self._loading:
            if file not in self._sessions:
                self._sessions[file] = open_session(self._folder / file, self._threads)
            return self._sessions[file]

    def query_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the vectors of the questions' tokens."""
        return [self._question(text)[1] for text in texts]

    def passage_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the vectors of the sentences' tokens."""
        prompt = default_model.PROMPTS["passage"]
        encoded = self._encoded(prompt, texts)
        session = self._session(default_model.PASSAGE_ONNX)
        found: dict[int, TokenVectors] = {}
        for rows in batches([len(e.ids) for e in encoded], TOKEN_BATCH):
            feed = self._feed([encoded[row].ids for row in rows])
            hidden = session.run(["last_hidden_state"], feed)[0]
            for row, own in zip(rows, hidden, strict=True):
                found[row] = _tokens(prompt, encoded[row], own)
        return [found[row] for row in range(len(texts))]

    def _question(self, text: str) -> tuple[Vectors, TokenVectors]:
        """Return the unit vector (1, dimension) and the tokens of a question, from one run."""
        known = self._asked.get(text)
        if known is None:
            prompt = default_model.PROMPTS["query"]
            (encoded,) = self._encoded(prompt, [text])
            outputs = ["sentence_embedding", "last_hidden_state"]
            vector, hidden = self._session(default_model.QUERY_ONNX).run(
                outputs, self._feed([encoded.ids])
            )
            known = (np.asarray(vector, np.float32), _tokens(prompt, encoded, hidden[0]))
            with self._loading:
                self._asked[text] = known
                while len(self._asked) > QUESTIONS_KEPT:
                    del self._asked[next(iter(self._asked))]
        return known

    def _embed(
        self, prompt: str, texts: Sequence[str], file: str, on_progress: OnProgress | None
    ) -> Vectors:
        out = np.zeros((len(texts), self.dimension), np.float32)
        encoded = self._encoded(prompt, texts)
        done = 0
        for rows in batches([len(e.ids) for e in encoded], BATCH_TOKENS):
            feed = self._feed([encoded[row].ids for row in rows])
            out[rows] = self._session(file).run(["sentence_embedding"], feed)[0]
            done += len(rows)
            if on_progress:
                on_progress(done, len(texts))
        return out

    def _encoded(self, prompt: str, texts: Sequence[str]) -> list[Any]:
        return self._tokenizer.encode_batch([prompt + text for text in texts]) if texts else []

    def _feed(self, ids: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
        """Return a batch padded to its longest text, which is the first, and its mask."""
        tokens = np.full((len(ids), len(ids[0])), self._pad, np.int64)
        mask = np.zeros_like(tokens)
        for place, row in enumerate(ids):
            tokens[place, : len(row)] = row
            mask[place, : len(row)] = 1
        return {"input_ids": tokens, "attention_mask": mask}


def _tokens(prompt: str, encoded: Any, hidden: Vectors) -> TokenVectors:  # noqa: ANN401
    """Return the vectors and places of a text's tokens, without those of the prompt."""
    own, spans = len(prompt), encoded.offsets
    kept = [i for i, (_, end) in enumerate(spans) if end > own]
    places = tuple((max(spans[i][0] - own, 0), spans[i][1] - own) for i in kept)
    return TokenVectors(hidden[kept], places)


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Group rows of like length, longest first, so that little of a batch is padding.

    ``budget`` bounds the padded tokens of a batch; a longer text is a batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    found: list[list[int]] = []
    for row in order:
        if not found or (len(found[-1]) + 1) * lengths[found[-1][0]] > budget:
            found.append([])
        found[-1].append(row)
    return found
