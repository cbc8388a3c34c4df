"""The chat page, on a library or on the samples."""

from __future__ import annotations

import argparse

from rag.settings import Settings
from ui.commands.common import settings_of


def ui(arguments: argparse.Namespace) -> int:
    """Serve the chat page of a library."""
    return _serve(arguments, settings_of(arguments))


def demo(arguments: argparse.Namespace) -> int:
    """Index the sample papers, then serve their page."""
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
