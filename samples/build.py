"""Typst sources -> the sample PDFs beside them: ``python -m samples.build``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent


def font_folders() -> list[str]:
    """Return the folders of the pip package that carries the fonts (OFL 1.1)."""
    spec = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pip install pylopdf-fonts-zh-cn")
    root = Path(next(iter(spec.submodule_search_locations)))
    return sorted({str(f.parent) for f in root.rglob("*.otf")})


def main() -> None:
    """Build every .typ of this folder but the shared parts."""
    for source in sorted(set(HERE.glob("*.typ")) - {HERE / "parts.typ"}):
        typst.compile(
            str(source),
            output=str(source.with_suffix(".pdf")),
            font_paths=font_folders(),
            ignore_system_fonts=True,
        )


if __name__ == "__main__":
    main()
