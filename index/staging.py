"""The folder of an unfinished snapshot: what is whole in it outlives a kill and is taken up.

``staged/journal.json`` names the files that are whole, in groups, with lengths and checksums;
the first line is the SHA-256 of the rest. A group that does not match is made anew, what no
group names is removed. A folder is taken up only by a build that would write the same: same
shape (formats, encoders, centres) and, for the papers in it, same inputs in the same order.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter

from index.store import STAGED, tidy, unfinished

JOURNAL = f"{STAGED}/journal.json"
PAPERS = "papers"
_READ = 1 << 20


@dataclass(slots=True)
class _Part:
    """The beginning of a file: its length in bytes, its CRC-32."""

    bytes: int = 0
    crc: int = 0


@dataclass(slots=True)
class _Group:
    """Files that stand or fall together; a finished step has a result."""

    files: dict[str, _Part] = field(default_factory=dict)
    result: str | None = None


@dataclass(slots=True)
class _Journal:
    shape: str
    done: int
    inputs: str
    groups: dict[str, _Group]


_JOURNAL = TypeAdapter(_Journal)


class Staging:
    """An unfinished snapshot folder. Only for the holder of the writer lock.

    ``done`` papers are whole in it. Files named are relative to ``folder``.
    """

    def __init__(self, folder: Path, shape: str = "", keys: Sequence[str] = ()) -> None:
        """Begin an empty folder; ``keys`` say what each paper's contents follow from."""
        self.folder = folder
        self.done = 0
        self._shape = shape
        self._keys = tuple(keys)
        self._groups: dict[str, _Group] = {}
        self._open: dict[str, BinaryIO] = {}
        (folder / STAGED).mkdir(parents=True, exist_ok=True)

    @classmethod
    def take_up(cls, library: Path, name: str, shape: str, keys: Sequence[str]) -> Staging:
        """Return ``snapshots/tmp-<name>``, begun anew or gone on with; no other is left."""
        folder = library / "snapshots" / f"tmp-{name}"
        journal = None
        for leftover in reversed(unfinished(library)):
            journal = _fitting(leftover, shape, keys)
            if journal is not None:
                if leftover != folder:
                    os.replace(leftover, folder)
                break
        tidy(library, but=folder if journal else None)
        staging = cls(folder, shape, keys)
        if journal is not None:
            staging._go_on(journal)
        return staging

    def _go_on(self, journal: _Journal) -> None:
        self.done, self._groups = journal.done, journal.groups
        known = {
            name: part for group in self._groups.values() for name, part in group.files.items()
        }
        for path in list(self.folder.rglob("*")):
            if path.is_file():
                part = known.get(path.relative_to(self.folder).as_posix())
                if part is None:
                    path.unlink()
                else:
                    os.truncate(path, part.bytes)
        self.save(self.done)

    def append(self, group: str, name: str, data: bytes | memoryview) -> None:
        """Add bytes to the end of a file; they count as whole after the next ``save``."""
        if name not in self._open:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[name] = open(path, "ab")  # noqa: SIM115 - closed with us
        self._open[name].write(data)
        part = self._groups.setdefault(group, _Group()).files.setdefault(name, _Part())
        part.bytes += len(data)
        part.crc = zlib.crc32(data, part.crc)

    def keep(self, group: str, files: Iterable[Path], result: str | None = None) -> None:
        """Note that files are finished, and with a ``result`` that their step is."""
        own = self._groups.setdefault(group, _Group())
        for path in files:
            size = path.stat().st_size
            own.files[path.relative_to(self.folder).as_posix()] = _Part(size, _crc(path, size))
        own.result = result

    def result(self, group: str) -> str | None:
        """Return the result of a finished step, None for one that is still to be done."""
        return own.result if (own := self._groups.get(group)) else None

    def has(self, path: Path) -> bool:
        """Tell whether a file of the folder is known to be whole."""
        name = path.relative_to(self.folder).as_posix()
        return any(name in group.files for group in self._groups.values())

    def read(self, name: str) -> bytes:
        """Return all that was appended to a file, b"" where nothing was."""
        if name in self._open:
            self._open[name].flush()
        path = self.folder / name
        return path.read_bytes() if path.exists() else b""

    def save(self, done: int) -> None:
        """Make all that was added count, with ``done`` papers whole: a kill keeps it.

        Not flushed to disk: after a power failure the checksums tell what arrived there.
        """
        for file in self._open.values():
            file.flush()
        self.done = done
        data = _JOURNAL.dump_json(
            _Journal(self._shape, done, _digest(self._keys[:done]), self._groups)
        )
        temporary = self.folder / STAGED / "journal.tmp"
        temporary.write_bytes(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
        os.replace(temporary, self.folder / JOURNAL)

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            # What is still buffered may not fit on a full disk.
            with suppress(OSError):
                file.close()
        self._open.clear()

    def remove(self) -> None:
        """Give up: remove the folder."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _fitting(folder: Path, shape: str, keys: Sequence[str]) -> _Journal | None:
    """Return what is whole in ``folder`` and belongs in a snapshot of ``keys``, None if nothing."""
    try:
        mark, data = (folder / JOURNAL).read_bytes().split(b"\n", 1)
        if hashlib.sha256(data).hexdigest().encode() != mark:
            return None
        journal = _JOURNAL.validate_json(data)
    except (OSError, ValueError):
        return None
    if journal.shape != shape or journal.inputs != _digest(keys[: journal.done]):
        return None
    groups = journal.groups
    if journal.done < len(keys):
        # What follows from all papers is not what follows from these and more.
        groups = {name: group for name, group in groups.items() if name == PAPERS}
    journal.groups = {name: group for name, group in groups.items() if _whole(folder, group)}
    return journal if PAPERS in journal.groups else None


def _whole(folder: Path, group: _Group) -> bool:
    try:
        return all(
            (folder / name).stat().st_size >= part.bytes
            and _crc(folder / name, part.bytes) == part.crc
            for name, part in group.files.items()
        )
    except OSError:
        return False


def _crc(path: Path, size: int) -> int:
    """Return the CRC-32 of the first ``size`` bytes."""
    crc = 0
    with open(path, "rb") as file:
        while size > 0 and (part := file.read(min(_READ, size))):
            crc = zlib.crc32(part, crc)
            size -= len(part)
    return crc


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([str(len(keys)), *keys]).encode()).hexdigest()
