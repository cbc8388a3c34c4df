"""An English question that leans on the one before -> the completed question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.earlier import QUALITY_EN, TOPICS, Earlier, quality_of
from rag.mentions import Mention
from rag.question import STOP_EN

_SOURCE_EN = re.compile(
    r"^(?:and )?(?:who (?:showed|found|reported|demonstrated|discovered|said|"
    r"proposed|did) (?:this|that|it|so)(?: first)?|whose (?:work|study|research|"
    r"finding) (?:is|was) (?:this|that|it)|which (?:study|studies|papers?|"
    r"references?) (?:showed|show|found|reported|is|are|was) (?:this|that|"
    r"it)(?: from)?|(?:what(?:'s| is) (?:the|its) )?(?:source|reference)s?|"
    r"where (?:is|was|does) (?:this|that|it) (?:from|come from|reported|"
    r"shown))\s*\?*$",
    re.I,
)

_ORDER_EN = re.compile(r"\bthe (former|latter)\b", re.I)
_POINTS_EN = re.compile(
    r"\b(?P<typed>(?:this|that|the same|these|those) (?P<noun>drug|agent|inhibitor|"
    r"treatment|therapy|regimen|pathway|axis|gene|protein|receptor|molecule|"
    r"factor|cell|disease|cancer|tumou?r|patient)s?)\b|"
    r"\b(?P<these>they|them|these|those|both of them)\b|"
    r"\b(?P<its>its|their)\b|(?P<it>\bit\b|\bthat\b(?=\s*\?)|"
    r"\bthis\b(?=\s*\?|\s+(?:is|was|does|did|means?|works?|happens?|affects?|"
    r"occurs?|leads?|causes?)\b))",
    re.I,
)
# "it" that stands for nothing.
_EMPTY_IT = re.compile(r"\b(?:is|was) it \w+ (?:that|for|to)\b|\bdoes it take\b", re.I)
_NOUNS_EN = {
    "therapy": ("drug", "agent", "inhibitor", "treatment", "therapy", "regimen"),
    "pathway": ("pathway", "axis"),
    "molecule": ("gene", "protein", "receptor", "molecule", "factor"),
    "cell": ("cell", "cells"),
    "disease": ("disease", "cancer", "tumor", "tumour", "patient", "patients"),
}
_OPENING_EN = re.compile(
    r"^(?:and|but|so|then|also|ok(?:ay)?|what about|how about|and what about|"
    r"and how about)\b[,\s]*",
    re.I,
)
_ABOUT_EN = re.compile(
    r"^(?:(?:and|but|so)\s+)?(?:what about|how about)\s+(?P<about>[^?]{1,60}?)\s*\??$"
    r"|^(?:and|but)\s+(?P<prep>in|for|with|among|after|of|by|on|"
    r"against)\s+(?P<object>[^?]{1,60}?)\s*\??$"
    r"|^(?P<prep2>in|for|with|among|after|against)\s+(?P<object2>[^?]{1,40}?)\s*\?$"
    r"|^and\s+(?P<bare>[^?]{1,40}?)\s*\??$",
    re.I,
)
_ASKS_EN = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how)\b|^(?:is|are|was|were|"
    r"do|does|did|can|could|should|has|have|will|would|may)\b",
    re.I,
)
_WHY_EN = re.compile(
    r"^(?:and |but |so )?(?P<word>why|how)(?: so| is that| come| not)?\s*\?*$", re.I
)
_MORE_EN = re.compile(
    r"^(?:and )?(?:any(?:thing|one)? (?:else|more|others?)|what else|any others?)\s*\?*$", re.I
)


_HELPS = re.compile(
    r"^(?:does|do|can|is|are|will|would|could) .{3,50}? (?:help|matter|contribute|work|effective|useful|possible|"
    r"recommended|safe|used|an option)\s*\?*$",
    re.I,
)
# What a question asks for that is of something, though it does not say of what.
_OF_RESEARCH = re.compile(
    r"^(?:is|are|was|were|which|what|how (?:many|often|long|much)|do|does|did|can|should|has|have)\b"
    r"(?=.{4,60}$).*\b(?:evidence|trials?|studies|patients|drugs|cells|genes|involved|benefit|risks?|"
    r"guidelines?|monitored|stopped|complications?|relapse|recurrence|dose|symptoms)\b",
    re.I,
)


def complete_en(text: str, own: Sequence[Mention], earlier: Earlier) -> str:
    """Return ``text`` completed from ``earlier``; ``own`` is what it names itself."""
    if _SOURCE_EN.match(text):
        return f"{earlier.core}? Who showed this?"
    if match := _WHY_EN.match(text):
        return _why_en(match["word"].capitalize(), earlier)
    if _MORE_EN.match(text):
        return f"Besides that, {_lowered(earlier.core)}?"
    if match := _ABOUT_EN.match(text):
        given = match["about"] or match["object"] or match["object2"] or match["bare"]
        if not _ASKS_EN.search(given):
            prep = match["prep"] or match["prep2"] or ""
            return _another_en(given, prep.lower(), own, earlier)
    if pointed := _pointed_en(text, own, earlier):
        return pointed
    bare = _OPENING_EN.sub("", text)
    quality = quality_of(bare, QUALITY_EN)
    named = [m for m in own if m.family in TOPICS]
    ill = any(m.family == "disease" for m in named)
    if _HELPS.search(bare) and not ill and (disease := earlier.meant(("disease",))):
        return f"{bare.rstrip('? ')} in {disease}?"
    specific = [m for m in named if m.family not in ("term", "process", "cell")]
    if not specific and _OF_RESEARCH.search(bare) and (topic := earlier.topic()):
        return f"Regarding {topic}, {_lowered(bare.rstrip('? '))}?"
    if not named and not _rest_en(bare) and quality is not None:
        if topic := earlier.topic(quality[1]):
            return _of_en(bare, quality[0], topic)
        return f"{earlier.core}: {bare}"
    return bare[:1].upper() + bare[1:] if bare != text and _ASKS_EN.search(bare) else text


_FILLER_EN = frozenset(
    ["drug", "patient", "patients", "there", "any", "recommended", "usual", "common", "main"]
)


def _rest_en(bare: str) -> list[str]:
    """Return the words of a question that are no quality and do not only frame."""
    words = re.findall(r"[A-Za-z][\w\-]*", QUALITY_EN.sub(" ", bare))
    return [w for w in words if w.lower() not in STOP_EN and w.lower() not in _FILLER_EN]


def _of_en(bare: str, quality: str, topic: str) -> str:
    if _ASKS_EN.search(bare):
        return f"{bare.rstrip('? .')} of {topic}?"
    many = quality.endswith("s") and not quality.endswith(("sis", "ss"))
    return f"What {'are' if many else 'is'} the {quality.lower()} of {topic}?"


def _another_en(given: str, prep: str, own: Sequence[Mention], earlier: Earlier) -> str:
    """Ask the question before of another thing: and in SCLC? what about radiotherapy?"""
    if parallel := earlier.with_parallel(given):
        return parallel
    given = re.sub(r"^(?:the|a|an) (?=[A-Z])", "", given.strip())
    inside = re.match(r"(in|for|with|among)\s+(.*)", given)
    if inside and not prep:
        prep, given = inside.group(1), inside.group(2)
    quality = quality_of(given, QUALITY_EN)
    named = [m for m in own if m.text in given and m.family in TOPICS]
    bare = re.sub(r"^(?:its|their|the)\s+", "", given)
    if quality is not None and not named and not _rest_en(bare):
        topic = earlier.topic(quality[1])
        return _of_en(bare, quality[0], topic) if topic else f"{earlier.core}: {given}?"
    for mention in named or [Mention(0, len(given), given, "name", "name")]:
        if asked := earlier.with_instead(given, mention.family):
            asked = re.sub(rf"\bdo (?={re.escape(given)}\b)", "does ", asked)
            return asked.rstrip("? .。？") + ("？" if earlier.zh else "?")
    if earlier.zh:
        return f"关于 {given}，{earlier.core}？"
    if prep:
        return f"{earlier.core} {prep} {given}?"
    if named and named[0].family != "disease" and (topic := earlier.topic(("disease",))):
        return f"What is the role of {given} in {topic}?"
    return f"{earlier.core}, regarding {given}?"


def _pointed_en(text: str, own: Sequence[Mention], earlier: Earlier) -> str:
    if (match := _ORDER_EN.search(text)) and (pair := earlier.pair()):
        name = pair[0] if match.group(1).lower() == "former" else pair[1]
        return _opened_en(text[: match.start()] + name + text[match.end() :])
    match = _POINTS_EN.search(text)
    if match is None or _EMPTY_IT.search(text):
        return ""
    if match["typed"]:
        wanted = _families(match["noun"].lower())
        if any(m.end <= match.start() and m.family in wanted for m in own):
            return ""
    elif _inside(text, match.start(), own):
        return ""
    if match["these"]:
        name = earlier.all_of_one() or earlier.topic()
    elif match["typed"]:
        noun = match["noun"].lower()
        name = earlier.meant(
            _families(noun), many=match["typed"].lower().startswith(("these", "those"))
        )
    else:
        quality = quality_of(text, QUALITY_EN) if match["its"] else None
        name = earlier.topic(quality[1] if quality else ())
        if match["its"] and name:
            name += "'" if name.endswith("s") else "'s"
    if not name:
        return f"{earlier.core}? {text}"
    return _opened_en(text[: match.start()] + name + text[match.end() :])


def _families(noun: str) -> list[str]:
    return [family for family, nouns in _NOUNS_EN.items() if noun in nouns]


def _inside(text: str, at: int, own: Sequence[Mention]) -> bool:
    """Tell whether a word points to something of its own question, or to nothing."""
    words = re.findall(r"[A-Za-z][\w\-]*", text[:at])
    content = [w for w in words if w.lower() not in STOP_EN]
    named = any(m.end <= at and m.family in TOPICS for m in own)
    capital = any(w[0].isupper() for w in words[1:])
    return named or capital or len(content) > 2 or words[-1:] == ["that"]


def _opened_en(text: str) -> str:
    bare = re.sub(r"^(?:and|but|so)\s+", "", text, flags=re.I)
    return bare[:1].upper() + bare[1:]


def _why_en(word: str, earlier: Earlier) -> str:
    if earlier.zh:
        return f"{word}? ({earlier.text})"
    match = re.match(
        r"(?:how|why|when|where)?\s*((?:is|are|was|were|do|does|did|can|could|"
        r"should|has|have|will|may)\b.*)",
        earlier.core, re.I,
    )  # fmt: skip
    if match:
        return f"{word} {_lowered(match.group(1))}?"
    return f"{earlier.core}, and {word.lower()}?"


def _lowered(text: str) -> str:
    """Return ``text`` with a small first letter, unless it begins with a name."""
    first = text.split(" ", 1)[0]
    return (
        text if sum(c.isupper() or c.isdigit() for c in first) > 1 else text[:1].lower() + text[1:]
    )
