"""Paths of any bytes -> text: a printable name for people, a reversible form for JSON.

A path on POSIX is bytes. Names from archives made on Chinese Windows are often GBK; Python
hands such bytes on as lone surrogates, which no UTF-8 file or terminal takes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

# Stored paths are absolute, so that no ordinary one begins like this.
_ESCAPED = "file:"
_SURROGATE = re.compile("[\ud800-\udfff]")


def shown_name(path: Path) -> str:
    """Return the file name for display: UTF-8, else GB 18030, else with backslash escapes."""
    if not _SURROGATE.search(path.name):
        return path.name
    data = os.fsencode(path.name)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    return text if text.isprintable() and text else data.decode("utf-8", "backslashreplace")


def stored_path(path: Path) -> str:
    """Return the path as text that UTF-8 can hold; ``path_of`` gives it back exactly."""
    text = str(path)
    if not _SURROGATE.search(text):
        return text
    return _ESCAPED + quote_from_bytes(os.fsencode(text))


def path_of(stored: str) -> Path:
    """Return the path that ``stored_path`` wrote."""
    if stored.startswith(_ESCAPED):
        return Path(os.fsdecode(unquote_to_bytes(stored.removeprefix(_ESCAPED))))
    return Path(stored)
