"""Exports as one structure, and the files made of it: what they say and that no text acts."""

from __future__ import annotations

import io
import re
import zipfile

import pypdf
import pytest
from ui_fake_desk import FakeAssistant

from ingest.errors import ExtraMissing
from rag import documents
from rag.documents import pdf_installed, to_docx, to_pdf
from rag.export import markdown
from rag.parts import Kind, Part, document_parts

SECRET = "SECRET-OF-A-FILE"
needs_pdf = pytest.mark.skipif(not pdf_installed(), reason="needs the extra yinzheng[pdf]")


def hostile(file) -> list[str]:
    """Texts that are commands in Typst, TeX, HTML or Markdown; the first name a real file."""
    return [
        f'#read("{file}")', f'#include "{file}"', '#image("/etc/passwd")', "#sys.inputs",
        "$ sum_x $ \\ @ref <label> // /* */ *b* _i_ = h", "\\u{41} ~ -- ... `raw`",
        "<script>alert(1)</script>", '"],"kind":"heading"', "\x00\x0b退格",
    ]  # fmt: skip


def read_back(data: bytes) -> str:
    """All text of a PDF without spaces, which a reader puts where lines end."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\x00\x0b]", "", text)


@needs_pdf
@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.TEXT, Kind.REFERENCE, Kind.QUOTE])
def test_no_text_acts_in_a_pdf(tmp_path, kind):
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    texts = hostile(file)
    data = to_pdf([Part(kind, text, (1,)) for text in texts], "zh")
    shown = read_back(data)
    for text in texts:
        assert squeezed(text) in shown
    assert SECRET not in shown and "root:x:" not in shown


@needs_pdf
def test_the_root_of_a_pdf_is_empty(tmp_path, monkeypatch):
    """The control: markup that does read a file finds none, so the test above can fail."""
    import typst

    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    reading = f'#read("{file}")'.encode()
    assert SECRET in read_back(typst.compile(reading, root="/"))
    monkeypatch.setattr(documents, "_template", lambda: reading)
    with pytest.raises(typst.TypstError, match="not found"):
        to_pdf([Part(Kind.TEXT, "x")], "zh")


@needs_pdf
def test_a_pdf_embeds_its_fonts_and_links_marks_to_references():
    data = to_pdf(document_parts([FakeAssistant().ask("整合素？")] * 2, "zh"), "zh")
    reader = pypdf.PdfReader(io.BytesIO(data))
    fonts = [
        font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in reader.pages
        for font in map(pypdf.generic.IndirectObject.get_object,
                        page["/Resources"]["/Font"].values())
    ]  # fmt: skip
    assert fonts and all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
    links = [a for page in reader.pages for a in page.get("/Annots", [])]
    assert len(links) == 6  # three marks in each of two answers
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


@needs_pdf
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("question", ["整合素？", "明天的天气", "部分", "那扫描呢", "恶意"])
def test_every_form_says_the_same(question, language):
    parts = document_parts([FakeAssistant().ask(question, history=("前问",))], language)
    xml = zipfile.ZipFile(io.BytesIO(to_docx(parts))).read("word/document.xml").decode()
    word = squeezed(re.sub(r"<[^>]+>", "", xml))
    for old, new in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        word = word.replace(old, new)
    text = squeezed(re.sub(r"\\(.)", r"\1", markdown(parts)))
    pdf = read_back(to_pdf(parts, language))
    for part in parts:
        for form in (word, text, pdf):
            assert squeezed(part.text) in form, (part.kind, form)


def test_parts_of_an_answer_in_order():
    answer = FakeAssistant().ask("部分")
    assert [part.kind for part in document_parts([answer], "zh")] == [
        Kind.QUESTION, Kind.TEXT, Kind.MISSING, Kind.HEADING, Kind.REFERENCE, Kind.QUOTE,
        Kind.CITED, Kind.NOTICE,
    ]  # fmt: skip
    bad = document_parts([FakeAssistant().ask("恶意")], "zh")
    assert any("归纳句，非原文" in part.plain for part in bad if part.kind is Kind.TEXT)
    scan = document_parts([FakeAssistant().ask("扫描")], "zh")
    assert any("OCR" in part.text for part in scan if part.kind is Kind.CITED)


def test_without_the_extra_a_pdf_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(documents, "find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match=r"yinzheng\[pdf\]"):
        to_pdf([Part(Kind.TEXT, "x")], "zh")
