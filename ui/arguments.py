"""The command line's words: which commands there are and what each takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

Add = Callable[[str, str], argparse.ArgumentParser]  # name and what it does -> its parser

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

    _library_commands(add)
    _search(add)
    _ask(add)
    _table(add)
    _page_commands(add)
    _measuring_commands(add)
    return parser


def _library_commands(add: Add) -> None:
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

    inspect = add("inspect", "show what is read from one PDF / 查看一篇 PDF 的读取结果")
    inspect.add_argument("file", type=Path, metavar="FILE.pdf")
    inspect.add_argument("--png", type=Path, metavar="DIR", help="draw blocks over page images")
    inspect.add_argument("--no-ocr", action="store_true", help="do not read scans / 不识别扫描页")
    _json_option(inspect)


def _search(add: Add) -> None:
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


def _ask(add: Add) -> None:
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


def _table(add: Add) -> None:
    table = add("table", "treatments or mechanisms over the library / 治疗或机制总表")
    table.add_argument("kind", choices=TABLES)
    _library_options(table)
    table.add_argument("--paper", action="append", metavar="PAPER", help="these papers only")
    table.add_argument("--format", choices=("markdown", "csv"), default="markdown")
    _json_option(table)


def _page_commands(add: Add) -> None:
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


def _measuring_commands(add: Add) -> None:
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


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("yinzheng")
    except PackageNotFoundError:
        return "0+unknown"
