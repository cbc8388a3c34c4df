"""How well clean scans are read: ``python -m benchmarks.scans [--only NAME]``.

Twins of the shorter sample in other fonts and sizes, scanned finely or coarsely, leaning, with
the noise of a scanner and of JPEG: their text is known exactly. Nothing is taken from a cache.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

from benchmarks import extract_twins as twins
from ingest.reader import read_document

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "type2-diabetes-kidney.typ"


@dataclass(frozen=True, slots=True)
class Look:
    """How a twin is set (font, em size in points) and scanned (dpi, degrees, what spoils it)."""

    font: str = "Noto Serif SC"
    size: float = 11.0
    dpi: int = 200
    lean: float = 0.0
    spoil: Callable[[Image.Image], Image.Image] = lambda image: image


def _jpeg(image: Image.Image) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=40)
    return Image.open(io.BytesIO(out.getvalue()))


def _noise(image: Image.Image) -> Image.Image:
    grain = np.random.default_rng(7).normal(0, 18, (image.height, image.width))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


LOOKS = {
    "serif 11 pt, 150 dpi": Look(dpi=150),
    "serif 11 pt, 200 dpi": Look(),
    "serif 11 pt, 300 dpi": Look(dpi=300),
    "serif 9 pt, 200 dpi": Look(size=9.0),
    "sans 10 pt, 200 dpi": Look(font="Noto Sans SC", size=10.0),
    "sans 9 pt, 150 dpi": Look(font="Noto Sans SC", size=9.0, dpi=150),
    "serif 11 pt, 200 dpi, JPEG 40": Look(spoil=_jpeg),
    "serif 10 pt, 200 dpi, grain": Look(size=10.0, spoil=_noise),
    "serif 11 pt, 200 dpi, leaning 2°": Look(lean=2.0),
    "sans 10 pt, 200 dpi, upside down": Look(font="Noto Sans SC", size=10.0, lean=180.0),
    "serif 11 pt, 200 dpi, sideways": Look(lean=90.0),
}


def scan(look: Look, source: str, folder: Path) -> Path:
    """Typeset the source and return a PDF of nothing but images of its pages."""
    source = source.replace(
        '#set text(font: "Noto Serif SC", size: 11pt',
        f'#set text(font: "{look.font}", size: {look.size}pt',
    )
    printed = folder / "printed.pdf"
    twins.compile_source(source, printed)
    pages = []
    for page in pypdfium2.PdfDocument(printed):
        image = page.render(scale=look.dpi / 72, grayscale=True).to_pil()
        if look.lean:
            image = image.rotate(look.lean, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        pages.append(look.spoil(image))
    target = folder / "scan.pdf"
    pages[0].save(target, "PDF", resolution=look.dpi, save_all=True, append_images=pages[1:])
    return target


def measure(look: Look) -> dict[str, Any]:
    """Return what was read of one twin."""
    source = SAMPLE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        path = scan(look, source, Path(name))
        start = time.process_time()
        document = read_document(path, cache_dir=Path(name) / "cache")
        seconds = (time.process_time() - start) / len(document.pages)
    found = twins.compare(twins.read_source(source), document, None)
    return {
        "pages": len(document.pages),
        "errors": 100 * found.error_rate,
        "signs": 100 * found.sign_error_rate,
        "characters": found.characters,
        "confidence": min(page.confidence or 0.0 for page in document.pages),
        "seconds": seconds,
    }


def main() -> None:
    """Print a row for each look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only looks whose name contains this")
    options = parser.parse_args()
    print("| scan | pages | character errors % | of all signs % | least confidence | CPU s/page |")
    print("|---|---|---|---|---|---|")
    rows = []
    for name, look in LOOKS.items():
        if options.only in name:
            row = measure(look)
            rows.append(row)
            print(
                f"| {name} | {row['pages']} | {row['errors']:.2f} | {row['signs']:.2f} "
                f"| {row['confidence']:.3f} | {row['seconds']:.1f} |",
                flush=True,
            )
    if len(rows) > 1:
        mean = {key: sum(row[key] for row in rows) / len(rows) for key in ("errors", "signs")}
        print(f"| mean | | {mean['errors']:.2f} | {mean['signs']:.2f} | | |")


if __name__ == "__main__":
    main()
