"""Does a quote stand in the text of a page, as another reader of PDFs sees it."""

from __future__ import annotations


def stands(quote: str, printed: str) -> bool:
    """Tell whether ``quote`` is in ``printed``, whole or parted once by a column or page break.

    Both are folded by the caller in the same way (no spaces); each part of a parted quote has
    at least four characters, or half of a shorter one.
    """
    if quote in printed:
        return True
    least = min(4, len(quote) // 2)
    return any(
        quote[:i] in printed and quote[i:] in printed for i in range(least, len(quote) - least + 1)
    )
