"""The blocks of a document in, who the paper is out.

Nothing is guessed: a field that the paper does not print in a form known here stays empty,
since a wrong journal or year is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.clean import count_han, search_text
from ingest.labels import without_label
from ingest.names import english_names, names_of
from ingest.records import Block, BlockKind, Paper
from ingest.reference_forms import find_doi, parse_entry
from ingest.sentences import text_weight

_HEAD_KINDS = (BlockKind.HEADER, BlockKind.FOOTER)
_SUFFIX = r"(?:\s*[(（](?:[\u3400-\u9fff]{2,8}版|[\u3400-\u9fff]{2,6})[)）])?"
_JOURNAL = re.compile(rf"^([\u3400-\u9fff]{{2,18}}{_SUFFIX})$")
_SURE_JOURNAL = re.compile(rf"^([\u3400-\u9fff]{{1,16}}(?:学报|杂志|學報|雜誌){_SUFFIX})$")
_ENGLISH_JOURNAL = re.compile(
    r"((?:[A-Z][A-Za-z]+\s+)*(?:Journal|JOURNAL)\s+(?:of|OF)\s+[A-Z][A-Za-z&'’\-]*(?:\s+(?:[A-Z][A-Za-z&'’\-]*|of|OF|and|AND|in|for|the))*"
    r"|Chinese\s+Journal\s+of(?:\s+[A-Z][A-Za-z]+)+)"
)
_DATE = r"(?:19|20)\d{2}\s*年"
_ISSUE_LINE = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*年?\s*[,，]?\s*(?:\d{1,2}\s*月)?\s*[,，]?\s*(?:第\s*(?P<volume>\d{1,3})\s*卷)?\s*[,，]?\s*第\s*(?P<issue>\d{1,3})\s*期"
)
_VOLUME_LINE = re.compile(r"第\s*(?P<volume>\d{1,3})\s*卷\s*[,，]?\s*第\s*(?P<issue>\d{1,3})\s*期")
_ENGLISH_ISSUE = re.compile(
    r"Vol\.?\s*(?P<volume>\d{1,3})\s*[,，;]?\s*No\.?\s*(?P<issue>\d{1,3})", re.IGNORECASE
)
_ARTICLE_NUMBER = re.compile(
    r"\d{4}\s*[-－—–]\s*\d{3}[\dXx]\s*[(（\[［〔]?\s*(?P<year>(?:19|20)\d{2})\s*[)）\]］〕]?\s*(?P<issue>\d{2})\s*[-－—–]"
    r"\s*(?P<first>\d{2,5})\s*[-－—–]\s*(?P<count>\d{2})"
)
_DOI_ISSUE = re.compile(
    r"(?:issn|cnki)\.?\s*(?:issn)?\d{4}-\d{3}[\dx]\.(?P<year>(?:19|20)\d{2})\.(?P<issue>\d{2})\.",
    re.I,
)
_CITATION = re.compile(
    r"(?:引用格式|引用本文|本文引用格式|引文格式|Citation|Cite\s+this\s+article(?:\s+as)?)\s*[】\]］]?\s*[:：]?\s*(.+)",
    re.DOTALL,
)
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
    printed = "\n".join(_line(block) for block in front if block.kind in _SOURCES)
    title, title_en = _titles(blocks, info, file)
    source = _source(blocks, printed)
    return Paper(
        id=paper_id,
        file=file,
        title=title,
        title_en=title_en,
        authors=_authors(blocks),
        authors_en=_authors_en(blocks),
        journal=_journal(blocks, source),
        year=int(source["year"]) if source.get("year") else None,
        volume=source.get("volume", ""),
        issue=source.get("issue", ""),
        pages=source.get("pages", ""),
        doi=_doi(blocks, printed),
        keywords=_keywords(blocks, "zh"),
        keywords_en=_keywords(blocks, "en"),
        clc=re.sub(r"\s", "", _first(_CLC, printed)),
        document_code=_first(_CODE, printed),
        received=_date(_first(_RECEIVED, printed)),
        language=_language(blocks),
        page_count=pages,
    )


_SOURCES = frozenset(
    {BlockKind.METADATA, BlockKind.KEYWORDS, BlockKind.FOOTNOTE, BlockKind.HEADER, BlockKind.FOOTER}
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
                found += names_of(line)
        elif found and block.kind is not BlockKind.AUTHORS:
            break
    return tuple(dict.fromkeys(found))


def _authors_en(blocks: Sequence[Block]) -> tuple[str, ...]:
    found: list[str] = []
    for block in blocks:
        if block.kind is BlockKind.AUTHORS and not count_han(block.text):
            for line in block.text.split("\n"):
                found += english_names(line)
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


def _doi(blocks: Sequence[Block], printed: str) -> str:
    """Return the DOI of the paper itself: printed on its first page, outside of references."""
    title_page = _first_page(blocks)
    first = [b for b in blocks if b.page <= title_page and b.kind in _SOURCES]
    for block in first:
        doi = find_doi(search_text(block.text))
        if doi:
            return doi
    match = re.search(r"(?i)doi\s*[】\]］]?\s*[:：]?\s*10\.", printed)
    return find_doi(printed[match.start() :]) if match else ""


def _source(blocks: Sequence[Block], printed: str) -> dict[str, str]:
    """Return year, volume, issue, pages (and journal) of the paper, the surest source first."""
    found: dict[str, str] = {}
    citation = _CITATION.search(printed)
    if citation:
        entry = parse_entry(1, citation[1].split("\n")[0])
        if entry.year and entry.journal:
            found = {
                "year": str(entry.year), "volume": entry.volume, "issue": entry.issue,
                "pages": entry.pages, "journal": entry.journal,
            }  # fmt: skip
    number = _ARTICLE_NUMBER.search(printed)
    if number:
        first, count = int(number["first"]), int(number["count"])
        _complete(found, year=number["year"], issue=str(int(number["issue"])))
        _complete(found, pages=f"{first}-{first + count - 1}" if count > 1 else str(first))
    first_page = _first_page(blocks)
    heads = "\n".join(
        search_text(b.text) for b in blocks if b.kind in _HEAD_KINDS or _is_masthead(b, first_page)
    )
    for pattern in (_ISSUE_LINE, _VOLUME_LINE, _ENGLISH_ISSUE):
        match = pattern.search(heads)
        if match:
            _complete(found, **{key: value or "" for key, value in match.groupdict().items()})
    doi = _DOI_ISSUE.search(_doi(blocks, printed))
    if doi:
        _complete(found, year=doi["year"], issue=str(int(doi["issue"])))
    years = Counter(re.findall(r"(?<!\d)((?:19|20)\d{2})\s*年", heads))
    if len(years) == 1:
        _complete(found, year=next(iter(years)))
    return {key: value for key, value in found.items() if value}


def _first_page(blocks: Sequence[Block]) -> int:
    """Return the page of the title: a cover may stand before it."""
    return next((b.page for b in blocks if b.kind is BlockKind.TITLE), 1)


def _is_masthead(block: Block, first_page: int) -> bool:
    return block.kind is BlockKind.METADATA and block.page <= first_page


def _complete(found: dict[str, str], **more: str) -> None:
    for key, value in more.items():
        if value and not found.get(key):
            found[key] = value.lstrip("0") if key != "pages" else value


def _journal(blocks: Sequence[Block], source: dict[str, str]) -> str:
    if source.get("journal"):
        return source["journal"]
    first = _first_page(blocks)
    heads = [b for b in blocks if b.kind in _HEAD_KINDS or _is_masthead(b, first)]
    titles = {re.sub(r"\s", "", b.text) for b in blocks if b.kind is BlockKind.TITLE}
    sure: Counter[str] = Counter()
    dated: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for text in (search_text(line) for block in heads for line in block.text.split("\n")):
        has_date = bool(re.search(rf"{_DATE}|第\s*\d+\s*[卷期]|Vol", text))
        for part in _parts(text):
            if part in titles:
                continue
            if match := _SURE_JOURNAL.match(part):
                sure[match[1]] += 1
            elif has_date and (match := _JOURNAL.match(part)):
                dated[match[1]] += 1
        if match := _ENGLISH_JOURNAL.search(text):
            english[re.sub(r"\s+", " ", match[1])] += 1
    for counts, least in ((sure, 1), (dated, 2), (english, 1)):
        name, count = next(iter(counts.most_common(1)), ("", 0))
        if count >= least:
            return name
    return ""


def _parts(text: str) -> Iterable[str]:
    """Return the pieces of a running head without dates, numbers and page numbers."""
    text = re.sub(
        rf"{_DATE}\s*(?:\d{{1,2}}\s*月)?(?:\s*\d{{1,2}}\s*日)?|第\s*[\dxX]+\s*[卷期]|总\s*第\s*\d+\s*期|\d+",
        "|",
        text,
    )
    for part in re.split(r"[|·•・\t—–\-,，.:：/\s]+|(?<=[\u3400-\u9fff])(?=[A-Z])", text):
        yield re.sub(r"[\s]+", "", part)
