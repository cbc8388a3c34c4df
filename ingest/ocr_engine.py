"""RapidOCR's detector and recogniser: an image in, where its lines are and what they say out.

The models are in its wheel (PP-OCRv6 small); nothing is downloaded. The detector sees the page
at no more than ``_LARGEST`` pixels, the recogniser the lines as they are in the whole image.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pixels of the longer side that the detector sees: more costs time and finds nothing else.
_LARGEST = 2000
# Pixels added before and after a line: the recogniser loses thin glyphs at the very edge.
_MARGIN = 4
_SMALLER = 0.85


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser reads on one line: confidence 0-1, and where each character stands.

    ``centres`` are parts of the line's length, 0-1, one for each character of ``text``.
    """

    text: str
    score: float
    centres: tuple[float, ...]


class Engine:
    """The two models, loaded when this is made."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._ocr = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.use_preprocess_img": False,
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": _threads(),
            }
        )

    def find(self, image: Any) -> NDArray[Any]:  # noqa: ANN401
        """Return the corners of the lines on a PIL image, from the top left clockwise.

        An array of lines x 4 x 2, in pixels; lines from the top down.
        """
        import numpy as np

        scale = min(1.0, _LARGEST / max(image.size))
        size = [max(1, round(side * scale)) for side in image.size]
        small = image if scale == 1.0 else image.resize(size)
        found = self._ocr(pixels(small), use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return np.zeros((0, 4, 2))
        corners: NDArray[Any] = np.asarray(found.boxes, dtype=np.float32)
        return corners * np.array([image.width / size[0], image.height / size[1]], dtype=np.float32)

    def cut(self, image: NDArray[Any], corners: NDArray[Any]) -> NDArray[Any]:
        """Return one line of an image, level; a line from top to bottom is turned left."""
        import numpy as np
        from rapidocr.utils.process_img import get_rotate_crop_image

        return np.asarray(get_rotate_crop_image(image, corners.astype(np.float32).copy()))

    def read(self, line: NDArray[Any]) -> Reading:
        """Return what the image of one level line says."""
        import numpy as np

        wide = np.pad(line, ((0, 0), (_MARGIN, _MARGIN), (0, 0)), mode="edge")
        found = self._ocr(wide, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
        if not found.txts or not found.txts[0].strip():
            return Reading("", 0.0, ())
        text, words = found.txts[0], found.word_results[0]
        columns = [column for word in words.word_cols for column in word]
        places = _places(text, columns, words.line_txt_len)
        share = wide.shape[1] / line.shape[1]
        margin = _MARGIN / line.shape[1]
        centres = tuple(min(1.0, max(0.0, place * share - margin)) for place in places)
        return Reading(text, float(found.scores[0]), centres)

    def read_smaller(self, line: NDArray[Any]) -> Reading:
        """Return what a line says when the noise of its scan is smoothed."""
        import cv2

        return self.read(cv2.resize(line, None, fx=_SMALLER, fy=_SMALLER))


def pixels(image: Any) -> NDArray[Any]:  # noqa: ANN401
    """Return a PIL image as the models take it: blue, green, red."""
    import numpy as np

    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _places(text: str, columns: list[int], count: float) -> list[float]:
    """Return where each character stands, 0-1, of the columns of those that are no spaces."""
    known = iter(columns)
    places = [None if char.isspace() else next(known, None) for char in text]
    out: list[float] = []
    last = -0.5
    for index, place in enumerate(places):
        after = next((p for p in places[index:] if p is not None), count)
        last = float(place) if place is not None else (last + after) / 2
        out.append((last + 0.5) / max(1.0, count))
    return out


def _threads() -> int:
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else min(4, os.cpu_count() or 1)
