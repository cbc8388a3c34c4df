"""Fixtures shared by all tests: the sample papers indexed once, and the optional shared data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser import Watched
    from ui_fake_desk import Served

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


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One Chromium for all tests of the page; each test has a context of its own."""
    from browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on fakes: two papers that are in, one that failed."""
    yield from _serving(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def served_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on fakes with an empty library."""
    yield from _serving(tmp_path_factory.mktemp("empty"), empty=True)


def _serving(folder: Path, **options: bool) -> Iterator[Served]:
    from ui_fake_desk import Served, make_desk

    running = Served(make_desk(folder, **options))
    yield running
    running.close()


@pytest.fixture
def visit(browser: object, request: pytest.FixtureRequest) -> Iterator[Callable[..., Watched]]:
    """Open pages; each is checked for errors and outside requests when the test ends."""
    from browser import Watched

    opened: list[Watched] = []

    def new(path: str = "/", url: str | None = None, **options: object) -> Watched:
        address = url or request.getfixturevalue("served").url
        opened.append(Watched(browser, address, **options))
        return opened[-1].open(path)

    yield new
    for page in opened:
        page.close()
