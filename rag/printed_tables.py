"""A printed table's text in, the treatments of its rows out.

The text has a line for each row, cells parted by tabs, the caption's lines before and notes
behind (see ``ingest``). A column is read only when its heading says what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.mentions import mentions_of
from rag.table_records import Treatment
from rag.terms import Translator

_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("regimen", r"药物|方案|用药|处方|\b(?:drugs?|regimens?|agents?)\b"),
        ("therapy",
            r"治疗方式|治疗方法|治疗措施|疗法|干预|治疗$|\b(?:treatments?|"
            r"therap(?:y|ies)|interventions?)\b"),
        ("population",
            r"人群|患者|适应证|适应症|适用|对象|疾病|分期|\b(?:populations?|"
            r"patients?|indications?)\b"),
        ("line", r"治疗线|线数|^线$|\bline\b"),
        ("outcome",
            r"疗效|结果|结局|缓解率|生存|有效率|ORR|PFS|(?<![A-Z])OS(?![A-Z])|DCR|"
            r"\b(?:outcomes?|results?|response|survival|efficacy)\b"),
    )
)  # fmt: skip
# Columns that hold what goes wrong, not what is achieved.
_OTHER = re.compile(
    r"不良|毒性|注意|靶点|机制|剂量|用法|作用|\b(?:adverse|toxicity|target|"
    r"mechanism|dose)\b",
    re.I,
)


def printed_treatments(
    text: str, translator: Translator | None
) -> Iterator[tuple[int, int, Treatment]]:
    """Yield (start, end, treatment) for each row of the table that names a therapy."""
    heading: list[str] = []
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < 2:
            continue
        if not heading:
            heading = [_meaning(cell) for cell in cells]
            continue
        if len(cells) != len(heading):
            continue
        treatment = _treatment(heading, cells)
        if treatment is not None and _names_therapy(treatment.regimen, translator):
            yield start, start + len(line), treatment


def _meaning(heading: str) -> str:
    if _OTHER.search(heading):
        return ""
    return next((name for name, pattern in _HEADINGS if pattern.search(heading)), "")


def _treatment(heading: Sequence[str], cells: Sequence[str]) -> Treatment | None:
    """Return what a row says; None without a regimen or without anything said of it."""
    held: dict[str, list[str]] = {}
    for name, cell in zip(heading, cells, strict=True):
        if name and re.search(r"\w", cell):
            held.setdefault(name, []).append(cell)
    regimen = "；".join(held.get("regimen", held.get("therapy", [])))
    population, line, outcome = (
        "；".join(held.get(name, [])) for name in ("population", "line", "outcome")
    )
    if not regimen or not (population or line or outcome):
        return None
    return Treatment(regimen, population, line, outcome)


def _names_therapy(text: str, translator: Translator | None) -> bool:
    language = "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"
    return any(m.family == "therapy" for m in mentions_of(text, language, translator))
