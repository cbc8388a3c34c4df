"""The web server: settings in, a running page on a port out (blocking).

FastAPI carries our routes and middleware; the Gradio page is mounted inside it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SettingsError
from ingest.limits import MAX_BYTES
from rag.settings import Settings
from ui.web.security import Accounts, App, Guard, Login, is_loopback, trusted_hosts

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.web.desk import Desk

log = logging.getLogger(__name__)

PAGE_SECONDS = 4.0  # a browser has its page by then, if one was opened with the server


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    allow_host: tuple[str, ...] = (),
    auth_file: Path | None = None,
    open_browser: bool = False,
    log_questions: bool = False,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until interrupted; ``on_ready`` gets its address once it answers.

    Port 0 takes a free one. Raises SettingsError when ``host`` is reachable from other
    machines without ``auth_file``, or when the port is taken.
    """
    accounts = check_exposure(host, auth_file)
    bound = _bind(host, port)
    prepare_environment(settings.library)
    from ui.web.opening import open_desk

    desk = open_desk(settings, log_questions=log_questions)
    app = create_app(desk, hosts=trusted_hosts(host, allow_host), accounts=accounts)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{bound.getsockname()[1]}"

    def ready() -> None:
        # Models load once a page is up, or nobody comes: their import would hold it up.
        waiting = threading.Timer(PAGE_SECONDS, desk.engine.start)
        waiting.daemon = True
        waiting.start()
        desk.jobs.resume()
        if on_ready is not None:
            on_ready(url)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    run(app, bound, ready)


def check_exposure(host: str, auth_file: Path | None) -> Accounts | None:
    """Refuse an address that other machines reach without a login."""
    if auth_file is not None:
        return Accounts(auth_file)
    if is_loopback(host):
        return None
    raise SettingsError(
        f"其他机器可访问 {host}，须用 --auth-file 指定登录账户文件；仅本机使用请去掉 --host。",
        f"the address {host} is reachable from other machines and needs --auth-file; "
        "leave out --host to serve this machine only.",
    )


def prepare_environment(library: Path) -> None:
    """Switch off all that phones home and keep temporary files in the library folder."""
    temporary = library / "tmp" / "gradio"
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        GRADIO_RUN_HISTORY="False",
        GRADIO_SSR_MODE="False",
        GRADIO_MCP_SERVER="False",
        GRADIO_TEMP_DIR=str(temporary),
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_OFFLINE="1",
        DISABLE_TELEMETRY="1",
    )


def create_app(desk: Desk, *, hosts: list[str], accounts: Accounts | None = None) -> FastAPI:
    """Return the whole application of ``desk``, behind its middleware."""
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware.cors import CORSMiddleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from ui.web.layout import build_page, theme
    from ui.web.routes import ASSETS, add_routes

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    add_routes(app, desk)
    # The last one added is the first to see a request. With a CORS policy of ours (no
    # origin at all) Gradio adds none of its own.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Guard)
    if accounts is not None:
        app.add_middleware(Login, accounts=accounts)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    whole: FastAPI = gr.mount_gradio_app(
        app,
        build_page(desk),
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=MAX_BYTES,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        favicon_path=str(ASSETS / "seal.png"),
    )
    return whole


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"端口 {port} 无法使用（{error.strerror}）；请用 --port 换一个。",
            f"port {port} cannot be used ({error.strerror}); choose another with --port.",
        ) from error
    return bound


def _worth_telling(record: logging.LogRecord) -> bool:
    """Tell whether the server's log line means something: an open page at its end does not."""
    kind = record.exc_info[0] if record.exc_info else None
    cut_off = kind is not None and issubclass(kind, asyncio.CancelledError)
    return not cut_off and "graceful shutdown exceeded" not in record.getMessage()


def run(app: App, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Run ``app`` on the bound socket; ``ready`` is called once it answers."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    logging.getLogger("uvicorn.error").addFilter(_worth_telling)
    try:
        Server(config).run(sockets=[bound])
    finally:
        bound.close()
