"""Who showed this? An answer in a paper's words -> the reference entries that its words cite.

The entries are those whose marks stand in the quoted sentences. Each is quoted as it is
printed in the paper's reference list, with its page and its place there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.records import Paper, Reference
from rag.records import Answer, AnswerSentence, Citation, Status

MOST_SENTENCES = 3

_ASKED_AT_END = re.compile(
    r"(?<=[？?。；;])\s*(?:这是谁的研究|(?:and )?who showed this)\s*[？?]*$", re.I
)
_ASKS = re.compile(
    r"谁(?:首先|最早|先)?(?:的研究)?(?:证明|证实|发现|报道|提出|指出|观察到|"
    r"认为)|(?:哪|何)(?:项|篇|些)(?:研究(?!方法|对象|设计|方向|类型)|文献|论文|作者)|出自|出处|文献来源|"
    r"谁的(?:研究|发现|观点|结论)|"
    r"\bwho (?:first )?(?:showed|found|reported|demonstrated|discovered|proposed|observed)\b|"
    r"\b(?:which|what) (?:study|studies|papers?|authors?|"
    r"references?) (?:showed?|found|reported?|demonstrated?|is|are)\b|"
    r"\bwhose (?:work|study|finding)",
    re.I,
)
_NONE = (
    "所引句子没有标注参考文献；出处即该文本身。",
    "the quoted sentences carry no citation marks; their source is the paper itself.",
)
_SECTION = {"zh": "参考文献", "en": "References"}


def content_of(question: str) -> str:
    """Return what is to be looked up: the question without "who showed this" behind it."""
    return _ASKED_AT_END.sub("", question)


def asks_for_source(question: str) -> bool:
    """Tell whether a question asks whose finding something is."""
    return content_of(question) != question or _ASKS.search(question) is not None


def with_sources(answer: Answer) -> Answer:
    """Return ``answer`` with the entries that its sentences cite, each behind its sentence.

    An answer that cites none says so in a note; one that was not found is returned as it is.
    """
    if answer.status is Status.NOT_FOUND:
        return answer
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    entries: dict[tuple[str, int], int] = {}
    by_number = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences[:MOST_SENTENCES]:
        own = [by_number[number] for number in sentence.citations]
        numbers = range(len(citations) + 1, len(citations) + 1 + len(own))
        citations += [replace(c, number=n) for c, n in zip(own, numbers, strict=True)]
        sentences.append(replace(sentence, citations=tuple(numbers)))
        for citation in own:
            for entry in citation.cited:
                if not entry.boxes or (key := (citation.paper.id, entry.number)) in entries:
                    continue
                entries[key] = len(citations) + 1
                citations.append(cite_entry(entry, citation.paper, entries[key]))
                sentences.append(AnswerSentence(entry.text, (entries[key],)))
    notes = answer.notes if entries else (*answer.notes, _NONE)
    return replace(answer, sentences=tuple(sentences), citations=tuple(citations), notes=notes)


def cite_entry(entry: Reference, paper: Paper, number: int) -> Citation:
    """Return the citation of an entry of the paper's reference list, verbatim."""
    return Citation(
        number=number,
        paper=paper,
        passage_id=f"{paper.id[:16]}-r{entry.number:03d}",
        page=entry.boxes[0].page,
        section=(_SECTION["en" if paper.language == "en" else "zh"], f"[{entry.number}]"),
        quote=entry.text,
        boxes=entry.boxes,
        score=1.0,
        start=0,
        end=len(entry.text),
        context=entry.text,
    )
