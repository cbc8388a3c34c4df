"""Names that a claim has and its source lacks, under all the names that are known for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexicon import Concept
from rag.findings import Finding
from rag.name_forms import DISEASE_ZH, DRUG_EN, DRUG_ZH
from rag.pairing import Pair, is_chinese
from rag.spelling import close, spelled
from rag.terms import SPECIFIC, Translator, fold, mentions

_NAME = re.compile(
    r"(?<![A-Za-z0-9α-ω])(?=[A-Za-zα-ωΑ-Ω0-9\-/+.]*[A-Zα-ωΑ-Ω0-9])[A-Za-zα-ωΑ-Ω][A-Za-zα-ωΑ-Ω0-"
    r"9\-/+.]*[A-Za-zα-ωΑ-Ω0-9]|"
    r"(?<![A-Za-z0-9])\d+[A-Z][A-Za-z]+\d*",
    re.A,
)
_DRUG_EN = re.compile(DRUG_EN, re.I)
_DRUG_ZH, _DISEASE_ZH = re.compile(DRUG_ZH), re.compile(DISEASE_ZH)
# What follows a name with a hyphen and is no part of it: CCR2-positive.
_SUFFIX = re.compile(
    r"-(?:positive|negative|mediated|dependent|independent|driven|mutant|mutated|induced|based|"
    r"targeted|associated|related|expressing|positivity|high|low|deficient|null|"
    r"wild|type|like|naive)$",
    re.I,
)
# A word with a capital that is named after what it is: Hippo 信号, Notch signalling.
# Names that can be put in many other words.
_VAGUE = re.compile(
    r"不良|副作用|\b(?:adverse|side effects?)\b|^(?:联合|综合|全身|局部|标准|"
    r"单药)?(?:治疗|疗法|用药|方案)$|"
    r"^(?:combination |standard |systemic |local |mono)?(?:therapy|treatment)$", re.I
)  # fmt: skip
# Immunotherapy for the drug, early gastric cancer for the cancer: what narrows it is looked at
# apart.
_DRESSED = re.compile(
    r"(?:联合)?(?:治疗|疗法|用药)$|\s+(?:therapy|treatment)$|"
    r"^(?:早期|晚期|转移性|原发性?|复发性|继发性)|^(?:early|late|advanced|metastatic|primary|"
    r"recurrent)\s+",
    re.I,
)
_PATHWAY = re.compile(r"\b([A-Z][a-z]+)\s*(?:信号|通路|轴|signal(?:l)?ing|pathway)")
_LINKS = re.compile(
    r"(?:和|与|及|或|联合|加|用|使用|采用|选用|如|的|是|为|对|在|给予|接受|包括|抑制剂|可|、)"
)


def names(pair: Pair) -> list[Finding]:
    """Return the names of the claim that its source lacks under any name."""
    known, findings = _listed(pair)
    findings += _formed(pair, known)
    low_source = close(fold(pair.source))
    findings += [
        Finding("name", m.group(1))
        for m in _PATHWAY.finditer(pair.claim)
        if m.group(1).lower() not in low_source
    ]
    if pair.same and pair.language == "zh":
        findings += _unlisted(_DRUG_ZH, pair.claim, pair.source, known)
        findings += _unlisted(_DISEASE_ZH, pair.claim, pair.source + pair.context, known)
    return findings


Places = list[tuple[int, int]]


def _listed(pair: Pair) -> tuple[Places, list[Finding]]:
    """Return where the claim has names of the lexicon, and those that the source lacks."""
    places: Places = []
    findings: list[Finding] = []
    if pair.translator is None:
        return places, findings
    low_source, low_context = close(fold(pair.source)), close(fold(pair.context))
    theirs = _named(pair.source, pair.translator)
    for concept in pair.translator.concepts(pair.claim, pair.language):
        places.append((concept.start, concept.end))
        forms = tuple(close(fold(n)) for n in (concept.text, *concept.names))
        if (
            concept.kind not in SPECIFIC
            or _VAGUE.search(concept.text)
            or theirs.intersection(forms)
            or _parts_known(concept.text, pair.source, pair.translator)
            or mentions(low_source, forms)
        ):
            continue
        lendable = concept.kind in ("disease", "anatomy", "organ")
        if (lendable and mentions(low_context, forms)) or _spelled_in(forms, pair.source):
            continue
        if pair.same and _in_other_words(concept, pair.source):
            continue
        if _sure_name(concept, same=pair.same):
            findings.append(Finding("name", concept.text))
    return places, findings


def _formed(pair: Pair, known: Places) -> list[Finding]:
    """Find names by their form: drugs by their stem, symbols by capitals and digits."""
    squeezed = spelled(pair.source)
    findings = []
    for match in (*_NAME.finditer(pair.claim), *_DRUG_EN.finditer(pair.claim)):
        if any(a < match.end() and match.start() < b for a, b in known):
            continue
        name = _SUFFIX.sub("", match.group())
        if not _is_symbol(name, at_start=match.start() == 0) and not _DRUG_EN.fullmatch(name):
            continue
        if pair.same or _has_digit(name):
            parts = [spelled(p) for p in re.split(r"[/]", name)]
            if not all(part in squeezed or _loose(part, squeezed) for part in parts) and not (
                _initials(name, pair.source) or _spelt_out(name, pair.source)
            ):
                findings.append(Finding("name", name))
    return findings


def _unlisted(
    pattern: re.Pattern[str], claim: str, source: str, known: Sequence[tuple[int, int]]
) -> list[Finding]:
    """Find Chinese names by their form, where the lexicon does not have them."""
    out = []
    for match in pattern.finditer(claim):
        if any(a < match.end() and match.start() < b for a, b in known):
            continue
        name = _LINKS.split(match.group())[-1]
        if len(name) > 2 and name not in source:
            out.append(Finding("name", name))
    return out


def _spelled_in(names: Sequence[str], source: str) -> bool:
    squeezed = spelled(source)
    return any(n.isascii() and len(spelled(n)) > 3 and spelled(n) in squeezed for n in names)


def _named(text: str, translator: Translator) -> frozenset[str]:
    """Return all names, in both languages, of what ``text`` names."""
    found = translator.concepts(text, "zh" if is_chinese(text) else "en")
    return frozenset(close(fold(n)) for c in found for n in (c.text, *c.names))


def _parts_known(name: str, source: str, translator: Translator) -> bool:
    """Tell whether a name put together (EGFR inhibitors, A and B) has all its parts in the source.

    Its symbols have to stand in the source, its other words to name something that does.
    """
    stem = _DRESSED.sub("", name)
    if stem != name and (stem in source or _named(stem, translator) & _named(source, translator)):
        return True
    words = [w for w in re.split(r"\s+(?:and\s+|plus\s+|with\s+)?|和|/|联合", name) if w]
    symbols = [w for w in words if _is_symbol(w, at_start=False)]
    if symbols:
        squeezed = spelled(source)
        return len(words) > 1 and all(spelled(w) in squeezed for w in symbols)
    if len(words) < 2:
        return False
    low_source = close(fold(source))
    known = [_named(word, translator) for word in words if len(word) > 3]
    return any(known) and all(mentions(low_source, tuple(k)) for k in known if k)


def _sure_name(concept: Concept, *, same: bool) -> bool:
    """Tell whether a missing concept is an error and not another way to put it."""
    kind = concept.kind
    if same:
        return kind not in ("anatomy", "organ", "procedure", "cell") or len(concept.text) > 2
    if kind in ("gene", "protein", "gene/protein", "pathway"):
        # What has no symbol (driver gene, cytokine) can be put in other words.
        return any(n.isascii() and _is_symbol(n, at_start=False) for n in concept.names)
    if kind == "drug":
        return not re.search(r"类|药物?$|剂$", concept.names[0] if concept.names else concept.text)
    return kind in ("disease", "regimen")


# Where a thing was measured or how it was given is told in many words: 血尿酸, 静脉输注.
_MEASURED = re.compile(r"^(?:血清|血浆|外周血|血)")


def _in_other_words(concept: Concept, source: str) -> bool:
    """Tell whether a Chinese source has what is measured, or most of the name of what is done."""
    name = concept.text
    bare = _MEASURED.sub("", name)
    if bare != name and len(bare) > 1 and bare in source:
        return True
    pairs = {name[i : i + 2] for i in range(len(name) - 1)}
    held = sum(pair in source for pair in pairs)
    return concept.kind == "procedure" and held * 3 >= len(pairs) > 1


# Measures of outcome and their names in words.
_MEASURES = {
    "OS": r"总生存|overall survival", "PFS": r"无进展生存|progression-free survival",
    "DFS": r"无病生存|disease-free survival", "EFS": r"无事件生存|event-free survival",
    "RFS": r"无复发生存|(?:relapse|recurrence)-free survival",
    "ORR": r"客观缓解|缓解率|有效率|(?:objective|overall) response|response rate",
    "DCR": r"疾病控制|disease control", "CR": r"完全缓解|complete (?:response|remission)",
    "PR": r"部分缓解|partial (?:response|remission)", "AE": r"不良|adverse",
    "HR": r"风险比|hazard ratio", "OR": r"比值比|odds ratio", "RR": r"相对危险|relative risk|"
                                                              r"risk ratio",
    "CI": r"置信区间|可信区间|confidence interval", "BMI": r"体质量指数|体重指数|body mass index",
    "ICU": r"重症监护|intensive care", "MRI": r"磁共振|magnetic resonance", "QoL": r"生活质量|"
                                                                            r"quality of life",
}  # fmt: skip


def _spelt_out(name: str, source: str) -> bool:
    """Tell whether the words that a common abbreviation stands for are in the source."""
    words = _MEASURES.get(name) or _MEASURES.get(name.removesuffix("s"))
    return words is not None and re.search(words, source, re.I) is not None


def _is_symbol(name: str, *, at_start: bool) -> bool:
    if any(c.isdigit() for c in name) or sum(c.isupper() for c in name) > 1:
        return True
    return any("α" <= c <= "ω" for c in name) and not at_start


def _has_digit(name: str) -> bool:
    return any(c.isdigit() for c in name) and sum(c.isalpha() for c in name) > 0


def _initials(name: str, source: str) -> bool:
    """Tell whether the words of an acronym stand in the source, spelled out."""
    letters = name.rstrip("s").replace("-", "")
    if not (letters.isupper() and letters.isalpha() and 2 <= len(letters) <= 6):
        return False
    words = r"[\s\-]+(?:(?:of|and|the|for)\s+)?".join(rf"{letter}\w+" for letter in letters)
    return re.search(rf"\b{words}", source, re.I) is not None


def _loose(part: str, squeezed: str) -> bool:
    """Plurals and hyphen variants of a name count as the name."""
    return len(part) > 3 and part.endswith("s") and part[:-1] in squeezed
