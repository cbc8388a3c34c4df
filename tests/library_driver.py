"""A process that builds libraries of made-up papers: what the fault tests kill and starve.

Started once, it forks a child for each command it reads from standard input (a JSON object a
line), so that a build begins in milliseconds. Files, FAISS and the store are the real ones;
reading and embedding are fast stand-ins whose results carry the version of the papers.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np

import index.assembly
import index.build
import index.clusters
import index.dense_build
import index.lexical_writer
import index.staging
import index.vectors
import index.writer
from index.build import build_library
from index.shape import Shape
from index.snapshot import Snapshot
from index.writer import SnapshotWriter
from ingest.errors import YinzhengError
from ingest.records import Block, BlockKind, Box, Document, Page, Paper, Span

PAPERS, SECTIONS = 8, 12


def write_papers(folder: Path, version: int) -> None:
    """Write the "PDFs" of a version; every one of them changes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(PAPERS):
        text = json.dumps({"version": version, "number": number})
        (folder / f"paper{number}.pdf").write_text(text)


def read_paper(path: Path, *, ocr: bool = True, on_progress=None) -> Document:
    """Stand in for the PDF reader: the version is in every sentence."""
    data = path.read_bytes()
    facts = json.loads(data)
    blocks = []
    for section in range(SECTIONS):
        sentences = (
            f"v{facts['version']}x版第{facts['number']}篇第{section}节第{n}句写明肿瘤细胞在肝脏中的定植过程与微环境。"
            for n in range(12)
        )
        text = "".join(sentences)
        box = Box(1, 50, 50, 500, 60)
        span = Span(0, len(text), box, tuple(50 + i * 0.1 for i in range(len(text) + 1)))
        blocks.append(Block(BlockKind.PARAGRAPH, text, (f"{section} 节",), (span,)))
    paper = Paper(hashlib.sha256(data).hexdigest(), path.name, f"题目{facts['number']}", year=2020)
    return Document(paper, (Page(1, 600, 800, 0, "pdfium", 1),), tuple(blocks))


class FakeEmbedder:
    """Vectors that follow from the text alone."""

    def __init__(self, dimension: int) -> None:
        self.name, self.fingerprint, self.dimension = "fake", f"fake{dimension}", dimension

    def embed_passages(self, texts, on_progress=None):
        rows = [
            np.frombuffer(hashlib.shake_128(t.encode()).digest(self.dimension), np.uint8)
            for t in texts
        ]
        out = np.array(rows, np.float32).reshape(len(texts), self.dimension) - 127.5
        return out / np.linalg.norm(out, axis=1, keepdims=True)

    embed_queries = embed_passages


class InPlaceWriter(SnapshotWriter):
    """The negative control: a store that overwrites its files where readers read them."""

    def __init__(self, library, name, encoders, keys, centres=None):
        super().__init__(library, "snap-same", encoders, keys, centres)
        final = library / "snapshots" / "snap-same"
        shutil.rmtree(final, ignore_errors=True)
        os.replace(self._folder, final)
        self._folder = self._staging.folder = final
        self._lexical._folder = final / "staged" / "runs"

    def __exit__(self, *_):
        pass


class Counted:
    """Counts the steps of writing a snapshot in a file, and kills this process at one of them."""

    STEPS = (
        (index.staging.Staging, ("append", "keep", "save")),
        (index.writer.SnapshotWriter, ("add",)),
        (index.clusters.Tree, ("of", "nearest")),
        (index.writer, ("merge_runs", "write_sums", "sync", "publish")),
    )

    def __init__(self, log: Path, die_at: int | None = None) -> None:
        self._log, self._die_at, self._number = log, die_at, 0
        for owner, names in self.STEPS:
            for name in names:
                setattr(owner, name, self._counting(getattr(owner, name), name))

    def _counting(self, step, name: str):
        def counted(*arguments, **named):
            if self._number == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self._number += 1
            with self._log.open("a") as log:
                log.write(f"{name}\n")
            return step(*arguments, **named)

        return counted


def make_small() -> None:
    """Write small libraries as large ones are written: many runs, an inverted file, pieces."""
    index.writer.LexicalWriter = partial(index.lexical_writer.LexicalWriter, run=500)
    index.dense_build.FLAT_LIMIT, index.dense_build.FEWEST_LISTS = 100, 4
    index.vectors._CHUNK = 200


def build(library: Path, folder: Path, *, in_place: bool = False, **options) -> str:
    """Bring a library up to date; return its snapshot's name."""
    if in_place:
        index.assembly.SnapshotWriter = InPlaceWriter
    report = build_library(
        library,
        [folder],
        encoders=lambda: (FakeEmbedder(32), FakeEmbedder(16)),
        shape=Shape(parent_chars=200, child_chars=60),
        read=read_paper,
        **options,
    )
    return report.snapshot


def check(library: Path) -> int:
    """Return the one version that the whole library holds; raise when it is not whole."""
    with Snapshot.open(library) as snapshot:
        passages = [snapshot.passage(row) for row in range(snapshot.manifest.passages)]
        versions = {p.text[1 : p.text.index("x版")] for p in passages}
        assert len(versions) == 1, f"versions mixed: {versions}"
        assert len(snapshot.papers) == PAPERS, "papers lost"
        for leg, dimension in zip(snapshot.legs, (32, 16), strict=True):
            row = len(passages) // 2
            sentence = passages[row].sentences[0]
            text = passages[row].text[sentence.start : sentence.end]
            wanted = FakeEmbedder(dimension).embed_passages([text])[0]
            own = snapshot.sentence_vectors(leg, row)[0]
            assert np.allclose(own, wanted, atol=4e-3), "vectors of another version"
            child = snapshot.child_range(row).start
            vector = snapshot.child_vectors(leg)[child : child + 1]
            _, found = snapshot.dense_index(leg).search(vector, 1)
            assert found[0, 0] == child, "index of another version"
        version = versions.pop()
        rows, _ = snapshot.lexical.top([[f"v{version}x"]], len(passages))
        assert len(rows) == len(passages), "terms of another version"
        return int(version)


def run(command: dict) -> dict:
    """Carry out one command in the forked child."""
    library, folder = Path(command["library"]), Path(command["folder"])
    if limit := command.get("file_limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    if command.get("unlocked"):
        index.build.writer_lock = lambda library: nullcontext()
    if log := command.get("log"):
        make_small()
        Counted(Path(log), command.get("die_at"))
    if command["do"] == "build":
        return {"snapshot": build(library, folder, in_place=command.get("in_place", False))}
    if command["do"] == "rounds":
        for version in range(command["first"], command["first"] + command["rounds"]):
            write_papers(folder, version)
            build(library, folder, in_place=command.get("in_place", False))
        return {"rounds": command["rounds"]}
    good, errors = 0, []
    while not Path(command["stop"]).exists():
        try:
            check(library)
            good += 1
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}"[:200])
        time.sleep(0.002)
    return {"good": good, "errors": errors}


def _answer(out: Path, result: dict) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    out.with_suffix(".tmp").write_text(json.dumps(result))
    out.with_suffix(".tmp").rename(out)


def main() -> None:
    """Serve commands; each answer is one line in the file that the command names."""
    # Everything heavy is imported before the fork.
    import faiss

    faiss.omp_set_num_threads(1)
    print("ready", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        pid = os.fork()
        if pid == 0:
            try:
                result = run(command)
            except YinzhengError as error:
                result = {"error": type(error).__name__, "text": error.en}
            except BaseException as error:
                result = {"error": type(error).__name__, "text": str(error)}
            _answer(Path(command["out"]), result)
            os._exit(0)
        print(pid, flush=True)
        # Reap what has ended, without waiting for what has not.
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                break


if __name__ == "__main__":
    main()
