"""What a broad question asks to be named, and the sentences that name it.

"Which drugs ...", "how is ... treated", "which pathways ..." are answered by sentences that name
a drug, a procedure, a pathway beside those that the question names itself. Sentences that only
introduce the subject or say how much it matters are nearest to such a question and answer
nothing, so they lose; so does one that names nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.records import Hit
from ingest.clean import search_text
from rag.coverage import Coverage
from rag.mentions import Mention, mentions_of
from rag.modalities import Modality, modalities_of
from rag.question import Question
from rag.selection import Candidate, announces
from rag.terms import SPECIFIC, Translator, fold

# What a sentence that names nothing wanted loses, in log odds.
UNNAMED = 3.0

# Between "which" and what is asked for: at most a few words, none that is itself asked for.
_ZH = r"(?:哪些|哪几[种类个条]|什么|何种|哪种)(?:[^患人因机指标研究，,。?？]{0,4}?)"
_LISTED = (
    r"(?:主要|目前|现有|常用|可用|具体|都|又|分别|一般)*(?:有|包括|是|为)?"
    r"(?:哪些|哪几[种类个条]|什么)(?=\s*(?:[?？。]|$))"
)
_EN = (
    r"\b(?:which|what)(?: (?!patients|factors|adverse|side|outcomes?|effects?|of|from|to|for|in"
    r"|with)[\w/+-]+){0,3}? "
)
_TREATMENT_ZH = r"(?:药物?|疗法|治疗(?:方[法案式]|手段|措施|策略|选择|药物?)?|化疗|放疗|方案)"
_TREATMENT_EN = (
    r"(?:drugs?|agents?|regimens?|treatments?|therap(?:y|ies)|medications?|chemotherap\w*"
    r"|immunotherap\w*|interventions?)\b(?![- ](?:related|resistan|associated|effects?|outcomes?))"
)
# Family of mentions -> how a question asks for some of it.
_ASKS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("therapy",),
     rf"{_ZH}{_TREATMENT_ZH}|{_TREATMENT_ZH}{_LISTED}"
     r"|(?:如何|怎样|怎么)(?:进行)?(?:有效)?(?:治疗|处理|用药|防治|干预)"
     rf"|{_EN}{_TREATMENT_EN}|\btreatment options\b|\b(?:used|given|available) to treat\b"
     r"|\bhow (?:is|are|do|does|should|can)\b.*\b(?:treat(?:ed)?|managed?)\b"
     r"|\b(?:treatments?|drugs?|therap(?:y|ies)) (?:are|is)"
     r" (?:there|available|used|recommended)\b"),
    (("pathway", "name"),
     rf"{_ZH}(?:信号)?(?:转导)?(?:通路|途径)|(?:通路|途径){_LISTED}|{_EN}pathways?\b"),
    (("molecule", "name"),
     rf"{_ZH}(?:蛋白|基因|分子|细胞因子|趋化因子|受体|标志物|酶)"
     rf"|(?:蛋白|基因|分子|因子|受体|标志物){_LISTED}"
     rf"|{_EN}(?:proteins?|genes?|molecules?|cytokines?|chemokines?|receptors?|integrins?"
     rf"|enzymes?|biomarkers?)\b"),
    (("cell",), rf"{_ZH}细胞(?!因子)|细胞{_LISTED}|{_EN}cells?\b(?! lines?)"),
)  # fmt: skip
_TREATS = re.compile(
    r"治疗|疗法|[化放]疗|术$|切除|消融|移植|栓塞|透析|灌注|therap|surg|ablation|transplant|emboli"
    r"|dialysis|ectomy|infusion"
)
# Names that tell no treatment from another.
_ANY_TREATMENT = re.compile(
    r"(?:联合|综合|标准|常规|一线|二线|后线)?(?:治疗|疗法|用药)$"
    r"|(?:combin\w+ )?(?:therapy|treatment)$"
)
_EXAMINES = re.compile(r"活检|造影|镜检|检[查测]|穿刺|摄影|技术|biops|graph|scop|test")
_COMPILED = tuple((families, re.compile(pattern, re.I)) for families, pattern in _ASKS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Families of mentions that are asked for, of some kinds of treatment where these are named.

    ``known`` are the folded names that stand in the question itself.
    """

    families: frozenset[str]
    modalities: tuple[Modality, ...]
    known: frozenset[str]
    lexicon: Translator

    def named(self, text: str, language: str) -> frozenset[str]:
        """Return what ``text`` (search text) names of it, by the first name of each."""
        return frozenset(
            fold((mention.names or (mention.text,))[0])
            for mention in mentions_of(text, language, self.lexicon)
            if self._is(mention)
        )

    def _is(self, mention: Mention) -> bool:
        if mention.family not in self.families or _names(mention) & self.known:
            return False
        if mention.family == "therapy" and self.modalities:
            return any(m.includes(mention.text, mention.group) for m in self.modalities)
        return mention.kind != "procedure" or _treats(mention)


def _names(mention: Mention) -> frozenset[str]:
    return frozenset(fold(name) for name in (mention.text, *mention.names))


def _treats(mention: Mention) -> bool:
    """Tell whether a procedure is a treatment: the lexicon has tests and examinations too."""
    names = _names(mention)
    if any(_ANY_TREATMENT.match(name) for name in names):
        return False
    return any(_TREATS.search(name) and not _EXAMINES.search(name) for name in names)


def wanted_of(question: Question, lexicon: Translator | None) -> Wanted | None:
    """Return what ``question`` asks to be named; None where it asks for something else."""
    if lexicon is None:
        return None
    families = {
        family for names, asks in _COMPILED if asks.search(question.search) for family in names
    }
    if not families:
        return None
    own = mentions_of(question.search, question.language, lexicon)
    known = frozenset().union(*(_names(mention) for mention in own))
    kinds = modalities_of(question.search) if "therapy" in families else ()
    return Wanted(frozenset(families), kinds, known, lexicon)


def naming_first(hits: Sequence[Hit], wanted: Wanted, count: int, sure: int) -> tuple[Hit, ...]:
    """Return ``count`` hits: the ``sure`` best, then those that name what is wanted, then others.

    The overview of a paper is nearest to a broad question; the sections that answer stand
    further down.
    """
    best, naming, rest = list(hits[:sure]), list[Hit](), list[Hit]()
    for hit in hits[sure:]:
        if len(best) + len(naming) == count:
            break
        names = wanted.named(search_text(hit.passage.text), hit.passage.language)
        (naming if names else rest).append(hit)
    return tuple([*best, *naming, *rest][:count])


def prefer(
    ranked: Sequence[Candidate], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> list[Candidate]:
    """Return the candidates anew, best first, by what they name.

    Those from a paper on something else than the question names are left out, as long as
    others are left: another disease's drugs are no answer.
    """
    own = [c for c in ranked if _on_subject(c, coverages[c.hit.passage.language], wanted)]
    out = []
    for candidate in own or ranked:
        text = candidate.search
        language = candidate.hit.passage.language
        names = frozenset[str]() if announces(text) else wanted.named(text, language)
        score = candidate.score - (0.0 if names else UNNAMED)
        out.append(replace(candidate, score=score, names=names, specific=bool(names)))
    return sorted(out, key=lambda c: -c.score)


def _on_subject(candidate: Candidate, coverage: Coverage, wanted: Wanted) -> bool:
    """Tell whether a sentence, its passage, section or title names all the question's subjects."""
    rows = zip(coverage.terms, candidate.found, candidate.around, strict=True)
    return all(
        found or around
        for term, found, around in rows
        if term.anchor and term.sure and term.kind in SPECIFIC and not modalities_of(term.text)
    )
