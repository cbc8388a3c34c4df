"""A library looked after: every byte compared, papers taken out, back to an older snapshot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from index.assembly import USABLE, Copies, write
from index.checks import verify
from index.records import Manifest
from index.store import (
    current_id,
    lineage,
    parse_manifest,
    publish,
    read_manifest,
    room,
    writer_lock,
)
from ingest.errors import LibraryError, LibraryMissing


def check_library(library: Path) -> Manifest:
    """Return the current manifest; SnapshotCorrupt when one byte of its files has changed."""
    manifest = read_manifest(library)
    verify(library / "snapshots" / manifest.snapshot, manifest, every_byte=True)
    return manifest


def remove_papers(library: Path, ids: frozenset[str]) -> str:
    """Take papers out; their paths are remembered, so a rescan does not bring them back.

    Returns the new snapshot's name.
    """
    with writer_lock(library), room(), Copies(library) as copies:
        old = read_manifest(library)
        gone = [e.path for e in old.papers if e.sha256 in ids]
        entries = [e for e in old.papers if e.sha256 not in ids]
        excluded = sorted({*json.loads(old.settings.get("excluded", "[]")), *gone})
        settings = {**old.settings, "excluded": json.dumps(excluded, ensure_ascii=False)}
        kept = [copies.source(e.sha256) for e in entries if e.status in USABLE]
        return write(library, kept, entries, old.sources, settings, old.encoders).snapshot


def rollback(library: Path) -> str:
    """Point CURRENT at the nearest sound snapshot that the current one was made from.

    Returns its name. Where the pointer is damaged, that is the newest sound one. Raises
    LibraryMissing when there is none.
    """
    with writer_lock(library):
        name = current_id(library)
        for older in lineage(library):
            if older.name == name:
                continue
            try:
                data = (older / "manifest.json").read_bytes()
                verify(older, parse_manifest(data), every_byte=True)
            except (LibraryError, OSError):
                continue
            publish(library, older.name, hashlib.sha256(data).hexdigest())
            return older.name
    raise LibraryMissing("没有更早的快照可以回退。", "there is no older snapshot to return to.")
