"""A scanned page -> PageText, read by RapidOCR (optional: ``pip install "yinzheng[ocr]"``).

The models are in its wheel (PP-OCRv6 small); nothing is downloaded. What was read is kept on
disk by the hash of the page image, so that a page is read once. A line's box is parted among
its characters by their usual widths: Chinese 1, Latin 0.5.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from ingest.clean import is_cjk
from ingest.folders import write_cached
from ingest.geometry import ASCENT, DESCENT
from ingest.records import Char, PageText
from ingest.render import page_image
from ingest.upright import load_page

DPI = 200
# Part of the cache's keys: raised whenever the models or their settings change.
VERSION = "rapidocr-3.10/ppocr-v6-small/3"
FONT = "OCR"
_HALF = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
# em of a line as a part of the height of its box; heights this close to the page's are equal.
_EM_OF_HEIGHT, _SAME_SIZE = 0.8, 0.15


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line as it was read: its box in pixels of the page image, confidence 0-1."""

    text: str
    score: float
    x0: float
    top: float
    x1: float
    bottom: float


class ScanReader:
    """Reads pages of one PDF from their images; the engine is loaded for the first one."""

    def __init__(self, document: Any, cache_dir: Path | None) -> None:  # noqa: ANN401
        """``document`` is open in pdfium; ``cache_dir`` None keeps nothing."""
        self._document = document
        self._cache = cache_dir
        self._engine: Any = None

    def __call__(self, page: PageText) -> PageText:
        """Return ``page`` with what its image shows in place of its characters."""
        item = load_page(self._document, page.number - 1)
        try:
            image = page_image(item, DPI)
        finally:
            item.close()
        lines = self._lines(image)
        chars = tuple(_chars(lines, page.width / image.width, page.height / image.height))
        weight = sum(len(line.text) for line in lines)
        score = sum(line.score * len(line.text) for line in lines) / weight if weight else None
        return replace(
            page,
            chars=chars,
            engine="ocr",
            hidden=0,
            unknown=0,
            confidence=round(score, 4) if score is not None else None,
        )

    def _lines(self, image: Any) -> list[OcrLine]:  # noqa: ANN401
        key = hashlib.sha256(f"{VERSION} {image.mode} {image.size}".encode() + image.tobytes())
        name = key.hexdigest()
        if (known := self._known(name)) is not None:
            return known
        lines = self._read(image)
        self._keep(name, lines)
        return lines

    def _read(self, image: Any) -> list[OcrLine]:  # noqa: ANN401
        import numpy as np

        if self._engine is None:
            self._engine = _load_engine()
        pixels = np.asarray(image.convert("RGB"))[:, :, ::-1]
        found = self._engine(pixels)
        if found.boxes is None or found.txts is None:
            return []
        return [
            OcrLine(full_width(text), float(score), *_bounds(box))
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if text.strip()
        ]

    def _known(self, name: str) -> list[OcrLine] | None:
        if self._cache is None:
            return None
        try:
            rows = json.loads((self._cache / name[:2] / f"{name}.json").read_text("utf-8"))
            return [OcrLine(*row) for row in rows]
        except (OSError, ValueError, TypeError):
            return None

    def _keep(self, name: str, lines: list[OcrLine]) -> None:
        if self._cache is None:
            return
        rows = [[x.text, x.score, x.x0, x.top, x.x1, x.bottom] for x in lines]
        file = self._cache / name[:2] / f"{name}.json"
        write_cached(file, json.dumps(rows, ensure_ascii=False).encode("utf-8"))


def full_width(text: str) -> str:
    """Return a line with the punctuation of Chinese text as Chinese is set.

    The model gives , : ( for ，：（ at random; beside a Chinese character the wide form is meant
    (GB/T 15834) but before a number, as in references; a bracket's partner has its width.
    """
    out, opened = list(text), []
    for place, char in enumerate(text):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        beside = bool(before and is_cjk(before)) or bool(after and is_cjk(after))
        if char in _HALF and beside and place and not after.isdigit():
            out[place] = _HALF[char]
        elif char in "(（":
            opened.append(beside or char == "（")
            out[place] = "（" if opened[-1] else char
        elif char in ")）":
            wide = opened.pop() if opened else char == "）" or bool(before and is_cjk(before))
            out[place] = "）" if wide else ")"
    return "".join(out)


def _load_engine() -> Any:  # noqa: ANN401
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": _threads(),
        }
    )


def _threads() -> int:
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else min(4, os.cpu_count() or 1)


def _bounds(box: Any) -> tuple[float, float, float, float]:  # noqa: ANN401
    xs, ys = [float(p[0]) for p in box], [float(p[1]) for p in box]
    return min(xs), min(ys), max(xs), max(ys)


def _chars(lines: list[OcrLine], across: float, down: float) -> list[Char]:
    """Return the characters of all lines; ``across`` and ``down`` are points a pixel."""
    sizes = [_em(line, across, down) for line in lines]
    usual = median(sizes) if sizes else 0.0
    out: list[Char] = []
    for line, size in zip(lines, sizes, strict=True):
        em = usual if abs(size - usual) < _SAME_SIZE * usual else size
        widths = [_width(char) for char in line.text]
        upright = _is_upright(line)
        start = (line.top * down) if upright else (line.x0 * across)
        length = (line.bottom - line.top) * down if upright else (line.x1 - line.x0) * across
        step = length / sum(widths)
        middle = (line.top + line.bottom) / 2 * down
        baseline = middle + (ASCENT - DESCENT) / 2 * em
        for char, width in zip(line.text, widths, strict=True):
            end = start + width * step
            if upright:
                x0, x1, top, bottom, base = line.x0 * across, line.x1 * across, start, end, end
            else:
                x0, x1, base = start, end, baseline
                top, bottom = baseline - ASCENT * em, baseline + DESCENT * em
            out.append(Char(char, x0, top, x1, bottom, base, em, FONT))
            start = end
    return out


def _em(line: OcrLine, across: float, down: float) -> float:
    """Return the em of a line: from its width where that is sure (Chinese), else its height."""
    if _is_upright(line):
        return (line.x1 - line.x0) * across * _EM_OF_HEIGHT
    by_height = (line.bottom - line.top) * down * _EM_OF_HEIGHT
    wide = sum(map(is_cjk, line.text))
    if wide < 0.7 * len(line.text) or wide < 5:
        return by_height
    by_width = (line.x1 - line.x0) * across / sum(map(_width, line.text))
    return by_width if 0.5 < by_width / by_height < 2 else by_height


def _is_upright(line: OcrLine) -> bool:
    """Tell whether a line runs from top to bottom."""
    return len(line.text) > 1 and (line.bottom - line.top) > 1.8 * (line.x1 - line.x0)


def _width(char: str) -> float:
    return 1.0 if is_cjk(char) or ord(char) > 0x2FFF else 0.5
