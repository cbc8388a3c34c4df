"""The parts behind the page, joined: settings in, one ``Desk`` that events and routes share."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rag.llm import is_loopback
from rag.settings import Settings
from ui.web.conversations import Conversations
from ui.web.engine import Engine
from ui.web.evidence import PageImages
from ui.web.jobs import Jobs
from ui.web.library import Library
from ui.web.tables import Tables

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Desk:
    """What one server holds; ``started`` is when the process began to serve (seconds)."""

    settings: Settings
    engine: Engine
    library: Library
    jobs: Jobs
    images: PageImages
    conversations: Conversations = field(default_factory=Conversations)
    tables: Tables = field(default_factory=Tables)
    log_questions: bool = False
    started: float = field(default_factory=time.time)
    # Held while due removals go to the indexing process: two tabs must not ask twice.
    handing_over: threading.Lock = field(default_factory=threading.Lock)

    def llm(self) -> dict[str, Any] | None:
        """Say which language model would be asked and where it is; None when there is none."""
        if not self.settings.llm_base_url:
            return None
        host = urlsplit(self.settings.llm_base_url).hostname or self.settings.llm_base_url
        return {
            "model": self.settings.llm_model or host,
            "host": host,
            "local": is_loopback(host),
        }

    def close(self) -> None:
        """End the background threads and the processes that were started."""
        self.engine.close()
        self.images.close()
        self.jobs.close()
