"""The blocks of a document in, who the paper is out.

Nothing is guessed: a field that the paper does not print in a form known here stays empty,
since a wrong journal or year is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.clean import count_han, search_text
from ingest.labels import without_label
from ingest.names import english_names, groups_of, names_of
from ingest.publication import SOURCES, find_journal, find_source, paper_doi
from ingest.records import Block, BlockKind, Paper
from ingest.sentences import text_weight

_CLC = re.compile(
    r"(?:中图(?:法)?分类号|中圖分類號|CLC\s*number)\s*[】\]］〕]?\s*[:：]?\s*"
    r"([A-Z]{1,2}\d[\d.]*(?:[-=]\d+)?(?:\s*[/;；,，+]\s*[A-Z]{1,2}\d[\d.]*)*)"
)
_CODE = re.compile(
    r"(?:文献标[识志]码|文獻標識碼|Document\s*code)\s*[】\]］〕]?\s*[:：]?\s*([A-E])\b"
)
_RECEIVED = re.compile(
    r"(?:收稿日期|收稿时间|收稿|Received)\s*[】\]］〕]?\s*[:：]?\s*[(（]?\s*"
    r"((?:19|20)\d{2}\s*[-－–—/.年]\s*\d{1,2}\s*[-－–—/.月]\s*\d{1,2}|(?:19|20)\d{2}\s*[-－–—/.年]\s*\d{1,2})"
)
_TITLE_SIGN = re.compile(r"[\s*＊△▲☆★※#＃†‡①-⑳]+$")
_PLACEHOLDER = re.compile(
    r"untitled|microsoft word|powerpoint|\.(?:docx?|pdf|indd|caj|wps|tex|fbd|ps)\b"
    r"|^\s*$|^[\W\d_]+$|cnki|kns|^\w{0,3}$",
    re.IGNORECASE,
)


def read_paper(
    paper_id: str, file: str, info: dict[str, str], blocks: Sequence[Block], pages: int
) -> Paper:
    """Return who the paper is: from what it prints, else (title only) from the document info."""
    front = [block for block in blocks if block.page <= 6]
    printed = "\n".join(_line(block) for block in front if block.kind in SOURCES)
    title, title_en = _titles(blocks, info, file)
    source = find_source(blocks, printed)
    return Paper(
        id=paper_id,
        file=file,
        title=title,
        title_en=title_en,
        authors=_authors(blocks),
        authors_en=_authors_en(blocks),
        journal=find_journal(blocks, source),
        year=int(source["year"]) if source.get("year") else None,
        volume=source.get("volume", ""),
        issue=source.get("issue", ""),
        pages=source.get("pages", ""),
        doi=paper_doi(blocks, printed),
        keywords=_keywords(blocks, "zh"),
        keywords_en=_keywords(blocks, "en"),
        clc=re.sub(r"\s", "", _first(_CLC, printed)),
        document_code=_first(_CODE, printed),
        received=_date(_first(_RECEIVED, printed)),
        language=_language(blocks),
        page_count=pages,
    )


def _line(block: Block) -> str:
    return search_text(block.text)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].strip() if match else ""


def _date(text: str) -> str:
    """Return a date as printed, in digits: 2021-06-20."""
    parts = re.findall(r"\d+", text)
    return "-".join([parts[0], *(part.zfill(2) for part in parts[1:])]) if parts else ""


def _language(blocks: Sequence[Block]) -> str:
    """Return the language of the first title in Chinese, or of most of the text.

    Formulas and spectra are Latin letters in a Chinese paper, too.
    """
    if any(block.kind is BlockKind.TITLE and count_han(block.text) >= 4 for block in blocks):
        return "zh"
    counts: Counter[str] = Counter()
    for block in blocks:
        if block.kind is BlockKind.PARAGRAPH:
            counts[block.language] += round(text_weight(block.text))
    return counts.most_common(1)[0][0] if counts else "zh"


def _clean_title(block: Block) -> str:
    text = block.text
    for mark in reversed(block.marks):
        text = text[: mark.start] + text[mark.end :]
    return _TITLE_SIGN.sub("", re.sub(r"\s+", " ", text).strip())


def _titles(blocks: Sequence[Block], info: dict[str, str], file: str) -> tuple[str, str]:
    titles = [_clean_title(block) for block in blocks if block.kind is BlockKind.TITLE]
    chinese = [title for title in titles if count_han(title) >= 2]
    latin = [title for title in titles if count_han(title) < 2]
    known = info.get("Title", "").strip()
    if _PLACEHOLDER.search(known):
        known = ""
    stem = file.rsplit(".", 1)[0]
    if chinese:
        return chinese[0], latin[0] if latin else ""
    if latin and not count_han(known):
        return latin[0], latin[0]
    chapters = [b.text for b in blocks if b.kind is BlockKind.HEADING and b.page == 1]
    chapter = next((text for text in chapters[:1] if text.startswith("第")), "")
    return known or (latin[0] if latin else chapter or stem), latin[0] if latin else ""


def _authors(blocks: Sequence[Block]) -> tuple[str, ...]:
    found: list[str] = []
    for block in blocks:
        if block.kind is BlockKind.AUTHORS and count_han(block.text):
            for line in block.text.split("\n"):
                found += names_of(line) or groups_of(line)
        elif found and block.kind is not BlockKind.AUTHORS:
            break
    return tuple(dict.fromkeys(found))


def _authors_en(blocks: Sequence[Block]) -> tuple[str, ...]:
    found: list[str] = []
    for block in blocks:
        if block.kind is BlockKind.AUTHORS and not count_han(block.text):
            lines = block.text.split("\n")
            whole = english_names(" ".join(lines))
            found += whole or [name for line in lines for name in english_names(line)]
    return tuple(dict.fromkeys(found))


def _keywords(blocks: Sequence[Block], language: str) -> tuple[str, ...]:
    for block in blocks:
        if block.kind is BlockKind.KEYWORDS and (count_han(block.text) > 3) is (language == "zh"):
            text = without_label(block.text).strip()
            parts = re.split(r"\s*[;；]\s*|\t|　+", text)
            if len(parts) == 1:
                parts = re.split(r"\s*[,，、]\s*", text)
            return tuple(part.strip(" .。；;,，") for part in parts if part.strip(" .。；;,，"))
    return ()
