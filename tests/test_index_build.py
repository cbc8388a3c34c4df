"""Incremental builds and the snapshot's reading side, on made-up papers and real files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import index.scan
from index.assembly import _next_name
from index.build import build_library
from index.shape import Shape
from index.snapshot import Snapshot
from index.store import current_id, read_manifest
from index.upkeep import check_library, remove_papers, rollback
from ingest.errors import LibraryMissing, SnapshotMismatch, UnreadablePdf
from tests.library_driver import PAPERS, FakeEmbedder, check, read_paper, write_papers

OLD = 1_600_000_000_000_000_000


class Bench:
    """A library with its papers, counting what is read and embedded."""

    def __init__(self, folder: Path) -> None:
        self.library, self.papers = folder / "library", folder / "papers"
        self.read: list[str] = []
        self.embedded = 0
        self.loaded = 0
        self.bad: set[str] = set()
        self.stop_after = 10**9
        write_papers(self.papers, 1)
        self.settle()

    def settle(self) -> None:
        """Give the files old time stamps, as files have that nobody just wrote."""
        for number, file in enumerate(sorted(self.papers.glob("*.pdf"))):
            os.utime(file, ns=(OLD + number, OLD + number))

    def reader(self, path: Path, *, ocr: bool = True, on_progress=None):
        self.read.append(path.name)
        if path.name in self.bad:
            raise UnreadablePdf(path, "已损坏", "damaged")
        return read_paper(path)

    def encoders(self):
        self.loaded += 1
        return tuple(self.counted(FakeEmbedder(n)) for n in (32, 16))

    def counted(self, embedder):
        plain = embedder.embed_passages

        def embed(texts, on_progress=None):
            self.embedded += 1
            if self.embedded > self.stop_after:
                raise KeyboardInterrupt
            return plain(texts)

        embedder.embed_passages = embed
        return embedder

    def build(
        self,
        *paths: Path,
        full: bool = False,
        reread: frozenset[str] = frozenset(),
        shape: Shape | None = None,
        encoders=None,
    ):
        self.read, self.embedded, self.loaded = [], 0, 0
        return build_library(
            self.library,
            paths or [self.papers],
            encoders=encoders or self.encoders,
            shape=shape or Shape(parent_chars=200, child_chars=60),
            full=full,
            reread=reread,
            read=self.reader,
        )


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def statuses(report):
    return {Path(e.path).name: e.status for e in report.papers}


def test_an_unchanged_library_is_left_alone(bench, monkeypatch):
    first = bench.build()
    assert first.changed and len(bench.read) == PAPERS

    def never(path):
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr(index.scan, "sha256_file", never)
    again = bench.build()
    assert not again.changed and again.snapshot == first.snapshot
    assert again.papers == first.papers
    assert (bench.read, bench.embedded, bench.loaded) == ([], 0, 0)


def test_a_file_just_written_is_hashed_again(bench):
    bench.build()
    file = bench.papers / "paper3.pdf"
    status = file.stat()
    file.write_text(json.dumps({"version": 7, "number": 3}))
    assert file.stat().st_size == status.st_size
    report = bench.build()
    assert report.changed and bench.read == ["paper3.pdf"]


def test_a_touched_file_is_not_read_again(bench):
    first = bench.build()
    os.utime(bench.papers / "paper3.pdf", ns=(OLD + 10**12, OLD + 10**12))
    assert bench.build().snapshot == first.snapshot
    assert bench.read == []


def test_only_what_changed_is_read_and_the_rest_is_copied(bench):
    bench.build()
    with Snapshot.open(bench.library) as snapshot:
        before = {
            id_: (snapshot.passage(snapshot.range_of(id_).start), snapshot.vectors_of(id_))
            for id_ in snapshot.papers
        }
        before = {
            id_: (p, {leg: (v.children.copy(), v.sentences.copy()) for leg, v in vectors.items()})
            for id_, (p, vectors) in before.items()
        }
    (bench.papers / "paper0.pdf").unlink()
    (bench.papers / "new.pdf").write_text(json.dumps({"version": 1, "number": 99}))
    report = bench.build()
    assert bench.read == ["new.pdf"] and bench.embedded == 2
    assert len(report.papers) == PAPERS and "paper0.pdf" not in statuses(report)
    with Snapshot.open(bench.library) as snapshot:
        kept = set(before) & set(snapshot.papers)
        assert len(kept) == PAPERS - 1
        for id_ in kept:
            passage, vectors = before[id_]
            assert snapshot.passage(snapshot.range_of(id_).start) == passage
            for leg, (children, sentences) in vectors.items():
                now = snapshot.vectors_of(id_)[leg]
                assert np.array_equal(now.children, children)
                assert np.array_equal(now.sentences, sentences)
    assert check(bench.library) == 1


def test_a_renamed_file_and_a_copy_are_known(bench):
    bench.build()
    (bench.papers / "paper1.pdf").rename(bench.papers / "renamed.pdf")
    shutil.copy(bench.papers / "paper2.pdf", bench.papers / "paper2 copy.pdf")
    report = bench.build()
    assert bench.read == [] and bench.loaded == 0
    found = statuses(report)
    assert found["renamed.pdf"] == "indexed"
    assert sorted((found["paper2.pdf"], found["paper2 copy.pdf"])) == ["duplicate", "indexed"]


def test_full_reads_everything(bench):
    bench.build()
    report = bench.build(full=True)
    assert report.changed and len(bench.read) == PAPERS


def test_reading_again_is_one_commit_and_an_interruption_loses_nothing(bench):
    first = bench.build()
    paper = next(e for e in first.papers if e.path.endswith("paper2.pdf"))
    bench.stop_after = 0
    with pytest.raises(KeyboardInterrupt):
        bench.build(reread=frozenset([paper.sha256]))
    with Snapshot.open(bench.library) as kept:
        assert kept.id == first.snapshot and paper.sha256 in kept.papers
    bench.stop_after = 10**9
    report = bench.build(reread=frozenset([paper.sha256, "unknown"]))
    assert bench.read == ["paper2.pdf"] and report.changed
    manifest = read_manifest(bench.library)
    assert {e.sha256 for e in manifest.papers} == {e.sha256 for e in first.papers}
    assert manifest.sources == (str(bench.papers),) and manifest.settings["excluded"] == "[]"
    assert not bench.build(reread=frozenset(["unknown"])).changed and bench.read == []


def test_a_failed_file_is_tried_again_when_it_changed_or_is_named(bench):
    bench.bad = {"paper5.pdf"}
    report = bench.build()
    assert statuses(report)["paper5.pdf"] == "failed"
    assert not bench.build().changed and bench.read == []
    bench.build(bench.papers / "paper5.pdf")
    assert bench.read == ["paper5.pdf"]
    bench.bad = set()
    file = bench.papers / "paper5.pdf"
    file.write_text(file.read_text() + " ")
    report = bench.build()
    assert bench.read == ["paper5.pdf"] and statuses(report)["paper5.pdf"] == "indexed"


def test_an_interrupted_build_goes_on_where_it_was(bench):
    bench.stop_after = 6  # two encoders: in the fourth paper
    with pytest.raises(KeyboardInterrupt):
        bench.build()
    assert current_id(bench.library) is None
    assert len(list((bench.library / "work").glob("*.npz"))) == 3
    bench.stop_after = 10**9
    bench.build()
    assert sorted(bench.read) == [f"paper{n}.pdf" for n in range(3, PAPERS)]
    assert check(bench.library) == 1 and not (bench.library / "work").exists()


def test_damaged_or_foreign_work_is_made_anew(bench):
    bench.stop_after = 6
    with pytest.raises(KeyboardInterrupt):
        bench.build()
    bench.stop_after = 10**9
    first, second, _ = sorted((bench.library / "work").glob("*.npz"))
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 4
    first.write_bytes(data)
    second.write_bytes(second.read_bytes()[:100])
    bench.build()
    assert len(bench.read) == PAPERS - 1 and check(bench.library) == 1


def test_another_setting_or_model_names_both_and_needs_full(bench):
    bench.build()
    shape = Shape(parent_chars=300, child_chars=60)
    with pytest.raises(SnapshotMismatch, match=r"parent_chars: 200 -> 300.*--full"):
        bench.build(shape=shape)
    assert bench.build(shape=shape, full=True).changed

    def other():
        embedder = FakeEmbedder(32)
        embedder.name, embedder.fingerprint = "other", "other32"
        return embedder, FakeEmbedder(16)

    (bench.papers / "new.pdf").write_text(json.dumps({"version": 1, "number": 99}))
    with pytest.raises(SnapshotMismatch, match=r"fake \(fake32\).*other \(other32\).*--full"):
        bench.build(shape=shape, encoders=other)
    assert bench.read == []
    bench.build(shape=shape, encoders=other, full=True)
    assert read_manifest(bench.library).encoders[0].model == "other"


def test_another_format_is_rebuilt_without_forgetting_the_sources(bench):
    bench.build()
    removed = bench.papers / "paper4.pdf"
    remove_papers(bench.library, frozenset([read_manifest(bench.library).papers[4].sha256]))
    folder = bench.library / "snapshots" / str(current_id(bench.library))
    manifest = json.loads((folder / "manifest.json").read_text()) | {"format": 1}
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    (bench.library / "CURRENT").write_text(f"{folder.name} {digest}\n")
    with pytest.raises(SnapshotMismatch, match="--full"):
        bench.build()
    bench.library.joinpath("CURRENT").write_text(f"{folder.name} {digest}\n")
    build_library(
        bench.library, [], encoders=bench.encoders, full=True, read=bench.reader,
        shape=Shape(parent_chars=200, child_chars=60),
    )  # fmt: skip
    assert removed.name not in bench.read and len(bench.read) == PAPERS - 1


def test_removed_papers_stay_out_until_they_are_named(bench):
    bench.build()
    gone = read_manifest(bench.library).papers[2]
    remove_papers(bench.library, frozenset([gone.sha256]))
    report = bench.build()
    assert gone.path not in {e.path for e in report.papers}
    report = bench.build(Path(gone.path))
    assert gone.path in {e.path for e in report.papers}


def test_three_snapshots_are_kept_and_rollback_goes_back(bench):
    names = []
    for version in range(1, 6):
        write_papers(bench.papers, version)
        names.append(bench.build().snapshot)
    assert [f.name for f in sorted(bench.library.glob("snapshots/*"))] == names[-3:]
    assert rollback(bench.library) == names[-2] and check(bench.library) == 4
    assert rollback(bench.library) == names[-3] and check(bench.library) == 3
    with pytest.raises(LibraryMissing):
        rollback(bench.library)
    write_papers(bench.papers, 6)
    bench.build()
    assert check(bench.library) == 6


def test_rollback_with_a_damaged_pointer_takes_the_newest(bench):
    for version in (1, 2):
        write_papers(bench.papers, version)
        bench.build()
    (bench.library / "CURRENT").write_text("nonsense")
    rollback(bench.library)
    assert check(bench.library) == 2


def test_copied_vectors_stay_as_they_are(bench):
    bench.build()
    with Snapshot.open(bench.library) as before:
        first = next(iter(before.papers))
        stored = {leg: before.vectors_of(first)[leg].children.tobytes() for leg in before.legs}
    for number in range(3):
        write_papers_but_first(bench.papers, number + 5)
        bench.build()
    assert check_library(bench.library).snapshot == current_id(bench.library)
    with Snapshot.open(bench.library) as after:
        for leg, wanted in stored.items():
            now = after.vectors_of(first)[leg].children
            assert np.allclose(now, np.frombuffer(wanted, np.float32).reshape(now.shape), atol=1e-6)


def write_papers_but_first(folder, version):
    """Change every paper but the first one."""
    kept = min(folder.glob("*.pdf"))
    data = kept.read_bytes()
    write_papers(folder, version)
    kept.write_bytes(data)


def test_names_go_up_when_the_clock_goes_back(bench):
    name = bench.build().snapshot
    assert _next_name(bench.library, datetime(2001, 1, 1, tzinfo=UTC)) > name


def test_opening_follows_a_pointer_that_moves(bench, monkeypatch):
    bench.build()
    real = index.snapshot.verify
    calls = []

    def verify(folder, manifest, **options):
        if not calls:
            calls.append(folder)
            write_papers(bench.papers, 2)
            bench.build()
            shutil.rmtree(folder)
        real(folder, manifest, **options)

    monkeypatch.setattr(index.snapshot, "verify", verify)
    assert check(bench.library) == 2


def test_a_snapshot_answers_after_its_folder_is_gone(bench):
    bench.build()
    with Snapshot.open(bench.library) as snapshot:
        for version in range(2, 7):
            write_papers(bench.papers, version)
            bench.build()
        assert not snapshot.folder.exists()
        vector = snapshot.child_vectors("dense")[3:4]
        assert snapshot.dense_index("dense").search(vector, 1)[1][0, 0] == 3
        assert snapshot.passage(2).text.startswith("v1x")
        assert len(snapshot.lexical.top([["v1x"]], 3)[0]) == 3


def test_rows_of_papers_years_and_languages(bench):
    bench.build()
    with Snapshot.open(bench.library) as snapshot:
        ids = list(snapshot.papers)
        count = snapshot.manifest.passages
        assert snapshot.legs == ("dense", "dense2")
        assert len(snapshot.languages) == count and snapshot.language(0) == "zh"
        assert snapshot.years.tolist() == [2020] * PAPERS
        rows = snapshot.rows_of(frozenset([ids[3], ids[0], "unknown"]))
        assert (np.diff(rows) > 0).all()
        assert {snapshot.passage(int(row)).paper_id for row in rows} == {ids[0], ids[3]}
        assert [ids[place] for place in snapshot.paper_rows[rows]] == [
            snapshot.passage(int(row)).paper_id for row in rows
        ]
        for row in (0, count - 1):
            passage = snapshot.passage(row)
            own = snapshot.child_range(row)
            assert own.stop - own.start == len(passage.children)
            assert snapshot.children[own].tolist() == [
                [row, c.start, c.end] for c in passage.children
            ]
            assert snapshot.sentence_vectors("dense2", row).shape == (len(passage.sentences), 16)
        assert snapshot.child_range(count - 1).stop == len(snapshot.child_vectors("dense"))


def test_one_encoder_alone_makes_one_leg(bench):
    bench.build(encoders=lambda: (FakeEmbedder(32),))
    with Snapshot.open(bench.library) as snapshot:
        assert snapshot.legs == ("dense",)


def test_reading_runs_ahead_but_keeps_order(bench):
    waiting = threading.Barrier(2, timeout=10)
    names = sorted(file.name for file in bench.papers.glob("*.pdf"))[:2]
    plain = bench.reader

    def reader(path, **options):
        if path.name in names:
            waiting.wait()  # passes only when both are read at the same time
        return plain(path, **options)

    bench.reader = reader
    if (os.cpu_count() or 1) < 2:
        pytest.skip("one processor reads one paper at a time")
    report = bench.build()
    assert [Path(e.path).name for e in report.papers] == sorted(statuses(report))
    assert set(statuses(report).values()) == {"indexed"}
