"""Units and comparators as a text may write them, in Chinese and English."""

from __future__ import annotations

import re

UNITS: tuple[tuple[str, str], ...] = (
    ("%", r"%|％|per ?cent|percent"),
    ("mL/min", r"m[lL]\s*[/·]\s*\(?min"),
    ("L/min", r"L\s*[/·]\s*\(?min"), ("mmol/L", r"mmol\s*/\s*L"),
    ("mg/kg", r"mg\s*[/·]\s*kg"), ("mg/g", r"mg\s*/\s*g"), ("mg/m2", r"mg\s*/\s*m(?:2|²)"),
    ("mg", r"mg|毫克"), ("μg", r"[μuµ]g|微克"), ("kg", r"kg|千克|公斤"), ("mL", r"m[lL]|毫升"),
    ("g", r"g(?![a-zA-Z])|克"), ("mm", r"mm|毫米"), ("cm", r"cm|厘米"), ("km", r"km|公里|千米"),
    ("Gy", r"Gy|戈瑞"), ("nm", r"nm|纳米"),
    ("month", r"个?月(?!份)|months?|mo\b"), ("week", r"周|星期|weeks?"),
    ("day", r"天|日|days?|d\b"), ("hour", r"小时|hours?|h\b"), ("minute", r"分钟|minutes?|min\b"),
    ("year", r"年|years?|yr\b"), ("age", r"岁|years? old|years? of age"),
    ("fold", r"倍|[- ]?fold|times"), ("patient", r"例|名患者|patients?|cases?"),
    ("cycle", r"个?周期|cycles?"), ("℃", r"℃|°C"), ("mmHg", r"mm\s*Hg|毫米汞柱"), ("kPa", r"kPa"),
)  # fmt: skip

UNIT = re.compile("|".join(f"(?P<u{i}>{p})" for i, (_, p) in enumerate(UNITS)))

_COMPARATORS: tuple[tuple[str, str], ...] = (
    (">=",
        r"≥|≧|>=|不(?:低|少|小)于|至少|不短于|at least|no(?:t)? (?:less|fewer|"
        r"lower) than|or (?:more|above)"),
    ("<=",
        r"≤|≦|<=|不[要应宜得可能]?(?:高|超|多|大)(?:于|过)|至多|最多|not exceed(?:ing)?|at most|"
        r"no(?:t)? (?:more|greater|higher) than|up to"),
    (">",
        r"＞|>|超过|大于|高于|多于|逾|more than|over|above|greater than|exceed(?:s|"
        r"ing|ed)?|higher than"),
    ("<", r"＜|<|低于|小于|少于|不足|不到|短于|less than|below|under|fewer than|lower than"),
)  # fmt: skip

COMPARATOR = tuple(
    (sign, re.compile(f"(?:{p})\\s*(?:the\\s+)?$", re.I)) for sign, p in _COMPARATORS
)

# A comparator behind the number: 3 个月以上, 30 mg/g or more.
BEHIND = re.compile(
    r"\s*(?:/\d+\s*)?(?:mm\s*Hg|次|级)?\s*(?:(?P<ge>(?:及|或)?以上|(?:或|"
    r"及)更高|or (?:more|above|higher|greater|over))|"
    r"(?P<le>(?:及|或)?以下|以内|之内|(?:或|及)更低|or (?:less|below|lower|fewer)))", re.I
)  # fmt: skip

OPPOSITE = {">": "<", ">=": "<", "<": ">", "<=": ">"}
