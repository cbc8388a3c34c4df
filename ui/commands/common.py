"""What commands share: settings, JSON out, papers by name."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError
from rag.settings import Settings


def settings_of(arguments: argparse.Namespace, **overrides: object) -> Settings:
    """Return the settings of a command: file, environment, then its options."""
    library = getattr(arguments, "library", None)
    return Settings.load(getattr(arguments, "config", None), library=library, **overrides)


def emit(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def reason_of(zh: str, en: str) -> str:
    """Return a reason in both languages, in one line."""
    return " / ".join(part for part in (zh, en) if part)


def paper_ids(library: Path, wanted: list[str] | None) -> frozenset[str] | None:
    """Turn file names, titles or id prefixes into paper ids; None means all papers."""
    if not wanted:
        return None
    from index.snapshot import Snapshot

    with Snapshot.open(library, dense=False) as snapshot:
        known = dict(snapshot.papers)
    chosen: set[str] = set()
    for name in wanted:
        found = {
            id_
            for id_, paper in known.items()
            if name in (paper.file, paper.title) or (len(name) >= 6 and id_.startswith(name))
        }
        if not found:
            raise LibraryError(
                f"文献库中没有「{name}」；用 yinzheng status 查看文献列表。",
                f"no paper {name!r} in the library; see yinzheng status for the list.",
            )
        chosen |= found
    return frozenset(chosen)
