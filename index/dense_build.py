"""Vectors on disk -> a FAISS index file, of the kind that fits their number.

Up to 50,000 vectors: all are compared, at 8 bits a dimension. More: an inverted file (Sivic &
Zisserman 2003; Jegou et al. 2011) over the vectors' distances from their list's centre at 4
bits. The best rows of either are compared again with the stored vectors when it is asked (see
``index.dense``). Measured in docs/scale.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.clusters import Tree
from index.staging import Staging
from index.store import STAGED
from index.vectors import Floats, VectorFile

log = logging.getLogger(__name__)

FLAT_LIMIT = 50_000
# How the number of lists searched is chosen: sentences of the library stand for questions, which
# are a little harder, hence the high target and the floor.
RECALL, RECALL_AT, PROBES, FEWEST_LISTS, LEAST_GAIN = 0.99, 50, 96, 96, 0.001
# An index names so many times the rows wanted, which are then compared exactly.
COMPARED = 3
_TRAINING_PER_LIST = 40
# Vectors that show how far the numbers of a dimension range.
_RANGES = 20_000


def build_dense(vectors: VectorFile, probes: VectorFile, file: Path, staging: Staging) -> str:
    """Write the index of ``vectors`` (n, dimension); return its type for the manifest.

    ``probes`` are vectors of the same encoder that stand for questions. What takes long is kept
    in ``staging`` under the name of the file's folder, and taken up from there after a kill.
    """
    import faiss

    if len(vectors) <= FLAT_LIMIT:
        index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        if len(vectors):
            index.train(_sample(vectors, FLAT_LIMIT))
        for part in vectors.chunks():
            index.add(part)
        kind = "sq8"
    else:
        index, kind = _inverted_file(vectors, probes, staging, file.parent.name)
    _write(index, file)
    return kind


def tail_bytes(rows: int, dimension: int) -> int:
    """Return the length of the lists at the end of an inverted file: codes and row numbers."""
    return rows * ((dimension + 1) // 2 + 8)


def _inverted_file(
    vectors: VectorFile, probes: VectorFile, staging: Staging, name: str
) -> tuple[Any, str]:
    import faiss

    dimension, group = vectors.shape[1], f"{name}.lists"
    sample, tree = _tree(vectors, staging, group)
    lists = len(tree.centres)
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(tree.centres)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_4bit,
        faiss.METRIC_INNER_PRODUCT,
        True,  # the distance from the list's centre, which needs half the bits
    )
    index.train(sample[:: max(1, len(sample) // _RANGES)])
    for part, own in _assigned(vectors, tree, staging, group):
        index.add_core(len(part), faiss.swig_ptr(part), None, faiss.swig_ptr(own))
    index.nprobe, share = _lists_to_search(index, vectors, _sample(probes, PROBES))
    log.info("%d vectors in %d lists, %d searched: recall %.3f", len(vectors), lists,
             index.nprobe, share)  # fmt: skip
    return index, f"ivf{lists}-sq4-np{index.nprobe}"


def _tree(vectors: VectorFile, staging: Staging, group: str) -> tuple[Floats, Tree]:
    """Return the vectors that the lists are learnt from, and the lists' centres."""
    wanted = 1 << round(np.log2(2 * np.sqrt(len(vectors))))
    sample = _sample(vectors, wanted * _TRAINING_PER_LIST)
    file = staging.folder / STAGED / f"{group}.npz"
    if not staging.has(file):
        Tree.of(sample, wanted).save(file)
        staging.keep(group, [file])
        staging.save(staging.done)
    return sample, Tree.load(file)


def _assigned(
    vectors: VectorFile, tree: Tree, staging: Staging, group: str
) -> Iterator[tuple[Floats, npt.NDArray[np.int64]]]:
    """Yield the vectors in pieces with the number of each one's list."""
    name = f"{STAGED}/{group}.i32"
    known = np.frombuffer(staging.read(name), np.int32)
    at = 0
    for part in vectors.chunks():
        own = known[at : at + len(part)].astype(np.int64)
        if not len(own):
            own = tree.nearest(part)
            staging.append(group, name, own.astype(np.int32).tobytes())
            staging.save(staging.done)
        at += len(part)
        yield part, own


def _sample(vectors: VectorFile, count: int) -> Floats:
    """Return at most ``count`` rows spread over the file, always the same."""
    if len(vectors) <= count:
        return vectors[:]
    generator = np.random.default_rng(len(vectors))
    return vectors[np.sort(generator.choice(len(vectors), count, replace=False))]


def _lists_to_search(index: Any, vectors: VectorFile, queries: Floats) -> tuple[int, float]:  # noqa: ANN401
    """Return the fewest lists (times 1.4 each step) that reach RECALL, and that recall."""
    truth = nearest(vectors, queries, RECALL_AT)
    number, before = FEWEST_LISTS, 0.0
    while True:
        index.nprobe = number
        # As many as are compared again when a person asks.
        _, found = index.search(queries, COMPARED * RECALL_AT)
        share = float(
            np.mean([np.isin(want, got).mean() for want, got in zip(truth, found, strict=True)])
        )
        # Four bits alone lose some, which no further list brings back.
        if share >= RECALL or share < before + LEAST_GAIN or number >= index.nlist:
            return min(number, index.nlist), share
        number, before = int(number * 1.4), share


def nearest(vectors: VectorFile, queries: Floats, k: int) -> npt.NDArray[np.int64]:
    """Return the rows of the ``k`` nearest vectors of each query, by comparing with all."""
    scores = np.zeros((len(queries), 0), np.float32)
    rows = np.zeros((len(queries), 0), np.int64)
    start = 0
    for part in vectors.chunks():
        scores = np.concatenate([scores, queries @ part.T], axis=1)
        own = np.arange(start, start + len(part))
        rows = np.concatenate([rows, np.broadcast_to(own, (len(queries), len(part)))], axis=1)
        best = np.argpartition(-scores, min(k, scores.shape[1]) - 1, axis=1)[:, :k]
        scores = np.take_along_axis(scores, best, axis=1)
        rows = np.take_along_axis(rows, best, axis=1)
        start += len(part)
    order = np.argsort(-scores, axis=1)
    return np.take_along_axis(rows, order, axis=1)


def _write(index: Any, file: Path) -> None:  # noqa: ANN401
    """Write through Python, so that a full disk is an OSError and not FAISS's RuntimeError."""
    import faiss

    failures: list[OSError] = []
    with open(file, "wb") as out:

        def write(data: bytes) -> int:
            try:
                return out.write(data)
            except OSError as error:
                failures.append(error)
                raise

        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(write, 1 << 20))
        except Exception:
            if failures:
                raise failures[0] from None
            raise
