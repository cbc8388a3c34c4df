"""Planted errors: faithful sentences in, share of planted errors caught and of false alarms out.

Run: python -m benchmarks.guard. Pairs of sentence and quote come from ``data/claims.tsv`` (our
own) and, where it is there, from the shared question sets (Chinese sentences as they stand).
"""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ingest.sentences import split_sentences
from rag.guard import check
from rag.terms import Translator

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "data"
Pair = tuple[str, str, str]  # sentence, its quote, a neighbouring quote

_FLIPS = (
    ("促进", "抑制"), ("上调", "下调"), ("升高", "降低"), ("增加", "减少"), ("增强", "减弱"),
    ("激活", "阻断"), ("延长", "缩短"), ("高于", "低于"), ("优于", "劣于"), ("提高", "降低"),
    ("promotes", "inhibits"), ("upregulates", "downregulates"), ("increases", "reduces"),
    ("enhance", "weaken"), ("activate", "suppress"), ("higher", "lower"), ("longer", "shorter"),
    ("activates", "inhibits"), ("better", "worse"), ("induces", "blocks"),
)  # fmt: skip
_SWAPS_ZH = ("吉非替尼", "纳武利尤单抗", "胰腺癌", "VEGFR3", "KRAS", "瑞戈非尼", "IL-17A", "NOTCH1")
_SWAPS_EN = (
    "gefitinib",
    "nivolumab",
    "pancreatic cancer",
    "VEGFR3",
    "KRAS",
    "regorafenib",
    "IL-17A",
)
_NAMES = re.compile(
    r"[A-Z][A-Za-z]*-?\d+[A-Za-zα-ω]*|TGF-β|NSCLC|E-cadherin|VEGF(?:-A)?|EGFR|PTEN|[\u4e00-\u9fff]{2,4}(?:单抗|替尼)"
    r"|\b[a-z]+(?:mab|nib|platin)\b"
)


def number_changed(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with one of its numbers changed."""
    found = [
        m
        for m in re.finditer(
            r"(?<![A-Za-z0-9\-.α-ω/+])\d+(?:\.\d+)?(?![\d.]*[A-Za-z\-/]*[A-Z])", text
        )
    ]
    if not found:
        return None
    match = rng.choice(found)
    value = float(match.group())
    new = value * rng.choice((2, 3)) + rng.choice((1, 4, 7))
    shown = f"{new:.1f}" if "." in match.group() else str(int(new))
    return text[: match.start()] + shown + text[match.end() :]


def name_swapped(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with a gene or drug replaced by one it does not hold."""
    found = list(_NAMES.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    pool = _SWAPS_ZH if re.search(r"[\u4e00-\u9fff]", text) else _SWAPS_EN
    return (
        text[: match.start()] + rng.choice([n for n in pool if n not in text]) + text[match.end() :]
    )


def direction_flipped(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with one direction word turned into its opposite."""
    pairs = [*_FLIPS, *((b, a) for a, b in _FLIPS)]
    found = [(a, b) for a, b in pairs if re.search(a if not a.isascii() else rf"\b{a}\b", text)]
    if not found:
        return None
    old, new = rng.choice(found)
    return text.replace(old, new, 1)


def negated(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with its statement denied, or its denial taken away."""
    if re.search(r"[\u4e00-\u9fff]", text):
        for word in ("不能", "没有", "未能", "无法"):
            if word in text:
                return text.replace(word, "能" if word != "没有" else "有", 1)
        for verb in ("可以", "能够", "会", "可", "是", "有"):
            if (at := text.find(verb)) > 0:
                return (
                    text[:at] + "不" + text[at:] if verb != "有" else text[:at] + "没" + text[at:]
                )
        return None
    match = re.search(r"\b(is|are|was|were|can|must)\b", text)
    return text[: match.end()] + " not" + text[match.end() :] if match else None


def own_pairs(language: str) -> list[Pair]:
    """Return the pairs of ``data/claims.tsv``, the claim in ``language``."""
    with open(HERE / "data" / "claims.tsv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    sources = [row["source"] for row in rows]
    return [
        (row["source"] if language == "zh" else row["english"], row["source"],
         sources[(i + 1) % len(sources)])
        for i, row in enumerate(rows)
    ]  # fmt: skip


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
            pairs += [(a, a, b) for a, b in itertools.pairwise(parts) if 20 < len(a) < 150]
    random.Random(7).shuffle(pairs)
    return pairs[:most]


def measure(pairs: Sequence[Pair], translator: Translator | None) -> dict[str, tuple[int, int]]:
    """Return (flagged, tried) for faithful sentences and for each planted error."""
    rng = random.Random(1)
    plants: dict[str, Callable[[str, random.Random], str | None]] = {
        "number": number_changed, "name": name_swapped,
        "direction": direction_flipped, "negation": negated,
    }  # fmt: skip
    out: dict[str, tuple[int, int]] = {}

    def count(kind: str, flagged: bool) -> None:
        caught, tried = out.get(kind, (0, 0))
        out[kind] = (caught + flagged, tried + 1)

    for sentence, quote, neighbour in pairs:
        findings = check(sentence, [quote], translator=translator)
        count("false alarm", bool(findings))
        if findings and "-v" in sys.argv:
            print("FALSE", [f.en for f in findings], sentence, "|", quote)
        for kind, plant in plants.items():
            changed = plant(sentence, rng)
            if changed is not None and changed != sentence:
                caught = bool(check(changed, [quote], translator=translator))
                count(kind, caught)
                if not caught and "-v" in sys.argv:
                    print("MISSED", kind, changed, "|", quote)
        count("citation", bool(check(sentence, [neighbour], translator=translator)))
    return out


def tables(translator: Translator | None) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Yield the name of each set of pairs and its counts."""
    yield "own, zh on zh", measure(own_pairs("zh"), translator)
    yield "own, en on zh", measure(own_pairs("en"), translator)
    for name in ("xquad-zh", "cmrc"):
        if pairs := shared_pairs(name, 300):
            yield f"{name}, zh on zh", measure(pairs, translator)


def main() -> None:
    """Print one line for each set."""
    from rag.wiring import load_translator

    for name, counts in tables(load_translator(Path("."))):
        cells = [f"{kind} {c}/{n} ({c / n:.1%})" for kind, (c, n) in counts.items()]
        print(f"{name}: " + "; ".join(cells))


if __name__ == "__main__":
    main()
