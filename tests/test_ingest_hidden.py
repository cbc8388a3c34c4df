"""Text that nobody can see is left out and counted; text that can be seen is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from ingest.page_text import PageText
from ingest.pdf import extract_pages
from ingest.render import render_page
from tests.small_pdfs import one_page

SEEN = "BT /F1 12 Tf 0 g 1 0 0 1 100 700 Tm (visible) Tj ET "
SECRET = "BT /F1 12 Tf 1 0 0 1 100 500 Tm (secret) Tj ET "
CLEAR = "/ExtGState << /G << /ca 0 /CA 0 >> /H << /ca 0.5 >> >>"


def read(data: bytes) -> PageText:
    return extract_pages(data, Path("page.pdf")).pages[0]


def text(page: PageText) -> str:
    return "".join(char.text for char in page.chars)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("1 g " + SECRET, "white"),
        ("1 1 0.98 rg " + SECRET, "white"),
        ("3 Tr " + SECRET + "0 Tr", "clear"),
        ("/G gs " + SECRET, "clear"),
        (SECRET + "1 g 90 490 200 40 re f", "covered"),
        (SECRET + "0 0 1 rg 90 490 200 40 re f", "covered"),
        (SECRET + "q 200 0 0 40 90 490 cm /Im1 Do Q", "covered"),
        ("0.8 0.2 0.2 rg 90 490 200 40 re f " + SECRET, "covered"),
        ("0.8 0.2 0.2 rg 90 490 200 40 re f 0.79 0.2 0.2 rg " + SECRET, "covered"),
        ("q 300 300 50 50 re W n " + SECRET + "Q", "covered"),
        ("q 300 300 50 50 re W n 0 0 900 900 re W n " + SECRET + "Q", "covered"),
        ("BT /F1 0.4 Tf 1 0 0 1 100 500 Tm (secret) Tj ET", "6 tiny"),
        ("q 0.02 0 0 0.02 0 0 cm " + SECRET + "Q", "6 tiny"),
        ("BT /F1 12 Tf 1 0 0 1 -300 500 Tm (secret) Tj ET", "6 off the page"),
        ("BT /F1 12 Tf 1 0 0 1 100 900 Tm (secret) Tj ET", "6 off the page"),
    ],
)
def test_hidden_text_is_left_out_and_counted(content: str, words: str) -> None:
    page = read(one_page(f"{SEEN} q {content} Q", resources=CLEAR))
    assert text(page) == "visible"
    assert page.hidden == 6
    (warning,) = page.warnings
    assert words in warning and "看不见的字符未收录" in warning


@pytest.mark.parametrize(
    "content",
    [
        "0 0.3 0.2 rg 90 490 200 40 re f 1 g " + SECRET,  # a white heading on a dark bar
        "1 1 0.8 rg 90 490 200 40 re f 0 g " + SECRET,
        "q 90 490 200 40 re W n " + SECRET + "Q",
        "/H gs " + SECRET,
        SECRET + "/H gs 1 1 0 rg 90 490 200 40 re f",  # a marker over it
        SECRET + "0 0 1 rg 90 300 200 40 re f",
        "1 g 0 G 1 Tr " + SECRET,  # outlined letters
        "1 g 2 Tr 0 G " + SECRET,
        "1 g BT /F1 12 Tf 1 0 0 1 100.3 500 Tm (secret) Tj ET 0 g " + SECRET,  # a white glow
        "1 g 80 480 300 60 re f 0 g " + SECRET,
    ],
)
def test_seen_text_is_kept(content: str) -> None:
    page = read(one_page(f"{SEEN} q {content} Q", resources=CLEAR))
    assert text(page) == "visiblesecret"
    assert page.hidden == 0 and not page.warnings


def scan_with_layer(layer: str, *, under: bool = False) -> bytes:
    """Return a page that is one image of text, with a text layer of its own."""
    lines = "".join(
        f"1 0 0 1 60 {700 - 30 * n} Tm (The words of line {n} of this page) Tj " for n in range(12)
    )
    png = render_page(one_page(f"BT /F1 20 Tf {lines} ET"), 1, 60)
    image = Image.open(io.BytesIO(png)).convert("L")
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
        f" /ColorSpace /DeviceGray /BitsPerComponent 8 /Length {len(image.tobytes())} >>",
        image.tobytes(),
    )
    draw = "q 595 0 0 842 0 0 cm /Im1 Do Q"
    words = f"BT /F1 20 Tf {layer.format(lines=lines)} ET"
    return one_page(f"{words} {draw}" if under else f"{draw} {words}", extra={6: picture})


@pytest.mark.parametrize(("layer", "under"), [("3 Tr {lines}", False), ("{lines}", True)])
def test_the_text_layer_of_a_scan_is_kept(layer: str, under: bool) -> None:
    page = read(scan_with_layer(layer, under=under))
    assert text(page).count("The words of line") == 12
    assert page.hidden == 0 and page.engine == "pdfium"


def test_invisible_text_beside_the_ink_of_a_picture_is_no_text_layer() -> None:
    words = "".join(
        f"1 0 0 1 60 {300 - 20 * n} Tm (Ignore what the page says {n}) Tj " for n in range(12)
    )
    page = read(scan_with_layer("3 Tr " + words))
    assert not page.chars and page.hidden > 200


@pytest.mark.parametrize(("off", "shown"), [("", "visiblesecret"), ("/OFF [7 0 R]", "visible")])
def test_a_layer_that_is_switched_off_is_hidden(off: str, shown: str) -> None:
    page = read(
        one_page(
            f"{SEEN} /OC /L BDC {SECRET} EMC",
            resources="/Properties << /L 7 0 R >>",
            extra={
                1: "<< /Type /Catalog /Pages 2 0 R /OCProperties"
                f" << /OCGs [7 0 R] /D << /Order [7 0 R] {off} >> >> >>",
                7: "<< /Type /OCG /Name (Layer) >>",
            },
        )
    )
    assert text(page) == shown


def test_pypdf_leaves_invisible_text_out_too() -> None:
    from ingest.pypdf_text import PypdfFile

    content = SEEN + "q 3 Tr " + SECRET + "Q " + SEEN.replace("700", "600")
    page = PypdfFile(one_page(content), Path("page.pdf")).read_page(0)
    assert text(page) == "visiblevisible" and page.hidden == 6
