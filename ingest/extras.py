"""What is installed beside the product itself; imports nothing of it."""

from __future__ import annotations

import importlib.util


def ocr_installed() -> bool:
    """Tell whether RapidOCR is installed (``pip install "yinzheng[ocr]"``)."""
    return importlib.util.find_spec("rapidocr") is not None
