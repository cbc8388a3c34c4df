"""The words that label the parts of a paper's front matter and its notes."""

from __future__ import annotations

import re
from enum import StrEnum

_OPEN = r"[\s【\[［〔(（<《]*"
_CLOSE = r"\s*[】\]］〕)）>》]?\s*[:：.]?\s*"


class Label(StrEnum):
    """What a label at the start of a line announces."""

    ABSTRACT = "abstract"
    ABSTRACT_EN = "abstract_en"
    KEYWORDS = "keywords"
    KEYWORDS_EN = "keywords_en"
    METADATA = "metadata"


def _spaced(words: str) -> str:
    """Return a pattern for Chinese ``words`` (parted by |) printed with or without spaces."""
    return "|".join(r"\s*".join(word) for word in words.split("|"))


# A label ends with a bracket, a colon, white space or the line; "摘要法" is none.
_END_ZH = r"(?=\s*[】\]］〕)）>》:：]|\s|$|\s*目\s*的|\s*[【\[［〔])"
_END_EN = r"(?=\s*[】\]］〕)）>》:：.\-—]|\s|$|[A-Z])"
_PATTERNS = {
    Label.ABSTRACT: re.compile(
        _OPEN + f"(?:{_spaced('摘要|提要|内容摘要|内容提要|中文摘要|文摘')})" + _END_ZH
    ),
    Label.ABSTRACT_EN: re.compile(_OPEN + r"(?:Abstract|ABSTRACT|Summary|SUMMARY)" + _END_EN),
    Label.KEYWORDS: re.compile(_OPEN + f"(?:{_spaced('关键词|關鍵詞|关键字|主题词')})" + _END_ZH),
    Label.KEYWORDS_EN: re.compile(
        _OPEN + r"(?:Key\s*[Ww]ords?|KEY\s*WORDS?|Index\s*[Tt]erms)" + _END_EN
    ),
    Label.METADATA: re.compile(
        _OPEN
        + "(?:"
        + _spaced(
            "中图分类号|中图法分类号|中圖分類號|分类号|文献标识码|文献标志码|文献标识|文獻標識碼|文章编号|"
            "文章編號|论文编号|收稿日期|收稿时间|收稿|修回日期|修订日期|修稿日期|录用日期|接受日期|出版日期|"
            "网络首发|网络出版|基金项目|基金項目|资助项目|项目基金|作者简介|作者簡介|第一作者|通信作者|通讯作者|"
            "通訊作者|作者单位|作者單位|引用格式|引用本文|本文引用格式|引文格式|责任编辑|本文编辑|编辑|利益冲突|"
            "开放科学|学科分类号|国图分类号|密级|学校代码|学号|优先数字出版|数字出版"
        )
        + r"|doi|DOI|UDC|Received|Revised|Accepted|Citation|CLC\s*number|Document\s*code"
        r"|Article\s*ID|Foundation|Fund(?:ing)?\s*(?:program|project)|Corresponding\s+author|First\s+author"
        r"|Chinese\s+Library|E-?mail)" + r"(?=\s*[】\]］〕)）:：(（]|\s|$|10\.)"
    ),
}
_STRIP = re.compile(
    _OPEN
    + "(?:"
    + _spaced("内容摘要|内容提要|中文摘要|摘要|提要|文摘|关键词|關鍵詞|关键字|主题词")
    + r"|Abstract|Summary|Key\s*words?|Index\s*terms)"
    + _CLOSE,
    re.IGNORECASE,
)

FOOT_LABEL = re.compile(
    _OPEN
    + "(?:"
    + _spaced(
        "收稿日期|修回日期|基金项目|基金項目|资助项目|作者简介|作者簡介|第一作者|通信作者|通讯作者|通訊作者|"
        "作者单位|作者單位|责任编辑|本文编辑|投稿日期|网络出版|利益冲突|项目来源|课题来源"
    )
    + r"|Received|Corresponding\s+author|Foundation|E-?mail)"
)
"""A line that begins the notes at the foot of a first page."""


def label_of(text: str) -> Label | None:
    """Return what the label at the start of ``text`` announces, None without one."""
    for label, pattern in _PATTERNS.items():
        if pattern.match(text):
            return label
    return None


def without_label(text: str) -> str:
    """Return ``text`` (an abstract or keywords) without the label that it begins with."""
    match = _STRIP.match(text)
    return text[match.end() :] if match else text
