"""Command line: arguments in, one of ``ui.commands`` run, an exit code out.

Exit codes: 0 done (also when an answer was not found), 1 failed with a one-line reason,
2 wrong usage. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Sequence

from ingest.errors import YinzhengError
from ui.arguments import BINARY, build_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _offline_environment()
    _forgiving_output()
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if getattr(arguments, "format", "") in BINARY and arguments.out is None:
        parser.error(f"--format {arguments.format} 需要 --out FILE / needs --out FILE")
    try:
        from ui import commands

        return commands.run(arguments)
    except YinzhengError as error:
        return _fail(arguments, type(error).__name__, error.zh, error.en)
    except KeyboardInterrupt:
        print("已中断，文献库未受影响。/ Interrupted; the library is unchanged.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output (head, less) went away: not an error of ours.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        text = f"{where}{error.strerror or error}"
        return _fail(arguments, "OSError", f"系统错误：{text}", f"system error: {text}")
    except Exception as error:
        # A defect of ours: also then one line says so, and --json prints its object.
        if os.environ.get("YINZHENG_DEBUG"):
            traceback.print_exc()
        kind = type(error).__name__
        return _fail(
            arguments,
            kind,
            f"内部错误（{kind}），请报告；设 YINZHENG_DEBUG=1 重新运行可看到详情。",
            f"internal error ({kind}), please report it; run with YINZHENG_DEBUG=1 for the"
            " traceback.",
        )


def _fail(arguments: argparse.Namespace, kind: str, zh: str, en: str) -> int:
    if getattr(arguments, "json", False):
        print(json.dumps({"error": {"type": kind, "zh": zh, "en": en}}, ensure_ascii=False))
    print(f"yinzheng: {zh} / {en}", file=sys.stderr)
    return 1


def _forgiving_output() -> None:
    """Write what an output cannot encode, such as a stray byte of a file name, as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _offline_environment() -> None:
    """Switch off every library's wish to call home before any of them is imported."""
    for name, value in (
        ("HF_HUB_OFFLINE", "1"),
        ("TRANSFORMERS_OFFLINE", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("GRADIO_ANALYTICS_ENABLED", "False"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("DO_NOT_TRACK", "1"),
    ):
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    sys.exit(main())
