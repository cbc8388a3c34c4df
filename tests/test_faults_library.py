"""Fault tests of the library on disk: processes killed, files damaged (``make faults``)."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from index.snapshot import Snapshot
from index.store import current_id
from ingest.errors import LibraryError

pytestmark = pytest.mark.faults


def test_every_single_bit_flip_is_found(sample_library: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(sample_library, library)
    folder = library / "snapshots" / str(current_id(library))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    generator = random.Random(7)
    for number in range(200):
        file = files[number % len(files)]
        data = bytearray(file.read_bytes())
        place = generator.randrange(len(data))
        data[place] ^= 1 << generator.randrange(8)
        good = file.read_bytes()
        file.write_bytes(data)
        with pytest.raises(LibraryError):
            Snapshot.open(library)
        file.write_bytes(good)
    Snapshot.open(library).close()
