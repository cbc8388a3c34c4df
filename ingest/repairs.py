"""Text of fonts that do not say what their codes mean -> what they do mean.

Three kinds that Chinese papers have: Greek letters and signs of the Symbol font as private-use
characters (U+F062 for β, from Word); CIDs of an Adobe character collection without a
/ToUnicode (xdvipdfmx with Fandol fonts), and GBK or Big5 bytes in a simple font that claims
WinAnsiEncoding (宋体 as TrueType). The collections' tables are pdfium's own: a page of the
CIDs asked for is set in a font of that collection and read back.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable

from ingest.clean import is_han
from ingest.plausible import common_share

COLLECTIONS = ("GB1", "CNS1", "Japan1", "Korea1")
# Of characters that are not blank: how many must be above ASCII, and decode without error.
_MIN_HIGH, _MAX_WRONG, _MIN_COMMON = 0.3, 0.05, 0.12
_ROW = 100
# The space of every collection; pdfium gives no character for it.
_SPACE_CID = 1


# Adobe's Symbol encoding from 0x20 and from 0xA0; a blank where there is no character.
_SYMBOL_LOW = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
    "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
_SYMBOL_HIGH = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
    "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)
_SYMBOLS = {
    chr(0xF000 + first + place): char
    for first, row in ((0x20, _SYMBOL_LOW), (0xA0, _SYMBOL_HIGH))
    for place, char in enumerate(row)
    if char != " "
}


def symbol(text: str, font: str) -> str:
    """Return what a private-use character of the Symbol font shows, other characters as is."""
    return _SYMBOLS.get(text, text) if "symbol" in font.lower() else text


def cid_table(collection: str, cids: Iterable[int]) -> dict[int, str]:
    """Return the characters of CIDs of an Adobe collection, U+FFFD for those without one.

    Empty for another collection.
    """
    import pypdfium2
    import pypdfium2.raw as raw

    wanted = sorted({cid for cid in cids if 0 < cid <= 0xFFFF})
    if collection not in COLLECTIONS or not wanted:
        return {}
    document = pypdfium2.PdfDocument(_cid_page(collection, wanted))
    found = dict.fromkeys(wanted, "\ufffd") | {_SPACE_CID: " "}
    x, y = ctypes.c_double(), ctypes.c_double()
    page = document[0]
    textpage = page.get_textpage()
    try:
        for index in range(textpage.count_chars()):
            if not raw.FPDFText_GetTextObject(textpage, index):
                continue
            code = raw.FPDFText_GetUnicode(textpage, index)
            raw.FPDFText_GetCharOrigin(textpage, index, x, y)
            place = round(y.value / 2) * _ROW + round(x.value / 2)
            if code and place < len(wanted):
                found[wanted[place]] = chr(code)
    finally:
        textpage.close()
        page.close()
        document.close()
    return found


def _cid_page(collection: str, cids: list[int]) -> bytes:
    """Return a PDF of one page that shows ``cids`` on a grid of 2 points, 100 to a row."""
    shows = "".join(
        f"1 0 0 1 {index % _ROW * 2} {index // _ROW * 2} Tm <{cid:04X}> Tj\n"
        for index, cid in enumerate(cids)
    )
    content = f"BT /F 1 Tf\n{shows}ET"
    height = 2 * (len(cids) // _ROW + 2)
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {2 * _ROW + 4} {height}]"
        " /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H"
        " /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /X /CIDSystemInfo"
        f" << /Registry (Adobe) /Ordering ({collection}) /Supplement 0 >> /FontDescriptor 7 0 R >>",
        "<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0"
        " /Ascent 800 /Descent -200 /StemV 80 /CapHeight 700 >>",
    )
    out, places = "%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{value}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    out += f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{out.index('xref')}\n%%EOF"
    return out.encode("ascii")


def winansi_bytes(text: str) -> bytes | None:
    """Return the bytes that WinAnsiEncoding shows as ``text``; None when it cannot show it."""
    out = bytearray()
    for char in text:
        try:
            out += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:
                return None
            out.append(ord(char))
    return bytes(out)


def double_byte_encoding(text: str) -> str:
    """Return the encoding ("gbk" or "big5") whose bytes ``text`` is, "" when it is none.

    ``text`` is all that one font shows on a page. Real Western text has few characters above
    ASCII, and what it gives in a Chinese encoding are rare characters.
    """
    shown = [char for char in text if not char.isspace()]
    high = sum(char > "\x7f" for char in shown)
    data = winansi_bytes(text)
    if data is None or not high or high < _MIN_HIGH * len(shown):
        return ""
    best = ("", _MIN_COMMON)
    for name in ("gbk", "big5"):
        decoded = data.decode(name, "replace")
        han = sum(map(is_han, decoded))
        if decoded.count("\ufffd") <= _MAX_WRONG * len(decoded) and 2 * han >= 0.5 * high:
            share = common_share(decoded)
            best = max(best, (name, share), key=lambda item: item[1])
    return best[0]
