"""Sentences on another drug, or of another year, than the question names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.coverage import Coverage
from rag.selection import Candidate
from rag.terms import KeyTerm, Translator, fold

# Names of a class take in every member: a sentence on one of them is about the class.
_CLASS = re.compile(
    r"(?:抑制剂|拮抗剂|激动剂|阻滞剂|调节剂|药物?|类|抗体|激素|制剂)$|(?:inhibitor|antagonist|"
    r"agonist|blocker|antibod|drug|agent|therap)",
    re.I,
)

_METASTASIS = re.compile(r"转移[瘤癌]?$|\bmetasta(?:sis|ses)$", re.I)

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]\d\d|20\d\d)(?!\d)")


def on_subject(
    ranked: Sequence[Candidate], coverages: Mapping[str, Coverage], lexicon: Translator | None
) -> list[Candidate]:
    """Return ``ranked`` without sentences on another drug than the question names.

    All of them where nothing else is left, so that what is missing can be told.
    """
    kept = [c for c in ranked if not _strays(c, coverages[c.hit.passage.language], lexicon)]
    return kept or list(ranked)


def _strays(candidate: Candidate, coverage: Coverage, lexicon: Translator | None) -> bool:
    named = [
        (term, found)
        for term, found in zip(coverage.terms, candidate.found, strict=True)
        if term.kind == "drug" and term.anchor and term.sure
    ]
    if not named or any(found for _, found in named):
        return False
    return all(speaks_of_another(candidate, term, lexicon) for term, _ in named)


def speaks_of_another(candidate: Candidate, term: KeyTerm, lexicon: Translator | None) -> bool:
    """Tell whether a sentence is on another drug, year or site of metastasis than ``term``."""
    if term.kind == "number":
        return bool(_YEAR.search(candidate.search))
    if term.kind == "disease" and lexicon is not None and _site(term.text):
        return _metastasis_elsewhere(candidate, term, lexicon)
    if term.kind != "drug" or lexicon is None or _CLASS.search(term.text):
        return False
    language = candidate.hit.passage.language
    # A regimen is known by one name too: 阿替利珠单抗联合贝伐珠单抗.
    concepts = lexicon.concepts(candidate.search, language)
    return any(c.kind in ("drug", "regimen") for c in concepts)


def _site(name: str) -> bool:
    """Tell whether a name says where a tumour went: 肝转移, brain metastasis."""
    return len(name) > 2 and _METASTASIS.search(name) is not None


def _metastasis_elsewhere(candidate: Candidate, term: KeyTerm, lexicon: Translator) -> bool:
    """Tell whether a sentence names sites, and none is that of ``term``."""
    own = {*term.forms, *(form for part in term.parts for form in part)}
    concepts = lexicon.concepts(candidate.search, candidate.hit.passage.language)
    sites = [c for c in concepts if c.kind == "disease" and _site(c.text)]
    return bool(sites) and not any(fold(c.text) in own for c in sites)
