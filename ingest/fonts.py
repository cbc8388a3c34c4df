"""The fonts of a page: what they are called and whether they say what their codes mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.repairs import COLLECTIONS

MAX_FORM_DEPTH = 5


@dataclass(frozen=True, slots=True)
class FontFacts:
    """One font of a page. ``collection`` is the Adobe ordering of a composite font."""

    name: str
    kind: str
    encoding: str
    collection: str
    has_unicode: bool

    @property
    def doubtful(self) -> bool:
        """Tell whether the PDF does not say which characters this font shows."""
        if self.has_unicode:
            return False
        if self.kind == "Type0":
            return self.encoding.startswith("Identity") and self.collection not in COLLECTIONS
        return self.kind == "Type3"


def fonts_of(resources: Any) -> tuple[FontFacts, ...]:  # noqa: ANN401
    """Return the fonts that a resource dictionary names, those of its forms included."""
    return tuple(dict.fromkeys(_fonts(resources, 0, set())))


def _fonts(resources: Any, depth: int, seen: set[int]) -> Iterator[FontFacts]:  # noqa: ANN401
    resources = resources.get_object()
    for font in (resources.get("/Font") or {}).values():
        yield facts_of(font.get_object())
    if depth >= MAX_FORM_DEPTH:
        return
    for item in (resources.get("/XObject") or {}).values():
        form = item.get_object()
        if id(form) not in seen and form.get("/Subtype") == "/Form" and "/Resources" in form:
            seen.add(id(form))
            yield from _fonts(form["/Resources"], depth + 1, seen)


def facts_of(font: Any) -> FontFacts:  # noqa: ANN401
    """Return what the dictionary of a font says."""
    encoding = font.get("/Encoding")
    encoding = encoding.get_object() if encoding is not None else ""
    named = encoding if isinstance(encoding, str) else "own"
    return FontFacts(
        name=font_name(str(font.get("/BaseFont", "")).lstrip("/").encode()),
        kind=str(font.get("/Subtype", "")).lstrip("/"),
        encoding=named.lstrip("/"),
        collection=_collection(font),
        has_unicode="/ToUnicode" in font,
    )


def _collection(font: Any) -> str:  # noqa: ANN401
    descendants = font.get("/DescendantFonts")
    if not descendants:
        return ""
    info = descendants.get_object()[0].get_object().get("/CIDSystemInfo")
    return str(info.get_object().get("/Ordering", "")) if info else ""


def font_name(name: bytes, *, heavy: bool = False) -> str:
    """Return a base font name without subset tag; names in GBK bytes are decoded."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        text = name.decode("gbk", "replace")
    if len(text) > 7 and text[6] == "+":
        text = text[7:]
    return bold(text) if heavy else text


def bold(name: str) -> str:
    """Return the name of a font with its weight said, as TrueType fonts say it."""
    return name if "bold" in name.lower() else f"{name},Bold"
