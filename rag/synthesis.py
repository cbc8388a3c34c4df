"""What was found and a language model -> an answer in its words, each sentence checked.

The model sees the question and some passages; of its reply only sentences and passage numbers
are used. Quotes come from the index, and a sentence that says more than its quotes is shown
struck out with the reason. Any failure gives the papers' own words instead, and says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.records import Hit
from ingest.clean import fold_for_match
from ingest.errors import GenerationFailed
from ingest.languages import detect_language
from rag.answering import Library
from rag.citing import citable
from rag.drafts import Drafted, is_refusal, read_line
from rag.finding import Found
from rag.findings import Finding
from rag.guard import check
from rag.llm import Endpoint
from rag.prompts import Excerpt, excerpt, messages, weight
from rag.records import Answer, AnswerSentence, Citation, Status
from rag.support import Place, Vectors, places, supporting

PASSAGES = 6
# About as many tokens of passages: a model on a processor reads 30 to 150 in a second.
PROMPT_WEIGHT = 1600
SHOWN_STRUCK = 5
# Letters of a sentence that is told to be a copy.
LEAST_COPIED = 12

_FALLBACK = ("{zh}以下为文献原文。", "{en} These are the papers' own words.")
_REFUSED = ("语言模型认为所给段落不能回答。", "the language model found no answer in the passages.")
_NOTHING = (
    "语言模型的回复没有一句通过核对。",
    "no sentence of the language model's reply passed the check.",
)


def synthesise(
    library: Library, found: Found, base: Answer, endpoint: Endpoint, limit: int
) -> Iterator[tuple[Answer, bool]]:
    """Yield (answer so far, False) for each sentence and (answer, True) at the end.

    ``base`` is the extractive answer: what is given where the model fails, and whether the
    papers answer at all. Nothing is sent for a question that they do not answer.
    """
    if base.status is Status.NOT_FOUND:
        yield base, True
        return
    started = time.perf_counter()
    parts = passages(found, base)
    draft = Draft(library, found, tuple(part.hit for part in parts))
    trouble: tuple[str, str] | None = None
    try:
        for line in _reply(endpoint, base, parts, limit):
            if is_refusal(line):
                trouble = _REFUSED
                break
            for drafted in read_line(line):
                if draft.take(drafted):
                    yield draft.answer(base, endpoint.model), False
            if len(draft.kept) >= limit:
                break
    except GenerationFailed as error:
        trouble = (error.zh, error.en)
    if trouble is None and not draft.kept:
        trouble = _NOTHING
    answer = draft.answer(base, endpoint.model) if trouble is None else _fallen(base, trouble)
    spent = 1000 * (time.perf_counter() - started)
    timings = {**answer.timings, "llm": spent, "total": answer.timings.get("total", 0.0) + spent}
    yield replace(answer, dropped=draft.dropped, timings=timings), True


def _reply(endpoint: Endpoint, base: Answer, parts: Sequence[Excerpt], limit: int) -> Iterator[str]:
    yield from endpoint.lines(messages(base.resolved, base.language, parts, limit))


def passages(found: Found, base: Answer) -> tuple[Excerpt, ...]:
    """Return what a model gets to read: around what the extractive answer quotes, then the best."""
    quoted: dict[str, list[tuple[int, int]]] = {}
    for citation in base.citations:
        quoted.setdefault(citation.passage_id, []).append((citation.start, citation.end))
    ordered = sorted(found.hits, key=lambda hit: hit.passage.id not in quoted)
    parts: list[Excerpt] = []
    spent = 0.0
    for hit in ordered[:PASSAGES]:
        part = excerpt(hit, quoted.get(hit.passage.id, ()))
        spent += weight(part)
        if parts and spent > PROMPT_WEIGHT:
            break
        parts.append(part)
    return tuple(parts)


def _fallen(base: Answer, trouble: tuple[str, str]) -> Answer:
    note = (_FALLBACK[0].format(zh=trouble[0]), _FALLBACK[1].format(en=trouble[1]))
    return replace(base, notes=(*base.notes, note))


@dataclass(slots=True)
class Draft:
    """The sentences of a reply as they come in, each checked against its quotes."""

    library: Library
    found: Found
    hits: tuple[Hit, ...]
    kept: list[AnswerSentence] = field(default_factory=list)
    shown: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: int = 0
    _seen: set[str] = field(default_factory=set)

    def take(self, drafted: Drafted) -> bool:
        """Check a sentence and keep it or strike it out; False when it is said already."""
        if drafted.text in self._seen:
            return False
        self._seen.add(drafted.text)
        cited, findings = self._check(drafted)
        if findings:
            self.dropped += 1
            if self.dropped <= SHOWN_STRUCK:
                language = self.found.question.language
                reason = ("；" if language == "zh" else "; ").join(
                    finding.zh if language == "zh" else finding.en for finding in findings
                )
                self.shown.append(AnswerSentence(drafted.text, (), "llm", reason))
            return True
        numbers = tuple(dict.fromkeys(self._number(place) for place in cited))
        sentence = AnswerSentence(drafted.text, numbers, "llm")
        self.kept.append(sentence)
        self.shown.append(sentence)
        return True

    def _check(self, drafted: Drafted) -> tuple[tuple[Place, ...], tuple[Finding, ...]]:
        language = self.found.question.language
        if detect_language(drafted.text) not in (language, "und"):
            return (), (Finding("language", drafted.text[:40]),)
        if not drafted.passages:
            drafted = replace(drafted, passages=self._copied_from(drafted.text))
        if not drafted.passages:
            return (), (Finding("uncited", drafted.text[:40]),)
        if unknown := [n for n in drafted.passages if not 1 <= n <= len(self.hits)]:
            return (), (Finding("passage", str(unknown[0])),)
        named = [self.hits[n - 1] for n in drafted.passages]
        vector = next(iter(self.library.encoders.values())).embed_queries([drafted.text])[0]
        ranked = [self._places(drafted.text, vector, hit) for hit in named]
        others = [
            self._places(drafted.text, vector, hit)[0].score
            for hit in self.found.hits
            if hit not in named and hit.passage.language == named[0].passage.language
        ]

        def judge(chosen: Sequence[Place]) -> tuple[Finding, ...]:
            near = max(place.score for place in chosen)
            return check(
                drafted.text,
                [place.search for place in chosen],
                translator=self.library.translator,
                context=" ".join(
                    part for p in chosen for part in (p.hit.paper.title, *p.hit.passage.section)
                ),
                nearness=(near, max(others)) if others else None,
            )

        return supporting(ranked, judge)

    def _copied_from(self, text: str) -> tuple[int, ...]:
        """Return the passage that a sentence was copied from, letter by letter; () for none.

        A small model copies the right sentence and leaves out its number.
        """
        copied = fold_for_match(text).rstrip("。.")
        for number, hit in enumerate(self.hits, 1):
            for sentence in hit.passage.sentences:
                place = Place(hit, sentence.start, sentence.end, 0.0)
                if len(copied) >= LEAST_COPIED and copied in fold_for_match(place.search):
                    return (number,)
        return ()

    def _places(self, text: str, vector: Vectors, hit: Hit) -> tuple[Place, ...]:
        same = hit.passage.language == self.found.question.language
        leg = next(iter(self.library.encoders))
        vectors = self.library.snapshot.sentence_vectors(leg, hit.row)
        found = places(text, vector, hit, vectors, same=same)
        return tuple(place for place in found if citable(place.hit, place.start, place.end))

    def _number(self, place: Place) -> int:
        for citation in self.citations:
            if citation.passage_id == place.hit.passage.id and citation.start == place.start:
                return citation.number
        number = len(self.citations) + 1
        question = self.found.question
        self.citations.append(
            self.library.cite(question, place.hit, place.start, place.end, number, place.score)
        )
        return number

    def answer(self, base: Answer, model: str) -> Answer:
        """Return ``base`` with what has been taken so far in place of its own sentences."""
        return replace(
            base,
            sentences=tuple(self.shown),
            citations=tuple(self.citations),
            dropped=self.dropped,
            model=model,
        )
