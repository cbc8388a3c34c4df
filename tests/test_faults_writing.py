"""A snapshot whose writing is killed: taken up where it was, and the same byte for byte.

Negative controls: without the checksums of the parts, without the comparison of inputs and
without taking up, the tests see the difference (``make faults``).
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

import index.dense_build
import index.staging
import index.vectors
import index.writer
from index.lexical_writer import LexicalWriter
from index.staging import JOURNAL
from index.store import current_id, unfinished
from ingest.errors import LibraryError
from tests.library_driver import PAPERS, build, check, write_papers
from tests.test_faults_library import Driver, flipped, is_gone

pytestmark = pytest.mark.faults
POINTS = 40


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = Driver(tmp_path_factory.mktemp("answers"))
    yield driver
    driver.close()


@pytest.fixture
def small(monkeypatch):
    """Write small libraries as large ones are, in this process."""
    monkeypatch.setattr(
        index.writer, "LexicalWriter", lambda folder, rows: LexicalWriter(folder, 500, rows=rows)
    )
    monkeypatch.setattr(index.dense_build, "FLAT_LIMIT", 100)
    monkeypatch.setattr(index.dense_build, "FEWEST_LISTS", 4)
    monkeypatch.setattr(index.vectors, "_CHUNK", 200)


def hashes(library: Path) -> dict[str, str]:
    """Return the hash of every file of the current snapshot, but for the manifest (its time)."""
    folder = library / "snapshots" / str(current_id(library))
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


@pytest.fixture(scope="module")
def whole(driver, tmp_path_factory) -> tuple[dict[str, str], list[str]]:
    """The files of a build that was not killed, and its steps."""
    folder = tmp_path_factory.mktemp("whole")
    write_papers(folder / "papers", 1)
    log = folder / "log"
    driver.run(do="build", library=folder / "library", folder=folder / "papers", log=log)
    assert check(folder / "library") == 1
    return hashes(folder / "library"), log.read_text().split()


def killed(driver, folder: Path, die_at: int, version: int = 1) -> Path:
    """Return a library whose writing was killed at a step; its steps are in ``log``."""
    write_papers(folder / "papers", version)
    command = {"library": folder / "library", "folder": folder / "papers", "log": folder / "log"}
    pid, _ = driver.start(do="build", die_at=die_at, **command)
    while not is_gone(pid):
        pass
    assert current_id(folder / "library") is None
    return folder / "library"


def go_on(driver, folder: Path) -> Counter[str]:
    """Build again; return how often each step was taken in both builds together."""
    log = folder / "log"
    told = driver.run(do="build", library=folder / "library", folder=folder / "papers", log=log)
    assert "snapshot" in told, told
    return Counter(log.read_text().split())


def test_a_kill_at_any_step_costs_that_step_and_nothing_is_different(driver, whole, tmp_path):
    files, steps = whole
    wanted = Counter(steps)
    assert wanted["add"] == PAPERS and wanted["of"] == 2 and wanted["nearest"] > 8
    named = [steps.index(name) for name in ("merge_runs", "of", "write_sums", "sync", "publish")]
    last = steps.index("publish")
    for point in sorted({*range(0, last, max(1, last // POINTS)), *named}):
        folder = tmp_path / str(point)
        library = killed(driver, folder, point)
        taken = go_on(driver, folder)
        assert hashes(library) == files, f"killed at step {point} ({steps[point]})"
        assert check(library) == 1 and not unfinished(library)
        # What is done twice: at most the step that was killed.
        for name in ("add", "of", "nearest", "merge_runs"):
            assert wanted[name] <= taken[name] <= wanted[name] + 1, (point, name)
        shutil.rmtree(folder)


def test_without_taking_up_a_kill_costs_everything(driver, whole, tmp_path):
    files, steps = whole
    library = killed(driver, tmp_path, steps.index("write_sums"))
    for leftover in unfinished(library):
        (leftover / JOURNAL).unlink()
    taken = go_on(driver, tmp_path)
    assert taken["add"] == 2 * PAPERS and taken["of"] == 4
    assert hashes(library) == files


def damage_each(driver, whole, tmp_path, monkeypatch) -> list[str]:
    """Damage each file that a killed build left, go on; return the files that made a difference."""
    files, steps = whole
    left = killed(driver, tmp_path / "killed", steps.index("write_sums"))
    generator, different = random.Random(5), []
    (leftover,) = unfinished(left)
    names = [p.relative_to(left) for p in sorted(leftover.rglob("*")) if p.is_file()]
    for number, name in enumerate(names):
        library = tmp_path / f"damaged{number}"
        shutil.copytree(left, library)
        data = (library / name).read_bytes()
        if data:
            cut = data[: generator.randrange(len(data))]
            (library / name).write_bytes(cut if number % 3 == 0 else flipped(data, generator))
        try:
            build(library, tmp_path / "killed" / "papers")
            same = hashes(library) == files and check(library) == 1
        except Exception:
            same = False
        if not same:
            different.append(str(name))
        shutil.rmtree(library)
    assert len(names) > 30
    return different


def test_damage_to_what_was_left_is_never_taken_up(driver, whole, tmp_path, monkeypatch, small):
    assert damage_each(driver, whole, tmp_path, monkeypatch) == []


def test_without_checksums_damage_is_taken_up(driver, whole, tmp_path, monkeypatch, small):
    monkeypatch.setattr(index.staging, "_whole", lambda folder, group: True)
    assert len(damage_each(driver, whole, tmp_path, monkeypatch)) >= 10


def changed_after_the_kill(driver, whole, folder: Path) -> int:
    """Kill the writing of version 1, change all papers, build; return the version found."""
    library = killed(driver, folder, whole[1].index("write_sums"))
    write_papers(folder / "papers", 2)
    build(library, folder / "papers")
    try:
        return check(library)
    except (AssertionError, LibraryError):
        return 0


def test_papers_that_changed_are_not_taken_from_what_was_left(driver, whole, tmp_path, small):
    assert changed_after_the_kill(driver, whole, tmp_path) == 2


def test_without_comparing_inputs_old_papers_are_taken(driver, whole, tmp_path, monkeypatch, small):
    def careless(folder: Path, shape: str, keys: list[str]):
        data = (folder / JOURNAL).read_bytes().split(b"\n", 1)[1]
        return index.staging._JOURNAL.validate_json(data)

    monkeypatch.setattr(index.staging, "_fitting", careless)
    assert changed_after_the_kill(driver, whole, tmp_path) != 2


def test_a_paper_that_comes_after_the_kill_is_appended(driver, whole, tmp_path, small, monkeypatch):
    files, steps = whole
    library = killed(driver, tmp_path, steps.index("write_sums"))
    extra = tmp_path / "papers" / "paper9.pdf"
    extra.write_text('{"version": 1, "number": 9}')
    added = []
    add = index.writer.SnapshotWriter.add
    monkeypatch.setattr(
        index.writer.SnapshotWriter,
        "add",
        lambda self, content: (added.append(content.paper.file), add(self, content)),
    )
    build(library, tmp_path / "papers")
    assert added == ["paper9.pdf"]
    fresh = tmp_path / "fresh"
    build(fresh, tmp_path / "papers")
    assert hashes(fresh) == hashes(library) != files
