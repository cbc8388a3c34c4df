"""PDFs made to hurt whoever reads them: bombs, loops, floods, and files that are no PDF.

Each is made when asked for; the largest takes a second. ``HOSTILE`` maps a name to its maker.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

from tests.small_pdfs import HELVETICA, Stream, make_pdf, one_page

PAGE_TEXT = "BT /F1 12 Tf 1 0 0 1 100 500 Tm (hello) Tj ET "


def flate(data: bytes, *, rounds: int = 1) -> Stream:
    """Return a stream compressed ``rounds`` times."""
    for _ in range(rounds):
        data = zlib.compress(data, 9)
    names = " ".join(["/FlateDecode"] * rounds)
    return f"<< /Length {len(data)} /Filter [{names}] >>", data


def repeated(block: bytes, times: int, *, rounds: int = 1) -> Stream:
    """Return a Flate stream of ``block`` repeated, without ever holding it unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    data = b"\x78\xda" + packed * times + tail + bytes(4)
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    names = " ".join(["/FlateDecode"] * rounds)
    return f"<< /Length {len(data)} /Filter [{names}] >>", data


def content(stream: Stream) -> bytes:
    """Return a page whose content is ``stream``."""
    return one_page("", extra={5: stream})


def form_recursion(depth: int = 40) -> bytes:
    """Every form draws the next one twice: 2^depth drawings in two kilobytes."""
    forms: dict[int, str | Stream] = {}
    for number in range(depth):
        after = f"/Resources << /XObject << /F {8 + number} 0 R >> >>" if number < depth - 1 else ""
        body = b"/F Do /F Do" if number < depth - 1 else b"0 0 1 1 re f"
        head = f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] {after} /Length {len(body)} >>"
        forms[7 + number] = (head, body)
    page = one_page(PAGE_TEXT + "/Fm Do", extra=forms)
    return page.replace(b"/Im1 6 0 R", b"/Im1 6 0 R /Fm 7 0 R")


def form_of_itself() -> bytes:
    """A form that draws itself."""
    head = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 6 /Resources << /XObject << /F 7 0 R >> >> >>"
    page = one_page(PAGE_TEXT + "/Fm Do", extra={7: (head, b"/F Do ")})
    return page.replace(b"/Im1 6 0 R", b"/Im1 6 0 R /Fm 7 0 R")


def many_pages(count: int = 50_000) -> bytes:
    """One page object named many times over."""
    kids = "3 0 R " * count
    return make_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        }
    )


def own_pages(count: int = 50_000) -> bytes:
    """Many pages, each an object of its own."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(count))
    pages: dict[int, str | Stream] = {
        3 + n: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>" for n in range(count)
    }
    return make_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            **pages,
        }
    )


def page_tree_loop() -> bytes:
    """A page tree whose node is its own child."""
    return make_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Kids [3 0 R 2 0 R 4 0 R] /Count 3 >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
            4: "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>",
        }
    )


def page_tree_fan(depth: int = 20) -> bytes:
    """Every node has the next one as child ten times."""
    nodes: dict[int, str | Stream] = {
        2 + n: f"<< /Type /Pages /Kids [{f'{3 + n} 0 R ' * 10}] /Count 1000000 >>"
        for n in range(depth)
    }
    return make_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            **nodes,
            2 + depth: "<< /Type /Page /MediaBox [0 0 9 9] >>",
        }
    )


def locked() -> bytes:
    """A PDF that a password opens."""
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(pypdf.PdfReader(io.BytesIO(one_page(PAGE_TEXT))))
    writer.encrypt("secret", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def huge_image(side: int = 60_000) -> bytes:
    """An image of many more pixels than bytes."""
    head, data = repeated(bytes(1 << 20), 64)
    return one_page(
        PAGE_TEXT + "q 500 0 0 700 0 0 cm /Im1 Do Q",
        extra={
            6: (
                head.replace(
                    "<<",
                    f"<< /Type /XObject /Subtype /Image /Width {side} /Height {side}"
                    " /ColorSpace /DeviceRGB /BitsPerComponent 8",
                ),
                data,
            )
        },
    )


def wide_unicode_map() -> bytes:
    """A /ToUnicode whose ranges span two thousand million codes."""
    cmap = (
        b"begincmap " + b"1 beginbfrange <0000> <7FFFFFFF> <0041> endbfrange " * 2000 + b"endcmap"
    )
    font = HELVETICA.replace(">>", "/ToUnicode 7 0 R >>")
    return one_page(PAGE_TEXT, font=font, extra={7: (f"<< /Length {len(cmap)} >>", cmap)})


def loop_of_tables() -> bytes:
    """A cross-reference table whose /Prev is itself."""
    data = one_page(PAGE_TEXT)
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    return data.replace(b"/Root", f"/Prev {start} /Root".encode())


HOSTILE: dict[str, Callable[[], bytes]] = {
    "form-recursion": form_recursion,
    "form-of-itself": form_of_itself,
    "flate-bomb": lambda: content(repeated(b" " * (1 << 20), 3000)),
    "flate-bomb-double": lambda: content(repeated(b" " * (1 << 20), 3000, rounds=2)),
    "string-60-mb": lambda: content(flate(b"BT /F1 9 Tf (" + b"A" * 60_000_000 + b") Tj ET")),
    "text-flood": lambda: content(repeated(b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (ab) Tj ET " * 9000, 60)),
    "path-flood": lambda: content(repeated(b"0 0 m 9 9 l S " * 9000, 60)),
    "operand-flood": lambda: content(repeated(b"1 2 3 4 5 6 " * 9000, 100)),
    "many-pages": many_pages,
    "own-pages": own_pages,
    "page-tree-loop": page_tree_loop,
    "page-tree-fan": page_tree_fan,
    "count-lies": lambda: one_page(PAGE_TEXT).replace(b"/Count 1", b"/Count 2000000000"),
    "count-negative": lambda: one_page(PAGE_TEXT).replace(b"/Count 1", b"/Count -7"),
    "size-lies": lambda: one_page(PAGE_TEXT).replace(b"/Size 7", b"/Size 2000000000"),
    "table-loop": loop_of_tables,
    "deep-arrays": lambda: one_page(PAGE_TEXT, page="/MediaBox [0 0 9 9] /X " + "[" * 100_000),
    "deep-operands": lambda: one_page("[" * 200_000 + PAGE_TEXT),
    "deep-dictionaries": lambda: one_page(
        PAGE_TEXT, page="/MediaBox [0 0 9 9] /X " + "<< /A " * 50_000
    ),
    "huge-box": lambda: one_page(PAGE_TEXT, page="/MediaBox [0 0 99999999 99999999]"),
    "box-turned-round": lambda: one_page(PAGE_TEXT, page="/MediaBox [595 842 0 0]"),
    "box-of-nothing": lambda: one_page(PAGE_TEXT, page="/MediaBox [9 9 9 9]"),
    "box-no-number": lambda: one_page(PAGE_TEXT, page="/MediaBox [(a) /b null 1e400]"),
    "user-unit": lambda: one_page(PAGE_TEXT, page="/MediaBox [0 0 595 842] /UserUnit 1e9"),
    "rotate-odd": lambda: one_page(PAGE_TEXT, page="/MediaBox [0 0 595 842] /Rotate 33"),
    "huge-image": huge_image,
    "wide-unicode-map": wide_unicode_map,
    "password": locked,
    "zero-pages": lambda: many_pages(0),
    "empty": lambda: b"",
    "header-only": lambda: b"%PDF-1.7\n",
    "truncated": lambda: one_page(PAGE_TEXT)[:300],
    "html": lambda: b"<!DOCTYPE html><html><title>Sign in</title></html>",
    "zip": lambda: b"PK\x03\x04" + bytes(500),
    "zeros": lambda: bytes(2_000_000),
    "junk": lambda: b"%PDF-1.4\n" + bytes(range(256)) * 20_000,
    "startxref-flood": lambda: b"%PDF-1.4\n" + b"startxref\n" * 200_000,
    "object-flood": lambda: b"%PDF-1.4\n" + b"1 0 obj\n" * 300_000,
}
