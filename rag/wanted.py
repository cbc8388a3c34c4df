"""What a text gives of what a broad question asks for: treatments that it names, what acts.

A name counts where it is another than the question's own and tells one thing from another;
for a mechanism, where it acts on something or stands under a heading on mechanisms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.clean import search_text
from rag.mechanism_facts import mechanisms_in
from rag.mentions import Mention, mentions_of, name_forms
from rag.question import Question
from rag.terms import WIDE, Translator, fold
from rag.topics import Topic, topic_of

_TREATS = re.compile(
    r"治疗|疗法|[化放]疗|术$|切除|消融|移植|栓塞|透析|灌注|刺激|置换|起搏|支架|康复|针灸|therap|surg|ablation"
    r"|transplant|emboli|dialysis|ectomy|infusion|stimulation|replacement|stent|rehabilit"
)
# Names that tell no treatment from another.
_ANY_TREATMENT = re.compile(
    r"(?:联合|综合|标准|常规|一线|二线|后线)?(?:治疗|疗法|用药)$"
    r"|(?:combin\w+ )?(?:therapy|treatment)$"
)
_EXAMINES = re.compile(r"活检|造影|镜检|检[查测](?!点)|穿刺|摄影|技术|biops|graph|scop|test")
# Headings of sections on how a thing comes about, and of those on what is done about it.
_ON_MECHANISM = re.compile(
    r"机制|机理|病因|发病|病理|通路|途径|信号|调控|微环境|蛋白|因子|分子|基因|过程"
    r"|mechanis|pathogen|patholog|pathway|signal|regulat|microenviron|protein|molecul|gene\b"
    r"|etiolog",
    re.I,
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
        actors = [fact.molecule for fact in mechanisms_in(text, language, self.lexicon)]
        mentions = mentions_of(text, language, self.lexicon) if actors else ()
        return _first_names(
            m for m in mentions if self._is(m) and any(m.text in actor for actor in actors)
        )

    def _is(self, mention: Mention) -> bool:
        topic = self.topic
        if mention.family not in topic.families or name_forms(mention) & topic.known:
            return False
        if any(name in WIDE for name in name_forms(mention)):
            return False
        if mention.family == "therapy" and topic.members:
            return bool(name_forms(mention) & topic.members)
        if mention.family == "therapy" and topic.modalities:
            return any(m.includes(mention.text, mention.group) for m in topic.modalities)
        return mention.kind != "procedure" or _treats(mention)


def _first_names(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(fold((m.names or (m.text,))[0]) for m in mentions)


def _treats(mention: Mention) -> bool:
    """Tell whether a procedure is a treatment: the lexicon has tests and examinations too."""
    names = name_forms(mention)
    if any(_ANY_TREATMENT.match(name) for name in names):
        return False
    return any(_TREATS.search(name) and not _EXAMINES.search(name) for name in names)


def wanted_of(question: Question, lexicon: Translator | None) -> Wanted | None:
    """Return what ``question`` asks for; None where it is something else than names."""
    topic = topic_of(question, lexicon) if lexicon else None
    return Wanted(topic, lexicon) if topic and lexicon else None
