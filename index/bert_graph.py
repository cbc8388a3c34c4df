"""4-bit BERT weights -> ONNX graphs: exact 4-bit for questions, int8 for passages.

Both graphs take ``input_ids`` and ``attention_mask`` (batch, tokens) int64 and return
``last_hidden_state`` (batch, tokens, hidden) and ``sentence_embedding`` (batch, hidden), the
mean over the mask with length 1. ONNX Runtime's own operators hold the weights as they are:
MatMulNBits multiplies 4-bit blocks of 32 with activations quantised per block (cosine with
fp32 0.9999); DynamicQuantizeMatMul has int8 weights per output column and is about twice as
fast on many tokens (cosine 0.997). The word table stays 4-bit in both, 48 MB instead of 384.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.e5_file import BLOCK, E5File, Quantised

_MS = "com.microsoft"
_OPSET, _IR = 21, 10
# Weights that reach 127 overflow the 16-bit sums of processors without VNNI.
INT8_LIMIT = 127


class _Graph:
    """Collects nodes and constants."""

    def __init__(self, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], *outputs: str, **options: Any) -> str:  # noqa: ANN401
        names = list(outputs) or [f"t{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, names, **options))
        return names[0]

    def linear(self, x: str, weight: Quantised, name: str) -> str:
        rows, columns = weight.values.shape
        if not self.int8:
            nibbles = (weight.values + 8).astype(np.uint8)
            packed = (nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)).reshape(rows, -1, BLOCK // 2)
            inputs = [
                x,
                self.constant(f"{name}.q", packed),
                self.constant(f"{name}.s", weight.scales),
            ]
            options = {"K": columns, "N": rows, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
            return self.op("MatMulNBits", inputs, domain=_MS, **options)
        dense = weight.dense()
        scale = np.abs(dense).max(axis=1) / INT8_LIMIT
        integers = np.rint(dense / scale[:, None]).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{name}.q", integers.T),
            self.constant(f"{name}.s", scale.astype(np.float32)),
            self.constant(f"{name}.z", np.zeros(rows, np.int8)),
        ]
        return self.op("DynamicQuantizeMatMul", inputs, domain=_MS)


def bert_graph(e5: E5File, *, int8: bool) -> onnx.ModelProto:
    """Return the model as ONNX, exact 4-bit or (``int8``) faster on passages."""
    graph = _Graph(int8)
    hidden = int(e5.config["hidden_size"])
    x = _embeddings(graph, e5)
    mask = graph.op("Cast", ["attention_mask"], to=TensorProto.INT32)
    for layer in range(e5.config["num_hidden_layers"]):
        x = _layer(graph, e5, layer, x, mask)
    graph.op("Identity", [x], "last_hidden_state")
    axis = graph.constant("axis1", np.array([1], np.int64))
    weights = graph.op("Cast", ["attention_mask"], to=TensorProto.FLOAT)
    total = graph.op("MatMul", [graph.op("Unsqueeze", [weights, axis]), x])
    # The mean and the sum have one direction, and only that is kept.
    graph.op("LpNormalization", [graph.op("Squeeze", [total, axis])], "sentence_embedding", p=2)
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    shapes = {
        "last_hidden_state": ["batch", "tokens", hidden],
        "sentence_embedding": ["batch", hidden],
    }
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    return helper.make_model(
        helper.make_graph(graph.nodes, "multilingual-e5-small", ids, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MS, 1)],
        ir_version=_IR,
    )


def _embeddings(graph: _Graph, e5: E5File) -> str:
    word = e5.quantised["embeddings.word_embeddings.weight"]
    nibbles = word.values.astype(np.uint8) & 15
    packed = nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)
    graph.constants.append(
        helper.make_tensor("word", TensorProto.INT4, word.values.shape, packed.tobytes(), raw=True)
    )
    x = graph.op(
        "GatherBlockQuantized",
        ["word", "input_ids", graph.constant("word.s", word.scales)],
        domain=_MS,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    plain = e5.plain
    # All tokens are of type 0, so its vector is part of every position.
    positions = (
        plain["embeddings.position_embeddings.weight"]
        + plain["embeddings.token_type_embeddings.weight"][0]
    )
    zero = graph.constant("axis0", np.array([0], np.int64))
    tokens = graph.op("Shape", ["input_ids"], start=1, end=2)
    used = graph.op("Slice", [graph.constant("positions", positions), zero, tokens, zero])
    weights = [
        graph.constant(f"embeddings.{k}", plain[f"embeddings.LayerNorm.{k}"])
        for k in ("weight", "bias")
    ]
    epsilon = e5.config["layer_norm_eps"]
    return graph.op("LayerNormalization", [graph.op("Add", [x, used]), *weights], epsilon=epsilon)


def _layer(graph: _Graph, e5: E5File, layer: int, x: str, mask: str) -> str:
    """Add one encoder layer (post-layer-norm BERT): attention, then feed-forward."""
    prefix = f"encoder.layer.{layer}."

    def vector(name: str) -> str:
        return graph.constant(f"{prefix}{name}", e5.plain[f"{prefix}{name}"])

    def linear(inputs: str, name: str) -> str:
        weight = e5.quantised[f"{prefix}{name}.weight"]
        return graph.linear(inputs, weight, f"{prefix}{name}")

    def normalised(y: str, residual: str, dense: str, norm: str) -> str:
        inputs = [
            y,
            residual,
            vector(f"{norm}.weight"),
            vector(f"{norm}.bias"),
            vector(f"{dense}.bias"),
        ]
        epsilon = e5.config["layer_norm_eps"]
        return graph.op("SkipLayerNormalization", inputs, domain=_MS, epsilon=epsilon)

    names = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
    parts = [e5.quantised[f"{n}.weight"] for n in names]
    joined = Quantised(
        np.concatenate([p.values for p in parts]), np.concatenate([p.scales for p in parts])
    )
    bias = graph.constant(
        f"{prefix}qkv.bias", np.concatenate([e5.plain[f"{n}.bias"] for n in names])
    )
    qkv = graph.linear(x, joined, f"{prefix}qkv")
    graph.op("Split", [qkv], *(f"{n}.out" for n in names), axis=-1, num_outputs=3)
    heads = e5.config["num_attention_heads"]
    inputs = [*(f"{n}.out" for n in names), bias, mask]
    y = graph.op("MultiHeadAttention", inputs, domain=_MS, num_heads=heads)
    y = linear(y, "attention.output.dense")
    x = normalised(y, x, "attention.output.dense", "attention.output.LayerNorm")
    y = linear(x, "intermediate.dense")
    y = graph.op("BiasGelu", [y, vector("intermediate.dense.bias")], domain=_MS)
    return normalised(linear(y, "output.dense"), x, "output.dense", "output.LayerNorm")
