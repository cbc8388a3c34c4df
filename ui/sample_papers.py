"""Where the sample papers are: beside the installed package, or in the source tree."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import LibraryMissing


def sample_papers() -> tuple[Path, ...]:
    """Return the paths of the demonstration PDFs; LibraryMissing when none is installed."""
    here = Path(__file__).resolve().parent
    for folder in (here / "samples", here.parent / "samples"):
        found = tuple(sorted(folder.glob("*.pdf")))
        if found:
            return found
    raise LibraryMissing(
        "没有找到示例文献；请重新安装 yinzheng。",
        "the sample papers are missing; reinstall yinzheng.",
    )
