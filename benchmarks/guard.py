"""Planted errors: faithful sentences in, share of planted errors caught and of false alarms out.

Run: python -m benchmarks.guard [-v] [--tuned | --held]. Claims and sources in both languages
come from ``data/claims.tsv`` (our own text; an empty cell has no source in that language) and,
where they are there, sentences of the shared question sets (as they stand, each with the next
one as its neighbour). The guard was worked on with half of the rows (--tuned); of the others
(--held) only the false alarms were looked at, once.
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
Plant = Callable[[str, random.Random], str | None]

_FLIPS = (
    ("促进", "抑制"), ("上调", "下调"), ("升高", "降低"), ("增加", "减少"), ("增强", "减弱"),
    ("激活", "阻断"), ("延长", "缩短"), ("高于", "低于"), ("优于", "劣于"), ("提高", "降低"),
    ("promotes", "inhibits"), ("upregulates", "downregulates"), ("inhibits", "activates"),
    ("suppress", "activate"), ("suppresses", "activates"), ("increases", "reduces"),
    ("阻碍", "促进"), ("延缓", "加速"), ("delays", "accelerates"),
    ("enhance", "weaken"), ("activate", "suppress"), ("higher", "lower"), ("longer", "shorter"),
    ("activates", "inhibits"), ("better", "worse"), ("induces", "blocks"),
)  # fmt: skip
_SWAPS = {
    "drug": (("瑞戈非尼", "纳武利尤单抗", "利拉鲁肽"), ("regorafenib", "nivolumab", "liraglutide")),
    "gene": (("VEGFR3", "KRAS", "IL-17A", "NOTCH1"), ("VEGFR3", "KRAS", "IL-17A", "NOTCH1")),
    "pathway": (("Hippo 信号", "Notch 信号"), ("Hippo signalling", "Notch signalling")),
    "disease": (("胰腺癌", "胶质瘤"), ("pancreatic cancer", "glioma")),
}  # fmt: skip
_NAMES = {
    "drug": (
        r"[\u4e00-\u9fff]{2,5}(?:单抗|替尼|列净|利酮|双胍|曲塞)|\b[A-Za-z]+(?:mab|"
        r"nib|platin|gliflozin|renone|formin|trexed)\b"
    ),
    "gene": (
        r"(?<![A-Za-z])(?:[A-Z][A-Za-z]*-?\d+[A-Za-zα-ω]*|TGF-β|E-cadherin|"
        r"VEGF(?:-A)?|EGFR|PTEN|AKT|β-catenin|PD-L?1|miR-\d+)(?![A-Za-z])"
    ),
    "pathway": r"[A-Z0-9][A-Za-z0-9/]* ?(?:信号(?:通路)?|signalling|pathways?)",
    "disease": (
        r"NSCLC|SCLC|糖尿病肾病|diabetic kidney disease|肺癌|鳞状细胞癌|"
        r"squamous cell carcinoma"
    ),
}
_UNITS = (
    ("个月", "年"), ("mg", "g"), ("mL/min", "L/min"), ("岁", "个月"), ("%", "倍"),
    ("months", "years"), ("percent", "fold"),
)  # fmt: skip
_SIGNS = (
    ("≥", "<"), ("不低于", "低于"), ("以下", "以上"), ("低于", "高于"), ("at least", "less than"),
    ("below", "above"), ("or more", "or less"), ("or higher", "or lower"), ("以上", "以下"),
)  # fmt: skip
_COMPARISONS = (
    ("高于", "低于"), ("优于", "劣于"), ("较弱", "较强"), ("较差", "较好"), ("较轻", "较重"),
    ("longer", "shorter"), ("milder", "more severe"), ("poorly", "well"),
    ("fewer than", "more than"),
    ("weaker", "stronger"), ("lower than", "higher than"), ("better", "worse"),
)  # fmt: skip


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


def _name_swapped(kind: str) -> Plant:
    def plant(text: str, rng: random.Random) -> str | None:
        found = list(re.finditer(_NAMES[kind], text))
        if not found:
            return None
        match = rng.choice(found)
        pool = _SWAPS[kind][0 if re.search(r"[\u4e00-\u9fff]", text) else 1]
        new = rng.choice([name for name in pool if name not in text])
        return text[: match.start()] + new + text[match.end() :]

    return plant


def _stands(word: str, text: str) -> bool:
    """Tell whether a word stands in a text on its own (抑制, not 抑制剂)."""
    latin = word[0].isascii() and word[0].isalpha()
    return re.search(rf"\b{word}\b" if latin else re.escape(word) + "(?!剂)", text) is not None


def _swapped(pairs: Sequence[tuple[str, str]], *, both: bool) -> Plant:
    """Return a plant that puts one of a pair in place of the other."""

    def plant(text: str, rng: random.Random) -> str | None:
        every = [*pairs, *((b, a) for a, b in pairs)] if both else pairs
        found = [(a, b) for a, b in every if _stands(a, text)]
        if not found:
            return None
        old, new = rng.choice(found)
        return text.replace(old, new, 1)

    return plant


def negated(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with its statement denied, or its denial taken away."""
    if re.search(r"[\u4e00-\u9fff]", text):
        for word in ("不能", "没有", "未能", "无法"):
            if word in text:
                return text.replace(word, "能" if word != "没有" else "有", 1)
        if "不敏感" in text or "不影响" in text or "不推荐" in text:
            return re.sub("不(?=敏感|影响|推荐)", "", text, count=1)
        for verb in ("可以", "能够", "会", "可", "是", "有"):
            if (at := text.find(verb)) > 0:
                return (
                    text[:at] + "不" + text[at:] if verb != "有" else text[:at] + "没" + text[at:]
                )
        return None
    if re.search(r"\bnot\b", text):
        return re.sub(r"\bnot ", "", text, count=1)
    match = re.search(r"\b(is|are|was|were|can|must)\b", text)
    return text[: match.end()] + " not" + text[match.end() :] if match else None


def own_pairs(claims: str, sources: str, part: str = "") -> list[Pair]:
    """Return claims in one language with sources in one; ``part`` "tuned" or "held" halves them."""
    with open(HERE / "data" / "claims.tsv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    claim, source = f"claim_{claims}", f"source_{sources}"
    usable = [(n, row) for n, row in enumerate(rows) if row[source] and row[claim]]
    pairs = []
    for place, (n, row) in enumerate(usable):
        neighbour = usable[(place + 1) % len(usable)][1][source]
        if not part or (part == "held") == (n % 2 == 1):
            pairs.append((row[claim], row[source], neighbour))
    return pairs


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
    plants: dict[str, Plant] = {
        "number": number_changed, "unit": _swapped(_UNITS, both=False),
        "sign": _swapped(_SIGNS, both=False),
        **{kind: _name_swapped(kind) for kind in _NAMES},
        "direction": _swapped(_FLIPS, both=True), "negation": negated,
        "comparison": _swapped(_COMPARISONS, both=True),
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


def tables(
    translator: Translator | None, part: str
) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Yield the name of each set of pairs and its counts."""
    total: dict[str, dict[str, tuple[int, int]]] = {}
    for claims, sources in (("zh", "zh"), ("en", "en"), ("en", "zh"), ("zh", "en")):
        counts = measure(own_pairs(claims, sources, part), translator)
        yield f"own, {claims} on {sources}", counts
        merged = total.setdefault("same" if claims == sources else "across", {})
        for kind, (caught, tried) in counts.items():
            before = merged.get(kind, (0, 0))
            merged[kind] = (before[0] + caught, before[1] + tried)
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
