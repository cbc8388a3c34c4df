"""Lines of all pages in, those that belong to the page and not to the text out.

Running heads are compared by what remains without digits, at the same height; they differ on
odd and even pages, so one other page with the same line is enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ingest.captions import CAPTION
from ingest.clean import search_text
from ingest.layout import PageLines, spaced_text
from ingest.page_text import Line
from ingest.records import BlockKind, Box

# Running heads and feet stand within these parts of the page height.
_TOP, _BOTTOM = 0.14, 0.88
# A head that is printed on one page only stands this near the edge, or over a long rule.
_LONE_TOP = 0.085
_SAME_HEIGHT = 6.0
_SIMILAR = 82.0
# A line of so many letters that comes back word for word may stand higher on a first page.
_LONG_HEAD = 8
_LONG_RULE = 0.55
_LONE_GAP = 1.8
# A page number on the line of a running head stands this far (em) from it.
_APART_EM = 2.5
# A line larger than the text by this factor is a title: no running head stands below it.
_TITLE = 1.15
# So many pages, and this part of all, show a watermark at one place.
_WATERMARK_PAGES = 3
_WATERMARK_SHARE = 0.5

_DIGITS = re.compile(r"[\d０-９\s·•.．—–\-~～|｜()（）/]+")
_ROMAN = r"[ivxlcIVXLC]{1,6}"
_PAGE_NUMBER = re.compile(
    rf"[\s·•.—–\-~〜～|・*]*(?:第|P(?:age)?\.?)?\s*(?:\d{{1,4}}|{_ROMAN})\s*页?"
    rf"(?:\s*(?:/|共|of|之)\s*\d{{1,4}}\s*页?)?[\s·•.—–\-~〜～|・*]*",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"网络首发(?:时间|地址|日期)|kns\.cnki\.net|www\.cnki\.net|China Academic Journal|中国知网"
    r"|All [Rr]ights [Rr]eserved|万方数据|维普资讯|www\.wanfangdata|(?:投稿|期刊)网址",
)
# Where an article goes on, or comes from, in magazines and journals that fill their pages.
_JUMP = re.compile(
    r"[(（〔\[]?\s*(?:下\s*转|上\s*接|转\s*下|接\s*上|[转接]\s*第?\s*\d|续\s*第?\s*\d)[\s\d第页頁期年封底面三二,，A-Z-]{1,24}[)）〕\]]?"
)
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]")
_SENTENCE_END = "。；！？，"
_HEADING_NUMBER = re.compile(
    r"\s*(?:\d{1,2}(?:[.．]\d{1,2})+|\d{1,2}\s+\S|[一二三四五六七八九十]+[、.．]|[\[［〔]\d{1,3}[\]］〕])"
)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the top or bottom edge of its page."""

    page: int
    line: Line
    top: bool
    masked: str


def find_furniture(pages: Sequence[PageLines], body: float) -> dict[int, BlockKind]:
    """Return the kind of every line, by ``id``, that is a head, foot, page number or watermark.

    ``body`` is the em size of the running text.
    """
    found = dict(_watermarks(pages))
    edges = [edge for page in pages for edge in _edges(page)]
    for edge in edges:
        text = search_text(edge.line.text).strip()
        if _PUBLISHER.search(text) or _is_repeated(edge, edges):
            found[id(edge.line)] = BlockKind.HEADER if edge.top else BlockKind.FOOTER
    for page in pages:
        for line in page.lines:
            if _JUMP.fullmatch(search_text(line.text).strip()):
                low = line.baseline > 0.5 * page.page.height
                found[id(line)] = BlockKind.FOOTER if low else BlockKind.HEADER
    first_page = [_mask(line.text) for line in pages[0].lines] if pages else []
    for page in pages:
        for line, kind in _lone(page, found, body, first_page):
            found[id(line)] = kind
        found |= _page_numbers(page, found)
    return found


def _edges(page: PageLines) -> Iterator[_Edge]:
    height = page.page.height
    for line in page.lines:
        top = line.baseline < _TOP * height
        if top or line.baseline > _BOTTOM * height:
            yield _Edge(page.page.number, line, top, _mask(line.text))


def _mask(text: str) -> str:
    return _DIGITS.sub("", search_text(text))


def _is_repeated(edge: _Edge, edges: Sequence[_Edge]) -> bool:
    if len(edge.masked) < 2:
        return False
    for other in edges:
        if other.page == edge.page or other.top is not edge.top:
            continue
        same = len(edge.masked) >= _LONG_HEAD and edge.masked == other.masked
        if abs(other.line.baseline - edge.line.baseline) > _SAME_HEIGHT and not same:
            continue
        short = min(len(edge.masked), len(other.masked)) < 5
        alike = fuzz.ratio(edge.masked, other.masked) > (99.0 if short else _SIMILAR)
        if alike and abs(other.line.size - edge.line.size) < 0.15 * edge.line.size:
            return True
    return False


def _watermarks(pages: Sequence[PageLines]) -> Iterator[tuple[int, BlockKind]]:
    """Yield lines that stand at one place of many pages, wherever that is."""
    places: defaultdict[tuple[str, int, int], list[Line]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            text = search_text(line.text)
            if len(text) > 1:
                places[text, round(line.box.x0 / 3), round(line.baseline / 3)].append(line)
    for lines in places.values():
        count = len({line.page for line in lines})
        if count >= max(_WATERMARK_PAGES, _WATERMARK_SHARE * len(pages)):
            yield from ((id(line), BlockKind.WATERMARK) for line in lines)


def _lone(
    page: PageLines, found: dict[int, BlockKind], body: float, first_page: Sequence[str]
) -> Iterator[tuple[Line, BlockKind]]:
    """Yield heads and feet that no other page repeats: over or under a long rule, or far off."""
    height, width = page.page.height, page.page.width
    long = [rule for rule in page.page.rules if _is_long(rule, width)]
    head_rules = [rule.top for rule in long if rule.top < _TOP * height]
    foot_rules = [rule.bottom for rule in long if rule.bottom > _BOTTOM * height]
    small = [
        line for line in page.lines if line.size <= _TITLE * body and not CAPTION.match(line.text)
    ]
    titles = [line.baseline for line in page.lines if line.size > _TITLE * body]
    highest = min(titles, default=height)
    for line in small:
        if line.baseline < highest and any(line.baseline <= y + 1 for y in head_rules):
            yield line, BlockKind.HEADER
        elif line.size < 0.97 * body and any(line.box.top >= y - 1 for y in foot_rules):
            yield line, BlockKind.FOOTER
    rest = [line for line in page.lines if id(line) not in found]
    if page.page.number == 1 or len(rest) < 3:
        return
    top = [line for line in rest if line.baseline - rest[0].baseline < 0.5 * rest[0].size]
    gap = rest[len(top)].baseline - rest[0].baseline if len(top) < len(rest) else 0.0
    for line in top:
        text = line.text.strip()
        if _HEADING_NUMBER.match(text) or text[-1:] in _SENTENCE_END:
            continue
        apart = gap > _LONE_GAP * 1.6 * line.size and line.size <= body + 0.1
        titled = len(_mask(text)) > 3 and _mask(text) in first_page
        if (apart and line.baseline < _LONE_TOP * height) or (
            titled and line.baseline < 0.1 * height
        ):
            yield line, BlockKind.HEADER


def _is_long(rule: Box, width: float) -> bool:
    return rule.x1 - rule.x0 > _LONG_RULE * width and rule.bottom - rule.top < 4


def _page_numbers(page: PageLines, found: dict[int, BlockKind]) -> dict[int, BlockKind]:
    """Return the outermost lines that are nothing but a page number."""
    rest = [line for line in page.lines if id(line) not in found]
    numbers: dict[int, BlockKind] = {}
    if not rest:
        return numbers
    outer = ((rest[0].baseline, True), (rest[-1].baseline, False))
    height = page.page.height
    for baseline, top in outer:
        row = [line for line in rest if abs(line.baseline - baseline) < 0.6 * line.size]
        edge = baseline < _TOP * height if top else baseline > _BOTTOM * height
        if edge and any(_has_page_number(line) for line in row):
            # What stands beside a page number is a running head.
            numbers |= {id(line): BlockKind.HEADER if top else BlockKind.FOOTER for line in row}
    return numbers


def _has_page_number(line: Line) -> bool:
    """Tell whether a line is a page number, or has one at its end, wide apart."""
    if _MATHEMATICAL.search(line.text):
        return False  # an x with the index i is no eleven
    cells = spaced_text(line, _APART_EM).split("\t")
    if len(cells) == 1:
        return _PAGE_NUMBER.fullmatch(search_text(line.text).strip()) is not None
    ends = [_PAGE_NUMBER.fullmatch(search_text(cell).strip()) for cell in (cells[0], cells[-1])]
    return any(ends) and len(line.text) < 60 and len(cells) <= 3
