"""The question before: what it names, and what of it a follow-up may take or replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ingest.clean import count_han
from rag.mentions import Mention

TOPICS = ("therapy", "pathway", "molecule", "disease", "cell", "process", "name", "place", "term")

# Qualities that are always of something: family preferred as their owner, then the words.
QUALITIES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("therapy",),
     r"(?:推荐|常用|起始|最大)?(?:剂量|用量|用法|疗程|给药方式|给药途径)|副作用|"
     r"(?:常见|主要|严重)?(?:的)?(?:不良反应|不良事件|毒副作用|毒性)|适应证|"
     r"适应症|禁忌证|禁忌症|禁忌|适用人群|疗效|有效率|耐药(?:机制)?|注意事项|"
     r"安全性|作用靶点|靶点|半衰期",
     r"(?:recommended |usual |starting )?(?:dose|dosage|dosing)|(?:common |"
     r"main |serious )?(?:side effects?|adverse (?:effects?|events?|"
     r"reactions?))|toxicit(?:y|ies)|indications?|contraindications?|efficacy|"
     r"response rate|resistance(?: mechanisms?)?|safety|targets?"),
    (("disease",),
     r"预后|(?:中位)?(?:总|无进展)?生存(?:期|率)?|症状|临床表现|诊断(?:标准|"
     r"方法)?|(?:标准|一线|二线|三线|常用|推荐)?(?:的)?(?:治疗方法|治疗方案|"
     r"治疗手段|治疗药物|治疗|疗法|方案)|病因|发病率|患病率|危险因素|高危因素|"
     r"并发症|分期|分型|筛查|预防|随访|转移部位|发病机制",
     r"prognosis|(?:median )?(?:overall |progression-free )?survival|symptoms?|"
     r"diagnosis|(?:standard |first-line |second-line )?(?:treatments?|"
     r"therap(?:y|ies)|regimens?)|causes?|incidence|prevalence|risk factors?|"
     r"complications?|stag(?:es?|ing)|screening|prevention|follow-up"),
    (("molecule", "pathway", "cell"),
     r"下游(?:分子|靶点|靶基因|信号|通路)?|上游(?:分子|信号)?|配体|受体|靶基因|"
     r"功能|结构|来源|表达(?:水平)?|抑制剂|激活剂|作用机制",
     r"downstream (?:targets?|signals?|pathways?|effectors?)|"
     r"upstream (?:signals?|regulators?)|ligands?|receptors?|target genes?|"
     r"functions?|structure|sources?|expression|inhibitors?"),
    (("therapy", "pathway", "molecule", "disease"),
     r"(?:具体|分子|主要)?(?:的)?(?:机制|机理|作用|原因|证据|依据|定义|概念|"
     r"特点|意义|局限性?|结论|优势|优缺点|缺点|影响)",
     r"(?:molecular |main )?(?:mechanisms?|role|effects?|reasons?|evidence|"
     r"definition|features?|limitations?|conclusions?|advantages?|drawbacks?)"),
)  # fmt: skip
QUALITY_ZH = re.compile("|".join(f"(?P<q{i}>{zh})" for i, (_, zh, _) in enumerate(QUALITIES)))
QUALITY_EN = re.compile(
    "|".join(rf"(?P<q{i}>\b(?:{en})\b)" for i, (_, _, en) in enumerate(QUALITIES)), re.I
)


# Words of which one may stand in place of another: 一线 ... 那二线呢？
_PARALLELS = (
    ("一线", "二线", "三线", "四线", "后线"), ("早期", "中期", "晚期", "后期"),
    ("局限期", "广泛期"), ("男性", "女性"), ("老年", "高龄", "成年", "成人", "青年", "儿童"),
    ("阳性", "阴性"), ("新辅助", "辅助"), ("first-line", "second-line", "third-line"),
    ("early", "late", "advanced"), ("men", "women"), ("limited-stage", "extensive-stage"),
)  # fmt: skip


# What narrows the name behind it.
_MODIFIER = re.compile(
    r"(?:广泛期|局限期|早期|中期|晚期|转移性|复发性|难治性|原发性|继发性|非鳞状|[12] ?型|"
    r"(?:extensive|limited)-stage |advanced |metastatic |non-squamous |type [12] )$"
)


# What the sentences of the answer name, the first sentence first; asked for only when needed.
Answered = Callable[[], Sequence[Sequence[Mention]]]
MOST_TOGETHER = 4
_CLASS_NAME = re.compile(
    r"(?:抑制剂|拮抗剂|激动剂|阻滞剂|类|药物?|治疗|疗法)$|\b\w*(?:inhibitors?|blockers?|therapy)$"
)


class Earlier:
    """The question before, what it names and, where that is known, what its answer names."""

    def __init__(
        self, text: str, named: Sequence[Mention], answered: Answered | None = None
    ) -> None:
        self.text = text
        self.core = text.rstrip("？?。. ！!")
        self.zh = language_of(text) == "zh"
        self.named = [m for m in named if m.family in TOPICS]
        self._answered = answered

    def phrase(self, mention: Mention) -> str:
        """Return a name with those right beside it: NSCLC 肝转移."""
        start, end = mention.start, mention.end
        changed = True
        while changed:
            changed = False
            for other in self.named:
                if other.end <= start and not self.text[other.end : start].strip():
                    start, changed = other.start, True
                if end <= other.start and not self.text[end : other.start].strip():
                    end, changed = other.end, True
        while match := _MODIFIER.search(self.text[:start]):
            start = match.start()
        return self.text[start:end]

    def topic(self, families: Sequence[str] = ()) -> str:
        """Return the phrase that stands for one of ``families``, else the first; "" for none."""
        for family in families:
            for mention in self.named:
                if mention.family == family:
                    return self.phrase(mention)
        if families and not any(f in ("", *TOPICS) for f in families):
            return ""
        main = [m for m in self.named if m.family != "place"] or self.named
        return self.phrase(main[0]) if main else ""

    def of_family(self, family: str) -> list[Mention]:
        """Return what is named of ``family``; of any for a symbol of unknown meaning."""
        if family == "name":
            latin = [m for m in self.named if m.text[0].isascii()]
            return latin[-1:]
        return [m for m in self.named if m.family == family]

    def meant(self, families: Sequence[str], *, many: bool = False) -> str:
        """Return what a word for ``families`` stands for; "" when that is not clear.

        It stands for what the question named, else for what the answer names: several when the
        word is a plural (``many``), else the one that the first sentence with any has alone.
        """
        for family in families:
            if self.of_family(family):
                return (self.all_of_one() if many else "") or self.topic((family,))
        for named in self._answered() if self._answered else ():
            for family in families:
                same = [m for m in named if m.family == family]
                # 第三代 EGFR 抑制剂奥希替尼 is one drug.
                same = [m for m in same if not _CLASS_NAME.search(m.text)] or same
                names = list(dict.fromkeys(self._called(m) for m in same))
                if len(names) == 1 or (many and 1 < len(names) <= MOST_TOGETHER):
                    return _joined(names, zh=self.zh)
                if names:
                    return ""
        return ""

    def _called(self, mention: Mention) -> str:
        """Return a name of what an answer names in the language of the question before."""
        if mention.text.isascii() != self.zh:
            return mention.text
        return next((n for n in mention.names if n.isascii() != self.zh), mention.text)

    def all_of_one(self) -> str:
        """Return the names that the question sets side by side, joined; "" for fewer than two."""
        for mention in self.named:
            same = [m for m in self.named if m.family == mention.family]
            if len(same) > 1:
                return _joined([m.text for m in same], zh=self.zh)
        return ""

    def pair(self) -> tuple[str, str] | None:
        """Return the first two names of one family, or the two sides of one thing."""
        for words in _PARALLELS:
            either = "|".join(sorted(words, key=len, reverse=True))
            if match := re.search(
                rf"({either})\s*(?:和|与|及|或|and|or|versus|vs\.?)\s*({either})", self.text
            ):
                topic = self.topic()
                joint = "在" if self.zh else " in "
                return spaced(topic, f"{joint}{match[1]}", ""), spaced(
                    topic, f"{joint}{match[2]}", ""
                )
        for mention in self.named:
            same = [m for m in self.named if m.family == mention.family and m is not mention]
            if same:
                return mention.text, same[0].text
        return None

    def with_parallel(self, new: str) -> str:
        """Return the question with the like of ``new`` (二线 for 一线) put in; "" for none."""
        for words in _PARALLELS:
            given = next((w for w in words if re.search(rf"(?<![A-Za-z]){w}", new)), "")
            stands = next((w for w in words if w in self.text and w != given), "")
            if given and stands:
                return self.core.replace(stands, given, 1) + ("？" if self.zh else "?")
        return ""

    def corrected(self, old: str, new: str) -> str:
        """Return the question with ``new`` in place of ``old``; "" when it has no ``old``."""
        at = self.core.lower().find(old.lower())
        if at < 0 or not old:
            return ""
        asked = spaced(self.core[:at], new, self.core[at + len(old) :])
        return asked + ("？" if self.zh else "?")

    def with_instead(self, new: str, family: str) -> str:
        """Return the question with ``new`` in place of what is of its family; "" for none."""
        same = [m for m in self.of_family(family) if m.text != new]
        if not same:
            return ""
        likest = max(same, key=lambda m: _same_end(m.text, new))
        start, end = likest.start, likest.end
        if likest is same[0] and len(same) > 1 and family in ("therapy", "molecule"):
            # Names set side by side are replaced together: A 联合 B, A and B.
            for other in same[1:]:
                between = self.text[end : other.start]
                if re.fullmatch(
                    r"\s*(?:和|与|及|或|、|联合|加|,|and|or|plus|with|\+)?\s*", between
                ):
                    end = other.end
        return spaced(self.text[:start], new, self.text[end:])


def _joined(names: Sequence[str], *, zh: bool) -> str:
    if len(names) < 2:
        return "".join(names)
    joint, last = ("、", "和") if zh else (", ", " and ")
    return joint.join(names[:-1]) + last + names[-1]


def _same_end(a: str, b: str) -> int:
    """Return how many characters two names end alike: 肝转移, 脑转移; NSCLC, SCLC."""
    count = 0
    while count < min(len(a), len(b)) and a[-1 - count] == b[-1 - count]:
        count += 1
    return count


def spaced(before: str, new: str, after: str) -> str:
    """Join with a space where a Latin letter would touch another or a Chinese character."""
    left = " " if before[-1:] and _touches(before[-1], new[0]) else ""
    right = " " if after[:1] and _touches(new[-1], after[0]) else ""
    return before + left + new + right + after


def _touches(a: str, b: str) -> bool:
    if a.isspace() or b.isspace():
        return False
    latin = (a.isascii() and a.isalnum(), b.isascii() and b.isalnum())
    han = (count_han(a) > 0, count_han(b) > 0)
    return (latin[0] and (latin[1] or han[1])) or (han[0] and latin[1])


def language_of(text: str) -> str:
    """Return "zh" for a text with Chinese characters, else "en"."""
    return "zh" if count_han(text) else "en"


def quality_of(text: str, pattern: re.Pattern[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the quality that ``text`` asks for and the families that have it."""
    match = pattern.search(text)
    if match is None:
        return None
    return match.group(), QUALITIES[int(str(match.lastgroup)[1:])][0]
