"""Papers -> reference forms: GB/T 7714-2015 (with the page quoted), BibTeX and RIS.

Only what is known of a paper is printed. A journal page is named only where the journal's
page range is as long as the file, so that page N of one is page N of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import count_han
from ingest.records import Paper

_RANGE = re.compile(r"\s*(\d+)\s*[-–—~～]\s*(\d+)\s*$")
_WESTERN = re.compile(r"[A-Za-zÀ-ÿ'’\- .,]+$")


def journal_page(paper: Paper, page: int) -> str:
    """Return the page of the journal that page ``page`` of the file is, "" when not known."""
    match = _RANGE.match(paper.pages)
    if match is None or not paper.page_count:
        return ""
    first, last = int(match.group(1)), int(match.group(2))
    return str(first + page - 1) if last - first + 1 == paper.page_count else ""


def gbt7714(paper: Paper, page: int | None = None, language: str | None = None) -> str:
    """Return a paper as a GB/T 7714-2015 entry without its number.

    With ``page`` (of the file) the entry is one for a quotation: the page quoted stands where
    the article's pages do, and the file's page is named at the end in ``language`` ("zh",
    "en"; the paper's own when None). "等" or "et al" follows the paper's own language.
    """
    western = paper.language == "en" or not count_han(paper.title + "".join(paper.authors))
    parts = [
        _authors(paper.authors, "et al" if western else "等"),
        f"{_line(paper.title or paper.file)}[{_type(paper)}]",
        _where(paper, page),
        f"DOI: {_line(paper.doi)}" if paper.doi else "",
    ]
    entry = ". ".join(part for part in parts if part) + "."
    if page is None:
        return entry
    zh = (language or paper.language) == "zh"
    return entry + (f"（引文见 PDF 第 {page} 页）" if zh else f" (quoted from PDF p. {page})")


def _type(paper: Paper) -> str:
    """Return J for an article, J/OL for one that is online only so far, Z (other) if unknown."""
    if paper.journal and paper.doi and not (paper.volume or paper.issue or paper.pages):
        return "J/OL"
    known = paper.journal or paper.doi or paper.volume or paper.clc or paper.document_code
    return "J" if known else "Z"


def _where(paper: Paper, page: int | None) -> str:
    issue = f"({_line(paper.issue)})" if paper.issue else ""
    # Without a volume the issue stands with the year: 2025(3).
    number = f"{_line(paper.volume)}{issue}" if paper.volume else ""
    year = f"{paper.year or ''}{'' if paper.volume else issue}"
    source = ", ".join(p for p in (_line(paper.journal), year, number) if p)
    pages = paper.pages
    if page is not None:
        # Page 4 of the file is page 4 of what was never printed elsewhere, not of a journal.
        pages = journal_page(paper, page) or paper.pages or ("" if paper.journal else str(page))
    return f"{source}: {_line(pages)}" if source and pages else source or _line(pages)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(".")


def _authors(authors: Sequence[str], others: str) -> str:
    shown = [_gbt_name(name) for name in authors[:3]]
    return ", ".join([*shown, others] if len(authors) > 3 else shown)


def _gbt_name(name: str) -> str:
    """Return a Western name as SURNAME I I; a Chinese one as it is."""
    name = _line(name)
    if not _WESTERN.match(name) or not name:
        return name
    family, given = split_name(name)
    initials = " ".join(part[0].upper() for part in re.split(r"[\s.\-]+", given) if part)
    return f"{family.upper()} {initials}".strip()


def split_name(name: str) -> tuple[str, str]:
    """Return family and given name of a Western name: "Family, Given" or "Given Family".

    Initials alone at the end are a given name too (Smith J A); one in capitals at the
    beginning is the family name, as Chinese journals print it (ZHANG San).
    """
    if "," in name:
        family, _, given = name.partition(",")
        return family.strip(), given.strip()
    words = name.split()
    if len(words) < 2:
        return name, ""
    capital = len(words[0]) > 1 and words[0].isupper()
    if all(re.fullmatch(r"[A-Z]{1,3}\.?", word) for word in words[1:]) or (
        capital and not words[-1].isupper()
    ):
        given = " ".join(words[1:])
        letters = given.rstrip(".")
        return words[0], " ".join(letters) if letters.isalpha() and given.isupper() else given
    return words[-1], " ".join(words[:-1])


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "%": r"\%", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


def _tex(text: str) -> str:
    """Escape ``text``. BibTeX counts braces behind a backslash too, so none may be left."""
    return "".join(_TEX.get(char, char) for char in re.sub(r"\s+", " ", text).strip())


def bibtex(papers: Sequence[tuple[Paper, Sequence[int]]]) -> str:
    """Return one BibTeX entry for each (paper, pages of the file that are quoted).

    Keys are unique and made of ASCII; titles keep their capitals.
    """
    taken: set[str] = set()
    entries = []
    for paper, pages in papers:
        key = _key(paper)
        number = 0
        while (unique := key + (f"-{number + 1}" if number else "")) in taken:
            number += 1
        taken.add(unique)
        fields = {
            "title": f"{{{_tex(paper.title or paper.file)}}}",
            "author": " and ".join(_tex_name(name) for name in paper.authors),
            "journal": _tex(paper.journal),
            "year": str(paper.year or ""),
            "volume": _tex(paper.volume),
            "number": _tex(paper.issue),
            "pages": _tex(_RANGE.sub(r"\1--\2", paper.pages)),
            "doi": re.sub(r"[{}\\\s]", "", paper.doi),  # read as it is, _ and % too
            "langid": "english" if paper.language == "en" else "chinese",
            "note": f"Quoted from PDF p. {', '.join(map(str, pages))}" if pages else "",
        }
        kind = "article" if paper.journal else "misc"
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@{kind}{{{unique},\n{body}\n}}")
    return "\n\n".join(entries)


def _key(paper: Paper) -> str:
    western = next((n for n in (*paper.authors_en, *paper.authors) if _WESTERN.match(n)), "")
    family = re.sub(r"[^A-Za-z]", "", split_name(_line(western))[0]).lower() if western else ""
    return f"{family or 'paper'}{paper.year or ''}-{paper.id[:6]}"


def _tex_name(name: str) -> str:
    """Return a name for BibTeX; one that it would take apart wrongly is kept whole."""
    name = _line(name)
    if not _WESTERN.match(name) or re.search(r"\band\b", name):
        return f"{{{_tex(name)}}}"
    family, given = split_name(name)
    return f"{_tex(family)}, {_tex(given)}" if given else _tex(family)


def ris(papers: Sequence[tuple[Paper, Sequence[int]]]) -> str:
    """Return one RIS record for each (paper, pages of the file that are quoted)."""
    records = []
    for paper, pages in papers:
        match = _RANGE.match(paper.pages)
        first, last = match.groups() if match else (paper.pages, "")
        lines = [("TY", "GEN" if _type(paper) == "Z" else "JOUR")]
        lines += [("TI", paper.title or paper.file), ("TT", paper.title_en)]
        lines += [("AU", _ris_name(name)) for name in paper.authors]
        lines += [
            ("T2", paper.journal), ("JF", paper.journal), ("PY", str(paper.year or "")),
            ("VL", paper.volume), ("IS", paper.issue), ("SP", first), ("EP", last),
            ("DO", paper.doi),
            ("LA", "en" if paper.language == "en" else "zh"),
            ("N1", f"Quoted from PDF p. {', '.join(map(str, pages))}" if pages else ""),
        ]  # fmt: skip
        lines += [("KW", word) for word in paper.keywords]
        # A line break in a value would begin a line of its own.
        body = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value.strip()]
        records.append("\n".join([*body, "ER  - "]))
    return "\n\n".join(records)


def _ris_name(name: str) -> str:
    name = _line(name)
    if not _WESTERN.match(name):
        return name
    family, given = split_name(name)
    return f"{family}, {given}" if given else family
