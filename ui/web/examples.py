"""Papers -> questions worth asking about them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from ingest.records import Paper

MOST = 4
_NUMBER = re.compile(r"^[\s\d.．、（）()一二三四五六七八九十第章节]+(?=\D)")
_FRAME = re.compile(
    r"摘要|引言|前言|背景|概述|概况|结语|结论|总结|小结|展望|讨论|参考文献|资料|方法|结果|致谢|声明|利益|"
    r"abstract|introduction|conclusion|reference|discussion|method|result",
    re.I,
)
_TREATMENT = re.compile(r"治疗|疗法|方案|药物|用药|管理|干预|手术|抑制剂|拮抗剂|激动剂|单抗")
_ACTOR = re.compile(r"信号|通路|因子|蛋白|细胞|受体|微环境|基因|激酶|外泌体|整合素|巨噬")


def example_questions(
    papers: Iterable[tuple[Paper, Sequence[tuple[str, ...]]]],
) -> list[dict[str, str]]:
    """Return at most four questions as {"zh", "en"}, taken from the papers in turn.

    ``papers`` are (paper, heading paths); the innermost headings name the subjects.
    """
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    for round_ in zip_longest(*(_questions(paper, paths) for paper, paths in papers)):
        for question in round_:
            if question is not None and not seen & set(question.values()):
                seen.update(question.values())
                found.append(question)
    return found[:MOST]


def _questions(paper: Paper, paths: Sequence[tuple[str, ...]]) -> list[dict[str, str]]:
    """Ask about actors, then treatments, then the rest; Chinese from headings, English from
    the paper's own English keywords; where there are none the Chinese question stands for both.
    """
    above = {path[:-1] for path in paths}  # a heading of headings is too wide a subject
    leaves = [path[-1] for path in paths if path and path not in above]
    subjects = list(dict.fromkeys(_NUMBER.sub("", leaf).strip() for leaf in leaves))
    subjects = [s for s in subjects if 2 <= len(s) <= 24 and not _FRAME.search(s)]
    if not subjects:
        subjects = list(paper.keywords)
    actors = [s for s in subjects if _ACTOR.search(s) and not _TREATMENT.search(s)]
    treatments = [s for s in subjects if _TREATMENT.search(s)]
    rest = [s for s in subjects if s not in actors and s not in treatments]
    asked = [f"{s}有什么作用？" for s in (*actors[:2], *treatments[:2])]
    asked += [f"文献如何描述{s}？" for s in rest[:1]]
    if actors and treatments:
        asked[1], asked[-1] = asked[-1], asked[1]
    # What the title names already is too wide to ask about, unless there is nothing else.
    words = sorted(paper.keywords_en, key=lambda word: word.lower() in paper.title_en.lower())
    english = [f"What is known about {word}?" for word in words]
    return [
        {"zh": zh, "en": en or zh}
        for zh, en in zip_longest(dict.fromkeys(asked), dict.fromkeys(english))
        if zh
    ]
