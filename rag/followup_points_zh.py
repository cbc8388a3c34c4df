"""Words of a Chinese question that point back -> the names that they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.earlier import QUALITY_ZH, TOPICS, Earlier, quality_of, spaced
from rag.mentions import Mention
from rag.question import FRAME_ZH

# Words that point back, with the families that they may stand for ("" for the main topic).
_POINTS_ZH: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"(?:该|此|这(?:一)?(?:种|类|个|些)?|那(?:种|类|个|些)|上述)(?:药物|药|疗法|"
        r"治疗(?:方案|方法)?|方案|抑制剂|手术|技术)", ("therapy",)),
    (
        r"(?:该|此|这(?:一)?(?:条|个|些)?|那(?:条|个|些)|上述)(?:信号通路|信号轴|通路|轴|"
        r"途径)", ("pathway", "molecule")),
    (
        r"(?:该|此|这(?:一)?(?:种|个|类|些)?|那(?:种|个|些)|上述)(?:基因|蛋白质?|分子|"
        r"受体|因子|酶|标志物)", ("molecule", "pathway")),
    (r"(?:该|此|这(?:一)?(?:种|类|个|些)?|那(?:种|类|些)|上述)(?:细胞)", ("cell",)),
    (
        r"(?:该|此|这(?:一)?(?:种|类)?|那(?:种|类)|上述|本)(?:疾病|病|肿瘤|癌症|癌|"
        r"患者|病人|人群)", ("disease",)),
    (
        r"它们|他们|二者|两者|这(?:两|几|些)(?:种|个|者|类)?(?!年|天|月|周)|"
        r"上述(?:两者|几种)?", ("*",)),
    (
        r"它|(?<![在由从极尤何马土])其(?![他它中余次实间])|该(?![怎如文研综论])|"
        r"这(?![样时里儿才就篇项])(?:一|个|种|类)?", ("",)),
)  # fmt: skip
_ORDER_ZH = re.compile(r"前者|后者")


_FILLER_ZH = re.compile(
    r"[，,。？?！!、\s的了是有在对于中上里后前呢吗怎么样如何又那它其些和与]|"
    r"药物|药|患者|病人|人群|情况|方面|效果|需要|应该|一般|通常|主要|常见|推荐|"
    r"大概|大约|分别|研究"
)


def rest_zh(bare: str, named: Sequence[Mention]) -> str:
    """Return what is left of a question without names, qualities and words that only frame."""
    chars = list(bare)
    for mention in named:
        chars[mention.start : mention.end] = " " * (mention.end - mention.start)
    text = QUALITY_ZH.sub(" ", "".join(chars))
    return _FILLER_ZH.sub("", FRAME_ZH.sub(" ", text))


def pointed_zh(text: str, own: Sequence[Mention], earlier: Earlier) -> str:
    """Put the name in place of a word that points back; "" when there is none.

    A word that stands behind a name of the same question points to that one.
    """
    if (match := _ORDER_ZH.search(text)) and (pair := earlier.pair()):
        name = pair[0] if match.group() == "前者" else pair[1]
        return unopened(spaced(text[: match.start()], name, text[match.end() :]))
    for pattern, families in _POINTS_ZH:
        match = re.search(pattern, text)
        if match is None or _inside(text, match.start(), own):
            continue
        if families == ("*",):
            name = earlier.all_of_one() or earlier.topic()
        elif families == ("",):
            # 它的剂量 is a drug's; 它可以作为治疗靶点吗 is about what the question was about.
            owned = re.match(r"\s*的?\s*" + f"(?:{QUALITY_ZH.pattern})", text[match.end() :])
            name = earlier.topic(_wanted(text, QUALITY_ZH) if owned else ())
        else:
            name = earlier.meant(families, many="些" in match.group())
        if not name:
            return f"{earlier.core}？{text}"
        after = text[match.end() :]
        if re.match(r"其", match.group()) and after[:1] != "的":
            after = f"的{after}"
        if re.search(r"患者|病人|人群", match.group()) and not re.search("患者|病人", name):
            name += "患者"
        return unopened(spaced(text[: match.start()], name, after))
    return ""


# What may stand right before a word that points back; after a noun it is an apposition (X 这个词).
_BEFORE_POINTER = re.compile(
    r"(?:^|[，,。？?；;：:\s]|"
    r"[对在用由被把与和跟及是从于向给使让到有以当了能会为]|抑制|促进|影响|导致|"
    r"治疗|预防|"
    r"阻断|激活|调控|分泌|表达|靶向|介导|增强|降低|哪些|什么|如何|怎样|为何|那么|那|而)$"
)
_JOINED = ("和", "与", "跟", "对", "被", "由")


def _inside(text: str, at: int, own: Sequence[Mention]) -> bool:
    """Tell whether the word at ``at`` points to something of its own question, or to nothing."""
    before = [m for m in own if m.end <= at and m.family in TOPICS]
    if text[at - 1 : at] in _JOINED:
        return False
    if before or len(rest_zh(text[:at], ())) > 4:
        return True
    return text[at] in "该此这那上" and not _BEFORE_POINTER.search(text[:at])


def _wanted(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    quality = quality_of(text, pattern)
    return quality[1] if quality else ()


def unopened(text: str) -> str:
    """Return ``text`` without a word that only joins it to what was said before."""
    return re.sub(r"^(?:那么|那|而)[，,\s]*", "", text)
