"""The whole path on the sample papers with the real models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.clean import fold_for_match
from ingest.errors import LibraryMissing, QuestionError, SnapshotCorrupt
from rag import Assistant
from rag.records import Status
from rag.settings import Settings
from ui.cli import main
from ui.indexing import index_paths


@pytest.fixture(scope="module")
def assistant(sample_library: Path) -> Assistant:
    return Assistant.open(sample_library)


def page_text(file: Path, page: int) -> str:
    import pypdfium2

    return fold_for_match(pypdfium2.PdfDocument(file)[page - 1].get_textpage().get_text_range())


def test_answers_with_verbatim_quotes_on_the_cited_page(assistant, samples):
    answer = assistant.ask("TGF-β/Smad 信号通路如何促进肺癌肝转移?")
    assert answer.status is Status.ANSWERED
    assert any("3.1" in heading for c in answer.citations for heading in c.section)
    for citation in answer.citations:
        file = next(f for f in samples if f.name == citation.paper.file)
        # What a person can read on the page; a quote over a page break ends on the next one.
        printed = page_text(file, citation.page)
        if len({box.page for box in citation.boxes}) > 1:
            printed += page_text(file, citation.page + 1)
        for part in fold_for_match(citation.quote).split("，"):
            assert part in printed
        assert citation.boxes
    assert all(sentence.citations for sentence in answer.sentences)


def test_english_question_is_answered(assistant):
    answer = assistant.ask("How do integrins promote liver metastasis of lung cancer?")
    assert answer.language == "en"
    assert answer.status is not Status.NOT_FOUND
    assert any("整合素" in c.quote or "integrin" in c.quote for c in answer.citations)


def test_off_topic_question_is_not_answered(assistant):
    answer = assistant.ask("明天上海的天气怎么样?")
    assert answer.status is Status.NOT_FOUND
    assert not answer.citations
    assert answer.nearest


@pytest.mark.parametrize(
    "question", ["", "   ", "问" * 20_000, "肺がんの肝転移はどのように起こりますか"]
)
def test_unusable_questions_are_refused(assistant, question):
    with pytest.raises(QuestionError):
        assistant.ask(question)


def test_second_build_does_nothing(sample_library, samples):
    report = index_paths(Settings(library=sample_library), samples)
    assert not report.changed
    assert {entry.status for entry in report.papers} == {"indexed"}


def test_bad_files_stop_nothing(tmp_path, samples):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    good = folder / "good.pdf"
    good.write_bytes(samples[1].read_bytes())
    (folder / "copy.pdf").write_bytes(samples[1].read_bytes())
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "page.pdf").write_bytes(b"<html><body>not a PDF</body></html>")
    (folder / "cut.pdf").write_bytes(samples[0].read_bytes()[:4000])
    report = index_paths(Settings(library=tmp_path / "library"), [folder])
    status = {Path(entry.path).name: entry.status for entry in report.papers}
    assert sorted(status.values()) == ["duplicate", "failed", "failed", "failed", "indexed"]
    good.unlink()
    (folder / "copy.pdf").unlink()
    report = index_paths(Settings(library=tmp_path / "library"), [folder])
    assert {entry.status for entry in report.papers} == {"failed"}


def test_damaged_snapshot_is_refused(tmp_path, samples):
    library = tmp_path / "library"
    index_paths(Settings(library=library), samples[1:])
    dense = next(library.glob("snapshots/*/dense/index.faiss"))
    data = bytearray(dense.read_bytes())
    data[len(data) // 2] ^= 1
    dense.write_bytes(data)
    with pytest.raises(SnapshotCorrupt, match=r"dense/index\.faiss"):
        Assistant.open(library)


def test_missing_library_says_what_to_do(tmp_path):
    with pytest.raises(LibraryMissing, match="yinzheng index"):
        Assistant.open(tmp_path)


def test_ask_prints_one_json_object(sample_library, capsys):
    assert main(["ask", "整合素有什么作用？", "--json", "--library", str(sample_library)]) == 0
    value = json.loads(capsys.readouterr().out)
    names = {"question", "language", "status", "sentences", "citations", "nearest"}
    assert names | {"timings_ms", "snapshot"} <= set(value)
    citation = value["citations"][0]
    assert {"number", "paper", "page", "section", "quote", "boxes", "score"} <= set(citation)
    assert {"page", "x0", "top", "x1", "bottom"} == set(citation["boxes"][0])


def test_missing_path_is_one_line_and_exit_1(tmp_path, capsys):
    code = main(["index", str(tmp_path / "nowhere"), "--library", str(tmp_path / "library")])
    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_defect_is_one_line_and_one_object(tmp_path, capsys, monkeypatch):
    from ui import commands

    def broken(arguments):
        raise ZeroDivisionError("secret text of a paper")

    monkeypatch.setitem(commands.COMMANDS, "status", broken)
    assert main(["status", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["type"] == "ZeroDivisionError"
    assert said.err.count("\n") == 1 and "YINZHENG_DEBUG=1" in said.err
    assert "secret" not in said.out + said.err
    monkeypatch.setenv("YINZHENG_DEBUG", "1")
    assert main(["status", "--json"]) == 1
    said = capsys.readouterr()
    assert "Traceback" in said.err and json.loads(said.out)


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom ui.arguments import build_parser\nimport ui.commands\nbuild_parser()\n"
        "heavy = {'torch', 'gradio', 'faiss', 'sentence_transformers', 'onnxruntime', 'pypdf'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_dangerous_calls():
    root = Path(__file__).resolve().parent.parent
    banned = (
        "import pickle",
        "trust_remote_code=True",
        "shell=True",
        "allow_pickle=True",
        " eval(",
    )
    for package in ("ingest", "index", "rag", "ui"):
        for file in (root / package).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not [word for word in banned if word in text], file


def test_the_head_of_a_table_is_no_statement(assistant):
    question = "How is lung cancer liver metastasis treated?"
    shown = [sentence.text for sentence in assistant.ask(question, sentences=12).sentences]
    assert shown and not any("主要适用人群" in text for text in shown)
