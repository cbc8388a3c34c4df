"""The words that make a line a heading, or show that a number in front of them makes none."""

from __future__ import annotations

import re

REFERENCES = re.compile(
    r"^\s*[【\[]?\s*(?:\d{1,2}\s*[.、]?\s*)?(?:[参參]\s*考\s*文\s*[献獻]|引\s*用\s*文\s*[献獻]|(?:主\s*要\s*)?[参參]\s*考\s*书\s*目"
    r"|References?|REFERENCES?|Bibliography|Literature\s+[Cc]ited)"
    r"\s*(?:[(（/]?\s*References?\s*[)）]?)?\s*[】\]]?\s*[:：]?\s*$",
)
"""The heading of a reference list."""

_PLAIN = re.compile(
    r"^(?:引言|前言|绪论|緒論|导言|概述|背景|研究背景|材料与方法|资料与方法|对象与方法|一般资料|临床资料|材料和方法|资料和方法|"
    r"对象和方法|方法|结果|结果与分析|结果与讨论|討論|讨论|结论|結論|结语|結語|小结|展望|总结|总结与展望|结论与展望|结束语|"
    r"致谢|致謝|附录|附錄|病例资料|病例报告|病历摘要|利益冲突|作者贡献|作者贡献声明|目录|目次|"
    r"Introduction|Background|Materials? and [Mm]ethods|Patients and [Mm]ethods|Methods?|Results?|"
    r"Discussion|Results and [Dd]iscussion|Conclusions?|Acknowledge?ments?|Appendix)$"
)
_PLAIN_RUN_IN = re.compile(
    r"\s*(?P<open>[【\[［〔])?\s*(?P<name>(?:[\u3400-\u9fff]\s*){2,8}|[A-Z][A-Za-z ]{4,24})\s*"
    r"(?(open)[】\]］〕]\s*[:：]?|[:：])(?=\s*\S)"
)
_NAMED = re.compile(r"\s*(?P<name>[\u3400-\u9fffA-Za-z0-9α-ω（）()、\s-]{2,18})[:：](?=\s*\S)")
_USUAL = re.compile(
    r"(?:一般|临床|病例|基本|基线)资料|(?:研究|实验|试验)?(?:对象|方法|动物|材料|设计)|(?:纳入|入选|入组|排除|剔除|诊断|评价|疗效"
    r"|判定|分级|分组|选择)(?:评价|评定|判定|判断)?(?:标准|方法)|(?:观察|评价|检测|检查|测量)(?:指标|项目|方法|内容)|统计学?(?:方法"
    r"|处理|分析)|(?:主要)?(?:仪器|试剂)(?:[与和及、](?:仪器|试剂))?|数据(?:收集|采集|处理|分析)|质量控制|随访(?:方法)?|(?:手术|治疗)方法"
    r"|伦理(?:审查|声明)?|知情同意|文献检索(?:策略)?|资料(?:提取|收集)"
)
_WRAPPED = re.compile(r"^[【\[［〔]\s*(.*?)\s*[】\]］〕]$")
OPENING = re.compile(r"^(?:引言|前言|绪论|緒論|导言|概述|背景|研究背景|Introduction|Background)$")
"""The name of an introduction."""

CHILDLESS = re.compile(r"^(?:目录|目次|致谢|致謝|摘要|Abstract)$", re.IGNORECASE)
"""Parts that have no sections of their own."""

_BACK_MATTER = re.compile(
    r"^(?:致\s*[谢謝]|附\s*[录錄]|作者简介|作者貢獻|作者贡献(?:声明)?|利益冲突(?:声明)?|Acknowledge?ments?|Appendix)"
)
MEASURE = re.compile(
    r"^\s*(?:例|个(?![体案性人])|亿|万|元(?!素)|倍(?!增)|年(?![龄轻])|月(?!经)|日(?![常间光])|天(?!然)|岁"
    r"|次(?![要级生])|种(?![属植群子间类])|组(?![织间成合分学胺])|%|％|mg|ml|mL|kg|g\b|cm|mm|h\b|min\b|d\b)"
)
"""What follows a number in a text that only looks like a heading: 12 例."""

QUOTED_END = re.compile(r"[\d.%％)）]\s*$")
"""The end of a value or of an item, not of a heading."""


def plain_name(text: str) -> str:
    """Return a heading without the spaces, brackets and colon around its name: 【前 言】."""
    name = text.strip().rstrip(":：").rstrip()
    wrapped = _WRAPPED.match(name)
    return re.sub(
        r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", wrapped[1] if wrapped else name
    )


def is_plain(text: str) -> bool:
    """Tell whether ``text`` is the usual name of a section (结果), with or without spaces."""
    return _PLAIN.match(plain_name(text)) is not None


def plain_run_in(text: str) -> int:
    """Return where the text behind a usual name (【前言】, 引言：) begins, 0 without one."""
    match = _PLAIN_RUN_IN.match(text)
    return match.end() if match and is_plain(match["name"]) else 0


def named_run_in(text: str, *, usual: bool) -> int:
    """Return where the text behind a short name and a colon (一般资料：) begins, 0 without one.

    With ``usual`` only names that sections of medical papers have are taken.
    """
    match = _NAMED.match(text)
    if not match or not re.search(r"[\u3400-\u9fff]{2}", match["name"]):
        return 0
    known = _USUAL.fullmatch(re.sub(r"\s", "", match["name"]))
    return match.end() if known or not usual else 0


def is_back_matter(text: str) -> bool:
    """Tell whether a heading such as 致谢 or 附录 ends a reference list."""
    return _BACK_MATTER.match(text.strip()) is not None
