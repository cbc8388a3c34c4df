"""Scored candidates -> the sentences of the answer: enough, no two alike, in a readable order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ingest.clean import fold_for_match
from rag.question import Question
from rag.selection import Candidate

# A sentence is kept while its odds beside the best (scores are log odds) are no lower than
# exp(-margin): a broad question that is surely answered takes in more.
NARROW_MARGIN, BROAD_MARGIN, UNSURE_MARGIN = 2.3, 4.0, 2.0
# Where names are asked for, a sentence that names one may be further from the question's words.
NAMING_MARGIN, UNSURE_NAMING_MARGIN = 6.0, 4.0
# An answer to a broad question begins with a sentence whose odds are no lower than this.
LEADING_MARGIN = 1.0
NARROW_LIMIT = 3
DUPLICATE = 0.975
# What may differ between two sentences that are one statement.
# (No point, sign or comparison: 1.5 is not 15, nor P<0.05 P>0.05.)
_EMPTY = re.compile(r"[的了着地得\s，。；：、,;:()（）“”‘’\"']*")
# For broad questions: what likeness to a sentence already chosen costs (maximal marginal
# relevance, Carbonell & Goldstein 1998), in log odds.
LIKENESS = 1.0
# What a sentence costs that names only what is named already, where names are asked for.
REPEATED = 1.0
# What each sentence costs that is chosen already from the same section, where names are asked for.
CROWDED = 0.7
# With so many sentences that name what is asked for, those that name nothing are left out.
ENOUGH_NAMING = 3

_LEANS = re.compile(
    r"^(?:该|其(?!他|余|它)|此(?!外|类疾病)|这(?!是)|这些|上述|前者|后者|它|二者|两者|以上|同样|相反|反之"
    r"|(?:It|They|This|These|Those|Such|The (?:former|latter|same))\b)"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A passage of text to quote: ``start:end`` of ``lead``'s passage, and its twins elsewhere."""

    lead: Candidate
    start: int
    end: int
    twins: tuple[Candidate, ...] = ()


def choose(
    question: Question, ranked: Sequence[Candidate], limit: int, *, sure: bool = True
) -> tuple[Chosen, ...]:
    """Return the sentences of the answer, at most ``limit``, in the order to be read.

    ``ranked`` are the candidates, best first; the best is always taken, others while they are
    near the best, nearer where it is not ``sure`` that they answer. Headings and captions are
    taken only when there is nothing else.
    """
    if not ranked:
        return ()
    ranked = [c for c in ranked if not c.idle] or ranked
    naming = [c for c in ranked if c.names]
    if len(naming) >= ENOUGH_NAMING:
        ranked = naming
    margin = BROAD_MARGIN if question.broad else NARROW_MARGIN
    floor = ranked[0].score - (margin if sure else min(margin, UNSURE_MARGIN))
    lowest = ranked[0].score - (NAMING_MARGIN if sure else UNSURE_NAMING_MARGIN)
    pool = [c for c in ranked if c.score >= (lowest if c.names else floor)]
    most = limit if question.broad else min(limit, NARROW_LIMIT)
    groups = _diverse(pool, most, LIKENESS if question.broad else 0.0)
    chosen = [_with_antecedent(group) for group in groups]
    return _ordered(question, _without_overlap(chosen))


def quotes(ranked: Sequence[Candidate], count: int) -> tuple[Chosen, ...]:
    """Return the best ``count`` sentences as they would be quoted, best first."""
    groups = _diverse(list(ranked[: 3 * count]), count, 0.0)
    return tuple(_without_overlap([_with_antecedent(group) for group in groups]))


def _alike(a: Candidate, b: Candidate) -> bool:
    """Tell whether two sentences state the same, so that one may be cited for the other.

    Nearness alone is not enough: an encoder hardly parts 升高 from 降低, or a finding from its
    denial.
    """
    if a.hit.passage.language != b.hit.passage.language:
        return False
    return float(a.vector @ b.vector) > DUPLICATE and same_words(a.search, b.search)


def same_words(a: str, b: str) -> bool:
    """Tell whether two sentences differ in nothing but particles, punctuation and spaces."""
    one, other = (fold_for_match(text).lower() for text in (a, b))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    changed = (
        one[i1:i2] + other[j1:j2] for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"
    )
    return all(_EMPTY.fullmatch(text) for text in changed)


def _diverse(pool: list[Candidate], limit: int, likeness: float) -> list[list[Candidate]]:
    """Pick by score less likeness to what is picked; a twin joins the sentence it repeats."""
    groups: list[list[Candidate]] = []
    left = list(pool)
    while left:
        named = frozenset().union(*(group[0].names for group in groups))
        best = max(left, key=lambda c: c.score - likeness * _cost(c, groups, named))
        left.remove(best)
        twin = next((group for group in groups if _alike(group[0], best)), None)
        if twin is not None:
            if all(c.hit.row != best.hit.row for c in twin):
                twin.append(best)
        elif len(groups) < limit:
            groups.append([best])
        elif not any(_alike(c, g[0]) for c in left for g in groups):
            break
    return groups


def _cost(candidate: Candidate, groups: list[list[Candidate]], named: frozenset[str]) -> float:
    if not candidate.names:
        return _likeness(candidate, groups)
    place = _section(candidate)
    crowd = sum(_section(group[0]) == place for group in groups)
    repeats = REPEATED if candidate.names <= named else 0.0
    return _likeness(candidate, groups) + CROWDED * crowd + repeats


def _section(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.hit.passage.paper_id, *candidate.hit.passage.section)


def _likeness(candidate: Candidate, groups: list[list[Candidate]]) -> float:
    """Return 0-1: nearness to the nearest chosen sentence, over what unrelated ones have."""
    if not groups:
        return 0.0
    nearest = max(float(candidate.vector @ group[0].vector) for group in groups)
    return max(0.0, (nearest - 0.85) / 0.15)


def _with_antecedent(group: list[Candidate]) -> Chosen:
    """A sentence that begins by pointing back is quoted together with the one before it."""
    first = group[0]
    start = first.start
    sentences = first.hit.passage.sentences
    number = first.number
    text = first.search
    while _LEANS.match(text) and number > 0 and first.number - number < 2:
        before = sentences[number - 1]
        if "\n" in first.hit.passage.text[before.end : sentences[number].start]:
            break  # another paragraph
        number -= 1
        start = before.start
        text = first.hit.passage.text[start : before.end]
    return Chosen(first, start, first.end, tuple(group[1:]))


def _without_overlap(chosen: list[Chosen]) -> list[Chosen]:
    """Drop a sentence that another one's quote already holds, keeping its twins."""
    out: list[Chosen] = []
    for item in chosen:
        same = [o for o in out if o.lead.hit.row == item.lead.hit.row]
        around = next((o for o in same if o.start <= item.start and item.end <= o.end), None)
        if around is not None:
            out[out.index(around)] = replace(around, twins=(*around.twins, *item.twins))
            continue
        inside = [o for o in same if item.start <= o.start and o.end <= item.end]
        if inside:
            # The longer quote takes the place of the better sentence that it holds.
            place = out.index(inside[0])
            twins = tuple(t for o in inside for t in o.twins) + item.twins
            out[place] = replace(item, lead=inside[0].lead, twins=twins)
            for extra in inside[1:]:
                out.remove(extra)
            continue
        out.append(item)
    return out


def _ordered(question: Question, chosen: list[Chosen]) -> tuple[Chosen, ...]:
    """Best first for narrow questions; else paper by paper and section by section.

    Within a section the paper's own order is kept: it tells the trigger before the effect and
    the regimen before its result. For an English question the English sentences that answer go
    first, and those that only introduce the subject are left out where Chinese ones answer. An
    answer never begins with a sentence much weaker than the best, nor with one that has only
    the subject where another has what is asked about it: those come behind.
    """
    if not question.broad or not chosen:
        return tuple(chosen)
    rank = {id(item): place for place, item in enumerate(chosen)}
    best: dict[tuple[object, ...], int] = {}
    for item in chosen:
        for depth in range(3):
            best.setdefault(_place(item, depth), rank[id(item)])

    def key(item: Chosen) -> tuple[object, ...]:
        return (best[_place(item, 0)], best[_place(item, 1)], best[_place(item, 2)],
                item.lead.hit.passage.ordinal, item.start)  # fmt: skip

    top = max(item.lead.score for item in chosen)
    told = sorted(chosen, key=key)
    others = [item for item in told if not _english(item)]
    if question.language == "en" and others:
        if answers := [item for item in told if _english(item) and item.lead.specific]:
            return (*answers, *others)
        told = others
    near = [n for n, item in enumerate(told) if item.lead.score >= top - LEADING_MARGIN] or [0]
    first = next((n for n in near if told[n].lead.specific), near[0])
    return (*told[first:], *told[:first])


def _english(item: Chosen) -> bool:
    return item.lead.hit.passage.language == "en"


def _place(item: Chosen, depth: int) -> tuple[object, ...]:
    passage = item.lead.hit.passage
    return (passage.paper_id, *passage.section[:depth], depth)
