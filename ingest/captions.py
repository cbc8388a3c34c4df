"""How captions of tables and figures begin, in Chinese and English."""

from __future__ import annotations

import re

# 表 1, 表1-2, 续表 2, 附表 3, Table 1, Tab. 1, Table S1; traditional forms and full-width digits.
_NUMBER = r"\s*[A-Za-z]?\s*[0-9０-９]{1,2}(?:\s*[-–—.．－]\s*[0-9０-９]{1,2})?(?![0-9０-９])"
_CHINESE_NUMBER = r"\s*[一二三四五六七八九十]{1,2}(?=[\s　:：.．])"
_TABLE_ZH = rf"(?:[续續附]?表)(?:{_NUMBER}|{_CHINESE_NUMBER})|[续續]表"
_TABLE_EN = rf"(?:Table|Tab\.?)(?:{_NUMBER}|\s+[IVX]+\b)"
_FIGURE_ZH = rf"(?:附?[图圖])(?:{_NUMBER}|{_CHINESE_NUMBER})"
_FIGURE_EN = rf"(?:Figure|Fig\.?|Scheme|Chart){_NUMBER}"
# What follows the number in a caption and not in a sentence that begins with "表 1 给出了".
_SENTENCE = (
    r"(?!\s*(?:[给給]出|[显顯]示|列出|[为為是]|可[见見知以]|中|所示|[说說]明|表明|[与與和、,，及至～~-]|"
    r"的|[结結]果[显顯]|shows?\b|lists?\b|gives?\b|presents?\b|is\b|are\b|summari[sz]es?\b|and\b|"
    r"[)）\]］;；。]))"
)

TABLE_CAPTION = re.compile(rf"\s*(?:{_TABLE_ZH}|{_TABLE_EN}){_SENTENCE}", re.IGNORECASE)
"""A line that begins the caption of a table."""

FIGURE_CAPTION = re.compile(rf"\s*(?:{_FIGURE_ZH}|{_FIGURE_EN}){_SENTENCE}", re.IGNORECASE)
"""A line that begins the caption of a figure."""

CAPTION = re.compile(rf"(?:{TABLE_CAPTION.pattern}|{FIGURE_CAPTION.pattern})", re.IGNORECASE)
"""A line that begins any caption."""

ENGLISH_CAPTION = re.compile(rf"\s*(?:{_TABLE_EN}|{_FIGURE_EN})", re.IGNORECASE)
"""The English half of a caption in two languages."""

NOTE = re.compile(
    r"\s*(?:[注註]\s*\d?\s*[:：]|[注註]\s|[备備][注註]\s*[:：]|[资資]料[来來]源\s*[:：]|[数數][据據][来來]源|"
    r"Notes?\s*[:：.]|Source\s*[:：]|[*＊#△▲※†‡]\s*\S|[a-e][)）]\s*\S|"
    r"[与與].{1,24}?(?:[比较較相]{2})[^。\u3400-\u9fff]{0,8}[PＰ]\s*[<>＜＞=＝≤]|"
    r"Compared with.{1,60}?\bP\s*[<>=])",
    re.IGNORECASE,
)
"""A note under a table."""
