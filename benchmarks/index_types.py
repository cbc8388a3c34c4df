"""The product's vector index beside HNSW: ``python -m benchmarks.index_types``.

Children of a made-up library (``benchmarks.synthetic``), first encoder. Both indexes name
candidates that are compared again with the stored vectors, as the product does; one thread asks.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.resume import seeds
from benchmarks.speed import QUESTIONS
from benchmarks.synthetic import Cloud
from index.checks import Blocks, write_sums
from index.dense import DenseIndex
from index.dense_build import COMPARED, build_dense, nearest
from index.embedding import load_embedder
from index.staging import Staging
from index.store import sha256_file
from index.vectors import VectorFile, pack

K, NEIGHBOURS, CONSTRUCTION = 50, 32, 80
VISITED = (128, 256, 512)
_PIECE = 50_000


def main() -> None:
    """Print a row for each index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=int, default=400_000)
    parser.add_argument("--work", type=Path, help="keep vectors to draw from here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        compare(Path(temporary), arguments.work or Path(temporary), arguments.vectors)


def draw(folder: Path, own: Any, count: int) -> tuple[VectorFile, VectorFile]:
    """Return vectors of children, and of sentences that stand for questions."""
    cloud, centre = Cloud(own), own.mean(axis=0)
    files = []
    for name, size, seed in (("children.i8", count, 1), ("sentences.i8", 400, 2)):
        generator = np.random.default_rng(seed)
        with open(folder / name, "wb") as out:
            for start in range(0, size, _PIECE):
                rows = cloud.draw(min(_PIECE, size - start), generator)
                out.write(pack(rows, centre).tobytes())
        files.append(VectorFile(folder / name, size, centre))
    return files[0], files[1]


def compare(folder: Path, work: Path, count: int) -> None:
    """Build both indexes and ask them."""
    import faiss

    own = seeds(work)["dense"]
    centre = own.mean(axis=0)
    vectors, sentences = draw(folder, own, count)
    questions = load_embedder().embed_queries(QUESTIONS)
    queries = np.concatenate([questions, sentences[:90]])
    truth = nearest(vectors, queries, K)
    print(f"{count:,} vectors, {len(queries)} questions\n")
    print("| index | build s (processor) | MB | recall@50 | ms |\n|---|---|---|---|---|")
    started = time.process_time()
    file = folder / "index.faiss"
    kind = build_dense(vectors, sentences, file, Staging(folder / "work"))
    built, size = time.process_time() - started, file.stat().st_size
    write_sums(folder)
    file_of_vectors = folder / "children.i8"
    checked = VectorFile(file_of_vectors, count, centre, Blocks(file_of_vectors))
    index = DenseIndex(file, checked, sha256_file(file))
    show(kind, built, size, truth, queries, lambda query: index.search(query, K)[1][0])
    started = time.process_time()
    graph = faiss.IndexHNSWSQ(
        vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT
    )
    graph.hnsw.efConstruction = CONSTRUCTION
    graph.train(vectors[:_PIECE])
    for part in vectors.chunks():
        graph.add(part)
    built = time.process_time() - started
    size = len(faiss.serialize_index(graph))
    faiss.omp_set_num_threads(1)
    for visited in VISITED:
        graph.hnsw.efSearch = visited

        def found(query: Any) -> Any:
            rows = np.unique(graph.search(query, COMPARED * K)[1][0])
            scores = checked.dot(rows[rows >= 0], query[0])
            return rows[rows >= 0][np.argsort(-scores)[:K]]

        show(f"HNSW, {NEIGHBOURS} neighbours, 8 bits, {visited} visited", built, size, truth,
             queries, found)  # fmt: skip


def show(
    name: str, built: float, size: int, truth: Any, queries: Any, ask: Callable[[Any], Any]
) -> None:
    """Print one row."""
    shares, times = [], []
    for want, query in zip(truth, queries, strict=True):
        ask(query[None, :])
        started = time.process_time()
        got = ask(query[None, :])
        times.append(1000 * (time.process_time() - started))
        shares.append(np.isin(want, got).mean())
    print(
        f"| {name} | {built:.0f} | {size / 1e6:.0f} | {np.mean(shares):.3f} | "
        f"{np.median(times):.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
