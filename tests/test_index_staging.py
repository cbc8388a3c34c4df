"""What of an unfinished snapshot is taken up (killed builds: ``tests/test_faults_writing.py``)."""

from __future__ import annotations

import pytest

from index.staging import JOURNAL, Staging
from index.store import unfinished


def left_by_a_kill(library, keys=("a", "b")):
    """Leave one whole paper, a finished step and a torn file."""
    staging = Staging(library / "snapshots" / "tmp-1", "shape", keys)
    staging.append("papers", "staged/x", b"abc")
    made = staging.folder / "words.bin"
    made.write_bytes(b"words")
    staging.keep("words", [made], "done")
    staging.save(len(keys) - 1)
    staging.append("papers", "staged/x", b"torn")
    (staging.folder / "half made").write_bytes(b"?")
    staging.close()
    return staging.folder


def test_only_what_is_whole_is_taken_up(tmp_path):
    left_by_a_kill(tmp_path)
    again = Staging.take_up(tmp_path, "2", "shape", ["a", "c"])
    assert again.done == 1 and again.read("staged/x") == b"abc"
    # Steps that follow from all papers are not taken up with more papers.
    assert again.result("words") is None
    assert sorted(p.name for p in again.folder.rglob("*") if p.is_file()) == ["journal.json", "x"]
    assert [path.name for path in unfinished(tmp_path)] == ["tmp-2"]


def test_steps_are_taken_up_with_the_same_papers(tmp_path):
    left_by_a_kill(tmp_path)
    again = Staging.take_up(tmp_path, "2", "shape", ["a"])
    assert again.result("words") == "done" and again.has(again.folder / "words.bin")
    again.append("papers", "staged/x", b"de")
    again.save(1)
    again.close()
    assert Staging.take_up(tmp_path, "3", "shape", ["a"]).read("staged/x") == b"abcde"


@pytest.mark.parametrize(
    ("shape", "keys"), [("another", ["a", "b"]), ("shape", ["x", "b"]), ("shape", [])]
)
def test_another_build_begins_anew(tmp_path, shape, keys):
    left_by_a_kill(tmp_path)
    again = Staging.take_up(tmp_path, "2", shape, keys)
    assert again.done == 0 and again.read("staged/x") == b""
    assert [path.name for path in unfinished(tmp_path)] == ["tmp-2"]


@pytest.mark.parametrize("name", [JOURNAL, "staged/x", "words.bin"])
def test_a_damaged_part_is_made_anew(tmp_path, name):
    folder = left_by_a_kill(tmp_path)
    data = bytearray((folder / name).read_bytes())
    data[1] ^= 1
    (folder / name).write_bytes(data)
    again = Staging.take_up(tmp_path, "2", "shape", ["a"])
    assert again.result("words") is None
    assert again.done == (1 if name == "words.bin" else 0)
