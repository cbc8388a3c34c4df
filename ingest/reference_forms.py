"""The printed text of one reference entry in, its fields out (GB/T 7714 and its relatives)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.clean import is_han
from ingest.records import Box, Reference

# Full-width signs that stand for ASCII ones in a reference; one to one, so offsets hold.
_PLAIN = str.maketrans("．，：；（）［］〔〕【】－–—−～＆／\u3000", ".,:;()[][][]-----&/ ") | {
    code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()
}
_TYPE = re.compile(
    r"\.?\s*\[\s*(J|M|D|C|N|P|S|R|G|A|Z|K|DB|CP|EB|CM|DS)\s*(?:/\s*(OL|CD|MT|DK))?\s*\]"
    r"\s*(?://)?\s*[.,]?\s*"
)
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_PAGES = r"(?P<pages>[A-Za-z]{0,3}\d[\dA-Za-z.]*(?:\s*[-+,]\s*[A-Za-z]{0,2}\d+)*)"
_NUMBERS = (
    rf"(?:(?P<volume>\d{{1,4}}|[IVXLC]+))?\s*(?:\((?P<issue>[^()]{{1,24}})\))?\s*:\s*{_PAGES}"
)
_YEAR_FIRST = re.compile(
    rf"{_YEAR}\s*(?:[A-Z][a-z]{{2}}(?:\s\d{{1,2}})?)?\s*[,;.]?\s*,?\s*{_NUMBERS}"
)
_VOLUME_FIRST = re.compile(
    rf"(?P<volume>\d{{1,4}})\s*(?:\((?P<issue>[^()]{{1,16}})\))?\s*[:,]\s*{_PAGES}"
    rf"\s*[,.;(]\s*{_YEAR}"
)
_YEAR_ISSUE = re.compile(
    rf"{_YEAR}\s*,?\s*(?P<volume>\d{{1,4}})?\s*(?:\((?P<issue>[^()]{{1,16}})\))?"
)
_ANY_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_BOOK_PAGES = re.compile(rf"\s*:\s*{_PAGES}")
# Justified lines put spaces after the points of a DOI: "10. 1080/ 14786419. 2020. 1839451".
_DOI = re.compile(
    r"10\.\s?\d{4,9}/\s?[^\s,;，；。\])）］\u3400-\u9fff]+(?:(?<=[./])\s(?:\d|issn|cnki|j\.)[^\s,;，；。\])）］\u3400-\u9fff]*)*",
    re.IGNORECASE,
)
_DOI_LEAD = re.compile(r"\s*(?:doi\s*[:.]?\s*|https?://(?:dx\.)?doi\.org/)\s*$", re.IGNORECASE)

_OTHERS = re.compile(r"(?:,\s*|\s+)?(?:et\s*al|等|and others)\s*\.?\s*$", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}(?:[,.;]|$)")
_STOP = re.compile(r"\.\s*")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where in an entry its year, volume and pages stand, and what they are."""

    start: int
    year: int | None
    volume: str = ""
    issue: str = ""
    pages: str = ""


def parse_entry(number: int, text: str, boxes: tuple[Box, ...] = ()) -> Reference:
    """Return the entry ``text`` (without its number) parsed as far as its form allows.

    Fields that are not found stay empty; ``text`` itself is kept as printed.
    """
    plain = text.translate(_PLAIN)
    doi = find_doi(plain)
    body = _without_doi(plain)
    typed = _TYPE.search(body)
    source = _source(body, typed.end() if typed else 0)
    head = text[: typed.start()] if typed else ""
    if typed:
        authors, title = _authors_and_title(head)
        journal = _journal(text[typed.end() : source.start], typed.group(1))
    else:
        authors, title, journal = _untyped(text[: source.start])
    return Reference(
        number=number,
        text=text,
        authors=authors,
        title=title,
        journal=journal,
        year=source.year,
        volume=source.volume,
        issue=source.issue,
        pages=source.pages,
        doi=doi,
        boxes=boxes,
    )


def find_doi(text: str) -> str:
    """Return the first DOI in ``text``, spaces of justified lines left out, or nothing."""
    plain = text.translate(_PLAIN)
    match = _DOI.search(plain)
    return re.sub(r"\s", "", match.group()).rstrip(".:(") if match else ""


def _without_doi(plain: str) -> str:
    """Blank the DOI out, since its numbers look like years and pages; offsets stay."""
    match = _DOI.search(plain)
    if not match:
        return plain
    lead = _DOI_LEAD.search(plain, 0, match.start())
    start = lead.start() if lead else match.start()
    return plain[:start] + " " * (match.end() - start) + plain[match.end() :]


def _source(body: str, start: int) -> _Source:
    for pattern in (_YEAR_FIRST, _VOLUME_FIRST):
        matches = list(pattern.finditer(body, start))
        if matches:
            found = matches[0] if start else matches[-1]
            pages = re.sub(r"\s+", "", found.group("pages")).rstrip(".")
            return _Source(
                found.start(),
                int(found.group("year")),
                found.group("volume") or "",
                (found.group("issue") or "").strip(),
                pages,
            )
    matches = list(_ANY_YEAR.finditer(body, start))
    if not matches:
        return _Source(len(body), None)
    year = matches[0] if start else matches[-1]
    detail = _YEAR_ISSUE.match(body, year.start())
    volume = (detail.group("volume") if detail else "") or ""
    issue = (detail.group("issue") if detail else "") or ""
    tail = _BOOK_PAGES.match(body, year.end())
    pages = tail.group("pages") if tail else ""
    return _Source(year.start(), int(year.group()), volume, issue, pages)


def _authors_and_title(head: str) -> tuple[tuple[str, ...], str]:
    """Return the authors and the title of ``head``, which is "authors. title"."""
    at = _end_of_authors(head)
    if at is None:
        return (), _clean(head)
    return _authors(head[: at[0]]), _clean(head[at[1] :])


def _end_of_authors(head: str) -> tuple[int, int] | None:
    """Return where the authors end and the title starts: a full stop that closes no initial."""
    plain = head.translate(_PLAIN)
    for stop in _STOP.finditer(plain):
        before, after = plain[: stop.start()], plain[stop.end() :]
        if not before.strip() or not after.strip():
            continue
        if _INITIALS.match(after) and not is_han(after[0]):
            continue
        if re.match(r"[,;&]|(?:and|et\s*al)\b", after):
            continue
        initial = re.search(r"(?:^|[\s,.-])[A-Z]$", before)
        if initial and not stop.group().endswith(" ") and not is_han(after[0]):
            continue
        if initial and re.match(r"[A-Z][\w'-]+\s*[.,]\s", after) and " " in before:
            continue  # "Anna N. Lund. Title": the initial stands inside a name
        return stop.start(), stop.end()
    return None


def _authors(text: str) -> tuple[str, ...]:
    text = _OTHERS.sub("", text.strip())
    plain = text.translate(_PLAIN)
    names: list[str] = []
    start = 0
    commas = re.finditer(r"\s*(?:[,;、]|\s&\s|\band\b)\s*", plain)
    for end, following in [*(comma.span() for comma in commas), (len(text), len(text))]:
        name = text[start:end].strip(" .．")
        start = following
        if not name:
            continue
        # "Smith, J." is one author: initials belong to the surname before them.
        initials = bool(re.fullmatch(r"(?:[A-Z]\.?[\s-]?){1,4}", name))
        if initials and names and " " not in names[-1] and not is_han(names[-1][0]):
            names[-1] = f"{names[-1]} {name}"
        else:
            names.append(name)
    return tuple(name for name in names if not re.fullmatch(r"et\s*al\.?|等", name))


def _journal(text: str, kind: str) -> str:
    """Return the source between the type code and the year; for books the publisher."""
    text = re.sub(r"[(（]\s*$", "", text.strip()).strip(" ,，.．;；:：")
    if kind in ("EB", "DB", "CP", "DS"):
        return ""
    return re.sub(r"\s+", " ", text)


def _untyped(text: str) -> tuple[tuple[str, ...], str, str]:
    """Return authors, title, journal of an entry without a type code, cut at its full stops."""
    text = text.strip().rstrip(",，.．;；(（ ")
    at = _end_of_authors(text)
    if at is None:
        return (), _clean(text), ""
    authors, rest = _authors(text[: at[0]]), text[at[1] :]
    stops = list(_STOP.finditer(rest.translate(_PLAIN)))
    stops = [
        stop
        for stop in stops
        if re.search(r"[a-z]{2}$|[^\W\d_]{3}$|[\u4e00-\u9fff?)\d]$", rest[: stop.start()])
    ]
    if not stops:
        return authors, _clean(rest), ""
    first = stops[0]
    return authors, _clean(rest[: first.start()]), _clean(rest[first.end() :])


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,，.．;；:：")
