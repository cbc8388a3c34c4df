"""Damage in files too large to hash at opening: refused when it is read, or without effect."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest

import index.checks
import index.dense
import index.dense_build
from index.checks import Blocks
from index.snapshot import Snapshot
from index.store import current_id
from index.upkeep import check_library
from ingest.errors import LibraryError, SnapshotCorrupt
from tests.library_driver import build, write_papers

pytestmark = pytest.mark.faults


@pytest.fixture
def library(tmp_path, monkeypatch) -> Path:
    """A small library that is opened as if every file of it were large."""
    monkeypatch.setattr(index.checks, "WHOLE", 0)
    monkeypatch.setattr(index.dense, "MAPPED", 0)
    monkeypatch.setattr(index.dense_build, "FLAT_LIMIT", 100)
    monkeypatch.setattr(index.dense_build, "FEWEST_LISTS", 4)
    write_papers(tmp_path / "papers", 1)
    build(tmp_path / "library", tmp_path / "papers")
    return tmp_path / "library"


def files_of(library: Path) -> list[Path]:
    folder = library / "snapshots" / str(current_id(library))
    return sorted(file for file in folder.rglob("*") if file.is_file())


def contents(library: Path) -> str:
    """Read all that a library holds; return its hash. Scores of searches must be true."""
    seen = hashlib.sha256()
    with Snapshot.open(library) as snapshot:
        for row in range(snapshot.manifest.passages):
            seen.update(repr(snapshot.passage(row)).encode())
        for paper in snapshot.papers:
            seen.update(repr((snapshot.references(paper), snapshot.report(paper))).encode())
        for leg in snapshot.legs:
            vectors = snapshot.child_vectors(leg)
            seen.update(vectors[:].tobytes())
            seen.update(snapshot.all_sentence_vectors(leg)[:].tobytes())
            for query in vectors[::37]:
                scores, rows = snapshot.dense_index(leg).search(query[None, :], 10)
                found = rows[0][rows[0] >= 0]
                assert np.allclose(vectors[found] @ query, scores[0][: len(found)], atol=1e-4)
        lexical = snapshot.lexical
        terms = [lexical._term(number).decode() for number in range(lexical._count)]
        scores, _ = lexical.score([[term] for term in terms if " " not in term])
        seen.update(scores.tobytes())
    return seen.hexdigest()


def outcome(library: Path, good: str) -> str:
    try:
        return "same" if contents(library) == good else "other"
    except LibraryError:
        return "refused"
    except (ArithmeticError, AssertionError, LookupError, ValueError):
        return "broken"


def flips(library: Path, count: int, good: str) -> list[tuple[str, str]]:
    """Flip a bit of file after file; return (file, what reading everything gave)."""
    generator, found = random.Random(5), []
    files = files_of(library)
    for number in range(count):
        file = files[number % len(files)]
        data = file.read_bytes()
        changed = bytearray(data)
        changed[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        file.write_bytes(changed)
        found.append((file.name, outcome(library, good)))
        file.write_bytes(data)
    return found


def test_a_flipped_bit_is_refused_when_read_or_hides_a_row_at_most(library):
    good = contents(library)
    found = flips(library, 160, good)
    assert {kind for _, kind in found} <= {"same", "refused"}
    assert {name for name, kind in found if kind == "same"} <= {"index.faiss"}
    assert contents(library) == good


def test_without_block_sums_a_flipped_bit_gives_other_contents(library, monkeypatch):
    good = contents(library)
    monkeypatch.setattr(Blocks, "_compare", lambda self, blocks: None)
    found = flips(library, 160, good)
    assert sum(kind in ("other", "broken") for _, kind in found) >= 5


def test_checking_every_byte_finds_what_opening_leaves(library):
    assert check_library(library).passages > 0
    file = next(f for f in files_of(library) if f.name == "passages.records")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    Snapshot.open(library).close()
    with pytest.raises(SnapshotCorrupt, match="passages"):
        check_library(library)
