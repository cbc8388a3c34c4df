"""A lexicon of some dozen concepts, so that tests do not depend on what the product's holds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from index.lexicon import Lexicon, compile_tables, read_table


@cache
def small_lexicon() -> Lexicon:
    file = Path(__file__).with_name("small_lexicon.tsv")
    return Lexicon(compile_tables(read_table(file.read_text("utf-8"), file.name)))
