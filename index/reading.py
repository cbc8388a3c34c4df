"""PDFs to index -> passages and their vectors, or the reason why not; reading runs ahead."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from index.contents import LegVectors
from index.embedding import Embedder
from index.records import PaperEntry
from index.scan import Found, failed
from index.vectors import CACHED
from ingest.clean import search_text
from ingest.errors import IngestError, OcrNeeded, PdfChanged
from ingest.file_names import shown_name
from ingest.passages import make_passages
from ingest.records import Child, Document, Passage, Sentence
from ingest.spans import marks_within

OnProgress = Callable[[dict[str, Any]], None]
Read = Callable[..., Document]
STAGE = "读取并嵌入 / reading and embedding"
# Reading waits for worker processes; more of them than this only take memory.
READERS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF that was read: its entry, and the document with its passages unless it failed."""

    entry: PaperEntry
    document: Document | None = None
    passages: tuple[Passage, ...] = ()


class Reader:
    """Reads PDFs one after another, the next ones in the background meanwhile.

    At most one document more than there are readers is in memory.
    """

    def __init__(
        self,
        read: Read,
        *,
        ocr: bool,
        parent_chars: int,
        child_chars: int,
        on_progress: OnProgress,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        """``stop`` ends the reads that run, from another thread; no more are begun then."""
        self._read = read
        self._stop = stop
        self._ocr = ocr
        self._sizes = {"parent_chars": parent_chars, "child_chars": child_chars}
        self._tell = on_progress
        self._telling = threading.Lock()
        self._awaited = -1

    def read_all(
        self, items: Sequence[Found], is_done: Callable[[Found], bool]
    ) -> Generator[tuple[Found, Reading | None], None, None]:
        """Yield every item with what was read of it, in order; None where ``is_done``.

        Closing the generator ends the reads that still run.
        """
        readers = min(READERS, os.cpu_count() or 1)
        pool = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        ahead: deque[Future[Reading] | None] = deque()
        try:
            for number, item in enumerate(items):
                while len(ahead) <= readers and number + len(ahead) < len(items):
                    place = number + len(ahead)
                    wanted = None if is_done(items[place]) else self._submit(pool, items, place)
                    ahead.append(wanted)
                self._awaited = number
                self._report(items, number, {})
                future = ahead.popleft()
                yield item, future.result() if future else None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            # The threads of a pool are waited for at exit, and a read may take minutes.
            self._stop()

    def _submit(
        self, pool: ThreadPoolExecutor, items: Sequence[Found], number: int
    ) -> Future[Reading]:
        def tell(place: Mapping[str, Any]) -> None:
            # One paper at a time is shown: the one that is waited for.
            if self._awaited == number:
                self._report(items, number, {"reading": place})

        return pool.submit(self._one, items[number], tell)

    def _report(self, items: Sequence[Found], number: int, more: Mapping[str, Any]) -> None:
        event = {"stage": STAGE, "done": number, "total": len(items)}
        with self._telling:
            self._tell({**event, "file": shown_name(items[number].path), **more})

    def _one(self, item: Found, tell: Callable[[Mapping[str, Any]], None]) -> Reading:
        try:
            document = self._read(item.path, ocr=self._ocr, on_progress=tell)
            if document.paper.id != item.entry.sha256:
                raise PdfChanged(
                    item.path,
                    "读取时文件发生了变化；请稍后重新索引。",
                    "changed while it was read; index again.",
                )
            passages = make_passages(document, **self._sizes)
        except PdfChanged as error:
            # Without its hash, so that it is tried again.
            return Reading(failed(item.path, error.reason_zh, error.reason_en))
        except OcrNeeded as error:
            refused = _refused(item, error.reason_zh, error.reason_en)
            return replace(refused, entry=replace(refused.entry, unread=True))
        except IngestError as error:
            return _refused(item, error.reason_zh, error.reason_en)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Reading(
                failed(
                    item.path,
                    f"无法读取：{reason}；请检查文件和权限后重新读取",
                    f"cannot read: {reason}; check the file and its permissions, read it again",
                )
            )
        except Exception as error:
            # One PDF that breaks the reader must not stop the others; the class names the bug.
            kind = type(error).__name__
            return _refused(
                item,
                f"读取出错（{kind}），已跳过；请重新读取，仍失败则换用另一份 PDF",
                f"reading failed ({kind}), skipped; read it again, else try another copy",
            )
        if not passages:
            refused = _refused(
                item,
                "没有可索引的正文，可能只有封面、目录或图片；请换用含正文的 PDF",
                "no text to index: perhaps only a cover, contents or pictures; add a PDF with text",
            )
            unread = replace(refused.entry, unread=bool(document.unread))
            return replace(refused, entry=unread)
        lost = ", ".join(map(str, document.failed_pages))
        entry = replace(
            item.entry,
            status="partial" if lost else "indexed",
            reason_zh=f"未能读取的页：{lost}" if lost else "",
            reason_en=f"pages not read: {lost}" if lost else "",
            pages=document.paper.page_count,
            passages=len(passages),
            unread=bool(document.unread),
        )
        return Reading(entry, document, passages)


def _refused(item: Found, zh: str, en: str) -> Reading:
    """Return the failure with what was read: it is tried again when the content changes."""
    return Reading(replace(item.entry, status="failed", reason_zh=zh, reason_en=en))


def embed_passages(
    passages: Sequence[Passage], encoders: Mapping[str, Embedder]
) -> dict[str, LegVectors]:
    """Return the vectors of the passages' children and sentences by every encoder.

    A text that is both a child and a sentence is embedded once.
    """
    children = [t for p in passages for t in _pieces(p, p.children)]
    sentences = [t for p in passages for t in _pieces(p, p.sentences)]
    place = {text: i for i, text in enumerate(dict.fromkeys([*children, *sentences]))}
    found = {}
    for leg, encoder in encoders.items():
        vectors = encoder.embed_passages(list(place)).astype(CACHED)
        found[leg] = LegVectors(
            vectors[[place[text] for text in children]],
            vectors[[place[text] for text in sentences]],
        )
    return found


def _pieces(passage: Passage, parts: Iterable[Child | Sentence]) -> list[str]:
    return [
        search_text(
            passage.text[part.start : part.end],
            marks_within(passage.marks, part.start, part.end),
        )
        for part in parts
    ]
