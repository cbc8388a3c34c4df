"""Every byte of a library compared; back to an older snapshot, once that is known to be good."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.checks import verify
from index.records import Manifest
from index.store import current_id, lineage, parse_manifest, publish, read_manifest, writer_lock
from ingest.errors import LibraryError, LibraryMissing


def check_library(library: Path) -> Manifest:
    """Return the current manifest; SnapshotCorrupt when one byte of its files has changed."""
    manifest = read_manifest(library)
    verify(library / "snapshots" / manifest.snapshot, manifest, every_byte=True)
    return manifest


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
