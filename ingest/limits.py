"""What reading one PDF may cost; above a limit the file is refused with a message, or cut."""

from __future__ import annotations

MAX_BYTES = 100_000_000
MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000
MAX_CHARS = 20_000_000
MAX_PIXELS = 16_000_000
