"""Questions of the library: passages, an answer, a table."""

from __future__ import annotations

import argparse
import re

from ingest.errors import SettingsError
from ui.commands.common import emit, paper_ids, settings_of


def search(arguments: argparse.Namespace) -> int:
    """Print the best passages of a query."""
    from rag.assistant import Assistant
    from rag.export import hit_json
    from rag.filtering import Filter
    from ui import console

    if arguments.k < 1:
        raise SettingsError("-k 至少为 1。", "-k must be at least 1.")
    settings = settings_of(arguments)
    papers = paper_ids(settings.library, arguments.paper)
    assistant = Assistant.open(settings=settings)
    only = Filter(papers, _years(arguments.year), arguments.section)
    hits = assistant.search(arguments.query, arguments.k, only)
    if arguments.json:
        emit({"query": arguments.query, "hits": [hit_json(hit) for hit in hits]})
    else:
        for number, hit in enumerate(hits, 1):
            print(console.hit_text(number, hit, explain=arguments.explain), end="\n\n")
    return 0


def _years(text: str | None) -> tuple[int, int] | None:
    """Read "2019" or "2015-2020"."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{4})(?:\s*[-–~]\s*(\d{4}))?", text.strip())
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise SettingsError(
            f"看不懂年份「{text}」；请写 2019 或 2015-2020。",
            f"cannot read the years {text!r}; write 2019 or 2015-2020.",
        )
    return int(match[1]), int(match[2] or match[1])


def ask(arguments: argparse.Namespace) -> int:
    """Answer one question with citations."""
    from rag.assistant import Assistant
    from rag.export import answer_json
    from ui.answer_output import write_answer

    settings = settings_of(arguments)
    papers = paper_ids(settings.library, arguments.paper)
    assistant = Assistant.open(settings=settings)
    answer = assistant.ask(
        arguments.question, history=tuple(arguments.after), papers=papers, llm=arguments.llm
    )
    if arguments.json:
        emit(answer_json(answer))
    else:
        write_answer(answer, arguments.format, arguments.out)
    return 0


def table(arguments: argparse.Namespace) -> int:
    """Print the treatments or mechanisms that the library names."""
    from index.snapshot import Snapshot
    from rag import extraction, tabular
    from rag.wiring import load_translator

    settings = settings_of(arguments)
    papers = paper_ids(settings.library, arguments.paper)
    with Snapshot.open(settings.library) as snapshot:
        lexicon = load_translator(settings.library)
        table = extraction.table(snapshot, arguments.kind, lexicon, papers=papers)
    if arguments.json:
        emit(tabular.table_json(table))
    else:
        writers = {"markdown": tabular.to_markdown, "csv": tabular.to_csv}
        print(writers[arguments.format](table).rstrip("\n"))
    return 0
