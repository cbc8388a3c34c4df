"""A Document in, Passages out: parents of about 400 characters to cite, children to embed.

Parents are whole sentences of one section and one language; children are whole sentences of a
parent, overlapping by one. Short children that lead to larger parents are the plan that found
most in paragraph-level tests, above all for English questions on Chinese text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ingest.clean import count_han
from ingest.labels import without_label
from ingest.parents import TABLE_CAPTION, cut_parents
from ingest.pieces import cut
from ingest.records import Block, BlockKind, Child, Document, Passage, Sentence
from ingest.sentences import split_clauses, split_sentences, text_weight

# A child that holds less than this part of its size takes in the sentence before it.
_SMALLEST_CHILD = 0.5
# A sentence heavier than this part of a child is not repeated in the next child.
_LARGEST_OVERLAP = 0.6
# A sentence longer than this many children is cut into clauses for embedding.
_LONG_FOR_CHILD = 1.5
# A caption of less weight than this stands beside the text of its section.
_OWN_CAPTION = 60

# A whole section that says less than this is no evidence; without a full stop, less than that.
_LEAST_STATEMENT = 12
_LEAST_FRAGMENT = 25

_STOP = re.compile(r"[。！？.!?；;：:．][”’」』）)】〕］\]\"'\s]*$")
# The dots between a title and its page in a table of contents, and the longest such entry.
_LEADER = re.compile(r"(?:[.…·．]\s*){4,}[\d１-９]|(?:…\s*){3,}")
_LONGEST_ENTRY = 60
_WORD = re.compile(r"[A-Za-z]{2,}")
_REFERENCES = re.compile(r"^(?:[参參]\s*考\s*文\s*[献獻]|references?\b)", re.IGNORECASE)


def make_passages(
    document: Document, *, parent_chars: int = 400, child_chars: int = 120
) -> tuple[Passage, ...]:
    """Return the passages of ``document`` in reading order.

    Sizes are weights in Chinese characters (``ingest.sentences.text_weight``). Passages come
    from paragraphs, tables and captions; none crosses a section or mixes languages.
    Paragraphs of one parent are parted by a newline. Fragments that state nothing are left out.
    """
    blocks = [_unlabelled(block) for block in document.blocks if _is_source(block)]
    ocr = frozenset(page.number for page in document.pages if page.engine == "ocr")
    passages: list[Passage] = []
    for group in _groups(blocks):
        for piece in cut_parents(group, parent_chars):
            if _is_debris(piece.text):
                continue
            ordinal = len(passages)
            sentences = split_sentences(piece.text, piece.marks)
            passages.append(
                Passage(
                    id=f"{document.paper.id[:16]}-{ordinal:04d}",
                    paper_id=document.paper.id,
                    ordinal=ordinal,
                    text=piece.text,
                    section=group[0].section,
                    kind=group[0].kind,
                    language=_language(group),
                    spans=piece.spans,
                    marks=piece.marks,
                    sentences=sentences,
                    children=_children(piece.text, sentences, child_chars),
                    ocr=any(span.box.page in ocr for span in piece.spans),
                )
            )
    return tuple(passages)


def _is_source(block: Block) -> bool:
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.CAPTION):
        return False
    return not any(_REFERENCES.match(heading) for heading in block.section)


def _unlabelled(block: Block) -> Block:
    """Return ``block`` without the label of an abstract: its section says as much."""
    text = without_label(block.text).lstrip()
    abstract = block.section in (("摘要",), ("Abstract",))
    if not abstract or not text or len(text) == len(block.text):
        return block
    rest = cut(block, len(block.text) - len(text), len(block.text))
    return replace(block, text=rest.text, spans=rest.spans, marks=rest.marks)


def _is_noise(text: str) -> bool:
    """Tell whether a paragraph has no words (an axis label, a number) or lists contents."""
    leaders = len(_LEADER.findall(text))
    if leaders and text_weight(text) < _LONGEST_ENTRY * leaders:
        return True
    return count_han(text) < 4 and len(_WORD.findall(text)) < 3


def _language(group: Sequence[Block]) -> str:
    votes: Counter[str] = Counter()
    for block in group:
        votes[block.language] += len(block.text)
    return votes.most_common(1)[0][0]


def _is_debris(text: str) -> bool:
    """Tell whether a whole parent says too little to be evidence for anything."""
    weight = text_weight(text)
    return weight < (_LEAST_STATEMENT if _STOP.search(text) else _LEAST_FRAGMENT)


def _groups(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Yield the blocks that may share parents: prose of one section and language, or one table.

    A long caption is a group of its own; a short one, which says little alone, follows the
    prose of its section. So neither parts the prose that runs on behind it.
    """
    for _, run in groupby(blocks, key=lambda block: block.section):
        section = list(run)
        prose = [block for block in section if block.kind is BlockKind.PARAGRAPH]
        prose = [block for block in prose if not _is_noise(block.text)]
        asides = _asides([block for block in section if block.kind is not BlockKind.PARAGRAPH])
        if prose:
            short = [group[0] for group in asides if _is_short_caption(group)]
            asides = [group for group in asides if not _is_short_caption(group)]
            prose += short
        yield from _by_language(prose)
        yield from asides


def _asides(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Return tables, each behind its caption if that is a block of its own, and captions."""
    groups: list[tuple[Block, ...]] = []
    for block in blocks:
        before = groups[-1] if groups else ()
        captioned = (
            block.kind is BlockKind.TABLE
            and len(before) == 1
            and before[0].kind is BlockKind.CAPTION
            and TABLE_CAPTION.match(before[0].text)
        )
        if captioned:
            groups[-1] = (*before, block)
        else:
            groups.append((block,))
    return groups


def _is_short_caption(group: tuple[Block, ...]) -> bool:
    only = group[0]
    return (
        len(group) == 1 and only.kind is BlockKind.CAPTION and text_weight(only.text) < _OWN_CAPTION
    )


def _by_language(prose: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Yield runs of one language; a block too short to tell goes with the one before it."""
    run: list[Block] = []
    for block in prose:
        same = not run or block.language == run[0].language
        if not same and text_weight(block.text) >= _LEAST_FRAGMENT:
            yield tuple(run)
            run = []
        run.append(block)
    if run:
        yield tuple(run)


def _children(text: str, sentences: Sequence[Sentence], size: int) -> tuple[Child, ...]:
    """Return runs of sentences of about ``size``, each beginning with the last of the one before.

    Only a sentence that is far too long for one child is cut, at its commas.
    """
    longest = _LONG_FOR_CHILD * size
    parts = [part for sentence in sentences for part in split_clauses(text, sentence, longest)]
    weights = [text_weight(text[part.start : part.end]) for part in parts]
    children: list[Child] = []
    first = covered = 0
    while covered < len(parts):
        last, weight = first, weights[first]
        while last + 1 < len(parts) and _takes(weight, weights[last + 1], size):
            last += 1
            weight += weights[last]
        if last < covered:
            first = covered  # nothing new beside the sentence that was to be repeated
            continue
        at_end = last == len(parts) - 1
        while at_end and first > 0 and weight < _SMALLEST_CHILD * size:
            first -= 1
            weight += weights[first]
        child = Child(parts[first].start, parts[last].end)
        if at_end and children and child.start <= children[-1].start:
            children.pop()  # the tail took in all of the child before it
        children.append(child)
        covered = last + 1
        repeat = last > first and weights[last] <= _LARGEST_OVERLAP * size
        first = last if repeat else last + 1
    return tuple(children)


def _takes(weight: float, following: float, size: float) -> bool:
    """Tell whether a child takes the next sentence: near its size, or while it is a fragment."""
    small = weight < _SMALLEST_CHILD * size
    return weight + following / 2 <= size or (small and weight + following <= 2 * size)
