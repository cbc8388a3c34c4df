"""A document that was read and its page images in, pictures of what was found where out.

Blocks are tinted by kind and numbered in reading order; ``s`` counts the sections. A person
sees at a glance whether columns, headings and tables were read right.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ingest.isolation import PageRenderer
from ingest.records import Block, BlockKind, Box, Document

DPI = 110
_FILL, _OUTLINE = 60, 230
_COLOURS = {
    BlockKind.TITLE: (200, 30, 30),
    BlockKind.AUTHORS: (220, 110, 0),
    BlockKind.METADATA: (150, 120, 40),
    BlockKind.KEYWORDS: (170, 150, 0),
    BlockKind.HEADING: (210, 0, 150),
    BlockKind.PARAGRAPH: (40, 110, 220),
    BlockKind.CAPTION: (0, 150, 140),
    BlockKind.TABLE: (0, 140, 50),
    BlockKind.FIGURE: (110, 190, 60),
    BlockKind.FORMULA: (80, 60, 20),
    BlockKind.REFERENCE: (120, 70, 190),
    BlockKind.FOOTNOTE: (120, 120, 120),
    BlockKind.HEADER: (90, 90, 90),
    BlockKind.FOOTER: (90, 90, 90),
    BlockKind.WATERMARK: (60, 60, 60),
}


def draw_document(document: Document, path: Path, folder: Path) -> list[Path]:
    """Write one picture per page of ``path`` into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = _sections(document)
    written = []
    renderer = PageRenderer()
    try:
        for page in document.pages:
            shown = renderer(path, page.number, DPI)
            image = Image.open(io.BytesIO(shown.png)).convert("RGB")
            picture = _drawn(image, image.width / shown.width, document, page.number, sections)
            target = folder / f"{path.stem}-{page.number:03d}.png"
            picture.save(target)
            written.append(target)
    finally:
        renderer.close()
    return written


def _sections(document: Document) -> dict[tuple[str, ...], int]:
    paths = dict.fromkeys(block.section for block in document.blocks if block.section)
    return {section: number for number, section in enumerate(paths, 1)}


def _drawn(
    image: Image.Image,
    scale: float,
    document: Document,
    page: int,
    sections: dict[tuple[str, ...], int],
) -> Image.Image:
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    font = ImageFont.load_default(size=11)
    for number, block in enumerate(document.blocks, 1):
        colour = _COLOURS[block.kind]
        for first, box in enumerate(_boxes(block, page)):
            corners = [edge * scale for edge in (box.x0, box.top, box.x1, box.bottom)]
            pen.rectangle(corners, fill=(*colour, _FILL), outline=(*colour, _OUTLINE))
            if first == 0:
                label = _label(number, block, sections)
                place = (corners[0] - 2, corners[1] - 12)
                pen.rectangle(pen.textbbox(place, label, font=font), fill=(255, 255, 255, 220))
                pen.text(place, label, fill=(*colour, 255), font=font)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def _label(number: int, block: Block, sections: dict[tuple[str, ...], int]) -> str:
    section = f" s{sections[block.section]}" if block.section else ""
    level = str(block.level) if block.kind is BlockKind.HEADING else ""
    return f"{number} {block.kind.value}{level}{section}"


def _boxes(block: Block, page: int) -> Iterator[Box]:
    """Yield the boxes of the block's lines on one page."""
    for span in block.spans:
        if span.box.page == page:
            yield span.box
