"""Where a Chinese sentence parts, for the tables: brackets, commas and stops."""

from __future__ import annotations

import re

BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
COMMA = re.compile(r"，|,(?!\d)")
SEGMENT = re.compile(r"[；;。！？]")
CLAUSE = re.compile(rf"{SEGMENT.pattern}|[!?]|{COMMA.pattern}")


def plain(text: str) -> str:
    """Return ``text`` with what is in brackets blanked: a comma there parts no clauses."""
    return BRACKETS.sub(lambda m: " " * len(m.group()), text)
