"""Lines in reading order -> Blocks with kind and section path; paper metadata; references."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from statistics import median

from ingest.clean import count_han, detect_language, search_text
from ingest.join import join_lines
from ingest.records import Block, BlockKind, Line, PageText, Paper, Reference

_NUMBERED = re.compile(
    r"^(?P<n>\d{1,2}(?:[.．]\d{1,2}){0,3})[.．、\s　]*(?P<t>[\u4e00-\u9fffA-Za-zα-ωΑ-Ω].*)$"
)
_CHINESE_NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])\s*\S"
)
_PLAIN = re.compile(
    r"^(?:引言|前言|绪论|材料与方法|资料与方法|对象与方法|方法|结果|讨论|结论|结语|小结|展望|总结|总结与展望|"
    r"结论与展望|致谢|病例资料|Introduction|Methods?|Results?|Discussion|Conclusions?)$"
)
_REFERENCES = re.compile(
    r"^参\s*考\s*文\s*献(?:\s*[(（]?\s*References?\s*[)）]?)?\s*[:：]?$|^References$", re.I
)
_ABSTRACT = re.compile(r"^[【\[［〔]?\s*(?:摘\s*要|内容提要)\s*[】\]］〕]?\s*[:：]?\s*")
_ABSTRACT_EN = re.compile(r"^[【\[［〔]?\s*Abstract\s*[】\]］〕]?\s*[:：]?\s*", re.I)
_KEYWORDS = re.compile(
    r"^[【\[［〔]?\s*(?:关\s*键\s*词|Key\s*words?)\s*[】\]］〕]?\s*[:：]?\s*", re.I
)
_CAPTION = re.compile(r"^(?:表|图|Table|Fig\.?|Figure)\s*\d+[\s　.．:：]", re.I)
_META = re.compile(
    r"^[【\[［〔]?\s*(?:中图分类号|文献标识码|文章编号|DOI|doi|收稿日期|基金项目|作者简介|通信作者|通讯作者|"
    r"作者单位|引用格式|网络首发|Received|Citation)\s*[】\]］〕]?"
)
_ENTRY = re.compile(r"^[\[［〔(（]?\s*(\d{1,3})\s*[\]］〕)）.．]\s*")
_END = "。！？；：.!?;:"


def build_blocks(pages: list[tuple[PageText, tuple[Line, ...]]]) -> tuple[Block, ...]:
    """Group lines into blocks; running heads and page numbers are kept apart by kind."""
    furniture = _furniture(pages)
    lines = [line for _, found in pages for line in found]
    body = median([line.size for line in lines if count_han(line.text) > 4] or [10.0])
    state = _Builder(body)
    for page, found in pages:
        for line in found:
            kind = furniture.get(id(line))
            if kind:
                joined = join_lines([line])
                state.aside.append(Block(kind, joined.text, (), joined.spans))
            else:
                state.take(line, page)
    return state.finish()


def _furniture(pages: list[tuple[PageText, tuple[Line, ...]]]) -> dict[int, BlockKind]:
    """Lines at the top or bottom that come back on other pages, and lone page numbers."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    edge: list[tuple[PageText, Line, BlockKind]] = []
    for page, found in pages:
        for line in found:
            top = line.baseline < 0.10 * page.height
            if top or line.baseline > 0.915 * page.height:
                kind = BlockKind.HEADER if top else BlockKind.FOOTER
                edge.append((page, line, kind))
                seen[_masked(line.text)].add(page.number)
    out = {}
    for page, line, kind in edge:
        text = search_text(line.text).strip(" ·-—–.")
        repeated = len(seen[_masked(line.text)]) > 1
        if (
            repeated
            or re.fullmatch(r"第?\s*\d{1,4}\s*页?", text)
            or (page.number > 1 and line.baseline < 0.07 * page.height)
        ):
            out[id(line)] = kind
    return out


def _masked(text: str) -> str:
    return re.sub(r"[\d\s·—–-]+", "", text)


class _Builder:
    """Takes lines in reading order and closes a block where a new one begins."""

    def __init__(self, body: float) -> None:
        self.body = body
        self.blocks: list[Block] = []
        self.aside: list[Block] = []
        self.lines: list[Line] = []
        self.kind = BlockKind.METADATA
        self.section: tuple[str, ...] = ()
        self.numbers: list[str] = []
        self.started = False  # the front matter is over
        self.in_references = False

    def close(self) -> None:
        if not self.lines:
            return
        joined = join_lines(self.lines)
        language = "en" if detect_language(joined.text) == "en" else "zh"
        self.blocks.append(
            Block(self.kind, joined.text, self.section, joined.spans, joined.marks, language)
        )
        self.lines = []

    def start(self, kind: BlockKind, line: Line) -> None:
        self.close()
        self.kind = kind
        self.lines = [line]

    def heading(self, line: Line, level: int, text: str) -> None:
        self.close()
        self.section = (*self.section[: level - 1], text) if self.started else (text,)
        self.started = True
        joined = join_lines([line])
        self.blocks.append(
            Block(BlockKind.HEADING, joined.text, self.section, joined.spans, (), "zh", level)
        )

    def take(self, line: Line, page: PageText) -> None:
        text = join_lines([line]).text.strip()
        if not text:
            return
        if self.in_references:
            return self._reference(line, text)
        if _REFERENCES.match(text):
            self.heading(line, 1, "参考文献" if count_han(text) else "References")
            self.in_references = True
            return None
        if _ABSTRACT.match(text) and _ABSTRACT.match(text).end():  # type: ignore[union-attr]
            return self._labelled(line, "摘要")
        if _ABSTRACT_EN.match(text):
            return self._labelled(line, "Abstract")
        if _KEYWORDS.match(text):
            return self.start(BlockKind.KEYWORDS, line)
        if _META.match(text):
            return self.start(BlockKind.METADATA, line)
        if _CAPTION.match(text) and len(text) < 60:
            return self.start(BlockKind.CAPTION, line)
        level = self._level(line, text)
        if level:
            return self.heading(line, level, text)
        return self._running(line, text)

    def _labelled(self, line: Line, name: str) -> None:
        self.close()
        self.section = (name,)
        self.start(BlockKind.PARAGRAPH, line)

    def _level(self, line: Line, text: str) -> int:
        short = len(text) <= 40 and text[-1] not in "。；，,;"
        match = _NUMBERED.match(text)
        if match and short:
            number = match["n"].replace("．", ".")
            top = number.split(".")[0]
            below = "." in number and self.numbers and top == self.numbers[-1]
            if below or ("." not in number and self._next(number)):
                return number.count(".") + 1
        if _CHINESE_NUMBERED.match(text) and short and len(text) <= 30:
            return 2 if text[0] in "（(" else 1
        compact = re.sub(r"\s+", "", text)
        if _PLAIN.match(compact):
            return 1
        return 0

    def _next(self, number: str) -> bool:
        """A one-level number counts only in sequence: table cells and years are numbers too."""
        value = int(number)
        last = int(self.numbers[-1]) if self.numbers else -1
        if last < value <= last + 2 and value <= 20:
            self.numbers.append(number)
            return True
        return False

    def _running(self, line: Line, text: str) -> None:
        if not self.lines:
            kind = BlockKind.PARAGRAPH if self.started or self.section else BlockKind.METADATA
            if not self.started and line.size > 1.3 * self.body and line.page == 1:
                kind = BlockKind.TITLE
            return self.start(kind, line)
        last = self.lines[-1]
        if self.kind in (BlockKind.TITLE, BlockKind.METADATA) and not self.section:
            if abs(last.size - line.size) < 0.5 and self.kind is BlockKind.TITLE:
                self.lines.append(line)
                return None
            big = line.size > 1.3 * self.body and line.page == 1
            return self.start(BlockKind.TITLE if big else BlockKind.METADATA, line)
        if self.kind in (BlockKind.CAPTION, BlockKind.KEYWORDS, BlockKind.METADATA):
            near = abs(line.baseline - last.baseline) < 1.9 * last.size
            if near and self.kind is not BlockKind.CAPTION and last.column == line.column:
                self.lines.append(line)
                return None
            front = self.section == ("摘要",) and not count_han(text)
            return self.start(BlockKind.METADATA if front else BlockKind.PARAGRAPH, line)
        same_column = (last.page, last.column) == (line.page, line.column)
        indented = same_column and line.box.x0 - last.box.x0 > 1.4 * line.size
        gap = same_column and line.baseline - last.baseline > 2.4 * max(last.size, line.size)
        ended = last.text.rstrip()[-1:] in _END
        if (indented and ended) or gap or abs(last.size - line.size) > 0.15 * self.body:
            return self.start(BlockKind.PARAGRAPH, line)
        self.lines.append(line)
        return None

    def _reference(self, line: Line, text: str) -> None:
        if _ABSTRACT_EN.match(text):
            self.in_references = False
            return self._labelled(line, "Abstract")
        if _ENTRY.match(text) or not self.lines:
            return self.start(BlockKind.REFERENCE, line)
        self.lines.append(line)
        return None

    def finish(self) -> tuple[Block, ...]:
        self.close()
        blocks = _mark_tables(self.blocks)
        prose = sum(len(b.text) for b in blocks if b.kind is BlockKind.PARAGRAPH)
        other = [b for b in blocks if b.kind is BlockKind.METADATA and len(b.text) > 20]
        if prose < sum(len(b.text) for b in other):
            # No journal article: what looked like front matter is the text itself.
            blocks = [replace(b, kind=BlockKind.PARAGRAPH) if b in other else b for b in blocks]
        return tuple(blocks) + tuple(self.aside)


def _mark_tables(blocks: list[Block]) -> list[Block]:
    """Short fragments right after a table caption are its cells, not prose."""
    out: list[Block] = []
    in_table = False
    for block in blocks:
        if block.kind is BlockKind.CAPTION:
            in_table = bool(re.match(r"表|Table", block.text))
        elif block.kind is BlockKind.PARAGRAPH and in_table:
            if block.text.rstrip()[-1:] in "。.；" and len(block.text) > 60:
                in_table = False
            else:
                block = Block(
                    BlockKind.TABLE,
                    block.text,
                    block.section,
                    block.spans,
                    block.marks,
                    block.language,
                )
        elif block.kind is BlockKind.HEADING:
            in_table = False
        out.append(block)
    return out


def read_metadata(
    paper_id: str, file: str, info: dict[str, str], blocks: tuple[Block, ...], pages: int
) -> Paper:
    """Return who the paper is, from the first page, else the document info, else the file name."""
    first = [b for b in blocks if b.page == 1]
    text = "\n".join(search_text(b.text) for b in first)
    titles = [b.text for b in first if b.kind is BlockKind.TITLE]
    chinese = [t for t in titles if count_han(t) >= 4]
    english = [t for t in titles if not count_han(t)]
    stem = file.rsplit(".", 1)[0]
    info_title = info.get("Title", "").strip()
    if re.search(r"(?i)untitled|microsoft word|\.docx?$|\.indd$|^\s*$", info_title):
        info_title = ""
    title = (chinese or [info_title] if (chinese or info_title) else titles or [stem])[0]
    doi = re.search(r"\b10\.\d{4,9}/[^\s,;，；）)]+", text)
    year = re.search(r"\b((?:19|20)\d{2})\s*(?:年|,|\s*Vol)", text) or re.search(
        r"\b(20[0-3]\d|19[6-9]\d)\b", text
    )
    journal = re.search(
        r"(?:^|\s)([\u4e00-\u9fff]{2,12}(?:杂志|学报|期刊|研究|医学|中药材))\s*(?:20\d\d|第)", text
    )

    def field(pattern: str) -> str:
        match = re.search(pattern, text)
        return match[1].strip() if match else ""

    keywords = {
        b.language: _KEYWORDS.sub("", b.text) for b in blocks if b.kind is BlockKind.KEYWORDS
    }
    split = re.compile(r"[;；,，]\s*")
    authors = info.get("Author", "")
    following = ""
    for i, block in enumerate(first[:-1]):
        if block.kind is BlockKind.TITLE and block.text == title:
            following = next((b.text for b in first[i + 1 :] if b.kind is BlockKind.METADATA), "")
            break
    names = tuple(
        n for n in re.split(r"[,，;；\s]+", re.sub(r"[\d*△#＊①-⑨]+", "", following or authors)) if n
    )
    return Paper(
        id=paper_id,
        file=file,
        title=title.strip(),
        title_en=english[0] if english else "",
        authors=names if len("".join(names)) < 80 else (),
        journal=journal[1] if journal else "",
        year=int(year[1]) if year else None,
        doi=doi[0].rstrip(".") if doi else "",
        keywords=tuple(k for k in split.split(keywords.get("zh", "")) if k),
        keywords_en=tuple(k for k in split.split(keywords.get("en", "")) if k),
        clc=field(r"中图分类号\s*[】\]］]?\s*[:：]?\s*([A-Z][\d.]+)"),
        document_code=field(r"文献标识码\s*[】\]］]?\s*[:：]?\s*([A-E])\b"),
        received=field(r"收稿日期\s*[】\]］]?\s*[:：]?\s*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2})"),
        language=Counter(b.language for b in blocks if b.kind is BlockKind.PARAGRAPH).most_common(
            1
        )[0][0]
        if any(b.kind is BlockKind.PARAGRAPH for b in blocks)
        else "zh",
        page_count=pages,
    )


def read_references(blocks: tuple[Block, ...]) -> tuple[Reference, ...]:
    """Return the entries of the reference list with number, text, year and DOI."""
    entries = []
    for block in blocks:
        match = _ENTRY.match(block.text) if block.kind is BlockKind.REFERENCE else None
        if not match:
            continue
        text = block.text[match.end() :].strip()
        year = re.search(r"\b((?:19|20)\d{2})\b", text)
        doi = re.search(r"\b10\.\d{4,9}/\S+", text)
        entries.append(
            Reference(
                number=int(match[1]),
                text=text,
                year=int(year[1]) if year else None,
                doi=doi[0].rstrip(".") if doi else "",
                boxes=tuple(span.box for span in block.spans),
            )
        )
    return tuple(entries)
