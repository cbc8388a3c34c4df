"""A Chinese question that leans on the one before -> the completed question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.earlier import QUALITY_ZH, TOPICS, Earlier, quality_of, spaced
from rag.followup_points_zh import pointed_zh, rest_zh, unopened
from rag.mentions import Mention

_OPENING_ZH = re.compile(
    r"^(?:请问|那么|那|而|还有|另外|对了|好的?|嗯|哦|如果是|换成|至于|再问一下)[，,、\s]*"
)
_TOPIC_ZH = re.compile(
    r"^(?P<topic>.{1,24}?)(?:的话)?(?:呢|又如何|又怎样|又怎么样|怎么样)[？?。]*$"
)
_ASKS_ZH = re.compile(
    r"什么|哪|谁|多少|几|如何|怎|为何|是否|能否|可否|吗|有没有|能不能|会不会|何时|何处"
)
_POPULATION_ZH = re.compile(
    r"^(?:对于?)?(?:老年|高龄|儿童|青少年|妊娠期?|孕期|孕妇|哺乳期|女性|男性|(?:肝|肾|肝肾)功能不全|"
    r"体能状态差|无症状)(?:患者|病人|妇女|人)?(?!.*(?:癌|病|瘤))"
)
_WHY_ZH = re.compile(
    r"^(?:这是|那是|那)?(?:为什么|为何|原因(?:呢|是什么)?|怎么会这样|"
    r"何以见得)(?:会?这样|如此)?(?:呢)?[？?]*$"
)
_MORE_ZH = re.compile(
    r"^(?:还有(?:别的|其他的?|什么|哪些|更多的?)?(?:吗|呢)?|其他的?(?:呢|还有吗))[？?]*$"
)
_SOURCE_ZH = re.compile(
    r"^(?:这|那)?(?:是)?(?:谁|哪些人|哪项研究|哪篇(?:文献|论文|文章)|什么文献|"
    r"哪里)(?:的研究|做的|发现的|证明的|证实的|报道的|提出的|说的|的结论|出自|"
    r"证明了?(?:这一?点)?|发现了?(?:这一?点)?)?(?:呢)?[？?]*$|^(?:这|"
    r"该)(?:一)?(?:结论|说法|观点|发现|结果|句话)?(?:的)?(?:出处|来源|依据|出自|"
    r"引自|参考文献)(?:是|在)?(?:什么|哪里|哪篇文献|哪)?(?:呢)?[？?]*$|^(?:出处|"
    r"来源|文献来源|参考文献)(?:呢|是什么|是哪些)?[？?]*$"
)
# What a question asks for that is of something, though it does not say of what.
_OF_RESEARCH = re.compile(
    r"^(?!.*(?:什么是|今天|明天|昨天|天气|你))(?=.{2,20}$)(?=.*(?:有|吗|多少|多大|多久|几|哪|如何|怎|能否|可否|是否))"
    r".*(?:证据|实验|临床试验|研究|患者|病人|副作用|剂量|受益|获益|机制|指南|推荐|并发症|生存|停药|复查|"
    r"随访|监测|疗程|起效|费用|风险|比例|发生率|复发|药物|症状|检查|联用|合用)"
)
_RELATED = re.compile(r"^(?:与|和|跟|同)[^？?]{1,16}(?:有关|相关|关系|关联|区别|不同)")
_HELPS = re.compile(r"(?:有用|有效|有帮助|有好处|管用|能用|可以用|可行|可以|行)(?:吗|不)[？?]*$")


def complete_zh(text: str, own: Sequence[Mention], earlier: Earlier) -> str:
    """Return ``text`` completed from ``earlier``; ``own`` is what it names itself."""
    if _SOURCE_ZH.match(text):
        return f"{earlier.core}？这是谁的研究？" if earlier.zh else text
    if _WHY_ZH.match(text):
        return _why_zh(earlier)
    if _MORE_ZH.match(text):
        return f"除此之外，{earlier.core}？"
    if text.startswith("其中"):
        return f"{earlier.core}？{text}"
    if re.match(r"其他|其余|别的", text) and (topic := earlier.topic()):
        return f"除{topic}外，{text}"
    if pointed := pointed_zh(text, own, earlier):
        return pointed
    bare = _OPENING_ZH.sub("", text)
    match = _TOPIC_ZH.match(bare)
    if match is not None and (parallel := earlier.with_parallel(match["topic"])):
        return parallel
    named = [m for m in mentions_shift(own, len(text) - len(bare)) if m.family in TOPICS]
    if not named and _RELATED.match(bare) and (topic := earlier.topic()):
        return spaced("", topic, bare)
    quality = quality_of(bare, QUALITY_ZH)
    left = rest_zh(bare, named)
    if not named and quality is not None and len(left) <= 1:
        if not (topic := earlier.topic(quality[1])):
            return f"{earlier.core}，{bare.rstrip('？?')}？"
        wanted = _asked_zh(bare, quality[0])
        return spaced("", topic, f"的{wanted}" if wanted.startswith(quality[0]) else wanted)
    # 女性呢？ asks the question before of them, 孕妇可以用吗？ another.
    another = len(bare.rstrip("？?呢")) > 4 or "呢" not in bare
    if another and _POPULATION_ZH.match(bare) and (topic := earlier.topic()):
        return spaced("", topic, f"，{bare}")
    opened = bare != text
    # 「X怎么样？」 may be a whole question; 「X呢？」 never is.
    whole = not named and "呢" not in bare
    if match is not None and not whole and not _ASKS_ZH.search(match["topic"]):
        return _another_zh(match["topic"].strip("，, "), named, quality, earlier)
    if opened and named and not _ASKS_ZH.search(bare) and len(left) <= 2:
        return _another_zh(bare.rstrip("？?。"), named, quality, earlier)
    specific = [m for m in named if m.family not in ("term", "process")]
    if not specific and _OF_RESEARCH.search(bare) and (topic := earlier.topic()):
        return spaced("", topic, f"，{bare}")
    ill = any(m.family == "disease" for m in named)
    if _HELPS.search(bare) and named and not ill and (topic := earlier.meant(("disease",))):
        return spaced("对于", topic, f"，{bare}")
    # Nothing is named at all: 有哪些药物？ 效果如何？
    if not named and len(left) <= 1 and _ASKS_ZH.search(bare):
        topic = earlier.topic()
        if topic:
            return spaced("", topic, f"{bare}" if bare[:1] in "有是能可会" else f"的{bare}")
    return unopened(text) if _ASKS_ZH.search(bare) else text


def mentions_shift(own: Sequence[Mention], by: int) -> list[Mention]:
    """Return the mentions that are left when ``by`` characters are taken from the beginning."""
    return [
        Mention(m.start - by, m.end - by, m.text, m.kind, m.family, m.names, m.group)
        for m in own
        if m.start >= by
    ]


def _asked_zh(bare: str, quality: str) -> str:
    """Return a quality as it is asked for: with its own question words, or the usual ones."""
    asked = bare[bare.find(quality) :].rstrip("？?。呢 ")
    if _ASKS_ZH.search(asked) or _ASKS_ZH.search(bare):
        return (asked if _ASKS_ZH.search(asked) else bare.rstrip("？?。呢 ")) + "？"
    if re.search(r"剂量|用量|率|期$|半衰期", quality):
        return f"{quality}是多少？"
    if re.search(
        r"作用$|反应|事件|毒性|证$|症|禁忌|因素|部位|靶点|靶基因|配体|受体|"
        r"抑制剂|激活剂|方法|治疗|疗法|方案|事项|人群|特点|原因|缺点|优势|局限|"
        r"下游|上游",
        quality,
    ):
        return f"{quality}有哪些？"
    if re.search(r"疗效|预后|安全性", quality):
        return f"{quality}如何？"
    return f"{quality}是什么？"


def _another_zh(
    topic: str,
    named: Sequence[Mention],
    quality: tuple[str, tuple[str, ...]] | None,
    earlier: Earlier,
) -> str:
    """Ask the question before of another thing: 那免疫治疗呢？"""
    clean = re.sub(
        r"^(?:在|对于?|关于|针对|用|换成|如果是)|(?:中|里|方面|的情况|的时候|时)$", "", topic
    ).strip()
    whole = next((m for m in named if m.text == clean), named[-1] if len(named) == 1 else None)
    if whole is not None:
        new = clean if whole.text in clean else whole.text
        if asked := earlier.with_instead(new, whole.family):
            return asked.rstrip("？?。") + "？"
        if whole.family in ("therapy", "molecule", "pathway", "cell") and (
            topic_phrase := earlier.topic(("disease",))
        ):
            of = f"{new}在{topic_phrase}中的作用如何？"
            return spaced("", of, "")
    for mention in named[::-1]:
        if asked := earlier.with_instead(clean, mention.family):
            return asked.rstrip("？?。") + "？"
    if quality is not None and (owner := earlier.topic(quality[1])):
        return spaced("", owner, f"的{_asked_zh(clean, quality[0])}")
    return f"关于{clean}，{earlier.core}？"


def _why_zh(earlier: Earlier) -> str:
    if not earlier.zh:
        return f"为什么？（{earlier.text}）"
    plain = re.sub(r"(?:吗|呢)$", "", earlier.core)
    plain = re.sub(
        r"是否|能否|可否|会不会|有没有",
        lambda m: {"能否": "能", "可否": "可", "会不会": "会", "有没有": "有"}.get(m.group(), ""),
        plain,
    )
    if plain != earlier.core:
        return f"为什么{plain}？"
    if re.search(r"如何|怎样|怎么", plain):
        return f"{re.sub('如何|怎样|怎么', '为什么会', plain, count=1)}？"
    return f"{plain}，原因是什么？"
