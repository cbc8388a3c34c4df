"""A model's name and how to make it -> its folder in the user's cache, whole and verified.

A folder is made beside its place and renamed, under a lock, so that it is whole or absent and
two processes do not both make it. ``checksums.json`` is written last and lists every file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.store import sha256_file
from ingest.errors import DiskFull
from ingest.folders import cache_folder

log = logging.getLogger(__name__)

CHECKSUMS = "checksums.json"
# Bytes at each end of a file that the quick check reads; damage by a cut or a failed write
# shows in the size or there. The full check reads all of it.
QUICK = 1 << 16


def ensure_model(name: str, make: Callable[[Path], None], *, full_check: bool = False) -> Path:
    """Return the folder ``name`` of the model cache, calling ``make(folder)`` when needed.

    An absent or damaged folder is made anew. ``full_check`` reads every byte instead of sizes
    and the ends of the files. Raises DiskFull when there is no room, and what ``make`` raises.
    """
    folder = cache_folder() / "models" / name
    if intact(folder, full=full_check):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.parent / f"{name}.lock"):
            if not intact(folder, full=full_check):
                _remake(folder, make)
    except OSError as error:
        raise DiskFull(
            f"无法在 {folder.parent} 写入模型（{error.strerror}）；请检查磁盘空间和权限，"
            "或用环境变量 YINZHENG_CACHE 指定其他文件夹。",
            f"cannot write the model into {folder.parent} ({error.strerror}); check disk space "
            "and permissions, or set YINZHENG_CACHE to another folder.",
        ) from error
    return folder


def _remake(folder: Path, make: Callable[[Path], None]) -> None:
    for leftover in folder.parent.glob(f"tmp-{folder.name}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    state = "damaged, making it again" if folder.exists() else "making it once"
    log.warning("模型文件夹准备中（首次使用约需十几秒）/ model folder %s: %s", folder, state)
    temporary = Path(tempfile.mkdtemp(prefix=f"tmp-{folder.name}-", dir=folder.parent))
    try:
        make(temporary)
        files = sorted(p for p in temporary.rglob("*") if p.is_file())
        sums = {
            p.relative_to(temporary).as_posix(): [p.stat().st_size, _quick_hash(p), sha256_file(p)]
            for p in files
        }
        (temporary / CHECKSUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def intact(folder: Path, *, full: bool = False) -> bool:
    """Check a model folder against its checksums; False when absent or damaged."""
    try:
        listed = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
        for name, (size, quick, whole) in listed.items():
            file = folder / name
            if file.stat().st_size != size or _quick_hash(file) != quick:
                return False
            if full and sha256_file(file) != whole:
                return False
    except (OSError, ValueError, AttributeError, TypeError):
        return False
    return bool(listed)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _quick_hash(file: Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as handle:
        digest.update(handle.read(QUICK))
        if file.stat().st_size > 2 * QUICK:
            handle.seek(-QUICK, os.SEEK_END)
            digest.update(handle.read(QUICK))
    return digest.hexdigest()
