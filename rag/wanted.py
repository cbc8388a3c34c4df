"""The sentences that give what a broad question asks for, and whether the papers answer by them.

Sentences that only introduce the subject or say how much it matters are nearest to a question
like "which drugs ..." or "the mechanism of ..." and answer nothing, so they lose; so does one
that names nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.records import Hit
from ingest.clean import search_text
from rag.coverage import Coverage
from rag.mechanisms import mechanisms_zh
from rag.mechanisms_en import mechanisms_en
from rag.mentions import Mention, mentions_of
from rag.question import Question
from rag.selection import Candidate, announces
from rag.terms import SPECIFIC, KeyTerm, Translator, fold
from rag.topics import Topic, is_subject, topic_of

# What a sentence that names nothing wanted loses, in log odds; one that names what could act on
# something but says of nothing what it does; one whose subject only its passage names; one under
# a heading on something else.
UNNAMED, IDLE_NAME, ASIDE, ELSEWHERE = 3.0, 1.5, 1.0, 1.5
# So many sentences that name what is asked for, of a paper or section on the subject, answer.
ENOUGH = 3

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
# Headings of sections on how a thing comes about, and of those on what is done about it.
_ON_MECHANISM = re.compile(
    r"机制|机理|病因|发病|病理|通路|途径|信号|调控|微环境|蛋白|因子|分子|基因|过程"
    r"|mechanis|pathogen|patholog|pathway|signal|regulat|microenviron|protein|molecul|gene\b|etiolog",
    re.I,
)
# Headings of parts that speak of everything.
_OVERVIEW = re.compile(
    r"摘要|结语|结论|小结|总结|展望|讨论|引言|前言|概述|abstract|conclusion|summary|discussion|introduction"
    r"|overview",
    re.I,
)
# What a treatment does beside its purpose is no treatment of that.
_HARMS = re.compile(
    r"不良反应|副作用|毒副|毒性反应|adverse (?:effect|event|reaction)|side effect|toxicit", re.I
)
_ON_TREATMENT = re.compile(
    r"治疗|疗法|防治|药|手术|管理|干预|抑制剂|therap|treat|manage|drug|surg|inhibitor", re.I
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks for, and the lexicon to find it with."""

    topic: Topic
    lexicon: Translator

    def named(self, text: str, language: str, section: Sequence[str] = ()) -> frozenset[str]:
        """Return what ``text`` (search text) gives of it, by the first name of each.

        ``section`` are the headings that the text stands under.
        """
        mentions = [m for m in mentions_of(text, language, self.lexicon) if self._is(m)]
        if not mentions or not self.on_mechanisms:
            return _first_names(mentions)
        if _ON_TREATMENT.search(" ".join(section)):
            return frozenset()
        if acting := self.acting(text, language):
            return acting
        # A symbol of unknown meaning that does nothing may be anything, a person's name too.
        known = [m for m in mentions if m.family != "name"]
        return _first_names(known) if _ON_MECHANISM.search(" ".join(section)) else frozenset()

    def heads(self, section: Sequence[str]) -> bool:
        """Tell whether headings announce what is asked for."""
        heading = search_text(" ".join(section))
        if self.topic.modalities:
            return any(modality.said.search(heading) for modality in self.topic.modalities)
        if "therapy" in self.topic.families:
            return bool(_ON_TREATMENT.search(heading))
        return bool(_ON_MECHANISM.search(heading)) and not _ON_TREATMENT.search(heading)

    @property
    def on_mechanisms(self) -> bool:
        """Whether only what acts on something is asked for."""
        return self.topic.mechanism and "therapy" not in self.topic.families

    def acting(self, text: str, language: str) -> frozenset[str]:
        """Return what ``text`` says acts on something, by the first name of each."""
        extract = mechanisms_zh if language == "zh" else mechanisms_en
        actors = [fact.molecule for fact in extract(text, self.lexicon)]
        mentions = mentions_of(text, language, self.lexicon) if actors else ()
        return _first_names(
            m for m in mentions if self._is(m) and any(m.text in actor for actor in actors)
        )

    def _is(self, mention: Mention) -> bool:
        topic = self.topic
        if mention.family not in topic.families or _names(mention) & topic.known:
            return False
        if mention.family == "therapy" and topic.modalities:
            return any(m.includes(mention.text, mention.group) for m in topic.modalities)
        return mention.kind != "procedure" or _treats(mention)


def _first_names(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(fold((m.names or (m.text,))[0]) for m in mentions)


def _names(mention: Mention) -> frozenset[str]:
    return frozenset(fold(name) for name in (mention.text, *mention.names))


def _treats(mention: Mention) -> bool:
    """Tell whether a procedure is a treatment: the lexicon has tests and examinations too."""
    names = _names(mention)
    if any(_ANY_TREATMENT.match(name) for name in names):
        return False
    return any(_TREATS.search(name) and not _EXAMINES.search(name) for name in names)


def wanted_of(question: Question, lexicon: Translator | None) -> Wanted | None:
    """Return what ``question`` asks for; None where it is something else than names."""
    topic = topic_of(question, lexicon) if lexicon else None
    return Wanted(topic, lexicon) if topic and lexicon else None


def naming_first(hits: Sequence[Hit], wanted: Wanted, count: int, sure: int) -> tuple[Hit, ...]:
    """Return ``count`` hits: the ``sure`` best, then those that name what is wanted, then others.

    The overview of a paper is nearest to a broad question; the sections that answer stand
    further down. Of those the best passage of each section goes first, and sections whose
    headings announce what is asked for before others.
    """
    best = list(hits[:sure])
    seen = {_section(hit) for hit in best}
    order: dict[int, list[Hit]] = {0: [], 1: [], 2: [], 3: []}
    for hit in hits[sure:]:
        passage = hit.passage
        if not wanted.named(search_text(passage.text), passage.language, passage.section):
            order[3].append(hit)
        elif not wanted.heads(passage.section):
            order[2].append(hit)
        elif _section(hit) in seen:
            order[1].append(hit)
        else:
            order[0].append(hit)
            seen.add(_section(hit))
    ahead = [hit for rank in sorted(order) for hit in order[rank]]
    return tuple([*best, *ahead][:count])


def _section(hit: Hit) -> tuple[str, ...]:
    return (hit.passage.paper_id, *hit.passage.section)


def prefer(
    ranked: Sequence[Candidate], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> list[Candidate]:
    """Return the candidates anew, best first, by what they name.

    Those on something else than the question names are left out, as long as others are left:
    another disease's drugs are no answer.
    """
    kept = [c for c in ranked if _on_subject(c, coverages[c.hit.passage.language])] or ranked
    kept = [c for c in kept if not _strays(c, wanted, coverages)] or kept
    out = []
    for candidate in kept:
        names = _names_in(candidate, wanted)
        loss = _loss(candidate, names, wanted, coverages[candidate.hit.passage.language])
        out.append(
            replace(candidate, score=candidate.score - loss, names=names, specific=bool(names))
        )
    return sorted(out, key=lambda c: -c.score)


def _strays(candidate: Candidate, wanted: Wanted, coverages: Mapping[str, Coverage]) -> bool:
    """Tell whether a sentence is on another disease than the question, its headings and title."""
    language = candidate.hit.passage.language
    if _headed(candidate, coverages[language]):
        return False
    mentions = mentions_of(candidate.search, language, wanted.lexicon)
    return any(m.family == "disease" for m in mentions)


def _names_in(candidate: Candidate, wanted: Wanted) -> frozenset[str]:
    passage = candidate.hit.passage
    harm = "therapy" in wanted.topic.families and _HARMS.search(candidate.search)
    if harm or announces(candidate.search):
        return frozenset()
    return wanted.named(candidate.search, passage.language, passage.section)


def _loss(candidate: Candidate, names: frozenset[str], wanted: Wanted, coverage: Coverage) -> float:
    """Return what a candidate that names ``names`` loses, in log odds."""
    language = candidate.hit.passage.language
    loss = 0.0 if names else UNNAMED
    if names and wanted.on_mechanisms and not wanted.acting(candidate.search, language):
        loss += IDLE_NAME
    section = candidate.hit.passage.section
    if names and section and not wanted.heads(section) and not _OVERVIEW.search(" ".join(section)):
        loss += ELSEWHERE
    return loss if _headed(candidate, coverage) else loss + ASIDE


def answers(
    preferred: Sequence[Candidate], wanted: Wanted, coverages: Mapping[str, Coverage]
) -> bool:
    """Tell whether a bare question is answered by the papers' own order.

    A paper or section whose heading is the question's subject, with several sentences that give
    what is asked for, answers: nothing else stands in the question that could be missed.
    """
    if not wanted.topic.bare:
        return False
    giving = (
        c
        for c in preferred
        if c.names and not c.idle and _headed(c, coverages[c.hit.passage.language])
    )
    return sum(1 for _ in giving) >= ENOUGH


def _on_subject(candidate: Candidate, coverage: Coverage) -> bool:
    """Tell whether a sentence, its passage, section or title names all the question's subjects."""
    rows = zip(coverage.terms, candidate.found, candidate.around, strict=True)
    return all(
        found or around
        for term, found, around in rows
        if term.anchor and term.sure and term.kind in SPECIFIC and is_subject(term.kind, term.text)
    )


def _headed(candidate: Candidate, coverage: Coverage) -> bool:
    """Tell whether a sentence, its headings or its paper's title name each of the subjects."""
    title = fold(search_text(" ".join((candidate.hit.paper.title, *candidate.hit.passage.section))))
    rows = zip(coverage.terms, candidate.found, strict=True)
    return all(found or term.within(title) for term, found in rows if _is_subject(term))


def _is_subject(term: KeyTerm) -> bool:
    return term.sure and is_subject(term.kind, term.text)
