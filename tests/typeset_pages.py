"""Small pages typeset with typst, for tests of reading; the text is made up."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extract_twins import compile_source
from ingest.reader import read_document
from ingest.records import BlockKind, Document

_HEAD = (
    '#set text(font: "Noto Serif SC", size: 9pt, lang: "zh", region: "cn")\n'
    "#set par(justify: true, first-line-indent: (amount: 2em, all: true))\n"
    "#set page(width: 420pt, height: 595pt, margin: 40pt)\n"
)
PROSE = "演示文本说明某种方法怎样作用于某个对象，并且给出它的结果和它的限度。"
LONG = "".join(f"第{number}句，{PROSE}" for number in "一二三四五六七八九十")


def read(source: str, folder: Path) -> Document:
    """Typeset ``source`` and read the PDF, without OCR."""
    target = folder / "page.pdf"
    compile_source(_HEAD + source, target)
    return read_document(target, ocr=False)


def texts(document: Document, kind: BlockKind) -> list[str]:
    """Return the texts of the blocks of one kind."""
    return [block.text for block in document.blocks if block.kind is kind]
