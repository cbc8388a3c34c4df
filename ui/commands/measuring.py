"""Measures on question sets, and the fit of when to abstain."""

from __future__ import annotations

import argparse

from ui.commands.common import emit, settings_of


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure retrieval or answers on a BEIR folder."""
    if arguments.kind == "answers":
        from ui import evaluation

        return evaluation.evaluate_answers(arguments)
    from rag.evaluation import evaluate_folder
    from ui import console

    progress = console.Progress()
    try:
        value = evaluate_folder(
            arguments.folder, settings_of(arguments), limit=arguments.limit, on_progress=progress
        )
    finally:
        progress.close()
    if arguments.json:
        emit(value)
    else:
        print(console.retrieval_table(value))
    return 0


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit when to abstain."""
    from ui import evaluation

    return evaluation.calibrate(arguments)
