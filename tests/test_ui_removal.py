"""Removed, replaced and vanished papers: nothing is lost, and nothing gone is cited."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from pathlib import Path

import pytest
from ui_fake_desk import KIDNEY, LUNG, FakeAssistant, draw_page, make_desk, make_paper

from ui.web import asking, events, removals
from ui.web.engine import Engine
from ui.web.evidence import PageImages
from ui.web.library import Library
from ui.web.originals import FileChanged
from ui.web.rows import Catalogue, Row
from ui.web.status import library_status

ONE = "0" * 31 + "1"
SHORT = LUNG.id[:16]


class FakeJobs:
    """Notes what is asked; ``state`` is what the job is said to do."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.state = ""

    def request(self, **what) -> None:
        self.asked.append(what)

    def status(self):
        return {"state": self.state, "waiting": False} if self.state else None


@pytest.fixture
def desk(tmp_path: Path):
    made = make_desk(tmp_path)
    made.jobs = FakeJobs()
    yield made
    made.engine.close()
    made.images.close()


@pytest.fixture
def at_once(monkeypatch):
    """Undoing is over as soon as a paper is removed."""
    monkeypatch.setattr(removals, "UNDO_SECONDS", -1)


def row(path: Path, data: bytes, status: str = "indexed") -> Row:
    """A row whose paper is ``data`` at ``path``, as the catalogue would have it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    stat = path.stat()
    digest = hashlib.sha256(data).hexdigest()
    if status == "failed":
        paper = make_paper(path.name, "")
        return Row(paper, path, status, size=stat.st_size, mtime_ns=stat.st_mtime_ns)
    paper = dataclasses.replace(make_paper(path.name, "题"), id=digest)
    return Row(paper, path, status, sha256=digest, size=stat.st_size, mtime_ns=stat.st_mtime_ns)


def library_of(folder: Path, *rows: Row) -> Library:
    made = Library(folder, lambda: Catalogue("snap", rows))
    made.refresh()
    return made


def test_a_repaired_upload_at_the_path_of_a_removed_failure_stays(tmp_path, at_once):
    path = tmp_path / "papers" / "a.pdf"
    broken = row(path, b"%PDF broken", "failed")
    library = library_of(tmp_path, broken)
    library.remove(broken.id)
    assert library.hand_over() == () and not path.exists()
    path.write_bytes(b"%PDF repaired")
    for _ in range(3):
        assert library.hand_over() == ()
    assert path.read_bytes() == b"%PDF repaired"
    assert library.rows() == []
    path.unlink()
    library.refresh()  # the old snapshot still tells of a file that is gone
    assert library.rows() == []


def test_a_file_put_in_place_before_undoing_is_over_is_not_deleted(tmp_path, at_once):
    path = tmp_path / "papers" / "a.pdf"
    broken = row(path, b"%PDF broken", "failed")
    library = library_of(tmp_path, broken)
    library.remove(broken.id)
    path.write_bytes(b"%PDF repaired by hand")
    assert library.hand_over() == () and path.exists()
    library.refresh()
    library.remove(broken.id)
    (tmp_path / "link").symlink_to(tmp_path)
    library.arrived(tmp_path / "link" / "papers" / "a.pdf")  # an upload through the page
    assert [shown["id"] for shown in library.rows()] == [broken.id]


def test_uploading_a_removed_paper_brings_it_back(tmp_path):
    paper = row(tmp_path / "papers" / "a.pdf", b"%PDF a")
    library = library_of(tmp_path, paper)
    assert library.admit(paper.paper.id) == "duplicate_file"
    library.remove(paper.id)
    assert library.admit(paper.paper.id) == ""
    assert library.locate(paper.id) == paper.path and library.chosen(()) is None
    assert library_of(tmp_path, paper).locate(paper.id) is not None  # also after a restart


def test_what_the_indexing_process_removes_is_past_undoing(tmp_path, at_once):
    paper = row(tmp_path / "papers" / "a.pdf", b"%PDF a")
    library = library_of(tmp_path, paper)
    library.remove(paper.id)
    assert library.hand_over() == (paper.paper.id,)
    assert not library.restore(paper.id)
    assert library.admit(paper.paper.id) == "being_removed"
    library.removals_ended()  # the process failed: nothing was removed
    assert library.restore(paper.id) and library.locate(paper.id) == paper.path


def test_a_removal_is_asked_for_once_and_again_only_after_a_pause(desk, at_once, monkeypatch):
    desk.library.remove(SHORT)
    for _ in range(5):
        library_status(desk)
    assert desk.jobs.asked == [{"remove": (LUNG.id,)}]
    desk.jobs.state = "failed"
    for _ in range(5):
        library_status(desk)
    assert len(desk.jobs.asked) == 1
    later = time.time() + removals.RETRY_SECONDS + 1
    monkeypatch.setattr(removals.time, "time", lambda: later)
    for _ in range(5):
        library_status(desk)
    assert len(desk.jobs.asked) == 2
    later += removals.RETRY_SECONDS + 1  # the next pause is longer
    library_status(desk)
    assert len(desk.jobs.asked) == 2


def test_a_selection_of_vanished_papers_never_becomes_all(desk):
    assert desk.library.chosen(()) is None
    assert desk.library.chosen(("vanished",)) == frozenset()
    assert desk.library.chosen((SHORT, "vanished")) == {LUNG.id}
    desk.library.remove(SHORT)
    assert desk.library.chosen((SHORT,)) == frozenset()
    assert LUNG.id not in desk.library.chosen(())


def test_a_question_to_vanished_papers_says_that_they_are_gone(desk):
    desk.engine.start()
    assistant = desk.engine.assistant(5)
    data = {"conversation": ONE, "question": "整合素？", "papers": ["f" * 16]}
    turn = list(asking.ask(desk, data))[-1]["turn"]
    assert turn["state"] == "error" and turn["answer"] is None
    assert turn["message"] == list(asking.NOTHING_CHOSEN) and assistant.asked == []


def test_an_undo_that_comes_too_late_is_told(desk, at_once):
    asked = {"paper": SHORT}
    events.remove(desk, asked)
    assert events.restore(desk, asked) is None and desk.library.chosen(()) is None
    events.remove(desk, asked)
    library_status(desk)  # the time for undoing is over: the indexing process has it
    told = events.restore(desk, asked)
    assert told["key"] == "restore_late" and told["paper"] == LUNG.title
    assert events.restore(desk, {"paper": "f" * 16})["key"] == "restore_gone"


def test_a_removed_paper_stays_out_while_the_next_snapshot_opens(tmp_path):
    """Until the new snapshot answers, the old one answers: with the paper still in it."""
    current = {"id": "a x"}
    opening, go_on = threading.Event(), threading.Event()
    papers = [row(tmp_path / f"{name}.pdf", name.encode()) for name in "pq"]
    library = Library(
        tmp_path,
        lambda: Catalogue(current["id"][0], tuple(papers if current["id"] == "a x" else papers[1:])),
    )  # fmt: skip

    def opened(old):
        if old is not None:
            opening.set()
            assert go_on.wait(10)
        return FakeAssistant()

    engine = Engine(opened, lambda: current["id"])
    engine.on_change(library.refresh)
    engine.start()
    assert engine.assistant(5) is not None
    library.remove(papers[0].id)
    current["id"] = "b x"
    assert opening.wait(5)
    assert library.chosen(()) == {papers[1].paper.id}
    go_on.set()
    limit = time.monotonic() + 5
    while engine.state.name != "ready" or engine.snapshot != "b x":
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert library.chosen(()) is None and len(library.rows()) == 1
    engine.close()


def test_a_catalogue_newer_than_what_answers_is_not_taken(tmp_path):
    paper = row(tmp_path / "a.pdf", b"%PDF a")
    library = library_of(tmp_path, paper)
    library.remove(paper.id)
    library._load = lambda: Catalogue("newest", ())
    library.refresh("newer")
    assert library.chosen(()) == frozenset()
    library.refresh("newest")
    assert library.chosen(()) is None


def test_pages_of_a_replaced_file_are_not_shown(tmp_path):
    paper = row(tmp_path / "a.pdf", b"%PDF a")
    library = library_of(tmp_path, paper)
    images = PageImages(library.locate, draw_page)
    assert images.get(paper.id, 1) is not None
    paper.path.write_bytes(b"%PDF b")
    for page in (1, 2):  # one that was drawn before, and one that was not
        with pytest.raises(FileChanged):
            images.get(paper.id, page)
    paper.path.write_bytes(b"%PDF a")  # the same words again, at another time
    assert images.get(paper.id, 1) is not None
    images.close()


def test_an_image_drawn_while_the_file_was_replaced_is_not_kept(tmp_path):
    paper = row(tmp_path / "a.pdf", b"%PDF a")
    library = library_of(tmp_path, paper)

    def draw(path: Path, page: int):
        path.write_bytes(b"%PDF b")
        return draw_page(path, page)

    images = PageImages(library.locate, draw)
    with pytest.raises(FileChanged):
        images.get(paper.id, 1)
    images.close()


def test_reading_again_names_a_refused_file_by_its_path(desk):
    broken = next(r for r in desk.library.rows() if r["status"] == "failed")
    events.reread(desk, {"paper": broken["id"]})
    events.reread(desk, {"paper": KIDNEY.id[:16]})
    events.reread(desk, {"paper": "f" * 16})
    path = desk.settings.library / "papers" / "broken.pdf"
    assert desk.jobs.asked == [{"paths": [path]}, {"reread": [KIDNEY.id]}]
