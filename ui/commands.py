"""What each command does: arguments -> library calls -> text or one JSON object on stdout."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError, SettingsError
from ingest.file_names import path_of, shown_name
from rag.settings import Settings

Command = Callable[[argparse.Namespace], int]


def run(arguments: argparse.Namespace) -> int:
    """Run the command that ``arguments`` name; return its exit code."""
    return COMMANDS[arguments.command](arguments)


def _settings(arguments: argparse.Namespace, **overrides: object) -> Settings:
    library = getattr(arguments, "library", None)
    return Settings.load(getattr(arguments, "config", None), library=library, **overrides)


def _emit(value: Mapping[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _index(arguments: argparse.Namespace) -> int:
    from ui import console
    from ui.indexing import build_json, index_paths

    settings = _settings(arguments, model=arguments.model, ocr=False if arguments.no_ocr else None)
    progress = console.Progress()
    try:
        report = index_paths(settings, arguments.paths, full=arguments.full, on_progress=progress)
    finally:
        progress.close()
    value = build_json(report, settings.library)
    if arguments.json:
        _emit(value)
    else:
        rows = [
            (paper["file"], paper["status"], paper["pages"], paper["passages"], paper["reason"])
            for paper in value["papers"]
        ]
        print(
            console.table(
                ("文献 / file", "状态 / status", "页 / pages", "段落 / passages", ""), rows
            )
        )
        print(f"快照 / snapshot: {value['snapshot']}  ({settings.library})")
    usable = [paper for paper in value["papers"] if paper["status"] != "failed"]
    return 0 if usable or not value["papers"] else 1


def _status(arguments: argparse.Namespace) -> int:
    from index.snapshot import Snapshot
    from ui import console

    settings = _settings(arguments)
    with Snapshot.open(settings.library, dense=False) as snapshot:
        manifest = snapshot.manifest
        value = {
            "library": str(settings.library),
            "snapshot": manifest.snapshot,
            "created": manifest.created,
            "passages": manifest.passages,
            "children": manifest.children,
            "encoders": [
                {"leg": e.leg, "model": e.model, "dimension": e.dimension, "index": e.index_type}
                for e in manifest.encoders
            ],
            "sources": list(manifest.sources),
            "papers": [
                {
                    "file": shown_name(path_of(entry.path)),
                    "path": entry.path,
                    "id": entry.sha256,
                    "title": snapshot.papers[entry.sha256].title
                    if entry.sha256 in snapshot.papers
                    else "",
                    "status": entry.status,
                    "reason": _reason(entry.reason_zh, entry.reason_en),
                    "pages": entry.pages,
                    "passages": entry.passages,
                }
                for entry in manifest.papers
            ],
        }
    if arguments.json:
        _emit(value)
        return 0
    print(f"文献库 / library: {value['library']}")
    print(f"快照 / snapshot: {value['snapshot']} ({value['created']})")
    print(f"文献 / papers: {len(manifest.papers)}  段落 / passages: {manifest.passages}")
    for encoder in manifest.encoders:
        print(f"编码器 / encoder: {encoder.model} ({encoder.dimension}, {encoder.index_type})")
    rows = [
        (
            shown_name(path_of(e.path)),
            e.status,
            e.pages,
            e.passages,
            _reason(e.reason_zh, e.reason_en),
        )
        for e in manifest.papers
    ]
    print(
        console.table(("文献 / file", "状态 / status", "页 / pages", "段落 / passages", ""), rows)
    )
    return 0


def _reason(zh: str, en: str) -> str:
    return " / ".join(part for part in (zh, en) if part)


def _paper_ids(library: Path, wanted: list[str] | None) -> frozenset[str] | None:
    """Turn file names, titles or id prefixes into paper ids; None means all papers."""
    if not wanted:
        return None
    from index.snapshot import Snapshot

    with Snapshot.open(library, dense=False) as snapshot:
        known = dict(snapshot.papers)
    chosen: set[str] = set()
    for name in wanted:
        found = {
            id_
            for id_, paper in known.items()
            if name in (paper.file, paper.title) or (len(name) >= 6 and id_.startswith(name))
        }
        if not found:
            raise LibraryError(
                f"文献库中没有「{name}」；用 yinzheng status 查看文献列表。",
                f"no paper {name!r} in the library; see yinzheng status for the list.",
            )
        chosen |= found
    return frozenset(chosen)


def _remove(arguments: argparse.Namespace) -> int:
    from index.upkeep import remove_papers

    settings = _settings(arguments)
    ids = _paper_ids(settings.library, arguments.papers) or frozenset()
    snapshot = remove_papers(settings.library, ids)
    if arguments.json:
        _emit({"removed": sorted(ids), "snapshot": snapshot})
    else:
        print(f"已移除 {len(ids)} 篇 / removed {len(ids)} paper(s); snapshot {snapshot}")
    return 0


def _rollback(arguments: argparse.Namespace) -> int:
    from index.upkeep import rollback

    settings = _settings(arguments)
    snapshot = rollback(settings.library)
    if arguments.json:
        _emit({"snapshot": snapshot})
    else:
        print(f"已回退到快照 {snapshot} / rolled back to snapshot {snapshot}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from index.upkeep import check_library

    settings = _settings(arguments)
    manifest = check_library(settings.library)
    size = sum(entry.bytes for entry in manifest.files)
    if arguments.json:
        _emit({"snapshot": manifest.snapshot, "files": len(manifest.files), "bytes": size})
    else:
        print(
            f"快照完好 / snapshot is sound: {manifest.snapshot} "
            f"({len(manifest.files)} files, {size / 1e6:.0f} MB)"
        )
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


def _search(arguments: argparse.Namespace) -> int:
    from rag.assistant import Assistant
    from rag.export import hit_json
    from rag.filtering import Filter
    from ui import console

    if arguments.k < 1:
        raise SettingsError("-k 至少为 1。", "-k must be at least 1.")
    settings = _settings(arguments)
    papers = _paper_ids(settings.library, arguments.paper)
    assistant = Assistant.open(settings=settings)
    only = Filter(papers, _years(arguments.year), arguments.section)
    hits = assistant.search(arguments.query, arguments.k, only)
    if arguments.json:
        _emit({"query": arguments.query, "hits": [hit_json(hit) for hit in hits]})
    else:
        for number, hit in enumerate(hits, 1):
            print(console.hit_text(number, hit, explain=arguments.explain), end="\n\n")
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    from rag.assistant import Assistant
    from rag.export import answer_json
    from ui.answer_output import write_answer

    settings = _settings(arguments)
    papers = _paper_ids(settings.library, arguments.paper)
    assistant = Assistant.open(settings=settings)
    answer = assistant.ask(
        arguments.question, history=tuple(arguments.after), papers=papers, llm=arguments.llm
    )
    if arguments.json:
        _emit(answer_json(answer))
    else:
        write_answer(answer, arguments.format, arguments.out)
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    from ui.inspection import inspect_json, inspect_text, read_with_progress

    document = read_with_progress(arguments.file, ocr=not arguments.no_ocr)
    if arguments.png is not None:
        from ui.drawing import draw_document

        for picture in draw_document(document, arguments.file, arguments.png):
            print(picture, file=sys.stderr)
    if arguments.json:
        _emit(inspect_json(document))
    else:
        print(inspect_text(document))
    return 0


def _eval(arguments: argparse.Namespace) -> int:
    if arguments.kind == "answers":
        from ui.evaluation import evaluate_answers

        return evaluate_answers(arguments)
    from rag.evaluation import evaluate_folder
    from ui import console

    progress = console.Progress()
    try:
        value = evaluate_folder(
            arguments.folder, _settings(arguments), limit=arguments.limit, on_progress=progress
        )
    finally:
        progress.close()
    if arguments.json:
        _emit(value)
    else:
        print(console.retrieval_table(value))
    return 0


def _table(arguments: argparse.Namespace) -> int:
    from index.snapshot import Snapshot
    from rag import extraction, tabular
    from rag.wiring import load_translator

    settings = _settings(arguments)
    papers = _paper_ids(settings.library, arguments.paper)
    with Snapshot.open(settings.library) as snapshot:
        lexicon = load_translator(settings.library)
        table = extraction.table(snapshot, arguments.kind, lexicon, papers=papers)
    if arguments.json:
        _emit(tabular.table_json(table))
    else:
        writers = {"markdown": tabular.to_markdown, "csv": tabular.to_csv}
        print(writers[arguments.format](table).rstrip("\n"))
    return 0


def _unbuilt(arguments: argparse.Namespace) -> int:
    raise SettingsError(
        f"本版本尚未提供 {arguments.command} 命令。",
        f"the command {arguments.command} is not available in this version.",
    )


def _calibrate(arguments: argparse.Namespace) -> int:
    from ui.evaluation import calibrate

    return calibrate(arguments)


def _ui(arguments: argparse.Namespace) -> int:
    return _serve(arguments, _settings(arguments))


def _demo(arguments: argparse.Namespace) -> int:
    from ui import console
    from ui.indexing import demo_library, index_paths
    from ui.sample_papers import sample_papers

    library = arguments.library or demo_library()
    settings = Settings.load(arguments.config, library=library)
    progress = console.Progress()
    try:
        index_paths(settings, sample_papers(), full=None, on_progress=progress)
    finally:
        progress.close()
    return _serve(arguments, settings)


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    from ui.server import serve

    serve(
        settings,
        arguments.host,
        arguments.port,
        allow_host=tuple(arguments.allow_host),
        auth_file=arguments.auth_file,
        open_browser=not arguments.no_browser,
        log_questions=arguments.log_questions,
        on_ready=lambda url: print(f"引证 / Yinzheng: {url}", flush=True),
    )
    return 0


COMMANDS: dict[str, Command] = {
    "index": _index,
    "status": _status,
    "remove": _remove,
    "rollback": _rollback,
    "check": _check,
    "search": _search,
    "ask": _ask,
    "inspect": _inspect,
    "table": _table,
    "ui": _ui,
    "demo": _demo,
    "eval": _eval,
    "calibrate": _calibrate,
}
