"""Small PDFs written by hand, so that every byte of a test case is known."""

from __future__ import annotations

from collections.abc import Mapping

HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
GREY_IMAGE = (
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
    " /BitsPerComponent 8 /Length 1 >>",
    b"\x80",
)

Stream = tuple[str, bytes]


def make_pdf(objects: Mapping[int, str | Stream], root: int = 1) -> bytes:
    """Return a PDF of numbered objects; a stream is its dictionary and its bytes."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, value in sorted(objects.items()):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n".encode()
        if isinstance(value, str):
            out += value.encode("latin-1")
        else:
            out += value[0].encode("latin-1") + b"\nstream\n" + value[1] + b"\nendstream"
        out += b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    for number in range(1, size):
        used = number in offsets
        out += f"{offsets.get(number, 0):010d} {0 if used else 65535:05d} {'n' if used else 'f'} \n".encode()
    out += f"trailer\n<< /Size {size} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def one_page(
    content: str | bytes,
    *,
    page: str = "/MediaBox [0 0 595 842]",
    pages: str = "",
    fonts: str = "/F1 4 0 R",
    font: str = HELVETICA,
    extra: Mapping[int, str | Stream] | None = None,
    resources: str = "",
) -> bytes:
    """Return a PDF of one page; further objects count from 7, font F1 is object 4."""
    data = content.encode("latin-1") if isinstance(content, str) else content
    return make_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [3 0 R] /Count 1 {pages} >>",
            3: f"<< /Type /Page /Parent 2 0 R {page} /Contents 5 0 R"
            f" /Resources << /Font << {fonts} >> /XObject << /Im1 6 0 R >> {resources} >> >>",
            4: font,
            5: (f"<< /Length {len(data)} >>", data),
            6: GREY_IMAGE,
            **(extra or {}),
        }
    )
