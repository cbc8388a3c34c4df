"""``inspect --png``: pictures of what was read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ingest.reader import read_document
from ingest.records import BlockKind
from ui.drawing import DPI, draw_document


def test_one_picture_a_page_with_tinted_blocks(samples: tuple[Path, ...], tmp_path: Path) -> None:
    path = samples[1]
    document = read_document(path, ocr=False)
    pictures = draw_document(document, path, tmp_path / "new")
    assert len(pictures) == len(document.pages)
    picture = pictures[0]
    image = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    page = document.pages[0]
    assert abs(image.shape[1] - page.width * DPI / 72) <= 1
    block = next(b for b in document.blocks if b.kind is BlockKind.PARAGRAPH and b.page == 1)
    box = block.spans[1].box
    part = image[int(box.top * DPI / 72) + 2 : int(box.bottom * DPI / 72) - 2,
                 int(box.x0 * DPI / 72) + 2 : int(box.x1 * DPI / 72) - 2]  # fmt: skip
    assert part[..., 2].mean() > part[..., 0].mean() + 15  # text is tinted blue
    assert (image[:10] == 255).all()  # the margin is not
