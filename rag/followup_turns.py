"""What is said back to an answer, in either language: a correction, more of it, a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.earlier import Earlier
from rag.mentions import Mention

_CORRECTION = (
    re.compile(
        r"^(?:不对|错了|不)?[，,]?\s*(?:我(?:问|说|指)的)?不是(?P<old>[^，,]{1,16})[，,]\s*"
        r"(?:而是|是|我(?:是)?(?:问|说|指)的?是?)?(?P<new>[^，,？?。]{1,20}?)[？?。]?$"
    ),
    re.compile(
        r"^(?:no[,.]?\s+)?(?:i (?:did not|didn't) (?:mean|ask about)|not) (?P<old>[^,]{1,40}),\s*"
        r"(?:but |i mean(?:t)? )?(?P<new>[^,?]{1,40}?)[.?]?$",
        re.I,
    ),
)
_INSTEAD = (
    re.compile(
        r"^(?:不对|错了|不)?[，,]?\s*(?:我(?:是)?(?:说|问|指)的?(?:是)?|应该是|改成|改为)"
        r"(?P<new>[^，,？?。]{1,20}?)[？?。]?$"
    ),
    re.compile(
        r"^(?:no[,.]?\s+)?(?:sorry,?\s+)?(?:i (?:meant|mean)|rather|instead)[,:]?\s+"
        r"(?P<new>[^,?]{1,40}?)[.?]?$",
        re.I,
    ),
)
_FURTHER = re.compile(
    r"^(?:请)?(?:能|可以|麻烦)?(?:再)?(?:详细|具体|展开)(?:地)?(?:说明|说说|讲讲|说|讲|解释|介绍|一点|一些|"
    r"一下)*(?:吗)?[？?。]*$|^(?:继续|接着说|然后呢|还有呢)[？?。]*$|"
    r"^(?:please )?(?:tell me more|more details?|go on|elaborate|in more detail|can you elaborate|"
    r"explain (?:further|more))(?: please)?\s*[.?]*$",
    re.I,
)
_CONDITION_ZH = re.compile(
    r"^(?:那|那么|而)?[，,]?(?P<what>(?:如果|假如|若是?|当)[^？?]{2,24}?|(?:和|与|同|跟|较)[^？?]{2,20}?(?:相比|比较|比)|"
    r"(?:联合|合并|加用|停用)[^？?]{2,20}(?:时|后|的话))(?:的话)?(?:呢|怎么样|如何|会怎样|怎么办)?[？?]*$"
)
_CONDITION_EN = re.compile(
    r"^(?:and |but |what |how about )?(?P<what>(?:if|when(?! (?:is|are|was|were|do|does|did|can|will|"
    r"should|has|have)\b)|after|before|during|with(?:out)?|for|in|among|compared (?:with|to)|versus) "
    r"(?P<object>[^?]{2,50}?))\s*\?*$",
    re.I,
)
_ASKED_EN = re.compile(r"\b(?:what|which|who|how|why)\b", re.I)
# Whom or what a statement may be narrowed to, which is no other thing to ask it of.
_CIRCUMSTANCE_EN = re.compile(
    r"\b(?:women|men|elderly|older|children|adults|patients?|people|pregnan\w+|males?|females?|infants?|"
    r"food|meals?|humans?|mice|rats|animals|practice|china|asia\w*|renal|hepatic|impairment|"
    r"long[- ]term|high doses?|low doses?)\b",
    re.I,
)


def said_back(text: str, own: Sequence[Mention], earlier: Earlier) -> str:
    """Return the question before as ``text`` changes it; "" when it is no such thing."""
    if _FURTHER.match(text):
        return earlier.text
    for pattern in _CORRECTION:
        if match := pattern.match(text):
            return earlier.corrected(match["old"].strip(), match["new"].strip()) or _instead(
                match["new"].strip(), own, earlier
            )
    for pattern in _INSTEAD:
        if match := pattern.match(text):
            return _instead(match["new"].strip(), own, earlier)
    if earlier.zh and (match := _CONDITION_ZH.match(text)):
        return f"{match['what']}，{earlier.core}？"
    if not earlier.zh and (match := _CONDITION_EN.match(text)):
        given = match["what"]
        if _ASKED_EN.search(match["object"]):
            return ""
        narrowed = _CIRCUMSTANCE_EN.search(match["object"]) or given.lower().startswith(
            ("if ", "when ", "after ", "before ", "during ", "compared ", "versus ")
        )
        return f"{earlier.core} {given[:1].lower()}{given[1:]}?" if narrowed else ""
    return ""


def _instead(new: str, own: Sequence[Mention], earlier: Earlier) -> str:
    if parallel := earlier.with_parallel(new):
        return parallel
    named = [m for m in own if m.text in new or new in m.text]
    for mention in named:
        if asked := earlier.with_instead(new, mention.family):
            return asked.rstrip("？?。 ") + ("？" if earlier.zh else "?")
    return f"关于{new}，{earlier.core}？" if earlier.zh else f"{earlier.core}, regarding {new}?"
