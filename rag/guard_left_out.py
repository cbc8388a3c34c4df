"""Denials that an English claim leaves out of a Chinese source, told by what its words render.

Clauses of two languages share few names; the dictionary tells which clause the claim speaks of.
"""

from __future__ import annotations

import re

from rag.findings import Finding
from rag.guard_citation import renderings
from rag.pairing import Pair
from rag.polarity import denies
from rag.terms import fold

# So many words of the claim have to render words of the denied clause alone.
LEAST_WORDS = 2
# Words that deny or bound without saying no: independent of, free of, refractory, hardly.
_SAID_OTHERWISE = re.compile(
    r"\b(?:un|non-?|in(?=dependent|sufficient|effective|active|complete|adequate|operable))\w+"
    r"|\w+less\b|\b(?:free (?:of|from)|absen\w+|loss|lost|losing|spar(?:e|ed|ing)|refractory|"
    r"resist\w+|deficien\w+"
    r"|prevent\w*|hardly|rather than|instead of|only|rare\w*|stop\w*|exclud\w+|similar\w*|"
    r"comparable|equal\w*"
    r"|same|other than|except|forgo|withh\w+|omit\w*|too|impair\w*|impossible|remain\w*|"
    r"block\w*|lack\w*"
    r"|less|few\w*|little|discontinu\w+|against|contrary|despite|whether|question\w*|doubt\w*|"
    r"limited|poor\w*)\b",
    re.I,
)


# The same, of words that stand for a denial of another language nearly always.
_UNSAID = re.compile(
    r"\bun(?!der|til|it|iq|ivers|ion|less|like)\w{3,}|\bfree (?:of|from)\b|\bonly (?:some|"
    r"a (?:few|part|minority))\b|\babsen(?:t|ce)\b"
    r"|\bindependent(?:ly)? of\b|\b(?:delay|postpon|deferr|spar)(?:ed|ing)\b|\bstay(?:s|ed)\b|"
    r"\brefrain\w*|\brather than\b",
    re.I,
)


def otherwise(pair: Pair) -> bool:
    """Tell whether an English claim may put a denial of its source in words without a no."""
    if pair.same or pair.language != "en" or not _UNSAID.search(pair.claim):
        return False
    ours, theirs = (sum(clause.negations for clause in side) for side in pair.clauses)
    return ours < theirs


def left_out(pair: Pair) -> list[Finding]:
    """Return a finding where the claim says without denial what one denied clause says."""
    if pair.translator is None or pair.language != "en" or pair.source_language != "zh":
        return []
    if denies(pair.claim) or _SAID_OTHERWISE.search(pair.claim):
        return []
    words = renderings(pair.claim, pair.translator)
    plain = [fold(clause.plain) for clause in pair.clauses[1]]
    for number, clause in enumerate(pair.clauses[1]):
        if clause.negations % 2 == 0:
            continue
        others = " ".join(text for i, text in enumerate(plain) if i != number)
        own = [
            forms
            for forms in words
            if any(f in plain[number] for f in forms) and not any(f in others for f in forms)
        ]
        if len(own) >= LEAST_WORDS:
            return [Finding("negation", clause.plain.strip()[:40])]
    return []
