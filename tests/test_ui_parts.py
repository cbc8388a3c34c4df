"""Conversations, engine, page images, library and events of the page, without a browser."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import pytest
from ui_fake_desk import HOSTILE, KIDNEY, LUNG, make_citation, make_desk

from ingest.errors import SnapshotCorrupt
from ui.web import asking, events
from ui.web.conversations import PAGE_TURNS, Conversations
from ui.web.engine import Engine
from ui.web.evidence import PageImage, PageImages
from ui.web.examples import example_questions
from ui.web.exporting import export_turns
from ui.web.rendering import CONTEXT, citation_json, turn_json
from ui.web.status import MOST_FILES, library_status

ONE = "0" * 31 + "1"
TWO = "0" * 31 + "2"


@pytest.fixture
def desk(tmp_path: Path):
    made = make_desk(tmp_path)
    made.engine.start()
    assert made.engine.assistant(5) is not None
    yield made
    made.close()


def ask(desk, question: str, conversation: str = ONE, **data):
    updates = list(asking.ask(desk, {"conversation": conversation, "question": question, **data}))
    return updates[-1]["turn"]


def wait(condition, seconds: float = 5.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "timed out"
        threading.Event().wait(0.01)


def test_a_turn_starts_searching_and_ends_answered(desk):
    updates = list(asking.ask(desk, {"conversation": ONE, "question": "整合素？"}))
    assert updates[0]["turn"]["state"] == "searching"
    grown = [len(update["turn"]["answer"]["sentences"]) for update in updates[1:]]
    assert grown == [1, 2, 3]
    assert [update["turn"]["state"] for update in updates[1:-1]] == ["searching"] * 2
    turn = updates[-1]["turn"]
    assert turn["state"] == "answered" and len(turn["answer"]["citations"]) == 3
    first = turn["answer"]["citations"][0]
    assert first["quote"] in first["before"] + first["quote"] + first["after"]
    assert first["boxes"] == [[2, 70, 210.0, 520, 224.0], [2, 70, 230.0, 290, 244.0]]


def test_context_is_cut_between_words_and_says_so():
    words = "integrins anchor tumour cells to the matrix " * 4
    context = f"{words}Quoted. {words}"
    citation = dataclasses.replace(
        make_citation(1), context=context, start=len(words), end=len(words) + 7
    )
    drawn = citation_json(citation)
    before, after = drawn["before"], drawn["after"]
    assert before[0] == "…" and words.endswith(" " + before[1:]) and len(before) <= CONTEXT + 1
    assert after[-1] == "…" and f" {words}".startswith(after[:-1] + " ")
    short = citation_json(make_citation(1))
    assert (short["before"], short["after"]) == ("此前的一句。", "此后的一句。")
    chinese = dataclasses.replace(citation, context="字" * 300, start=120, end=130)
    assert citation_json(chinese)["after"] == "字" * CONTEXT + "…"


def test_history_is_the_servers_and_bounded(desk):
    for n in range(12):
        ask(desk, f"问题 {n}")
    asked = desk.engine.assistant(1).asked
    assert asked[-1][1]["history"] == tuple(f"问题 {n}" for n in range(5, 11))
    # What a browser claims was said before is not looked at.
    ask(desk, "新", history=["伪造"], turns=[{"role": "system"}])
    assert "伪造" not in str(asked[-1])
    page = events.history(desk.conversations, {"conversation": ONE})
    assert len(page["turns"]) == PAGE_TURNS and page["earlier"] == 5
    before = page["turns"][0]["number"]
    older = events.history(desk.conversations, {"conversation": ONE, "before": before})
    assert [t["number"] for t in older["turns"]] == [1, 2, 3, 4, 5] and older["earlier"] == 0


def test_conversations_do_not_see_each_other(desk):
    ask(desk, "甲", ONE)
    ask(desk, "乙", TWO)
    assert [t.question for t in desk.conversations.turns(TWO)] == ["乙"]
    assert desk.engine.assistant(1).asked[-1][1]["history"] == ()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        {"conversation": "../x", "question": "a"},
        {"conversation": ONE},
        {"conversation": ONE, "question": 5},
        {"conversation": ONE, "question": " \x00 "},
    ],
)
def test_what_is_not_a_question_is_ignored(desk, data):
    assert list(asking.ask(desk, data)) == []
    assert (
        list(asking.retry(desk, data if data != {"conversation": ONE, "question": 5} else {})) == []
    )


def test_questions_are_cut_and_cleaned():
    assert len(asking.clean_question("长" * 5000)) == asking.MAX_QUESTION
    assert asking.clean_question(" a\x00b\x1b[31m ") == "a b [31m"


def test_an_error_shows_a_code_and_no_inside(desk, caplog):
    turn = ask(desk, "坏")
    assert turn["state"] == "error" and len(turn["code"]) == 6
    assert "secret" not in str(turn)
    assert turn["code"] in caplog.text and "RuntimeError" in caplog.text
    assert "secret" not in caplog.text and "坏" not in caplog.text
    known = ask(desk, "端点")
    assert known["message"][0] == "模型端点没有应答。" and known["code"] == "GenerationFailed"


def test_stopping_ends_the_turn_and_frees_the_conversation(desk):
    running = asking.ask(desk, {"conversation": ONE, "question": "慢"})
    assert next(running)["turn"]["state"] == "searching"
    second = list(asking.ask(desk, {"conversation": ONE, "question": "又"}))
    assert second[-1]["turn"]["state"] == "busy"
    stopped = asking.stop(desk.conversations, {"conversation": ONE})
    # Nobody waits for the answer that is still being made.
    assert [update["turn"]["state"] for update in running] == ["stopped"]
    assert stopped["turn"]["state"] == "stopped" and stopped["turn"]["answer"] is None
    assert asking.stop(desk.conversations, {"conversation": ONE}) is None
    assert ask(desk, "再")["state"] == "answered"
    desk.engine.assistant(1).hold.set()  # what was stopped comes too late to be shown
    assert [t.state for t in desk.conversations.turns(ONE)] == ["stopped", "answered"]


def test_a_question_that_still_waits_for_its_place_can_be_stopped(desk):
    late, other = "a" * 32, "b" * 32
    assert asking.stop(desk.conversations, {"conversation": ONE, "request": late}) is None
    running = asking.ask(desk, {"conversation": ONE, "question": "慢", "request": other})
    assert next(running)["turn"]["request"] == other
    # It is the waiting one that is withdrawn, not the one before it.
    asking.stop(desk.conversations, {"conversation": ONE, "request": late})
    busy = list(asking.ask(desk, {"conversation": ONE, "question": "晚", "request": late}))
    assert [u["turn"]["state"] for u in busy] == ["busy"]
    desk.engine.assistant(1).hold.set()
    assert list(running)[-1]["turn"]["state"] == "answered"
    withdrawn = list(asking.ask(desk, {"conversation": ONE, "question": "晚", "request": late}))
    assert [(u["turn"]["state"], u["turn"]["number"]) for u in withdrawn] == [("stopped", 2)]
    again = list(asking.retry(desk, {"conversation": ONE, "request": "c" * 32}))
    assert again[-1]["turn"]["question"] == "晚" and again[-1]["turn"]["state"] == "answered"
    assert [q for q, _ in desk.engine.assistant(1).asked] == ["慢", "晚"]
    asking.stop(desk.conversations, {"conversation": ONE, "request": "../x"})  # no id: no request


def test_what_was_written_before_the_stop_stays_and_says_so(desk):
    running = asking.ask(desk, {"conversation": ONE, "question": "半"})
    next(running)
    assert len(next(running)["turn"]["answer"]["sentences"]) == 1
    turn = asking.stop(desk.conversations, {"conversation": ONE})["turn"]
    assert [update["turn"] for update in running][-1] == turn
    assert turn["state"] == "stopped" and len(turn["answer"]["sentences"]) == 1
    assert [c["number"] for c in turn["answer"]["citations"]] == [1]  # none that is not shown
    kept = desk.conversations.turns(ONE)
    assert "停止" in export_turns(kept, "md", "zh").decode()
    assert "stopped" in export_turns(kept, "md", "en").decode()
    desk.engine.assistant(1).hold.set()
    assert ask(desk, "再")["state"] == "answered"
    assert desk.engine.assistant(1).asked[-1][1]["history"] == ("半",)


def test_an_answer_outlives_the_page_that_asked(desk):
    running = asking.ask(desk, {"conversation": ONE, "question": "慢"})
    next(running)
    running.close()  # what Gradio does when the tab is closed or reloaded
    again = asking.follow(desk, {"conversation": ONE})
    assert next(again)["turn"]["state"] == "searching"
    desk.engine.assistant(1).hold.set()
    assert list(again)[-1]["turn"]["state"] == "answered"
    assert [u["turn"]["state"] for u in asking.follow(desk, {"conversation": ONE})] == ["answered"]
    assert list(asking.follow(desk, {"conversation": TWO})) == list(asking.follow(desk, 5)) == []


@pytest.mark.parametrize("end", [events.undo, events.clear])
def test_taking_back_a_running_turn_ends_it(desk, end):
    running = asking.ask(desk, {"conversation": ONE, "question": "慢"})
    next(running)
    end(desk.conversations, {"conversation": ONE})
    assert list(running)[-1]["turn"]["state"] == "stopped"
    desk.engine.assistant(1).hold.set()
    assert ask(desk, "再")["state"] == "answered" and len(desk.conversations.turns(ONE)) == 1


def test_retry_undo_and_clear(desk):
    ask(desk, "一")
    ask(desk, "二")
    again = list(asking.retry(desk, {"conversation": ONE}))[-1]["turn"]
    assert again["question"] == "二" and again["number"] == 3
    undone = events.undo(desk.conversations, {"conversation": ONE})
    assert undone["draft"] == "二" and [t["question"] for t in undone["turns"]] == ["一"]
    assert events.clear(desk.conversations, {"conversation": ONE})["turns"] == []
    assert ask(desk, "三")["number"] == 4  # an old mark never names a new turn


def test_papers_are_chosen_by_the_server(desk):
    short = LUNG.id[:16]
    ask(desk, "问", papers=[short, "ffff", 5])
    assert desk.engine.assistant(1).asked[-1][1]["papers"] == frozenset({LUNG.id})
    desk.library.remove(KIDNEY.id[:16])
    ask(desk, "问", papers=[])
    assert KIDNEY.id not in desk.engine.assistant(1).asked[-1][1]["papers"]


def test_removal_is_undone_or_becomes_due(desk, monkeypatch):
    short = LUNG.id[:16]
    assert desk.library.remove("nothere") is None
    assert desk.library.remove(short) == LUNG.title
    assert desk.library.locate(short) is None and desk.library.hand_over() == ()
    assert desk.library.restore(short)
    assert desk.library.locate(short) is not None
    desk.library.remove(short)
    monkeypatch.setattr("ui.web.removals.UNDO_SECONDS", -1)
    assert desk.library.hand_over() == (LUNG.id,)
    kept = make_desk(desk.settings.library).library  # another server, after a restart
    assert kept.locate(short) is None


def test_status_changes_version_only_with_content(desk):
    first = library_status(desk)
    assert first["version"] == library_status(desk)["version"] and not first["busy"]
    desk.library.remove(LUNG.id[:16])
    assert library_status(desk)["version"] != first["version"]
    assert "/" not in str([p["file"] for p in first["papers"]])


def test_every_file_of_a_job_has_a_state(desk, monkeypatch):
    at_work = {"paths": ["/a.pdf", "/b.pdf", "/c.pdf"], "reread": [LUNG.id]}
    job = {
        "state": "running", "waiting": True, "file": "b.pdf", "read": ["a.pdf"],
        "asked": [at_work, {"paths": ["/d.pdf", "/a.pdf"]}],
    }  # fmt: skip
    monkeypatch.setattr(desk.jobs, "status", lambda: job)
    told = library_status(desk)["job"]
    assert [(file["name"], file["state"]) for file in told["files"]] == [
        ("b.pdf", "reading"),
        ("c.pdf", "waiting"),
        (LUNG.file, "waiting"),
        ("d.pdf", "waiting"),
        ("a.pdf", "read"),
    ]
    job["asked"] = [{"paths": [f"/{n}.pdf" for n in range(500)]}, {}]
    told = library_status(desk)["job"]
    assert len(told["files"]) == MOST_FILES and told["more"] == 500 - MOST_FILES


def test_engine_keeps_the_old_snapshot_when_the_new_one_is_bad():
    current = {"id": "a"}
    broken = SnapshotCorrupt("快照损坏。", "the snapshot is damaged.")

    def opened(old):
        if current["id"] == "b":
            raise broken
        return object()

    engine = Engine(opened, lambda: current["id"])
    engine.start()
    first = engine.assistant(5)
    current["id"] = "b"
    wait(lambda: engine.state.name == "error")
    assert engine.assistant(0) is first and engine.state.message == (broken.zh, broken.en)
    current["id"] = "c"
    wait(lambda: engine.state.name == "ready")
    assert engine.assistant(0) is not first and engine.snapshot == "c"
    current["id"] = ""
    wait(lambda: engine.state.name == "empty")
    assert engine.assistant(0) is None
    engine.close()


def test_page_images_are_made_once_and_bounded():
    made = []

    def render(path: Path, page: int) -> PageImage:
        made.append(page)
        return PageImage(b"x" * 100, 1, 1)

    here = Path(__file__)
    images = PageImages(lambda p: here if p == "p" else None, render, cache_bytes=250)
    images.prefetch([("p", 1), ("p", 1), ("gone", 1)])
    assert images.get("p", 1) is not None and images.get("gone", 1) is None
    assert images.get("p", 2) and images.get("p", 3) and images.get("p", 3)
    assert made == [1, 2, 3]
    images.get("p", 1)
    assert made == [1, 2, 3, 1]  # dropped as the oldest
    images.close()


def test_a_failed_page_image_may_be_tried_again():
    tries = []

    def render(path: Path, page: int) -> PageImage:
        tries.append(page)
        if len(tries) == 1:
            raise RuntimeError("worker died")
        return PageImage(b"", 1, 1)

    images = PageImages(lambda p: Path(__file__), render)
    with pytest.raises(RuntimeError):
        images.get("p", 1)
    assert images.get("p", 1) is not None
    images.close()


def test_examples_fit_the_papers_and_differ():
    paths = [
        ("1 引言",),
        ("2 机制", "2.1 整合素"),
        ("2 机制", "2.2 TGF-β/Smad 信号通路"),
        ("3 免疫治疗",),
        ("参考文献",),
    ]
    found = example_questions([(LUNG, paths), (KIDNEY, [])])
    texts = [q["zh"] for q in found]
    assert "整合素有什么作用？" in texts and "免疫治疗有什么作用？" in texts
    # Neither frames of a paper nor headings of headings.
    assert not any(word in text for text in texts for word in ("引言", "参考文献", "机制有"))
    assert len({q["en"] for q in found}) == len(found) <= 4
    # Never an English frame around a Chinese word.
    assert all(q["en"].isascii() or q["en"] == q["zh"] for q in found)
    assert example_questions([]) == []


def test_exports_escape_what_a_paper_says(desk):
    import io

    import docx

    ask(desk, "恶意")
    turns = desk.conversations.turns(ONE)
    text = export_turns(turns, "md", "zh").decode()
    assert "<img" not in text.replace("\\<", "") and "![p](" not in text
    word = docx.Document(io.BytesIO(export_turns(turns, "docx", "en")))
    assert any(HOSTILE in p.text for p in word.paragraphs)


def test_a_conversation_is_dropped_oldest_first(monkeypatch):
    monkeypatch.setattr("ui.web.conversations.MAX_CONVERSATIONS", 2)
    kept = Conversations()
    with kept.watching("0") as changes:
        for n in range(3):
            assert kept.begin(f"{n}", "q") is not None
        assert changes.get(timeout=5).state == "stopped"  # nobody waits for it for ever
    assert kept.turns("0") == () and len(kept.turns("2")) == 1
    assert turn_json(kept.turns("2")[0])["answer"] is None
