"""A stream of bytes from the browser -> a checked PDF file in the library folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ingest.limits import MAX_BYTES

MAX_FILE = MAX_BYTES  # what reading would refuse need not be sent
MIN_FREE = 200 * 1024 * 1024  # room that indexing needs besides the file itself
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')


class Rejected(Exception):
    """The upload is not taken; ``reason`` is a key of the string table."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters or surprises, ending in .pdf."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = _FORBIDDEN.sub("_", last).strip(" .")
    stem = re.sub(r"\.pdf$", "", stem, flags=re.I).strip(" .") or "paper"
    while len(stem.encode()) > 180:
        stem = stem[:-1]
    return f"{stem}.pdf"


async def save(
    folder: Path, name: str, body: AsyncIterator[bytes], admit: Callable[[str], str]
) -> Path:
    """Write ``body`` to ``folder`` under a safe name and return the path.

    ``admit`` gets the SHA-256 and returns why the file is not taken, "" when it is. Raises
    Rejected with a reason; nothing is left behind then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < MIN_FREE:
        raise Rejected("disk_full", 507)
    part = folder / f".upload-{os.getpid()}-{os.urandom(6).hex()}.part"
    try:
        digest = await _receive(part, body)
        if reason := admit(digest):
            raise Rejected(reason, 409)
        target = _free_place(folder, safe_name(name), digest)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


async def _receive(part: Path, body: AsyncIterator[bytes]) -> str:
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with part.open("wb") as file:
            async for chunk in body:
                size += len(chunk)
                if size > MAX_FILE:
                    raise Rejected("too_big", 413)
                if len(head) < 1024:
                    head = (head + chunk)[:1024]
                digest.update(chunk)
                file.write(chunk)
    except OSError as error:
        raise Rejected("disk_full", 507) from error
    if b"%PDF-" not in head:
        raise Rejected("not_pdf", 415)
    return digest.hexdigest()


def _free_place(folder: Path, name: str, digest: str) -> Path:
    """Return a path for ``name`` that no other content has taken."""
    target = folder / name
    number = 2
    while target.exists():
        with target.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                return target
        target = folder / f"{name[:-4]} ({number}).pdf"
        number += 1
    return target
