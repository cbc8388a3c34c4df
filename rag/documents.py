"""Paragraphs of an export -> the bytes of a Word or PDF file.

Texts of papers, file names and models reach both as data only: Word gets text runs, Typst a
JSON value that our one template shows with no way to read it as markup.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ExtraMissing
from rag.parts import Kind, Part

if TYPE_CHECKING:
    from typst import Fonts

# Not allowed in XML (Word refuses a file that has them), and no sign on paper either.
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FONTS = "pylopdf_fonts_zh_cn"  # Noto Sans SC and Noto Serif SC, OFL 1.1
_STYLES = {
    Kind.QUESTION: "Heading 1",
    Kind.HEADING: "Heading 2",
    Kind.QUOTE: "Intense Quote",
    Kind.CITED: "List Bullet",
}
_SIGNS = {Kind.RESOLVED: "→ ", Kind.NOTE: "※ "}


def to_docx(parts: Sequence[Part]) -> bytes:
    """Return ``parts`` as a Word file; Chinese text in the reader's Songti."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    normal = document.styles["Normal"]
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    for part in parts:
        text = _SIGNS.get(part.kind, "") + part.plain
        document.add_paragraph(_CONTROL.sub("", text), style=_STYLES.get(part.kind, "Normal"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_installed() -> bool:
    """Tell whether Typst and the fonts are there (``pip install "yinzheng[pdf]"``)."""
    return all(find_spec(name) is not None for name in ("typst", _FONTS))


def to_pdf(parts: Sequence[Part], language: str) -> bytes:
    """Return ``parts`` as a tagged PDF with its fonts embedded.

    The root of the compilation is an empty folder and packages are looked for there: nothing
    on this machine or the network could be read, whatever a text says. Raises ExtraMissing.
    """
    if not pdf_installed():
        raise ExtraMissing(
            '导出 PDF 需要 pip install "yinzheng[pdf]"；也可以导出 Word 或 Markdown。',
            'a PDF needs pip install "yinzheng[pdf]". Word and Markdown work without it.',
        )
    import typst

    with tempfile.TemporaryDirectory() as empty:
        compiler = typst.Compiler(
            root=empty,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=empty,
            package_cache_path=empty,
        )
        made = compiler.compile(
            _template(),
            format="pdf",
            sys_inputs={"parts": json.dumps(_numbered(parts)), "language": language},
        )
    if not isinstance(made, bytes):  # several files are made of pictures only
        raise TypeError("Typst made no single file")
    return made


def _template() -> bytes:
    return resources.files("rag").joinpath("data", "answers.typ").read_bytes()


def _numbered(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the parts as JSON with the number of the answer each belongs to."""
    answer, found = 0, []
    for part in parts:
        answer += part.kind is Kind.QUESTION
        text = _CONTROL.sub("", " ".join((_SIGNS.get(part.kind, "") + part.text).split()))
        found.append({"kind": part.kind, "text": text, "marks": list(part.marks), "answer": answer})
    return found


@cache
def _fonts() -> Fonts:
    """Return Typst's own fonts and the Chinese ones, looked through once."""
    import typst

    spec = find_spec(_FONTS)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return typst.Fonts(include_system_fonts=False, font_paths=[Path(f) for f in folders])
