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
from pathlib import Path

from ingest.errors import YinzhengError

TABLES = ("treatments", "mechanisms")
BINARY = ("docx", "pdf")  # forms of an answer that cannot go to the screen


def _library_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--library", type=Path, metavar="DIR", help="library folder / 文献库文件夹")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML / 设置文件")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object / 输出 JSON")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line (see README.md)."""
    parser = argparse.ArgumentParser(
        prog="yinzheng",
        description="引证：回答中文医学文献，句句有出处。Answers from Chinese medical papers, "
        "every sentence cited.",
    )
    parser.add_argument("--version", action="version", version=f"yinzheng {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    index = add("index", "index PDFs or folders; again for what changed / 建立或更新索引")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="PDF or folder")
    _library_options(index)
    index.add_argument("--full", action="store_true", help="rebuild everything / 全部重建")
    index.add_argument("--no-ocr", action="store_true", help="do not read scans / 不识别扫描页")
    index.add_argument("--model", help="embedding model, name or path / 嵌入模型")
    _json_option(index)

    status = add("status", "what is in the library / 文献库概况")
    _library_options(status)
    _json_option(status)

    remove = add("remove", "remove papers from the library / 从文献库移除文献")
    remove.add_argument("papers", nargs="+", metavar="PAPER", help="file name or id prefix")
    _library_options(remove)
    _json_option(remove)

    rollback = add("rollback", "return to the snapshot before / 回退到上一个快照")
    _library_options(rollback)
    _json_option(rollback)

    check = add("check", "compare every byte of the library / 逐字节检查文献库")
    _library_options(check)
    _json_option(check)

    search = add("search", "find passages / 检索段落")
    search.add_argument("query")
    _library_options(search)
    search.add_argument("-k", type=int, default=5, metavar="N", help="passages (default 5)")
    search.add_argument(
        "--paper", action="append", metavar="PAPER", help="search these papers only"
    )
    search.add_argument(
        "--year", metavar="YEARS", help="of these years only: 2019 or 2015-2020 / 年份"
    )
    search.add_argument(
        "--section", default="", metavar="TEXT", help="under headings with this text / 章节标题含"
    )
    search.add_argument(
        "--explain", action="store_true", help="show each leg's score / 显示分项得分"
    )
    _json_option(search)

    ask = add("ask", "answer a question with citations / 回答问题并给出引证")
    ask.add_argument("question")
    _library_options(ask)
    ask.add_argument("--paper", action="append", metavar="PAPER", help="ask these papers only")
    ask.add_argument(
        "--after",
        action="append",
        default=[],
        metavar="QUESTION",
        help="earlier question of the conversation, repeatable / 之前的提问",
    )
    ask.add_argument(
        "--llm",
        action=argparse.BooleanOptionalAction,
        help="answer by the language model that is set, or not / 是否使用所设置的语言模型",
    )
    ask.add_argument(
        "--format",
        choices=("text", "markdown", "gbt7714", "bibtex", "ris", *BINARY),
        default="text",
        help="output form (default text)",
    )
    ask.add_argument(
        "--out", type=Path, metavar="FILE", help="write it here; docx and pdf need this / 输出文件"
    )
    _json_option(ask)

    inspect = add("inspect", "show what is read from one PDF / 查看一篇 PDF 的读取结果")
    inspect.add_argument("file", type=Path, metavar="FILE.pdf")
    inspect.add_argument("--png", type=Path, metavar="DIR", help="draw blocks over page images")
    inspect.add_argument("--no-ocr", action="store_true", help="do not read scans / 不识别扫描页")
    _json_option(inspect)

    table = add("table", "treatments or mechanisms over the library / 治疗或机制总表")
    table.add_argument("kind", choices=TABLES)
    _library_options(table)
    table.add_argument("--paper", action="append", metavar="PAPER", help="these papers only")
    table.add_argument("--format", choices=("markdown", "csv"), default="markdown")
    _json_option(table)

    for name, text in (
        ("ui", "open the chat page / 打开问答页面"),
        ("demo", "index the sample papers if needed and open the chat / 示例文献库与问答页面"),
    ):
        page = add(name, text)
        _library_options(page)
        page.add_argument("--host", default="127.0.0.1", help="address (default 127.0.0.1)")
        page.add_argument("--port", type=int, default=7860, help="port (default 7860)")
        page.add_argument(
            "--allow-host",
            action="append",
            default=[],
            metavar="NAME",
            help="further host name to answer to / 允许的主机名",
        )
        page.add_argument(
            "--auth-file",
            type=Path,
            metavar="FILE",
            help="user:password lines; needed beyond this machine / 登录账户文件",
        )
        page.add_argument("--no-browser", action="store_true", help="do not open a browser")
        page.add_argument("--log-questions", action="store_true", help="log questions / 记录提问")

    evaluate = add("eval", "measure on a BEIR folder / 在 BEIR 数据上评测")
    evaluate.add_argument("kind", choices=("retrieval", "answers"))
    evaluate.add_argument("folder", type=Path, metavar="DIR")
    evaluate.add_argument("--limit", type=int, metavar="N", help="first N questions only")
    evaluate.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML / 设置文件")
    _json_option(evaluate)

    calibrate = add("calibrate", "fit when to abstain on BEIR folders / 校准拒答阈值")
    calibrate.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    calibrate.add_argument("--out", type=Path, metavar="FILE", help="write the fit here")
    calibrate.add_argument(
        "--config", type=Path, metavar="FILE", help="settings in TOML / 设置文件"
    )
    _json_option(calibrate)
    return parser


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


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("yinzheng")
    except PackageNotFoundError:
        return "0+unknown"


if __name__ == "__main__":
    sys.exit(main())
