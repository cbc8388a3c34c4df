"""A question for what a paper says in all -> its abstract and its conclusions, in their order.

"这篇综述讲了什么？", "summarise the paper on ...", 介绍一下 and a disease: no sentence is near to
such a question, and the authors have answered it themselves at the two ends of the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.records import Hit
from index.snapshot import Snapshot
from ingest.clean import search_text
from ingest.records import Paper
from rag.facets import facets_of
from rag.question import STOP_EN, Question
from rag.selection import Candidate
from rag.terms import Translator, fold, mentions
from rag.topics import topic_of

# Above so many papers the question is one on a subject, not on papers.
MOST_PAPERS = 3
# What each further sentence of a part costs, and that conclusions stand behind abstracts.
STEP, BEHIND, BEST = 0.3, 0.15, 5.0

_KIND_ZH = r"(?:论文|文章|综述|文献|研究|资料|文)"
_PAPER_ZH = (
    rf"(?:这|那|该|此|本)(?:几|一|两|些)?(?:(?:篇|份)(?:关于|有关)[^，。]{{1,14}}?的)?(?:篇|份)?{_KIND_ZH}"
    r"|全文"
)
_PAPER_EN = (
    r"(?:this|that|the|these|each|my)(?: [\w-]+){0,6} (?:paper|article|review|study|document)s?"
)
_GIST = re.compile(
    rf"(?:{_PAPER_ZH}).{{0,6}}(?:讲|说|谈|写|介绍|讨论|总结|论述|研究)(?:了|的是|的)?(?:些)?(?:什么|哪些)"
    rf"|(?:{_PAPER_ZH}).{{0,6}}(?:内容|结论|观点|大意|要点|发现|贡献)"
    rf"|(?:总结|概括|概述|归纳|介绍|简述|综述).{{0,20}}(?:{_PAPER_ZH})"
    rf"|(?:{_PAPER_ZH}).{{0,4}}(?:总结|概括)"
    rf"|\bwhat(?:'s| is| are| does| do)\b.*\b{_PAPER_EN}\b.*\b(?:about|say|conclude|cover|discuss)"
    rf"|\bsummar(?:y of|i[sz]e)\b.*\b{_PAPER_EN}\b|\b(?:overview|gist) of\b.*\b{_PAPER_EN}\b"
    rf"|\b(?:conclusions?|findings?|points?|messages?|takeaways?|contents?) of {_PAPER_EN}\b",
    re.I,
)
# A subject and a wish for an overview of it: nothing of it in particular.
_OVERVIEW = re.compile(
    r"^(?:请|帮我|给我)*(?:介绍|概述|综述|总结|简述|概括)(?:一下)?(?!.*的).+?[。？?]?$"
    r"|^.+?的?(?:研究|最新|相关)*(?:进展|现状|概况|概述|综述|介绍)(?:是什么|如何|有哪些|怎么样)?[。？?]?$"
    r"|^(?:please )?(?:summari[sz]e|introduce|(?:give )?(?:me )?an? (?:overview|summary) of"
    r"|overview of) (?:(?!.*\b(?:of|in|for)\b).+?)[.?]?$",
    re.I,
)
_FRAME_ZH = re.compile(
    r"论文|文章|综述|文献|研究|资料|全文|主要|内容|结论|观点|大意|要点|发现|贡献|介绍|讨论"
    r"|总结|概括|概述|归纳|简述|论述|进展|现状|概况|最新|相关|什么|哪些|关于|有关|一下|如何|怎么样|请|帮我|给我"
    r"|[的是有讲说谈写了些这那该此本篇份文都和与及在中对几]"
)
_FRAME_EN = re.compile(
    r"\b(?:summar(?:y|i[sz]e)|overview|gist|conclusions?|findings?|points?|messages?|takeaways?"
    r"|contents?|papers?|articles?|reviews?|study|studies|documents?|conclude|cover|discuss|say"
    r"|introduce|give|main|major|key|please|these|those|my)\b",
    re.I,
)
_ABSTRACT = re.compile(r"摘要|提要|abstract|summary", re.I)
_END = re.compile(r"结语|结论|小结|总结|展望|conclusion|concluding|outlook", re.I)


def asks_of_no_paper(question: Question, lexicon: Translator | None) -> bool:
    """Tell whether a question asks what a paper says and names nothing to tell which."""
    return bool(_GIST.search(question.search)) and not _subjects(question, lexicon)


def papers_asked_for(
    question: Question, papers: Iterable[Paper], lexicon: Translator | None
) -> tuple[str, ...]:
    """Return the ids of the papers whose gist is asked for, () where something else is asked.

    Every subject that the question names has to stand in a paper's title; without any, the
    papers are all that may be asked, when they are few.
    """
    whole = bool(_GIST.search(question.search))
    if not whole and not _is_overview(question, lexicon):
        return ()
    subjects = _subjects(question, lexicon)
    if not subjects and not whole:
        return ()
    found = [
        paper.id for paper in papers if all(mentions(_title(paper), forms) for forms in subjects)
    ]
    return tuple(found) if len(found) <= MOST_PAPERS else ()


def _is_overview(question: Question, lexicon: Translator | None) -> bool:
    """Tell whether nothing in particular is asked of a subject: no treatment, no dose."""
    if not _OVERVIEW.match(question.search) or facets_of(question.search, question.language):
        return False
    return lexicon is None or topic_of(question, lexicon) is None


def _title(paper: Paper) -> str:
    return fold(search_text(f"{paper.title} {paper.title_en}"))


def _subjects(question: Question, lexicon: Translator | None) -> list[tuple[str, ...]]:
    """Return what a question names beside its frame, each as the forms of a mention."""
    left, subjects = question.search, list[tuple[str, ...]]()
    for concept in reversed(lexicon.concepts(left, question.language) if lexicon else ()):
        if _FRAME_ZH.sub("", concept.text).strip() and not _FRAME_EN.fullmatch(concept.text):
            subjects.append(tuple(fold(name) for name in (concept.text, *concept.names)))
            left = f"{left[: concept.start]} {left[concept.end :]}"
    left = _FRAME_EN.sub(" ", _FRAME_ZH.sub(" ", left))
    words = re.findall(r"[\u3400-\u9fff]+|[A-Za-z0-9α-ω][\w\-/+.α-ω]*", left)
    return subjects + [(fold(word),) for word in words if fold(word) not in STOP_EN]


def ends_of(snapshot: Snapshot, papers: Sequence[str], language: str) -> tuple[Hit, ...]:
    """Return the passages of the papers' abstracts and conclusions.

    Of a paper's two abstracts the one in ``language`` is taken.
    """
    hits = []
    for paper in papers:
        rows = [int(row) for row in snapshot.rows_of(frozenset([paper]))]
        own = [(row, passage) for row in rows if is_end((passage := snapshot.passage(row)).section)]
        wished = any(
            passage.language == language and _ABSTRACT.search(passage.section[0])
            for _, passage in own
        )
        for row, passage in own:
            if _ABSTRACT.search(passage.section[0]) and wished and passage.language != language:
                continue
            place = (0, len(passage.text))
            hits.append(Hit(passage, snapshot.papers[paper], row, 1.0, {}, place))
    return tuple(hits)


def is_end(section: Sequence[str]) -> bool:
    """Tell whether headings are those of an abstract or of conclusions."""
    return bool(section) and bool(_ABSTRACT.search(section[0]) or _END.search(section[0]))


def digest(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentences anew: abstract and conclusions by turns, each from its beginning."""
    told = sorted(ranked, key=lambda c: (c.hit.passage.ordinal, c.start))
    parts: dict[tuple[str, bool], int] = {}
    out = []
    for candidate in told:
        if candidate.idle:
            continue
        end = not _ABSTRACT.search(candidate.hit.passage.section[0])
        part = (candidate.hit.passage.paper_id, end)
        place = parts[part] = parts.get(part, -1) + 1
        score = BEST - STEP * place - (BEHIND if end else 0.0)
        out.append(replace(candidate, score=score, specific=True, names=frozenset()))
    return sorted(out, key=lambda c: -c.score)
