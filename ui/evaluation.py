"""The commands ``eval answers`` and ``calibrate``: BEIR folders in, tables or JSON out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.settings import Settings
from ui import console

if TYPE_CHECKING:
    from rag.answering import Library
    from rag.question_sets import QuestionSet

_CONDITIONS = {
    "absent": "gold papers left out / 去掉含答案的文献",
    "removed": "answer sentence removed / 去掉含答案的句子",
    "off": "another matter / 无关问题",
    "unanswerable": "no answer in the set / 集内无答案",
}


def open_set(folder: Path, settings: Settings) -> tuple[Library, QuestionSet]:
    """Return a BEIR folder's library, built if needed, and its questions."""
    from rag.assistant import Assistant
    from rag.question_sets import read_set, set_library

    questions = read_set(folder)
    progress = console.Progress()
    try:
        library = set_library(folder, settings, on_progress=progress)
    finally:
        progress.close()
    return Assistant.open(settings=replace(settings, library=library)).library, questions


def evaluate_answers(arguments: argparse.Namespace) -> int:
    """Measure answers on a BEIR folder and print the measures."""
    from rag.answer_evaluation import outcomes, summary

    settings = Settings.load(arguments.config)
    library, questions = open_set(arguments.folder, settings)
    progress = console.Progress()
    try:
        seen = list(
            outcomes(
                library,
                questions,
                limit=arguments.limit,
                on_progress=lambda done, total: progress(
                    {"stage": "提问 / asking", "done": done, "total": total}
                ),
            )
        )
    finally:
        progress.close()
    values = {"set": questions.name, **summary(seen)}
    print(json.dumps(values, ensure_ascii=False, indent=2) if arguments.json else table(values))
    return 0


def table(values: Mapping[str, Any]) -> str:
    """Return the measures of ``summary`` as two text tables."""
    plain = [(name, value) for name, value in values.items() if not isinstance(value, Mapping)]
    rows = [
        (_CONDITIONS[name], *(own[k] for k in ("questions", "auroc", "false_at_95", "answered")))
        for name, own in values.items()
        if name in _CONDITIONS
    ]
    head = ("", "questions", "AUROC", "false at 95 %", "answered")
    return console.table(("measure", ""), plain) + "\n\n" + console.table(head, rows)


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit weights and thresholds on BEIR folders; print cross-validated figures."""
    from rag.calibrating import calibrated

    settings = Settings.load(arguments.config)
    sets = [open_set(folder, settings) for folder in arguments.folders]
    fitted = calibrated(sets)
    if arguments.out is not None:
        arguments.out.write_text(
            json.dumps(fitted.data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    rows: Sequence[tuple[object, ...]] = fitted.rows
    if arguments.json:
        print(json.dumps({**fitted.data, **_figures(rows)}, ensure_ascii=False, indent=2))
        return 0
    print(console.table(("set", "condition", "AUROC", "false at 95 %", "answered"), rows))
    return 0


def _figures(rows: Sequence[tuple[object, ...]]) -> dict[str, list[dict[str, object]]]:
    chosen = ("set", "answer@1", "answer@3")
    judged = ("set", "condition", "auroc", "false_at_95", "answered")
    return {
        "choosing": [
            dict(zip(chosen, (row[0], *row[2:4]), strict=True))
            for row in rows
            if "@" in str(row[1])
        ],
        "abstaining": [
            dict(zip(judged, row, strict=True)) for row in rows if "@" not in str(row[1])
        ],
    }
