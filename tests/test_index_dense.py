"""The FAISS index of each kind against comparing with all vectors."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest

import index.dense
import index.dense_build
from index.checks import write_sums
from index.dense import DenseIndex
from index.dense_build import build_dense, nearest
from index.staging import Staging
from index.vectors import VectorFile, pack
from ingest.errors import SnapshotCorrupt

ROWS, DIMENSION = 6000, 24


def write_vectors(file, count, seed):
    """Write vectors in a crowded cone, as text encoders make them, around common centres."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((80, DIMENSION))
    rows = centres[generator.integers(80, size=count)] + 2.0
    rows = rows + 0.5 * generator.standard_normal((count, DIMENSION))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    centre = rows.mean(axis=0).astype(np.float32)
    file.write_bytes(pack(rows, centre).tobytes())
    return VectorFile(file, count, centre)


def open_index(file, vectors):
    write_sums(file.parent)
    return DenseIndex(file, vectors, hashlib.sha256(file.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    return write_vectors(tmp_path_factory.mktemp("vectors") / "children.i8", ROWS, 1)


@pytest.fixture(scope="module")
def queries(tmp_path_factory):
    return write_vectors(tmp_path_factory.mktemp("vectors") / "sentences.i8", 60, 2)


@pytest.fixture(params=["flat", "ivf", "ivf mapped"])
def dense(request, vectors, queries, tmp_path, monkeypatch):
    if request.param != "flat":
        monkeypatch.setattr(index.dense_build, "FLAT_LIMIT", 100)
        monkeypatch.setattr(index.dense_build, "FEWEST_LISTS", 4)
    if request.param == "ivf mapped":
        monkeypatch.setattr(index.dense, "MAPPED", 100)
    monkeypatch.setattr(index.dense, "FEW", 50)
    kind = build_dense(vectors, queries, tmp_path / "index.faiss", Staging(tmp_path / "work"))
    assert kind == "sq8" if request.param == "flat" else re.match(r"ivf1[23]\d-sq4-np\d+$", kind)
    return open_index(tmp_path / "index.faiss", vectors)


def test_recall_and_exact_scores(dense, vectors, queries):
    truth = nearest(vectors, queries[:], 50)
    scores, rows = dense.search(queries[:], 50)
    shares = [np.isin(want, got).mean() for want, got in zip(truth, rows, strict=True)]
    assert np.mean(shares) >= 0.97
    assert (np.diff(scores, axis=1) <= 1e-6).all()
    for query, own, found in zip(queries[:], scores, rows, strict=True):
        assert np.allclose(vectors[found] @ query, own, atol=1e-3)


@pytest.mark.parametrize("step", [3, 400])
def test_only_allowed_rows_are_found(dense, vectors, queries, step):
    allowed = np.zeros(ROWS, np.bool_)
    allowed[::step] = True
    _, rows = dense.search(queries[:5], 30, allowed)
    assert rows.shape == (5, min(30, int(allowed.sum())))
    found = rows[rows >= 0]
    assert allowed[found].all()
    own = np.flatnonzero(allowed)
    truth = own[np.argsort(-(queries[:5] @ vectors[own].T), axis=1)[:, : rows.shape[1]]]
    shares = [np.isin(want, got).mean() for want, got in zip(truth, rows, strict=True)]
    assert np.mean(shares) >= 0.95


def test_nothing_allowed_is_nothing_found(dense, queries):
    scores, rows = dense.search(queries[:2], 5, np.zeros(ROWS, np.bool_))
    assert scores.shape == rows.shape == (2, 0)


def test_an_empty_index(tmp_path):
    (tmp_path / "none.i8").touch()
    empty = VectorFile(tmp_path / "none.i8", 0, np.zeros(DIMENSION, np.float32))
    assert build_dense(empty, empty, tmp_path / "index.faiss", Staging(tmp_path / "work")) == "sq8"
    found = open_index(tmp_path / "index.faiss", empty)
    assert found.search(np.ones((1, DIMENSION), np.float32), 5)[1].shape == (1, 0)


def test_foreign_files_are_refused(vectors, queries, tmp_path):
    file = tmp_path / "index.faiss"
    build_dense(vectors, queries, file, Staging(tmp_path / "work"))
    good = file.read_bytes()
    with pytest.raises(SnapshotCorrupt):
        open_index(file, write_vectors(tmp_path / "other.i8", 500, 3))
    file.write_bytes(good[: len(good) // 2])
    with pytest.raises(SnapshotCorrupt):
        open_index(file, vectors)
    with pytest.raises(SnapshotCorrupt):
        DenseIndex(file, vectors, hashlib.sha256(good).hexdigest())
    with pytest.raises(SnapshotCorrupt):
        VectorFile(tmp_path / "other.i8", 501, np.zeros(DIMENSION, np.float32))
