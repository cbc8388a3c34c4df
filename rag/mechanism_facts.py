"""What a sentence of either language says acts on what."""

from __future__ import annotations

from rag.mechanisms import mechanisms_zh
from rag.mechanisms_en import mechanisms_en
from rag.table_records import Mechanism
from rag.terms import Translator


def mechanisms_in(text: str, language: str, translator: Translator | None) -> tuple[Mechanism, ...]:
    """Return what a sentence (search text) says acts on what, in its order."""
    extract = mechanisms_zh if language == "zh" else mechanisms_en
    return extract(text, translator)
