"""Fixtures shared by all tests: the sample papers indexed once, and the optional shared data."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    import os

    for name in list(os.environ):
        if name.startswith("YINZHENG_") and name != "YINZHENG_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def samples() -> tuple[Path, ...]:
    """The demonstration PDFs of the source tree."""
    return tuple(sorted((ROOT / "samples").glob("*.pdf")))


@pytest.fixture(scope="session")
def shared_papers() -> Path:
    """A folder of real papers that is not part of the repository."""
    folder = SHARED / "papers"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared/papers with real PDFs")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """A folder of public question sets in BEIR form that is not part of the repository."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared/data with BEIR sets")
    return folder


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory, samples: tuple[Path, ...]) -> Path:
    """A library of the sample papers, built once with the real models."""
    from rag.settings import Settings
    from ui.indexing import index_paths

    library = tmp_path_factory.mktemp("library")
    index_paths(Settings(library=library), samples)
    return library
