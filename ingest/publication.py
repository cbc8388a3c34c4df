"""Where a paper appeared: journal, year, volume, issue, pages and DOI, the surest source first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.clean import search_text
from ingest.records import Block, BlockKind
from ingest.reference_forms import find_doi, parse_entry

SOURCES = frozenset(
    {BlockKind.METADATA, BlockKind.KEYWORDS, BlockKind.FOOTNOTE, BlockKind.HEADER, BlockKind.FOOTER}
)
"""Kinds of blocks in which a paper prints what it is, beside title and names."""
_HEAD_KINDS = (BlockKind.HEADER, BlockKind.FOOTER)


_SUFFIX = r"(?:\s*[(（](?:[\u3400-\u9fff]{2,8}版|[\u3400-\u9fff]{2,6})[)）])?"


_JOURNAL = re.compile(rf"^([\u3400-\u9fff]{{2,18}}{_SUFFIX})$")
# Covers of papers published ahead of print name the journal so, whatever it ends with.
_COVER_JOURNAL = re.compile(r"^\s*《([^《》]{2,24})》\s*(?:网络首发|網絡首發)")


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


# A running head that names year, volume and issue behind the journal says so for sure.
_LEADING = re.compile(
    r"[\u3400-\u9fff]{4,18}(?:19|20)\d{2}年(?:\d{1,2}月)?[,，]?第\d{1,3}卷[,，]?第\d{1,3}期"
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


def paper_doi(blocks: Sequence[Block], printed: str) -> str:
    """Return the DOI of the paper itself: printed on its first page, outside of references."""
    title_page = _first_page(blocks)
    first = [b for b in blocks if b.page <= title_page and b.kind in SOURCES]
    for block in first:
        doi = find_doi(search_text(block.text))
        if doi:
            return doi
    match = re.search(r"(?i)doi\s*[】\]］]?\s*[:：]?\s*10\.", printed)
    return find_doi(printed[match.start() :]) if match else ""


def find_source(blocks: Sequence[Block], printed: str) -> dict[str, str]:
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
    doi = _DOI_ISSUE.search(paper_doi(blocks, printed))
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


def find_journal(blocks: Sequence[Block], source: dict[str, str]) -> str:
    """Return the journal that running heads and mastheads name, empty where they do not agree."""
    if source.get("journal"):
        return source["journal"]
    first = _first_page(blocks)
    heads = [b for b in blocks if b.kind in _HEAD_KINDS or _is_masthead(b, first)]
    titles = {re.sub(r"\s", "", b.text) for b in blocks if b.kind is BlockKind.TITLE}
    sure: Counter[str] = Counter()
    dated: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for text in (search_text(line) for block in heads for line in block.text.split("\n")):
        if cover := _COVER_JOURNAL.match(text):
            sure[re.sub(r"\s", "", cover[1])] += 1
        has_date = bool(re.search(rf"{_DATE}|第\s*\d+\s*[卷期]|Vol", text))
        for part in _parts(text):
            if part in titles:
                continue
            if match := _SURE_JOURNAL.match(part):
                sure[match[1]] += 1
            elif has_date and (match := _JOURNAL.match(part)):
                dated[match[1]] += 2 if _LEADING.match(re.sub(r"\s", "", text)) else 1
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
