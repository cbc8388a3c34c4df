"""How well generated journal pages are read: ``python -m benchmarks.layouts [--count N]``.

Pages of ``benchmarks.layout_pages``, ``journal_pages`` and ``periodical_pages`` are typeset and
read (``--form``, all three without it); a row for each thing that pages had.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from benchmarks.extract_truth import signature
from benchmarks.extract_twins import compile_source
from benchmarks.journal_pages import Facts, JournalMaker
from benchmarks.layout_pages import Made, Maker
from benchmarks.periodical_pages import PeriodicalMaker
from benchmarks.table_pages import TableMaker
from ingest.reader import read_document
from ingest.records import BlockKind, Document
from ingest.references import resolve_marks

# Order is checked on pieces of so many letters, about half a line.
_PIECE = 10
# Shorter cells (组别, 30, 0.05) may stand in the text as well.
_OWN_CELL = 5
_PROSE = (BlockKind.PARAGRAPH, BlockKind.HEADING)
_OWN_HEADINGS = re.compile(r"\s*(?:参\s*考|摘\s*要|Abstract)")

FORMS: dict[str, type[Maker]] = {
    "layouts": Maker, "journals": JournalMaker, "periodicals": PeriodicalMaker,
    "tables": TableMaker,
}  # fmt: skip
HEAD = (
    "pages with", "documents", "order errors", "paragraphs whole", "headings F1", "leaks",
    "table rows whole", "captions", "titles", "references", "metadata", "fields of entries",
    "marks",
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """Counts of one document, and what went wrong in words."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def check(made: Made, document: Document, facts: Facts | None = None) -> Result:
    """Compare a document with the truth of its source."""
    result = Result()
    _order(made, document, result)
    _headings(made, document, result)
    _aside(made, document, result)
    _tables(made, document, result)
    result.counts["documents"] = 1
    result.counts["titles"] = signature(document.paper.title) == signature(made.title)
    if not result.counts["titles"]:
        result.faults.append(f"title: {document.paper.title}")
    result.counts["references wanted"] = made.references
    result.counts["references"] = min(len(document.references), made.references)
    if facts:
        _facts(facts, document, result)
    return result


def _facts(facts: Facts, document: Document, result: Result) -> None:
    """Compare metadata, entries and marks with what was printed."""
    abstract = facts.fields.pop("abstract", None)
    unprinted = facts.on_second_page if len(document.pages) == 1 else set()
    for name, wanted in facts.fields.items():
        if name in unprinted:
            continue
        _compare(result, "facts", name, getattr(document.paper, name), wanted)
    if abstract:
        found = "".join(b.text for b in document.blocks if b.section == ("摘要",))
        same = signature(str(abstract)) in signature(found)
        _compare(result, "facts", "abstract", found if not same else abstract, abstract)
    for entry, given in zip(facts.entries, document.references, strict=False):
        for name, wanted in entry.fields.items():
            _compare(result, "fields", f"entry {given.number} {name}", getattr(given, name), wanted)
    marks, resolved = resolve_marks(document)
    result.counts += Counter({"marks wanted": facts.marks, "marks": min(resolved, facts.marks)})
    if not marks == resolved == facts.marks:
        result.faults.append(f"marks: {marks} found, {resolved} resolved of {facts.marks}")


def _compare(result: Result, group: str, name: str, found: object, wanted: object) -> None:
    same = _folded(found) == _folded(wanted)
    result.counts[f"{group} wanted"] += 1
    result.counts[group] += same
    if not same:
        result.faults.append(f"{name}: {found!r} is not {wanted!r}")


def _folded(value: object) -> object:
    """Return a field without what typesetting changes: spaces and the form of its signs."""
    if isinstance(value, tuple):
        return tuple(signature(str(part)) for part in value)
    return signature(value) if isinstance(value, str) else value


def _order(made: Made, document: Document, result: Result) -> None:
    blocks = [signature(b.text) for b in document.blocks if b.kind in _PROSE]
    found = "".join(blocks)
    # An empty piece stands for a formula, of which nothing is asked.
    for wanted in "".join(signature(text) or "|" for text in made.flow).split("|"):
        _order_of(wanted, found, result)
    paragraphs = [signature(text) for text in made.flow if text and text not in made.headings]
    result.counts["paragraphs wanted"] = len(paragraphs)
    for text in paragraphs:
        whole = text in blocks
        result.counts["paragraphs"] += whole
        if not whole:
            result.faults.append(f"paragraph: {text[:30]}")


def _order_of(wanted: str, found: str, result: Result) -> None:
    pieces = [wanted[at : at + _PIECE] for at in range(0, len(wanted) - _PIECE, _PIECE)]
    for one, other in pairwise(pieces):
        result.counts["pairs"] += 1
        if one + other not in found:
            result.counts["order errors"] += 1
            result.faults.append(f"order: {one} | {other}")


def _headings(made: Made, document: Document, result: Result) -> None:
    given = [
        signature(block.text)
        for block in document.blocks
        if block.kind is BlockKind.HEADING and not _OWN_HEADINGS.match(block.text)
    ]
    wanted = [signature(text) for text in made.headings]
    right = (Counter(given) & Counter(wanted)).total()
    result.counts += Counter(right=right, given=len(given), wanted=len(wanted))
    result.faults += [f"no heading: {text[:40]}" for text in given if text not in wanted]
    result.faults += [f"heading lost: {text}" for text in wanted if text not in given]


def _aside(made: Made, document: Document, result: Result) -> None:
    """Count heads, notes, lettering, cells and captions that stand in the running text."""
    prose = "\n".join(
        signature(b.text) for b in document.blocks if b.kind in (*_PROSE, BlockKind.REFERENCE)
    )
    cells = [cell for row in made.rows for cell in row if len(signature(cell)) >= _OWN_CELL]
    for text in (*made.aside, *cells, *made.captions):
        if signature(text) and signature(text) in prose:
            result.counts["leaks"] += 1
            result.faults.append(f"leak: {text}")


def _tables(made: Made, document: Document, result: Result) -> None:
    rows = {
        tuple(signature(cell) for cell in line.split("\t"))
        for block in document.blocks
        if block.kind is BlockKind.TABLE
        for line in block.text.split("\n")
    }
    result.counts["rows wanted"] = len(made.rows)
    for row in made.rows:
        whole = tuple(signature(cell) for cell in row) in rows
        result.counts["rows"] += whole
        if not whole:
            result.faults.append(f"row: {row}")
    kinds = (BlockKind.CAPTION, BlockKind.TABLE)
    text = "\n".join(signature(b.text) for b in document.blocks if b.kind in kinds)
    result.counts["captions wanted"] = len(made.captions)
    for caption in made.captions:
        result.counts["captions"] += signature(caption) in text


def read_seed(seed: int, folder: Path, form: str) -> tuple[Made, Result]:
    """Make, typeset and read one document of a form of ``FORMS``."""
    maker = FORMS[form](seed)
    made = maker.make()
    target = folder / f"{form}-{seed}.pdf"
    compile_source(made.source, target)
    facts = maker.facts if isinstance(maker, JournalMaker) else None
    return made, check(made, read_document(target, ocr=False), facts)


def table(results: list[tuple[Made, Result]]) -> Iterator[str]:
    """Yield a Markdown table: a row per kind of page, and one of all."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + "---|" * len(HEAD)
    kinds = sorted({kind for made, _ in results for kind in made.kinds})
    for kind in [*kinds, "all"]:
        counts: Counter[str] = Counter()
        for made, result in results:
            if kind == "all" or kind in made.kinds:
                counts += result.counts
        yield "| " + " | ".join(_cells(kind, counts)) + " |"


def _cells(kind: str, counts: Counter[str]) -> Iterator[str]:
    def of(part: str, whole: str) -> str:
        return f"{counts[part]}/{counts[whole]}"

    headings = counts["given"] + counts["wanted"]
    f1 = 2 * counts["right"] / headings if headings else 1.0
    yield from (kind, str(counts["documents"]), of("order errors", "pairs"))
    yield from (of("paragraphs", "paragraphs wanted"), f"{f1:.3f}", str(counts["leaks"]))
    yield from (of("rows", "rows wanted"), of("captions", "captions wanted"))
    yield from (of("titles", "documents"), of("references", "references wanted"))
    yield from (of("facts", "facts wanted"), of("fields", "fields wanted"))
    yield of("marks", "marks wanted")


def read_form(form: str, options: argparse.Namespace) -> list[tuple[Made, Result]]:
    """Make and read the documents of one form; faults are printed where they are asked for."""
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(options.first, options.first + options.count):
            made, result = read_seed(seed, folder, form)
            results.append((made, result))
            if options.faults and result.faults:
                print(f"--- {form} {seed}: {', '.join(made.kinds)}")
                print("\n".join(result.faults))
    return results


def main() -> None:
    """Make and read the pages, and print a table for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="documents of each form to make")
    parser.add_argument("--first", type=int, default=1, help="seed of the first document")
    parser.add_argument("--form", choices=FORMS, help="one form only")
    parser.add_argument("--faults", action="store_true", help="print what went wrong, per seed")
    parser.add_argument("--keep", type=Path, help="keep the PDFs in this folder")
    options = parser.parse_args()
    for form in [options.form] if options.form else FORMS:
        results = read_form(form, options)
        print("\n".join([f"\n{form}", *table(results)]))


if __name__ == "__main__":
    main()
