"""What a question of a kind calls for -> how far a sentence has it: a number, a date, a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_NUMBER = re.compile(
    r"(?<![A-Za-z])(?<![A-Za-z][-/])\d|[一二三四五六七八九十百千万两数]+(?:个|种|年|名|次|月|人|条|部|岁|倍|类|例|期|周|天|级|阶段)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|twice)\b",
    re.I,
)
_DATE = re.compile(
    r"\d{2,4}\s*年|\d+\s*月|世纪|年代|\d+日|时期|\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_PERSON = re.compile(
    r"[\u4e00-\u9fff]{1,6}·[\u4e00-\u9fff]|[A-Z][a-z]+ [A-Z][a-z]+"
    r"|(?:教授|医生|学者|博士|先生|院士|研究者|作者|科学家|皇帝|国王|导演|总统|主席)"
    r"|(?:[由被为是]|和|与)[\u4e00-\u9fff]{2,4}(?:等)?(?:提出|发现|报道|描述|创立|建立|发明|担任)"
)
_PLACE = re.compile(
    r"[\u4e00-\u9fff](?:省|市|县|区|国|州|岛|洲|镇|乡|村|港|山|河|湖|海|街|路|站|宫|大学|学院|医院)"
    r"|位于|来源于|起源于|分布于|定居于|位置|部位"
    r"|\b(?:in|at|from) (?:the )?[A-Z]"
)
_CLASSES = re.compile(
    r"[分归](?:为|成)|[两三四五六七八九十\d]\s*个?大?(?:类|种|级|期|亚型|阶段|等级)(?!临床)"
    r"|\b(?:divided|classified|graded|staged) (?:in)?to\b"
    r"|\b(?:two|three|four|five|six|seven|\d) (?:main )?(?:types|grades|stages|classes|groups)\b",
    re.I,
)
# kind -> what an answer of the kind shows, and how much it counts.
_SIGNS: dict[str, tuple[re.Pattern[str], float]] = {
    "number": (_NUMBER, 1.0),
    "classes": (_CLASSES, 1.0),
    "when": (_DATE, 1.0),
    "who": (_PERSON, 0.6),
    "where": (_PLACE, 0.6),
    "definition": (
        re.compile(
            r"是(?:一|指|由|针对|定居|目前)|(?:称|定义)为|称为|即"
            r"|\b(?:is|are) (?:an?|the)\b|defined as"
        ),
        0.3,
    ),
    "comparison": (
        re.compile(
            r"而|高于|低于|优于|不及|相比|较|差异|不同|相反|分别|双重"
            r"|\b(?:than|whereas|while|compared|versus|unlike)\b"
        ),
        0.3,
    ),
    "cause": (
        re.compile(
            r"因|由于|导致|使|造成|原因|从而|\b(?:because|due to|caus|lead|result|since|so that)"
        ),
        0.3,
    ),
}


# How the thing is named whose definition is asked for.
_DEFINED = re.compile(
    r"(?:什么是|何谓|何为)(?P<a>[^？?的]{1,20}?)[吗么]?[？?。]?$|^(?P<b>[^？?]+?)的(?:定义|含义|概念)"
    r"|^(?P<c>[^？?的]+?)(?:指的?)?是什么(?:意思)?[？?]?$"
    r"|^what (?:is|are) (?:an? )?(?P<d>[^?]+?)(?<! to)(?<! for)(?<! of)(?<! by)(?<! in)\W*$"
    r"|\bdefin(?:e|ition of) (?:an? )?(?P<e>[^?]+)|\bmeaning of (?P<f>[^?]+)",
    re.I,
)
# What is not defined but named: common adverse effects, 主要病因.
_NAMED = re.compile(
    r"常见|主要|一线|二线|标准|典型|首选|最"
    r"|\b(?:common|main|major|typical|usual|possible|first-line|second-line|best|most)\b"
    r"|\b(?:effects?|symptoms?|signs|causes?|treatments?|drugs?|types?|mechanisms?|functions?|roles?"
    r"|risks?|factors?|indications?|options?|doses?|names?)\W*$",
    re.I,
)
# What is counted where classes are asked for: 几期, 几个亚型.
_COUNTED = re.compile(r"几个?大?(亚型|阶段|等级|[类种型级期度层组])")
_COUNT = "[两二三四五六七八九十\\d]"
# A sentence that tells other classes than those asked for: 三级 where 几期 is asked.
OTHER_CLASSES = 0.6


def fit_of(kind: str, text: str, question: str = "") -> float:
    """Return 0-1: how far a sentence (search text) has what the kind of question asks for.

    A sentence that says of the very thing that ``question`` (search text) asks for what it is,
    or what is called so, fits a definition best; one that counts what is asked for (五期), classes.
    """
    sign = _SIGNS.get(kind)
    if sign is None:
        return 0.0
    if kind == "definition" and _defines(question, text):
        return 1.0
    pattern, weight = sign
    if not pattern.search(text):
        return 0.0
    if kind == "classes" and (counted := _COUNTED.search(question)):
        own = re.search(f"{_COUNT}\\s*个?大?{counted.group(1)}(?!临床)", text)
        return weight if own else OTHER_CLASSES
    return weight


def unsaid(question: str, kind: str, language: str, fits: Sequence[float]) -> str:
    """Return what is asked for that no sentence says: the name of a definition, of classes.

    ``fits`` are those of the best sentences; "" where one says it, or nothing such is asked.
    """
    if kind == "definition" and max(fits, default=0.0) < 1.0 and _asks_definition(question):
        return "定义" if language == "zh" else "definition"
    if kind == "classes" and not any(fits):
        return "分类" if language == "zh" else "classification"
    return ""


def _asks_definition(question: str) -> bool:
    """Tell whether nothing but a definition answers; 职业是什么 asks for a name, not for one."""
    match = _DEFINED.search(question)
    return match is not None and match["c"] is None and not _NAMED.search(_name_of(question))


def _name_of(question: str) -> str:
    match = _DEFINED.search(question)
    return next((g.strip() for g in match.groups() if g), "") if match else ""


def _defines(question: str, text: str) -> bool:
    name = _name_of(question)
    return bool(name) and bool(_definition_of(name).search(text))


@lru_cache(maxsize=64)
def _definition_of(name: str) -> re.Pattern[str]:
    # X（Y），又称 Z，是一种 ...
    between = r"(?:\s*[（(][^（）()]{1,80}[）)]|[，,]\s*[又也亦简]?[称作名][^，。]{1,30})*[，,]?"
    says = (
        r"是(?:一|指|由|以|用|对|针对)|系(?:指|由)|指的?是|是?指(?![出示向导数])|意[为指即]|(?:被)?定义为|为一[种类]"
        r"|\b(?:is|are) (?:an?\b|the\b|defined)"
    )
    calls = r"称为|称作|称之为|命名为|简称|定义为|\b(?:called|termed|known as)"
    quoted, name = r"[“\"'‘]?", re.escape(re.sub(r"s$", "", name)) + "s?"
    return re.compile(
        rf"{name}[）)”\"'’]?{between}\s*(?:{says})|(?:{calls})\s*{quoted}{name}"
        rf"|{name}\s*[（(](?:一[种类]|即|指|an? )"
        # What a paper finds a thing to be: 故鉴定化合物 7 为 ...
        rf"|(?:鉴定|确定|推断|推定|确认|证实)(?:了|出)?(?:该)?{name}(?:的结构)?[为是]",
        re.I,
    )


def calls_for_sign(kind: str) -> bool:
    """Tell whether an answer without the kind's sign is hardly an answer."""
    return kind in ("number", "when")
