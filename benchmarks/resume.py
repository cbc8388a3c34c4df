"""What a kill costs while a large library is written: ``python -m benchmarks.resume``.

A made-up library (``benchmarks.synthetic``) is written by the product's writer in a process of
its own, which is killed in the middle of each stage; another process then goes on. The cost is
what both took together above a run that nobody killed, in seconds of processor time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from index.assembly import write
from index.embedding import LEGS, load_encoders
from index.records import EncoderInfo
from index.staging import JOURNAL
from index.store import STAGED, current_id, unfinished, writer_lock

State = Mapping[str, Any]


def main() -> None:
    """Print one row a kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--work", type=Path, help="keep vectors to draw from here")
    parser.add_argument("--library", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.library:
        write_library(arguments.library, arguments.work, arguments.passages)
        return
    with tempfile.TemporaryDirectory(dir=arguments.work) as temporary:
        work = arguments.work or Path(temporary)
        compare(Path(temporary), work, arguments.passages)


def seeds(work: Path) -> dict[str, Any]:
    """Return vectors of real names by leg, embedded once."""
    from benchmarks.synthetic import seed_texts

    file = work / "seeds.npz"
    if not file.exists():
        texts = seed_texts(1500)
        encoders = zip(LEGS, load_encoders(), strict=True)
        np.savez(file, **{leg: encoder.embed_passages(texts) for leg, encoder in encoders})
    with np.load(file, allow_pickle=False) as stored:
        return {leg: stored[leg] for leg in LEGS}


def write_library(library: Path, work: Path, passages: int) -> None:
    """Write the library in this process; print the processor time used before that."""
    from benchmarks.synthetic import Maker

    vectors = seeds(work)
    maker = Maker.of_vectors(vectors)
    infos = [EncoderInfo(leg, leg, leg, own.shape[1], "") for leg, own in vectors.items()]
    print(time.process_time(), flush=True)
    with writer_lock(library):
        write(library, maker.sources(passages), (), (), {}, infos)


def compare(folder: Path, work: Path, passages: int) -> None:
    """Write once without a kill, and once with a kill in each stage."""
    seeds(work)
    papers = passages // 40
    vectors = 4 * 4 * passages  # four children of a passage, four bytes each
    moments: dict[str, Callable[[Path, State], bool]] = {
        "papers, after half of them": lambda own, at: at["done"] >= papers // 2,
        "words being merged": lambda own, at: (own / "lexical" / "rows.i32").exists(),
        "lists being learnt, first encoder": _after("lexical", 2.0),
        "lists being filled, second encoder, after half": lambda own, at: (
            _size(own / STAGED / "dense2.lists.i32") >= vectors // 2
        ),
        "checksums and flushing": _after("dense2", 1.0),
    }
    library = folder / "library"
    whole, _ = run(library, work, passages)
    digest = contents(library)
    shutil.rmtree(library)
    print(f"{passages:,} passages; without a kill {whole:.0f} s of processor time\n")
    print("| killed | s before | s after | lost, s | of all, % | same files |\n" + "|---" * 6 + "|")
    for name, moment in moments.items():
        before, killed = run(library, work, passages, moment)
        after, _ = run(library, work, passages)
        lost = before + after - whole
        same = "yes" if contents(library) == digest else "NO"
        cells = [f"{before:.1f}", f"{after:.1f}", f"{lost:.1f}", f"{100 * lost / whole:.0f}", same]
        print(f"| {name if killed else name + ' (too late)'} | {' | '.join(cells)} |", flush=True)
        shutil.rmtree(library)


def run(
    library: Path,
    work: Path,
    passages: int,
    moment: Callable[[Path, State], bool] | None = None,
) -> tuple[float, bool]:
    """Write in a process; return its processor time and whether it was killed at ``moment``."""
    command = [sys.executable, "-m", "benchmarks.resume", "--library", str(library)]
    command += ["--work", str(work), "--passages", str(passages)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    start = float(process.stdout.readline())
    killed = False
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if moment and not killed and _reached(library, moment):
            os.kill(process.pid, signal.SIGKILL)
            killed = True
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if not killed and process.returncode:
        raise SystemExit("the writer failed")
    return used.ru_utime + used.ru_stime - start, killed


def _reached(library: Path, moment: Callable[[Path, State], bool]) -> bool:
    for folder in unfinished(library):
        try:
            data = (folder / JOURNAL).read_bytes().split(b"\n", 1)[1]
        except (OSError, IndexError):
            continue
        return moment(folder, json.loads(data))
    return False


def _after(step: str, seconds: float) -> Callable[[Path, State], bool]:
    """Tell whether a step has been finished for some time."""
    seen: list[float] = []

    def reached(_: Path, at: State) -> bool:
        if step in at["groups"] and not seen:
            seen.append(time.monotonic())
        return bool(seen) and time.monotonic() - seen[0] >= seconds

    return reached


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def contents(library: Path) -> str:
    """Return a hash of all files of the current snapshot but its manifest, which has the time."""
    folder, seen = library / "snapshots" / str(current_id(library)), hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != "manifest.json":
            seen.update(file.name.encode())
            with open(file, "rb") as data:
                seen.update(hashlib.file_digest(data, "sha256").digest())
    return seen.hexdigest()


if __name__ == "__main__":
    main()
