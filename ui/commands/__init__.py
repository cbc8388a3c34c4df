"""What each command does: arguments -> library calls -> text or one JSON object on stdout."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from ui.commands import library, measuring, questions, serving

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": library.index,
    "status": library.status,
    "remove": library.remove,
    "rollback": library.rollback,
    "check": library.check,
    "inspect": library.inspect,
    "search": questions.search,
    "ask": questions.ask,
    "table": questions.table,
    "eval": measuring.evaluate,
    "calibrate": measuring.calibrate,
    "ui": serving.ui,
    "demo": serving.demo,
}


def run(arguments: argparse.Namespace) -> int:
    """Run the command that ``arguments`` name; return its exit code."""
    return COMMANDS[arguments.command](arguments)
