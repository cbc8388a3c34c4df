"""Questions in, cited answers out: ``from rag import Assistant, ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant, ask

__all__ = ["Assistant", "ask"]


def __getattr__(name: str) -> object:
    # Loaded on use: importing the package must stay cheap for ``--help``.
    if name in __all__:
        from rag import assistant

        return getattr(assistant, name)
    raise AttributeError(name)
