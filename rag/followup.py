"""A question that leans on the turn before -> the completed question, by rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ZH = re.compile(r"^(?:那么|那|而)?(?P<topic>.{1,20}?)(?:呢|又如何|又怎样)[？?]?$")
_EN = re.compile(r"^(?:and|what about|how about)\s+(?P<topic>[^?]{1,60})\??$", re.I)
_LEANS = re.compile(r"^(?:它|其|该|这|那|(?:they|it|this|that)\b)", re.I)


def complete(question: str, history: Sequence[str]) -> str:
    """Return ``question`` completed from the last of ``history``, or as it is."""
    text = question.strip()
    if not history:
        return text
    before = history[-1].strip().rstrip("？?。. ")
    if match := _ZH.match(text):
        return f"{match['topic']}：{before}？"
    if match := _EN.match(text):
        return f"{before} ({match['topic'].strip()})?"
    if _LEANS.match(text) and len(text) < 40:
        return f"{before}；{text}"
    return text
