"""How well PDFs are read: ``python -m benchmarks.extract [--json FILE] [--only NAME]``.

Every document is read in a process of its own, so that CPU time and peak memory are its own.
Truth: ``benchmarks/truth`` (hashes) for real papers, the typst sources for our samples.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAPERS = ROOT.parent / "shared" / "papers"
SAMPLES = ROOT / "samples"

Row = dict[str, Any]


def measure(path: Path) -> Row:
    """Read one PDF in this process and return its figures."""
    from benchmarks import extract_measures, extract_truth
    from ingest.errors import IngestError
    from ingest.passages import make_passages
    from ingest.reader import read_document
    from ingest.report import report

    start = time.process_time()
    try:
        document = read_document(path)
    except IngestError as error:
        return {"file": path.name, "error": error.reason_en}
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    passages = make_passages(document)
    card = report(document)
    recovered = extract_measures.recovery(path, document)
    ink = extract_measures.ink_of_boxes(path, document)
    row: Row = {
        "file": path.name,
        "pages": card.pages,
        "ocr_pages": len(card.ocr_pages),
        "han": recovered.wanted,
        "han_found": recovered.found,
        "worst_page": recovered.worst_page,
        "worst": recovered.worst,
        "marks": card.marks,
        "resolved": card.marks_resolved,
        "references": card.references,
        "passages": len(passages),
        "reach": sorted(line.reach for line in ink),
        "covered": sorted(line.covered for line in ink),
        "cpu": seconds / max(card.pages, 1),
        "memory": memory,
    }
    truth_file = extract_truth.FOLDER / f"{path.stem}.json"
    if truth_file.exists():
        truth = extract_truth.Truth.load(truth_file)
        order = extract_truth.check_order(truth, document)
        right, wrong, missed = extract_truth.check_headings(truth, document)
        row |= {
            "lines": order.lines,
            "intact": order.intact,
            "pairs": order.pairs,
            "order_errors": order.errors,
            "wrong_pairs": extract_truth.wrong_pairs(truth, document),
            "headings": [right, right + len(wrong), len(truth.headings)],
            "wrong_headings": wrong,
            "missed_headings": len(missed),
            "furniture": extract_truth.check_furniture(truth, passages),
        }
    return row


def measure_twins(path: Path) -> Row:
    """Read a sample and its twins in this process and return their figures."""
    from benchmarks import extract_twins as twins
    from ingest.errors import IngestError
    from ingest.reader import read_document

    text = path.with_suffix(".typ").read_text(encoding="utf-8")
    original = read_document(path)
    found: Row = {"file": path.name, "twins": {}}

    def add(name: str, source: str, target: Path, same_look: bool) -> None:
        try:
            document = read_document(target)
        except IngestError as error:
            found["twins"][name] = {"error": error.reason_en}
            return
        result = twins.compare(twins.read_source(source), document, original if same_look else None)
        found["twins"][name] = {key: getattr(result, key) for key in result.__slots__}

    add("as built", text, path, False)
    with tempfile.TemporaryDirectory() as folder:
        for name, change in twins.FROM_SOURCE.items():
            target = Path(folder) / f"{name}.pdf"
            changed = change(text)
            twins.compile_source(changed, target)
            add(name, changed, target, False)
        for name, make in twins.FROM_PDF.items():
            target = Path(folder) / f"{name}.pdf"
            make(path, target)
            add(name, text, target, True)
    return found


def _in_child(kind: str, path: Path) -> Row:
    command = [sys.executable, "-m", "benchmarks.extract", kind, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=900)
    if done.returncode:
        return {"file": path.name, "error": done.stderr.strip().splitlines()[-1][:200]}
    row: Row = json.loads(done.stdout)
    return row


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}" if whole else "–"


def _f1(right: int, given: int, wanted: int) -> str:
    return f"{2 * right / (given + wanted):.3f}" if given + wanted else "–"


def _quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def _cells(row: Row) -> list[str]:
    truth = "pairs" in row
    right, given, wanted = row.get("headings", (0, 0, 0))
    return [
        row["file"],
        f"{row['pages']} ({row['ocr_pages']})" if row["ocr_pages"] else str(row["pages"]),
        _percent(row["han_found"], row["han"]),
        f"{100 * row['worst']:.1f}" if row["han"] else "–",
        f"{row['order_errors']}/{row['pairs']}" if truth else "–",
        f"{row['intact']}/{row['lines']}" if truth else "–",
        _f1(right, given, wanted) if truth else "–",
        f"{row['resolved']}/{row['marks']}",
        str(row["furniture"]) if truth else "–",
        f"{median(row['reach']):.1f} / {_quantile(row['reach'], 0.95):.1f}"
        if row["reach"]
        else "–",
        f"{100 * median(row['covered']):.1f}" if row["covered"] else "–",
        f"{row['cpu']:.3f}",
        f"{row['memory']:.0f}",
    ]


_HEAD = (
    "file", "pages (OCR)", "Han %", "worst page %", "order errors", "lines whole", "headings F1",
    "marks resolved", "furniture", "ink past box pt p50/p95", "ink covered %", "CPU s/page", "MB",
)  # fmt: skip


def _sum(rows: Iterable[Row], key: str) -> int:
    return sum(row.get(key, 0) for row in rows)


def _total(rows: list[Row]) -> Row:
    headings = [sum(row.get("headings", (0, 0, 0))[i] for row in rows) for i in range(3)]
    text = [row for row in rows if not row["ocr_pages"]]
    keys = ("pages", "ocr_pages", "han", "han_found", "marks", "resolved", "lines", "intact")
    return {
        "file": "all",
        **{key: _sum(rows, key) for key in (*keys, "pairs", "order_errors", "furniture")},
        "worst": min((row["worst"] for row in rows if row["han"]), default=1.0),
        "headings": headings,
        "reach": sorted(value for row in rows for value in row["reach"]),
        "covered": sorted(value for row in rows for value in row["covered"]),
        "cpu": sum(row["cpu"] * row["pages"] for row in text) / max(1, _sum(text, "pages")),
        "memory": max((row["memory"] for row in rows), default=0.0),
    }


def _table(head: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    cells = list(head)
    yield "| " + " | ".join(cells) + " |"
    yield "|" + "---|" * len(cells)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _twin_rows(found: Row) -> Iterator[list[str]]:
    for name, result in found.get("twins", {}).items():
        if "error" in result:
            yield [found["file"], name, result["error"], *[""] * 5]
            continue
        shift = result["box_shift"]
        yield [
            found["file"],
            name,
            f"{100 * result['error_rate']:.2f}",
            f"{100 * result['sign_error_rate']:.2f}",
            _f1(result["headings_right"], result["headings_given"], result["headings_wanted"]),
            f"{result['marks_right']}/{result['marks_given']}/{result['marks_wanted']}",
            str(result["furniture"]),
            "–" if shift is None else f"{shift:.2f}",
        ]


def main() -> None:
    """Measure all papers and samples and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--only", default="", help="only files whose name contains this")
    parser.add_argument("--no-twins", action="store_true", help="leave out the generated twins")
    options = parser.parse_args()
    samples = sorted(SAMPLES.glob("*.pdf"))
    files = [
        path for path in (*sorted(PAPERS.glob("*.pdf")), *samples) if options.only in path.name
    ]
    rows = [_in_child("measure", path) for path in files]
    read = [row for row in rows if "error" not in row]
    print("\n".join(_table(_HEAD, [_cells(row) for row in (*read, _total(read))])))
    for row in rows:
        if "error" in row:
            print(f"- {row['file']}: {row['error']}")
        for pair in row.get("wrong_pairs", ()):
            print(f"- {row['file']}: {pair}")
        for heading in row.get("wrong_headings", ()):
            print(f"- {row['file']}: no heading: {heading}")
    twins = []
    if not options.no_twins:
        twins = [_in_child("twins", path) for path in samples if options.only in path.name]
        print()
        head = (
            "sample",
            "twin",
            "character errors %",
            "of all signs %",
            "headings F1",
            "marks right/given/wanted",
            "furniture in passages",
            "boxes moved pt",
        )
        print("\n".join(_table(head, (cells for found in twins for cells in _twin_rows(found)))))
    if options.json:
        options.json.write_text(json.dumps({"files": rows, "twins": twins}, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ("measure", "twins"):
        function = measure if sys.argv[1] == "measure" else measure_twins
        json.dump(function(Path(sys.argv[2])), sys.stdout, ensure_ascii=False)
    else:
        main()
