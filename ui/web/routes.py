"""The plain HTTP routes beside Gradio: assets, page images, PDFs, uploads, papers, exports."""

from __future__ import annotations

import logging
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from ingest.errors import ExtraMissing
from ui.web import strings, uploads
from ui.web.conversations import valid_id
from ui.web.desk import Desk
from ui.web.library import PAPERS
from ui.web.originals import FileChanged
from ui.web.rendering import citation_json

log = logging.getLogger(__name__)

ASSETS = Path(__file__).resolve().parent / "assets"
_PAPER = re.compile(r"[0-9a-f]{16}")
MAX_PAGE = 100_000
MAX_WORDS = 200  # characters looked for in a paper


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Add every route of ours to ``app``."""
    app.mount("/desk", StaticFiles(directory=ASSETS), name="desk")
    _add_status_routes(app)
    _add_evidence_routes(app, desk)
    _add_library_routes(app, desk)
    _add_table_routes(app, desk)
    _add_export_route(app, desk)


def _add_status_routes(app: FastAPI) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": version("yinzheng")}

    @app.get("/strings.json")
    def string_tables() -> dict[str, dict[str, str]]:
        return strings.tables()


def _add_evidence_routes(app: FastAPI, desk: Desk) -> None:
    @app.get("/evidence/{paper}/{page}.png")
    def page_image(paper: str, page: int) -> Response:
        if not _PAPER.fullmatch(paper) or not 1 <= page <= MAX_PAGE:
            raise HTTPException(404)
        try:
            image = desk.images.get(paper, page)
        except FileChanged as error:
            raise HTTPException(409) from error
        except Exception as error:
            # Whatever a PDF does to the renderer, the page says that it cannot be shown.
            log.warning("page image not made: %s", type(error).__name__)
            raise HTTPException(422) from error
        if image is None:
            raise HTTPException(404)
        headers = {
            "cache-control": "private, max-age=3600",
            "x-page-size": f"{image.width:.2f} {image.height:.2f}",
        }
        return Response(image.png, media_type="image/png", headers=headers)

    @app.get("/evidence/{paper}/find.json")
    def find(paper: str, words: str = "") -> dict[str, Any]:
        chosen = desk.library.chosen((paper,))
        if not _PAPER.fullmatch(paper) or not chosen:
            raise HTTPException(404)
        assistant = desk.engine.assistant(timeout=0)
        if assistant is None:
            raise HTTPException(503)
        (whole_id,) = chosen
        try:
            found, total = assistant.occurrences(whole_id, words[:MAX_WORDS])
        except KeyError as error:  # not indexed, or not any more
            raise HTTPException(404) from error
        return {"total": total, "citations": [citation_json(citation) for citation in found]}

    @app.get("/evidence/{paper}.pdf")
    def whole_pdf(paper: str) -> Response:
        try:
            path = desk.library.locate(paper) if _PAPER.fullmatch(paper) else None
        except FileChanged:
            # Opened in a tab of its own: the words are for a person.
            both = (strings.text("file_changed_text", lang) for lang in strings.LANGUAGES)
            return PlainTextResponse("\n\n".join(both), status_code=409)
        if path is None:
            raise HTTPException(404)
        headers = {"cache-control": "private, no-cache", "content-disposition": "inline"}
        return FileResponse(path, media_type="application/pdf", headers=headers)


def _add_library_routes(app: FastAPI, desk: Desk) -> None:
    @app.get("/library/{paper}.json")
    def paper_details(paper: str) -> dict[str, Any]:
        found = desk.library.details(paper)
        if found is None:
            raise HTTPException(404)
        return found

    @app.post("/library/files")
    async def upload(request: Request, name: str = "") -> Response:
        # A form of another site cannot send this header without asking first.
        if request.headers.get("x-yinzheng") != "upload":
            raise HTTPException(403)
        folder = desk.settings.library / PAPERS
        try:
            path = await uploads.save(folder, name, request.stream(), desk.library.admit)
        except uploads.Rejected as error:
            return JSONResponse({"reason": error.reason}, status_code=error.status)
        desk.library.arrived(path)
        await run_in_threadpool(desk.jobs.request, paths=[path])
        return JSONResponse({"file": path.name})


def _add_table_routes(app: FastAPI, desk: Desk) -> None:
    from rag import tabular
    from ui.web.tables import of_papers, table_view

    writers = {"csv": ("text/csv", tabular.to_csv), "md": ("text/markdown", tabular.to_markdown)}

    @app.get("/tables/{kind}.{form}")
    def table(kind: str, form: str, papers: str = "") -> Response:
        assistant = desk.engine.assistant(timeout=0)
        if form not in ("json", *writers):
            raise HTTPException(404)
        if assistant is None:
            raise HTTPException(503)
        whole = desk.tables.get(kind, desk.engine.snapshot, assistant.table)
        if whole is None:
            raise HTTPException(404)
        chosen = of_papers(whole, desk.library.chosen(filter(None, papers.split(","))))
        if form == "json":
            return JSONResponse(table_view(chosen))
        media, write = writers[form]
        # A spreadsheet takes a file without this mark for one in the machine's old encoding.
        data = ("\ufeff" if form == "csv" else "") + write(chosen)
        disposition = f"attachment; filename=yinzheng-{kind}.{form}"
        return Response(
            data, media_type=f"{media}; charset=utf-8",
            headers={"content-disposition": disposition},
        )  # fmt: skip


def _add_export_route(app: FastAPI, desk: Desk) -> None:
    @app.get("/export/{conversation}/{turn}.{kind}")
    def export(conversation: str, turn: str, kind: str, lang: str = "zh") -> Response:
        from ui.web.exporting import EXPORTS, export_turns

        if not valid_id(conversation) or kind not in EXPORTS:
            raise HTTPException(404)
        turns = [
            t
            for t in desk.conversations.turns(conversation)
            if t.answer is not None and turn in ("all", str(t.number))
        ]
        if not turns:
            raise HTTPException(404)
        try:
            data = export_turns(turns, kind, lang)
        except ExtraMissing as error:
            return PlainTextResponse(error.text(lang), status_code=501)
        stem = ("引证" if lang == "zh" else "yinzheng") + ("" if turn == "all" else f"-{turn}")
        disposition = f"attachment; filename*=UTF-8''{quote(f'{stem}.{kind}')}"
        return Response(
            data, media_type=EXPORTS[kind], headers={"content-disposition": disposition}
        )
