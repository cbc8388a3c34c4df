"""Planted errors: faithful sentences in, share of planted errors caught and of false alarms out.

Run: python -m benchmarks.guard [-v] [--tuned | --held]. Claims and sources in both languages
come from ``data/claims.tsv`` (our own text; an empty cell has no source in that language) and
``data/later_claims.tsv`` (written when the rules stood), ``data/free_claims.tsv`` (Chinese
sources in a reader's own words, each with one error written by hand), and
``data/paraphrases.tsv`` (sentences of the sample papers in other words or in another language);
where they are there, sentences of the shared question sets too (as they stand, each with the next
one as its neighbour). The guard was worked on with half of the claims (--tuned).
"""

from __future__ import annotations

import csv
import itertools
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.plants import PLANTS
from ingest.languages import detect_language
from ingest.sentences import split_sentences
from rag.guard import check
from rag.terms import Translator

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "data"
Pair = tuple[str, str, str, str]  # sentence, its quote, a neighbouring quote, the paper's title


def own_pairs(claims: str, sources: str, part: str = "", file: str = "claims.tsv") -> list[Pair]:
    """Return claims in one language with sources in one; ``part`` "tuned" or "held" halves them."""
    with open(HERE / "data" / file, encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    claim, source = f"claim_{claims}", f"source_{sources}"
    usable = [(n, row) for n, row in enumerate(rows) if row[source] and row[claim]]
    pairs = []
    for place, (n, row) in enumerate(usable):
        neighbour = usable[(place + 1) % len(usable)][1][source]
        if not part or (part == "held") == (n % 2 == 1):
            pairs.append((row[claim], row[source], neighbour, ""))
    return pairs


def free_pairs(part: str, language: str) -> tuple[list[Pair], list[tuple[str, str, str]]]:
    """Return free renderings of Chinese sources, and (kind, wrong sentence, source) of each."""
    with open(HERE / "data" / "free_claims.tsv", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle, delimiter="\t") if row["part"] == part]
    rows = [row for row in rows if row[f"claim_{language}"]]
    pairs = [
        (row[f"claim_{language}"], row["source_zh"], after["source_zh"], "")
        for row, after in zip(rows, rows[1:] + rows[:1], strict=True)
    ]
    wrong = [(row["error"], row[f"wrong_{language}"], row["source_zh"]) for row in rows]
    return pairs, [item for item in wrong if item[1]]


def measure_free(
    part: str, language: str, translator: Translator | None
) -> dict[str, tuple[int, int]]:
    """Return what ``measure`` does, and the errors that were written by hand ("own ...")."""
    pairs, wrong = free_pairs(part, language)
    out = measure(pairs, translator)
    for kind, sentence, source in wrong:
        caught = bool(check(sentence, [source], translator=translator))
        if not caught and "-v" in sys.argv:
            print("MISSED own", kind, sentence, "|", source)
        before = out.get(f"own {kind}", (0, 0))
        out[f"own {kind}"] = (before[0] + caught, before[1] + 1)
    return out


def paraphrases(*, same: bool) -> list[Pair]:
    """Return sentences of the samples in other words, or in another language than their source."""
    with open(HERE / "data" / "paraphrases.tsv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    return [
        (row["claim"], row["source"], after["source"], row["title"])
        for row, after in zip(rows, rows[1:] + rows[:1], strict=True)
        if (detect_language(row["claim"]) == detect_language(row["source"])) == same
    ]


def shared_pairs(name: str, most: int) -> list[Pair]:
    """Return Chinese sentences of a shared set with the next sentence as the neighbour."""
    file = SHARED / name / "corpus.jsonl"
    if not file.is_file():
        return []
    pairs: list[Pair] = []
    with open(file, encoding="utf-8") as handle:
        for line in handle:
            text = json.loads(line)["text"]
            parts = [text[s.start : s.end] for s in split_sentences(text)]
            pairs += [(a, a, b, "") for a, b in itertools.pairwise(parts) if 20 < len(a) < 150]
    random.Random(7).shuffle(pairs)
    return pairs[:most]


def measure(pairs: Sequence[Pair], translator: Translator | None) -> dict[str, tuple[int, int]]:
    """Return (flagged, tried) for faithful sentences and for each planted error."""
    rng = random.Random(1)
    out: dict[str, tuple[int, int]] = {}

    def count(kind: str, flagged: bool) -> None:
        caught, tried = out.get(kind, (0, 0))
        out[kind] = (caught + flagged, tried + 1)

    for sentence, quote, neighbour, title in pairs:
        findings = check(sentence, [quote], translator=translator, context=title)
        count("false alarm", bool(findings))
        if findings and "-v" in sys.argv:
            print("FALSE", [f.en for f in findings], sentence, "|", quote)
        for kind, plant in PLANTS.items():
            changed = plant(sentence, rng)
            if changed is not None and changed != sentence:
                caught = bool(check(changed, [quote], translator=translator, context=title))
                count(kind, caught)
                if not caught and "-v" in sys.argv:
                    print("MISSED", kind, changed, "|", quote)
        moved = bool(check(sentence, [neighbour], translator=translator, context=title))
        count("citation", moved)
        if not moved and "-v" in sys.argv:
            print("MISSED citation", sentence, "|", neighbour)
    return out


def tables(
    translator: Translator | None, part: str
) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Yield the name of each set of pairs and its counts."""
    total: dict[str, dict[str, tuple[int, int]]] = {}
    for claims, sources in (("zh", "zh"), ("en", "en"), ("en", "zh"), ("zh", "en")):
        counts = measure(own_pairs(claims, sources, part), translator)
        yield f"own, {claims} on {sources}", counts
        later = measure(own_pairs(claims, sources, file="later_claims.tsv"), translator)
        yield f"later, {claims} on {sources}", later
        merged = total.setdefault("same" if claims == sources else "across", {})
        for kind, (caught, tried) in counts.items():
            before = merged.get(kind, (0, 0))
            merged[kind] = (before[0] + caught, before[1] + tried)
    for free, language in itertools.product(
        ("worked on", "later", "last", "denials"), ("zh", "en")
    ):
        yield f"free, {free}, {language} on zh", measure_free(free, language, translator)
    for same, name in ((True, "same"), (False, "across")):
        yield f"paraphrases, {name} language", measure(paraphrases(same=same), translator)
    for name, merged in total.items():
        yield f"own, {name} language", merged
    for name in ("xquad-zh", "cmrc"):
        if pairs := shared_pairs(name, 300):
            yield f"{name}, zh on zh", measure(pairs, translator)


def main() -> None:
    """Print one line for each set."""
    from rag.wiring import load_translator

    part = next((name for name in ("tuned", "held") if f"--{name}" in sys.argv), "")
    for name, counts in tables(load_translator(Path("nowhere")), part):
        cells = [f"{kind} {c}/{n} ({c / n:.1%})" for kind, (c, n) in counts.items()]
        print(f"{name}: " + "; ".join(cells))


if __name__ == "__main__":
    main()
