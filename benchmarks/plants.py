"""A faithful sentence in, the same with one planted error out; None where none fits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from rag.quantities import quantities

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
            if (at := text.find(verb)) > 0 and text[at + 1 : at + 2] not in (
                "限",
                "效",
                "关",
                "公",
            ):
                return (
                    text[:at] + "不" + text[at:] if verb != "有" else text[:at] + "没" + text[at:]
                )
        return None
    if re.search(r"\bnot\b", text):
        return re.sub(r"\bnot ", "", text, count=1)
    match = re.search(r"\b(is|are|was|were|can|must)\b", text)
    return text[: match.end()] + " not" + text[match.end() :] if match else None


# Surer than the paper: the first is said there, the others are planted.
_SURER = (
    ("可能", ("可以", "会", "必然")), ("有望", ("可以", "能够")), ("似乎", ("确实",)),
    ("提示", ("证明", "证实")), ("潜在", ("已证实",)), ("或为", ("就是",)), ("或与", ("确与",)),
    ("may", ("will", "does")), ("might", ("will",)), ("could", ("will", "can")),
    ("suggest", ("prove", "demonstrate")), ("suggests", ("proves",)), ("possibly", ("certainly",)),
    ("perhaps", ("indeed",)), ("seem", ("are proved",)), ("appear", ("are proved",)),
    ("promising", ("proven",)), ("potential", ("proven",)), ("likely", ("certain",)),
)  # fmt: skip
_HEDGES = (
    "可能", "似乎", "有望", r"\bpossibly ", r"\bperhaps ", r"\bpotentially ", r"\bmay ", r"\bmight ",
    r"^(?:上述结果|研究结果|研究)提示", r"^(?:These|The|Some) (?:results|studies) suggest that ",
)  # fmt: skip
_CAUSES = (
    (r"^(.{2,24})(?:与|和)(.{2,24}?)(?:独立|显著|密切)?(?:相关|有关)", (r"\1导致\2", r"\1引起\2", r"\1造成\2")),
    (r"(?:与|和)(.{2,24}?)(?:之间)?呈(?:显著)?[正负]相关(?:关系)?", (r"导致\1",)),
    (r"(?:与|和)(.{2,24}?)存在(?:独立)?关联", (r"导致\1",)),
    (
        r"\b(?:is|are|was|were|has been|have been) (?:independently |significantly |positively )?"
        r"(?:associated with|linked to|correlated with|related to)", ("causes", "leads to")),
    (r"\bcorrelates? (?:positively |negatively )?with", ("causes",)),
)  # fmt: skip
_WIDER = (
    (r"(?:一)?(?:大多数|多数|大部分|部分|少数|一些|个别)(?=患者|病例|病人)", ("所有", "")),
    (r"晚期(?=[\u4e00-\u9fff])|老年(?=患者)|绝经后(?=女性)|轻症(?=患者)|初治的?|转移性(?=结直肠)|"
     r"(?<=[\u4e00-\u9fffA-Z])(?:阳性|阴性)的?(?=患者)", ("",)),
    (r"[3三] ?级(?:及|或)?以上的?", ("",)),
    (r"在?小鼠(?:模型)?(?:中|体内)?", ("在患者中", "")), (r"体外实验(?:中|显示)?，?|在?体外", ("在患者中",)),
    (r"\b(?:some|a few|most|many|the majority of|a small number of|certain) (?=patients|cases|mild)",
     ("all ",)),
    (r"\b(?:advanced|elderly|postmenopausal|metastatic|untreated|extensive-stage) ", ("",)),
    (r"\b(?:of )?grade 3 or (?:higher|above) ?", ("",)),
    (r"\bin (?:a )?(?:mouse model|mice|rats)\b", ("in patients", "")), (r"\bin vitro\b", ("in patients",)),
)  # fmt: skip
_AFFIRMED = (
    (r"(?:尚无|没有|缺乏)(?:充分|足够|明确)?(?:的)?证据", "有充分证据"), (r"证据尚不充分", "证据充分"),
    (r"未能|不能|无法", "能够"), (r"难以", "能够"), (r"并非所有", "所有"), (r"没有研究", "已有研究"),
    (r"未(?:观察到|发现|见)", "观察到"), (r"(?<!观)没有(?=剂量)", "有"), (r"却未", "也"), (r"没有显著|无统计学|不显著", "有显著"),
    (r"\bno (?:sufficient )?evidence", "clear evidence"), (r"\bis insufficient\b", "is sufficient"),
    (r"\bfailed to (\w+)", r"managed to \1"), (r"\bhardly\b", "readily"), (r"\bnot all\b", "all"),
    (r"\bNot all\b", "All"), (r"\bNo study has\b", "A study has"),
    (r"\bwas not\b", "was"), (r"\bdid not (\w+)", r"did \1"), (r"\bdoes not (\w+)", r"does \1"),
    (r"\bshowed no\b", "showed a"), (r"\bNo (?=[a-z-]+)", "A "), (r"\bwithout (?=\w+ing)", "and by "),
)  # fmt: skip


def numbers_swapped(text: str, rng: random.Random) -> str | None:
    """Return ``text`` with two numbers of one unit in each other's place."""
    found = [q for q in quantities(text) if q.firm and q.unit not in ("", "year", "age")]
    pairs = [
        (a, b)
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if re.fullmatch(r"\s*[-–~～至到]\s*|\s*to\s*", text[a.end : b.start]) is None
        and a.unit == b.unit
        and a.value != b.value
        and a.comparator == b.comparator == ""
    ]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    a, b = text[first.start : first.end], text[second.start : second.end]
    return text[: first.start] + b + text[first.end : second.start] + a + text[second.end :]


def _replaced(table: Sequence[tuple[str, Sequence[str]]], flags: int = 0) -> Plant:
    """Return a plant that puts something of the second column for what the first matches."""
    compiled = [(re.compile(pattern, flags), new) for pattern, new in table]

    def plant(text: str, rng: random.Random) -> str | None:
        found = [(pattern, new) for pattern, new in compiled if pattern.search(text)]
        if not found:
            return None
        pattern, new = rng.choice(found)
        return pattern.sub(rng.choice(list(new)), text, count=1).strip()

    return plant


def _worded(word: str) -> str:
    return rf"\b{word}\b" if word.isascii() else word


PLANTS: dict[str, Plant] = {
    "number": number_changed, "unit": _swapped(_UNITS, both=False),
    "sign": _swapped(_SIGNS, both=False), "binding": numbers_swapped,
    **{kind: _name_swapped(kind) for kind in _NAMES},
    "direction": _swapped(_FLIPS, both=True), "negation": negated,
    "affirmed": _replaced([(old, (new,)) for old, new in _AFFIRMED]),
    "comparison": _swapped(_COMPARISONS, both=True),
    "surer": _replaced([(_worded(old), new) for old, new in _SURER]),
    "unhedged": _replaced([(old, ("",)) for old in _HEDGES]),
    "cause": _replaced(_CAUSES), "scope": _replaced(_WIDER, re.I),
}  # fmt: skip
