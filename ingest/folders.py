"""Where the product keeps what it can make again."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Return the user's cache folder (YINZHENG_CACHE overrides it)."""
    override = os.environ.get("YINZHENG_CACHE")
    return Path(override) if override else user_cache_path("yinzheng", appauthor=False)


def write_cached(file: Path, data: bytes) -> None:
    """Keep ``data`` for the next start; a cache that cannot be written is no failure."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=file.suffix)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.replace(name, file)
    except OSError as error:
        log.debug("%s was not kept: %s", file.name, type(error).__name__)
