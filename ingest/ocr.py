"""A scanned page -> PageText, read by RapidOCR (optional: ``pip install "yinzheng[ocr]"``).

What was read is kept on disk by the hash of the page image, so that a page is read once. A
page that lies sideways, upside down or askew is turned before it is read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.folders import write_cached
from ingest.geometry import Turn
from ingest.page_text import PageText
from ingest.records import Box
from ingest.render import page_image
from ingest.scan_drawings import Rectangle, find_pictures, find_rules
from ingest.scan_lines import OcrLine, as_printed, chars_of
from ingest.scan_turn import lean_of, quarter_of, turned
from ingest.upright import load_page

if TYPE_CHECKING:
    from ingest.ocr_engine import Engine

DPI = 200
# Part of the cache's keys: raised whenever the models, their settings or what is kept change.
VERSION = "rapidocr-3.10/ppocr-v6-small/5"
# What is read with less confidence is a guess at a drawing.
_LEAST_SCORE = 0.5
# With less confidence a line is read again a little smaller, and the surer reading is taken.
_SURE_SCORE = 0.97
# A page that leans less (degrees) is read as it is.
_LEVEL = 0.25


@dataclass(frozen=True, slots=True)
class Scan:
    """What a page image shows once it is turned left by ``turn`` degrees; boxes in pixels."""

    turn: float
    lines: tuple[OcrLine, ...]
    rules: tuple[Rectangle, ...]
    pictures: tuple[Rectangle, ...]


class ScanReader:
    """Reads pages of one PDF from their images; the engine is loaded for the first one."""

    def __init__(self, document: Any, cache_dir: Path | None) -> None:  # noqa: ANN401
        """``document`` is open in pdfium; ``cache_dir`` None keeps nothing."""
        self._document = document
        self._cache = cache_dir
        self._engine: Engine | None = None

    def __call__(self, page: PageText) -> PageText:
        """Return ``page`` with what its image shows in place of its characters.

        A page that was turned has the size and the places of the upright page, and its turn.
        """
        item = load_page(self._document, page.number - 1)
        try:
            image = page_image(item, DPI)
        finally:
            item.close()
        points = page.width / image.width
        scan = self._scan(image, points)
        turn = Turn(scan.turn, page.width, page.height) if scan.turn else None
        width, height = turn.size if turn else (page.width, page.height)
        found = replace(
            page,
            width=width,
            height=height,
            chars=tuple(chars_of(scan.lines, points)),
            engine="ocr",
            images=tuple(_box(page.number, x, points) for x in scan.pictures),
            hidden=0,
            unknown=0,
            confidence=_confidence(scan.lines),
            turn=turn,
        )
        if turn or not page.rules:
            rules = tuple(_box(page.number, x, points) for x in scan.rules)
            found = replace(found, rules=rules)
        return found

    def _scan(self, image: Any, points: float) -> Scan:  # noqa: ANN401
        key = hashlib.sha256(f"{VERSION} {image.mode} {image.size}".encode() + image.tobytes())
        name = key.hexdigest()
        if (known := self._known(name)) is not None:
            return known
        if self._engine is None:
            self._engine = _load_engine()
        scan = read_scan(self._engine, image, 1 / points)
        self._keep(name, scan)
        return scan

    def _known(self, name: str) -> Scan | None:
        if self._cache is None:
            return None
        try:
            kept = json.loads((self._cache / name[:2] / f"{name}.json").read_text("utf-8"))
            return Scan(
                float(kept["turn"]),
                tuple(_line(row) for row in kept["lines"]),
                tuple((a, b, c, d) for a, b, c, d in kept["rules"]),
                tuple((a, b, c, d) for a, b, c, d in kept["pictures"]),
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _keep(self, name: str, scan: Scan) -> None:
        if self._cache is None:
            return
        file = self._cache / name[:2] / f"{name}.json"
        write_cached(file, json.dumps(asdict(scan), ensure_ascii=False).encode("utf-8"))


def read_scan(engine: Engine, image: Any, scale: float) -> Scan:  # noqa: ANN401
    """Read a page image (PIL) of ``scale`` pixels a point, turned upright where it is not."""
    import numpy as np

    from ingest.ocr_engine import pixels

    corners = engine.find(image)
    quarter = quarter_of(engine, image, corners)
    turn = float(quarter)
    lean = lean_of(corners)
    if abs(lean) > _LEVEL:
        turn += lean
    if turn:
        image = turned(image, turn)
        corners = engine.find(image)
    whole = pixels(image)
    lines = tuple(line for box in corners if (line := _read(engine, whole, box)) is not None)
    grey = np.asarray(image.convert("L"))
    rules = find_rules(grey, scale)
    boxes = [((x.x0, x.top, x.x1, x.bottom), x.text) for x in lines]
    return Scan(turn, lines, tuple(rules), tuple(find_pictures(grey, scale, boxes)))


def _read(engine: Engine, whole: Any, corners: Any) -> OcrLine | None:  # noqa: ANN401
    line_image = engine.cut(whole, corners)
    found = engine.read(line_image)
    if found.score < _SURE_SCORE:
        found = max(found, engine.read_smaller(line_image), key=lambda reading: reading.score)
    if not found.text.strip() or found.score < _LEAST_SCORE:
        return None
    x0, x1 = float(corners[:, 0].min()), float(corners[:, 0].max())
    top, bottom = float(corners[:, 1].min()), float(corners[:, 1].max())
    places = [n for n in range(len(found.text)) if found.text[max(0, n - 2) : n + 1] != "………"]
    text = as_printed("".join(found.text[n] for n in places))  # an ellipsis has six dots
    line = OcrLine(text, round(found.score, 4), x0, top, x1, bottom)
    if line.is_upright:
        return line
    centres = tuple(round(x0 + (x1 - x0) * found.centres[n], 1) for n in places)
    return replace(line, centres=centres)


def _line(row: dict[str, Any]) -> OcrLine:
    line = OcrLine(**(row | {"centres": tuple(map(float, row["centres"]))}))
    if not isinstance(line.text, str) or not line.text:
        raise ValueError("no line")
    _ = line.score + line.x0 + line.top + line.x1 + line.bottom  # numbers, or a TypeError
    return line


def _confidence(lines: tuple[OcrLine, ...]) -> float | None:
    weight = sum(len(line.text) for line in lines)
    score = sum(line.score * len(line.text) for line in lines)
    return round(score / weight, 4) if weight else None


def _box(number: int, found: Rectangle, points: float) -> Box:
    x0, top, x1, bottom = (side * points for side in found)
    return Box(number, x0, top, x1, bottom)


def _load_engine() -> Engine:
    from ingest.ocr_engine import Engine

    return Engine()
