"""What a broad question asks of its subject: names of some family, or how it comes about.

"Which drugs ...", "how is ... treated", "which pathways ..." ask for names beside those that the
question holds itself; "the mechanism of ..." for what acts on what. A question is bare when it
holds nothing but its subject and what is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.mentions import Mention, mentions_of, name_forms
from rag.modalities import Modality, members_of, modalities_of
from rag.question import Question
from rag.terms import SPECIFIC, Translator, fold

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
_TREATMENT_ZH = (
    r"(?:药(?!理|效|代|学|动|敏|材|典)物?|疗法|治疗(?:方[法案式]|手段|措施|策略|选择|药物?)?"
    r"(?!作用|效[果应]|靶点|反应|机[制理]|意义|价值|前景)|化疗|放疗|方案|生物制剂|抑制剂|拮抗剂|激动剂"
    r"|单抗|手术(?:方式|方法)?|术式)"
)
_TREATMENT_EN = (
    r"(?:drugs?|agents?|regimens?|treatments?|therap(?:y|ies)|medications?|chemotherap\w*"
    r"|immunotherap\w*|interventions?|inhibitors?|biologics|antibodies|surger(?:y|ies)"
    r"|operations?|procedures?)\b(?![- ](?:related|resistan|associated|effects?|outcomes?))"
)
# What a paper tells of a treatment beside naming it: its state, its progress, a choice.
_STATE_ZH = r"(?:的?(?:研究|临床|最新|应用)*(?:进展|现状|策略|选择|方法|方案|手段|措施|概况|应用))"
# Family of mentions -> how a question asks for some of it.
_ASKS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("therapy",),
     rf"{_ZH}{_TREATMENT_ZH}|{_TREATMENT_ZH}{_LISTED}"
     r"|(?:如何|怎样|怎么)(?:进行)?(?:有效)?(?:治疗|处理|用药|防治|干预)"
     r"|用(?:什么|哪种)药|治疗药物?(?=\s*(?:[?？。]|$))"
     rf"|治疗{_STATE_ZH}(?=\s*(?:[?？。]|$|有哪些|是什么|如何))"
     r"|(?:的|介绍|概述|综述|总结|简述|说说|谈谈)[^，,。？?]{0,12}(?:治疗|疗法|用药)(?=\s*(?:[?？。]|$))"
     rf"|{_EN}{_TREATMENT_EN}|\btreatment options\b|\b(?:used|given|available) to treat\b"
     r"|\bhow (?:is|are|do|does|should|can)\b.*\b(?:treat(?:ed)?|managed?)\b"
     r"|\bwhat (?:is|are) the (?:[\w-]+ ){0,3}(?:treatments?|therap(?:y|ies)|management)"
     r" (?:of|for)\b"
     r"|\b(?:describe|summari[sz]e|overview of|outline|advances in|progress in)\b.*"
     r"\b(?:treatment|therapy|management)\b|\btherapy options\b"
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
_COMPILED = tuple((families, re.compile(pattern, re.I)) for families, pattern in _ASKS)
# How something comes about.
_COMES = r"(?:发生|发展|形成|产生|转移|扩散|播散|进展|发病)"
_MECHANISM = re.compile(
    rf"机制|机理|在.{{2,20}}中的(?:作用|角色)|(?:如何|怎样|怎么)(?:会)?{_COMES}|(?:为什么|为何)(?:容易|常|易|会|能|好发)*{_COMES}"
    r"|\brole of\b|\bmechanisms?\b|\bpathogenesis\b|\bpathophysiology\b|\bmolecular basis\b"
    r"|\bhow (?:do|does|did|is|are|can)\b.*\b(?:spread|develop|occur|arise|metastasi[sz]e"
    r"|progress|come about)\b",
    re.I,
)
# Families of what acts in a mechanism; a question that names one asks for its part in it.
ACTING = frozenset(["molecule", "pathway", "cell", "name"])

# Words that frame a question for an overview and narrow it to nothing.
_FRAME_ZH = re.compile(
    r"分子|生物学|病理生理|病理|主要|目前|现有|常用|可用|可以|具体|分别|一般|常见|关键|重要|相关|潜在|最新"
    r"|发生|发展|发病|形成|产生|扩散|播散|机制|机理|原理|研究|临床|应用|进展|现状|概况|策略|选择|方法|方案|方式"
    r"|手段|措施|治疗|疗法|药物|药|用药|防治|生物制剂|抑制剂|手术|术式|外科|干预|处理|信号|转导|通路|途径|蛋白|基因|细胞因子|趋化因子|受体"
    r"|细胞|作用|角色|扮演|参与|涉及|介导|促进|驱动|导致|引起|调控|有关|用于|患者|病人|请问|请|介绍|概述|综述|总结|简述|说说|谈谈"
    r"|关于|哪些|哪几|什么|何种|哪种|如何|怎样|怎么|为什么|为何|容易|进行|有效|包括|之间|通过|以及"
    r"|[的是有都又了吗呢和与及对于在中会能用药易个种类条为到向其等一下]"
)
_FRAME_EN = frozenset(
    ["what", "which", "how", "why", "is", "are", "do", "does", "did", "can", "the", "a", "an",
     "regarding", "of", "in", "for", "to", "with", "by", "and", "from", "into", "there", "be",
     "used", "use",
     "given", "available", "recommended", "main", "major", "key", "important", "known", "current",
     "common", "possible", "molecular", "biological", "underlying", "mechanism", "mechanisms",
     "pathogenesis", "pathophysiology", "basis", "spread", "develop", "develops", "occur",
     "occurs", "arise", "arises", "metastasize", "metastasise", "metastasizes", "progress",
     "come", "about", "treat", "treats", "treated", "treatment", "treatments", "therapy",
     "therapies", "inhibitor", "inhibitors", "biologics", "surgery", "surgical", "drug", "drugs",
     "agent", "agents", "regimen", "regimens", "medication",
     "medications", "managed", "manage", "management", "option", "options", "strategy",
     "strategies", "approach", "approaches", "pathway", "pathways", "signaling", "signalling",
     "protein", "proteins", "gene", "genes", "molecule", "molecules", "cell", "cells",
     "cytokine", "cytokines", "receptor", "receptors", "involved", "role", "play",
     "plays", "participate", "drive",
     "drives", "promote", "promotes", "cause", "causes", "mediate", "mediates", "contribute",
     "contributes", "patient", "patients", "please", "describe", "summarize", "summarise",
     "overview", "outline", "explain", "advances", "should", "me",
     "work", "works", "action", "act", "acts", "mode", "tell", "give", "some"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question asks of its subject.

    ``families`` of mentions are asked for, of the kinds of treatment in ``modalities`` where
    these are named; ``mechanism`` asks what of these acts on what. ``known`` are the folded
    names that stand in the question itself; of a class among them only ``members`` count, where
    the lexicon lists any. ``asked`` are those that name what is asked for
    (免疫细胞 in 哪些免疫细胞) and not its subject. ``bare`` marks a question that holds nothing
    else.
    """

    families: frozenset[str]
    mechanism: bool
    modalities: tuple[Modality, ...]
    known: frozenset[str]
    members: frozenset[str]
    asked: frozenset[str]
    bare: bool

    def is_subject(self, kind: str, text: str) -> bool:
        """Tell whether a term of the lexicon's ``kind`` is what the question is about."""
        return _is_subject(kind, text) and fold(text) not in self.asked


def topic_of(question: Question, lexicon: Translator) -> Topic | None:
    """Return what ``question`` asks of its subject; None where it asks for something else."""
    search = question.search
    own = mentions_of(search, question.language, lexicon)
    spans = [
        (families, match.span()) for families, asks in _COMPILED for match in asks.finditer(search)
    ]
    families = {family for names, _ in spans for family in names}
    acting = ACTING | {"therapy"}
    asked = {
        fold(m.text)
        for m in own
        for names, (start, end) in spans
        if m.family in names and start <= m.start and m.end <= end
    }
    mechanism = not any(m.family in acting for m in own if fold(m.text) not in asked) and bool(
        _MECHANISM.search(search)
    )
    if mechanism:
        families |= ACTING
    if not families:
        return None
    kinds = modalities_of(search) if "therapy" in families else ()
    known = frozenset[str]().union(*map(name_forms, own))
    bare = _bare(question, lexicon, asked)
    return Topic(
        frozenset(families), mechanism, kinds, known, _members(own, asked, kinds, lexicon),
        frozenset(asked), bare,
    )  # fmt: skip


def _members(
    own: Sequence[Mention], asked: Collection[str], kinds: Sequence[Modality], lexicon: Translator
) -> frozenset[str]:
    """Return the drugs of a class that is asked for, where it is no kind of treatment."""
    if kinds:
        return frozenset()
    names = [name for m in own if fold(m.text) in asked for name in (m.text, *m.names)]
    return frozenset(fold(name) for name in members_of(names, lexicon.members))


def _is_subject(kind: str, text: str) -> bool:
    named = kind in SPECIFIC or kind == "process"
    return named and not modalities_of(text) and not _MECHANISM.search(text)


_CLASSES_ZH = re.compile(
    r"(?:一般|通常|主要|可以|可|能)*分(?:为|成)?(?:哪|几)[^，。？?]{1,4}[？?]?"
)


def asks_of_nothing(question: Question, lexicon: Translator) -> bool:
    """Tell whether a question asks for something and names nothing to ask it of: 有哪些药物？"""
    if _CLASSES_ZH.fullmatch(question.search):
        return True
    topic = topic_of(question, lexicon)
    if topic is None:
        return False
    left, subjects = _stripped(question, lexicon, topic.asked)
    return not subjects and not left


def holds_nothing_else(question: Question, lexicon: Translator) -> bool:
    """Tell whether a question names one subject, asks a thing of it, and holds nothing else."""
    left, subjects = _stripped(question, lexicon, ())
    return len(subjects) == 1 and not left


def _bare(question: Question, lexicon: Translator, asked: Collection[str]) -> bool:
    """Tell whether nothing is left of a question without its subject and what frames it."""
    left, subjects = _stripped(question, lexicon, asked)
    return any(kind in SPECIFIC for kind in subjects) and not left


def _stripped(
    question: Question, lexicon: Translator, asked: Collection[str]
) -> tuple[bool, list[str]]:
    """Return whether anything is left beside subjects and frame, and the subjects' kinds."""
    left, subjects = question.search, list[str]()
    for concept in reversed(lexicon.concepts(question.search, question.language)):
        if fold(concept.text) not in asked and _is_subject(concept.kind, concept.text):
            subjects.append(concept.kind)
        elif fold(concept.text) not in asked and not modalities_of(concept.text):
            continue
        left = f"{left[: concept.start]} {left[concept.end :]}"
    if question.language == "zh":
        return any(c.isalnum() for c in _FRAME_ZH.sub("", left)), subjects
    words = re.findall(r"[\w-]+", left.lower())
    return any(word not in _FRAME_EN and word.isalnum() for word in words), subjects
