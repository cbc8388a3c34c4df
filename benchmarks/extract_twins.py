"""Our own sample papers in, twins out whose text is known exactly, each with one difficulty."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unicodedata import normalize

import opencc
import pypdfium2
import typst
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.generic import ArrayObject, NameObject, NumberObject, RectangleObject
from rapidfuzz.distance import Levenshtein

from benchmarks.extract_truth import signature
from ingest.marks import parse_numbers
from ingest.passages import make_passages
from ingest.records import BlockKind, Box, Document
from ingest.references import citing_marks
from ingest.spans import boxes_of
from samples.build import HERE, font_folders

PARTS = HERE / "parts.typ"  # what the sources import

SCAN_DPI = 200

_HEADING = re.compile(r"^#h[123]\[(.+)\]$")
_RUN_IN = re.compile(r"^#r\[(.+?)\]\s*(.*)$")
_NUMERALS = "一二三四五六七八九"
_NOTES = """#place(bottom + left, scope: "parent", float: true)[
  #set par(first-line-indent: 0pt)
  #line(length: 30%, stroke: 0.4pt)
  #text(size: 8pt)[收稿日期：2025-01-02　修回日期：2025-02-03 \\
  基金项目：演示基金（编号 00000000） \\
  作者简介：张演示（1980－），女，演示教授，研究方向为演示。E-mail：demo\\@example.org]
]
"""
# Heads, feet and notes of the samples: none of them may be in a passage.
_FURNITURE = (
    "演示文本，非医学资料来源",
    "演示期刊　2025 年第 1 卷第 1 期",
    "演示期刊（单栏样本）",
    "基金项目：演示基金",
    "收稿日期：2025",
    "作者简介：张演示",
)
_MARKS = "#let c(t) = super[[#t]]"
_NOT_IN_SOURCE = re.compile(
    r"[【\s]*(?:摘\s*要|参\s*考|參\s*考|Abstract|References)", re.IGNORECASE
)
_SAME_PRINT = "".join(map(chr, range(0x2160, 0x216C))) + "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CALL = re.compile(r"#(c|super|sub|emph|strong|text\([^)]*\))\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Source:
    """What a typst source says: its prose with headings in order, the headings alone, and the
    numbers in its citation marks."""

    prose: str
    headings: tuple[str, ...]
    marks: tuple[str, ...]


def read_source(text: str) -> Source:
    """Return the running text of a sample's typst source, as it is printed."""
    prose: list[str] = []
    headings: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading and _NOT_IN_SOURCE.match(heading.group(1)):
            break
        run_in = _RUN_IN.match(line)
        if run_in:
            headings.append(run_in.group(1))
            prose += [run_in.group(1), _CALL.sub(_printed, run_in.group(2))]
        elif heading:
            headings.append(heading.group(1))
            prose.append(heading.group(1))
        elif line[:1] not in ("#", "", "/", "]", " ", "【"):
            prose.append(_CALL.sub(_printed, line))
    text = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    printed = re.sub(r"\\(?=.)", "", "".join(prose))
    return Source(printed, tuple(headings), tuple(re.findall(r"#c\[([^\]]*)\]", text)))


def _printed(call: re.Match[str]) -> str:
    return f"[{call.group(2)}]" if call.group(1) == "c" else call.group(2)


def one_column(source: str) -> str:
    """Return the source with one column instead of two."""
    return source.replace("columns: 2,", "columns: 1,")


def traditional(source: str) -> str:
    """Return the source in traditional characters."""
    return opencc.OpenCC("s2t").convert(source)


def with_marks(form: str) -> Callable[[str], str]:
    """Return a change of the source that sets its citation marks in another form."""

    def change(source: str) -> str:
        return source.replace(_MARKS, f"#let c(t) = {form}")

    return change


def chinese_numbers(source: str) -> str:
    """Return the source with headings numbered 一、 and （一）."""

    def first(match: re.Match[str]) -> str:
        return f"#h1[{_NUMERALS[int(match[1]) - 1]}、"

    def second(match: re.Match[str]) -> str:
        return f"#h2[（{_NUMERALS[int(match[1]) - 1]}）"

    source = re.sub(r"#h1\[(\d) ", first, source)
    return re.sub(r"#h2\[\d\.(\d) ", second, source)


def unnumbered(source: str) -> str:
    """Return the source with headings that only their type tells from text."""
    return re.sub(r"#(h[12])\[[\d.]+ ", r"#\1[", source)


def run_in(source: str) -> str:
    """Return the source with second headings at the start of their paragraph's first line."""
    # The empty line begins a paragraph: a heading on a line of its own needs none.
    source = re.sub(r"#h2\[(.+?)\]\n+(?=[^#\n])", r"\n#r[\1]　", source)
    define = '#let r(t) = text(font: "Noto Sans SC", t)\n'
    at = source.index("#let c(t)")
    return source[:at] + define + source[at:]


def same_size(source: str) -> str:
    """Return the source with headings in the size of the text: only their font tells them."""
    return re.sub(r'(font: "Noto Sans SC"), size: 1[0-2][.\d]*pt, t\)', r"\1, t)", source)


def three_columns(source: str) -> str:
    """Return the source in small type and three columns."""
    source = source.replace("columns: 2,", "columns: 3,").replace("size: 10.2pt", "size: 8pt")
    return re.sub(r"gutter: [\d.]+mm", "gutter: 5mm", source)


def narrow_gutter(source: str) -> str:
    """Return the source with columns that stand close."""
    return re.sub(r"gutter: [\d.]+mm", "gutter: 5mm", source)


def first_page_notes(source: str) -> str:
    """Return the source with the usual notes under the first page."""
    at = source.index("\n#h1[") + 1
    return source[:at] + _NOTES + source[at:]


def compile_source(source: str, target: Path) -> None:
    """Typeset ``source`` with the fonts of the samples."""
    path = target.with_suffix(".typ")
    path.write_text(source, encoding="utf-8")
    shutil.copy(PARTS, path.parent / PARTS.name)
    typst.compile(
        str(path), output=str(target), font_paths=font_folders(), ignore_system_fonts=True
    )


def scanned(source: Path, target: Path) -> None:
    """Write the pages as images without any text."""
    pages = [
        page.render(scale=SCAN_DPI / 72, grayscale=True).to_pil()
        for page in pypdfium2.PdfDocument(source)
    ]
    pages[0].save(target, "PDF", resolution=SCAN_DPI, save_all=True, append_images=pages[1:])


def without_tounicode(source: Path, target: Path) -> None:
    """Write the file with all /ToUnicode tables removed."""
    writer = PdfWriter(clone_from=PdfReader(source))
    for item in writer._objects:
        if isinstance(item, dict) and "/ToUnicode" in item:
            del item["/ToUnicode"]
    writer.write(target)


def crop_shifted(source: Path, target: Path) -> None:
    """Write pages that look the same, their CropBox inside a larger MediaBox off the origin."""
    writer = PdfWriter(clone_from=PdfReader(source))
    for page in writer.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        page.add_transformation(Transformation().translate(37, 53))
        page.mediabox = RectangleObject((-20, -30, width + 90, height + 110))
        page.cropbox = RectangleObject((37, 53, width + 37, height + 53))
    writer.write(target)


def rotated(source: Path, target: Path) -> None:
    """Write pages that look the same, drawn sideways and turned upright by /Rotate."""
    writer = PdfWriter(clone_from=PdfReader(source))
    for page in writer.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        page.add_transformation(Transformation().rotate(90).translate(height, 0))
        for name in ("/MediaBox", "/CropBox"):
            page[NameObject(name)] = ArrayObject(
                [NumberObject(0), NumberObject(0), NumberObject(height), NumberObject(width)]
            )
        page[NameObject("/Rotate")] = NumberObject(90)
    writer.write(target)


FROM_PDF: dict[str, Callable[[Path, Path], None]] = {
    "without ToUnicode": without_tounicode,
    "CropBox shifted": crop_shifted,
    "rotated": rotated,
    "scanned": scanned,
}
FROM_SOURCE: dict[str, Callable[[str], str]] = {
    "one column": one_column,
    "traditional": traditional,
    "headings 一、": chinese_numbers,
    "headings without numbers": unnumbered,
    "run-in headings": run_in,
    "headings in text size": same_size,
    "three columns": three_columns,
    "narrow gutter": narrow_gutter,
    "first-page notes": first_page_notes,
    "marks bare": with_marks("super[#t]"),
    "marks not raised": with_marks("[[#t]]"),
    "marks 〔〕": with_marks("super[〔#t〕]"),
    "marks ［］": with_marks("super[［#t］]"),
}


@dataclass(frozen=True, slots=True)
class TwinResult:
    """Edits per character of the running text, headings found, and how far boxes moved.

    ``error_rate`` is of letters, digits and Chinese characters, ``sign_error_rate`` of all that
    is printed but white space: width of brackets and commas, arrows, Greek letters.
    """

    error_rate: float
    sign_error_rate: float
    characters: int
    headings_right: int
    headings_given: int
    headings_wanted: int
    marks_right: int
    marks_given: int
    marks_wanted: int
    furniture: int
    box_shift: float | None


def compare(source: Source, document: Document, original: Document | None) -> TwinResult:
    """Compare a twin with its source, and its boxes with the original where it looks the same."""
    wanted, found = _letters(source.prose), _letters(_prose(document))
    signs = [re.sub(r"\s+", "", text) for text in (source.prose, _prose(document))]
    headings = [
        signature(block.text)
        for block in document.blocks
        if block.kind is BlockKind.HEADING and not _NOT_IN_SOURCE.match(block.text)
    ]
    marks = Counter(mark.numbers for b in document.blocks for mark in citing_marks(b))
    wanted_marks = Counter(parse_numbers(mark) for mark in source.marks)
    names = [signature(heading) for heading in source.headings]
    return TwinResult(
        _distance(wanted, found) / len(wanted),
        _distance(*signs) / len(signs[0]),
        len(wanted),
        sum(heading in names for heading in headings),
        len(headings),
        len(names),
        (marks & wanted_marks).total(),
        marks.total(),
        wanted_marks.total(),
        _furniture(document),
        _shift(original, document) if original else None,
    )


def _letters(text: str) -> str:
    """Return letters, digits and Chinese characters; Ⅱ and ² are set otherwise by some."""
    return signature(text.translate({ord(sign): normalize("NFKC", sign) for sign in _SAME_PRINT}))


def _furniture(document: Document) -> int:
    """Return how often a head, foot or note is in a passage."""
    simplified = opencc.OpenCC("t2s")
    text = signature(
        "|".join(simplified.convert(passage.text) for passage in make_passages(document))
    )
    return sum(text.count(signature(line)) for line in _FURNITURE)


def _distance(wanted: str, found: str) -> int:
    """Edits, without what stands before the first heading (abstracts are not in the source)."""
    start = found.find(wanted[:12])
    return int(Levenshtein.distance(wanted, found[max(start, 0) :]))


def _prose(document: Document) -> str:
    kinds = (BlockKind.PARAGRAPH, BlockKind.HEADING)
    text = []
    for block in document.blocks:
        if block.kind is BlockKind.HEADING and re.match(r"参\s*考|參\s*考", block.text):
            break
        if block.kind in kinds:
            text.append(block.text)
    return "".join(text)


def _shift(original: Document, twin: Document) -> float:
    """Return the median distance (points) of the boxes of the same words in both."""
    places = _word_boxes(twin)
    moved = []
    for word, boxes in _word_boxes(original).items():
        others = places.get(word, [])
        if len(boxes) == len(others) == 1:
            (a,), (b,) = boxes, others
            sides = (a.x0 - b.x0, a.top - b.top, a.x1 - b.x1, a.bottom - b.bottom)
            moved.append(1000.0 if a.page != b.page else max(map(abs, sides)))
    return median(moved) if moved else float("nan")


def _word_boxes(document: Document) -> dict[str, list[Box]]:
    """Return the boxes of runs of eight characters of the running text."""
    found: dict[str, list[Box]] = {}
    for block in document.blocks:
        if block.kind is BlockKind.PARAGRAPH:
            for start in range(0, len(block.text) - 8):
                boxes = boxes_of(block.spans, start, start + 8)
                if len(boxes) == 1:
                    found.setdefault(block.text[start : start + 8], []).append(boxes[0])
    return found
