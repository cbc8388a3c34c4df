"""Speed, memory and size: ``python -m benchmarks.speed`` (``make bench-speed``).

Embedding: the product's encoders against sentence-transformers in fp32 on torch, alternating in
one run. Scale: made-up libraries (``benchmarks.synthetic``) written by the product's own writer
and asked through the product's own ``Assistant``; recall of the FAISS index against all vectors.
Each size runs in a process of its own, for its peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from index.assembly import Source, write
from index.dense_build import nearest
from index.embedding import LEGS, load_embedder, load_encoders
from index.records import EncoderInfo
from index.snapshot import Snapshot
from index.store import writer_lock

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = (
    "肺癌肝转移的主要信号通路有哪些？",
    "整合素如何促进肿瘤细胞在肝脏定植？",
    "免疫治疗联合化疗的客观缓解率是多少？",
    "EGFR突变患者的一线治疗",
    "2型糖尿病肾病的早期诊断指标",
    "How do integrins promote liver metastasis of lung cancer?",
    "Which cytokines drive epithelial-mesenchymal transition?",
    "What is the median survival after radiotherapy?",
    "高血压患者脑卒中后的康复训练",
    "慢性阻塞性肺疾病急性加重的危险因素",
)


def main() -> None:
    """Run the parts that are named, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], "embed", "scale"], default=[])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="passages")
    parser.add_argument("--texts", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="keep libraries here instead of a temporary one")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure_size(arguments.one, arguments.work)))
        return
    load = os.getloadavg()[0]
    print(
        f"{os.cpu_count()} processors, {_memory_gb():.0f} GB, {platform.machine()}, load {load:.1f}"
    )
    if not arguments.parts or "embed" in arguments.parts:
        print_embedding(arguments.texts, arguments.rounds)
    if not arguments.parts or "scale" in arguments.parts:
        with tempfile.TemporaryDirectory() as temporary:
            print_scale(arguments.sizes, arguments.work or Path(temporary))


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def print_embedding(count: int, rounds: int) -> None:
    """Print passages embedded a second and milliseconds a question, medians of the rounds."""
    texts = sample_children(count)
    first, second = load_encoders()
    torch_model = load_embedder(backend="torch")
    models = {
        "default (ONNX int8 passages, 4-bit questions)": first,
        "sentence-transformers, torch fp32": torch_model,
        "second encoder (numpy)": second,
    }
    rates: dict[str, list[float]] = {name: [] for name in models}
    times: dict[str, list[float]] = {name: [] for name in models}
    for model in models.values():
        model.embed_passages(texts[:4])
    for _ in range(rounds):
        for name, model in models.items():
            rates[name].append(len(texts) / _seconds(lambda m=model: m.embed_passages(texts)))
            for question in QUESTIONS:
                ask = [question]
                times[name].append(1000 * _seconds(lambda m=model, q=ask: m.embed_queries(q)))
    base = statistics.median(rates["sentence-transformers, torch fp32"])
    print(f"\n{len(texts)} children of the sample papers, {rounds} rounds alternating\n")
    print("| encoder | passages/s | times torch fp32 | question p50 ms |\n|---|---|---|---|")
    for name in models:
        rate, ms = statistics.median(rates[name]), statistics.median(times[name])
        print(f"| {name} | {rate:.1f} | {rate / base:.2f} | {ms:.1f} |")


def sample_children(count: int) -> list[str]:
    """Return children of our sample papers, as they are embedded."""
    from ingest.clean import search_text
    from ingest.passages import make_passages
    from ingest.reader import read_document

    folder = Path(__file__).resolve().parent.parent / "samples"
    texts = [
        search_text(passage.text[child.start : child.end])
        for file in sorted(folder.glob("*.pdf"))
        for passage in make_passages(read_document(file))
        for child in passage.children
    ]
    return (texts * (1 + count // len(texts)))[:count]


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def print_scale(sizes: Sequence[int], work: Path) -> None:
    """Print one row a size."""
    names = ("build s", "size MB", "build MB", "open s", "ask MB", "index", "recall@50",
             "dense ms", "dense2 ms", "lexical ms", "search p50 ms", "search p95 ms",
             "search cpu ms", "answer p50 ms", "answer p95 ms", "answer cpu ms")  # fmt: skip
    print("\n| passages | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 1))
    for size in sizes:
        row = _run_one(size, work)
        print(
            f"| {size:,} | " + " | ".join(str(row.get(name, "")) for name in names) + " |",
            flush=True,
        )


def _run_one(size: int, work: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.speed", "--one", str(size), "--work", str(work)]
    row: dict[str, Any] = {}
    for _ in range(2):  # first it builds, then it asks: each with its own peak memory
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        row |= json.loads(out.splitlines()[-1])
    return row


def measure_size(size: int, work: Path) -> dict[str, Any]:
    """Build the library of a size if it is not there, else ask it."""
    library = work / f"library-{size}"
    if not (library / "CURRENT").exists():
        return build(size, library)
    return ask(library)


def build(size: int, library: Path) -> dict[str, Any]:
    """Write the library; seconds without making up its contents."""
    from benchmarks.synthetic import Maker

    encoders = dict(zip(LEGS, load_encoders(), strict=True))
    maker = Maker.of(encoders)
    infos = [
        EncoderInfo(leg, e.name, e.fingerprint, e.dimension, "") for leg, e in encoders.items()
    ]
    made = 0.0

    def timed(source: Source) -> Any:
        nonlocal made
        started = time.perf_counter()
        paper = source.load()
        made += time.perf_counter() - started
        return paper

    papers = [Source(own.key, partial(timed, own)) for own in maker.sources(size)]
    started = time.perf_counter()
    with writer_lock(library):
        manifest = write(library, papers, (), (), {}, infos)
    seconds = time.perf_counter() - started - made
    return {
        "build s": round(seconds, 1),
        "size MB": round(sum(entry.bytes for entry in manifest.files) / 1e6),
        "index": "/".join(encoder.index_type for encoder in manifest.encoders),
        "build MB": _peak_mb(),
    }


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def ask(library: Path) -> dict[str, Any]:
    """Time the legs and the whole search; compare the index with all vectors."""
    from rag import Assistant

    opened = _seconds(lambda: Snapshot.open(library).close())
    assistant = Assistant.open(library)
    searching = asked(assistant.search)
    answering = asked(assistant.ask)
    snapshot = assistant.snapshot
    row: dict[str, Any] = {
        "open s": round(opened, 2),
        "ask MB": _peak_mb(),
        **{f"search {name}": value for name, value in searching.items()},
        **{f"answer {name}": value for name, value in answering.items()},
    }
    recalls = []
    for leg, encoder in zip(LEGS, load_encoders(), strict=True):
        vectors = encoder.embed_queries(QUESTIONS)
        index = snapshot.dense_index(leg)
        each = [
            1000 * _seconds(lambda i=index, v=vector: i.search(v[None, :], 150))
            for _ in range(5)
            for vector in vectors
        ]
        row[f"{leg} ms"] = round(statistics.median(each), 1)
        recalls.append(f"{recall(snapshot, leg, vectors):.3f}")
    row["recall@50"] = "/".join(recalls)
    row["lexical ms"] = round(statistics.median(lexical_times(snapshot)), 1)
    return row


def asked(ask: Callable[[str], object], rounds: int = 5) -> dict[str, float]:
    """Return milliseconds of the questions, models warm, and those of all processors."""
    for question in QUESTIONS:
        ask(question)
    times, spent = [], []
    for question in QUESTIONS * rounds:
        started = time.process_time()
        times.append(1000 * _seconds(lambda q=question: ask(q)))
        spent.append(1000 * (time.process_time() - started))
    return {
        "p50 ms": round(float(np.percentile(times, 50)), 1),
        "p95 ms": round(float(np.percentile(times, 95)), 1),
        "cpu ms": round(statistics.median(spent), 1),
    }


def lexical_times(snapshot: Snapshot) -> list[float]:
    """Return milliseconds of lexical searches for terms of passages: some common, some rare."""
    from index.tokens import terms

    generator = np.random.default_rng(9)
    times = []
    for row in generator.integers(snapshot.manifest.passages, size=30):
        text = snapshot.passage(int(row)).text
        start = int(generator.integers(max(1, len(text) - 20)))
        groups = [[term] for term in dict.fromkeys(terms(text[start : start + 16]))]
        times.append(1000 * _seconds(lambda g=groups: snapshot.lexical.top(g, 60)))
    return times


def recall(snapshot: Snapshot, leg: str, queries: Any, k: int = 50) -> float:
    """Return the share of the true ``k`` nearest children that the index finds."""
    rows = nearest(snapshot.child_vectors(leg), queries, k)
    _, found = snapshot.dense_index(leg).search(queries, k)
    shares = [len(set(a) & set(b)) / k for a, b in zip(rows, found, strict=True)]
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
