"""What reading one PDF may cost; above a limit the file is refused with a message, or cut."""

from __future__ import annotations

MAX_BYTES = 100_000_000
MAX_PAGES = 2000
MAX_PAGE_CHARS = 200_000
MAX_CHARS = 20_000_000
MAX_PIXELS = 16_000_000
# What pypdf may unpack from one stream, and how many operands and operators it may parse.
MAX_STREAM_BYTES = 16_000_000
MAX_STREAM_OPERATIONS = 400_000
# The worker process: memory (address space) without and with OCR, processor time, and its clock:
# BASE_SECONDS and PAGE_SECONDS a page up to MAX_SECONDS; OCR_PAGE_SECONDS for each page read.
MEMORY = 1536 * 1024 * 1024
OCR_MEMORY = 6 * 1024 * 1024 * 1024
CPU_SECONDS = 320
BASE_SECONDS, PAGE_SECONDS, MAX_SECONDS = 20.0, 1.0, 300.0
OCR_PAGE_SECONDS = 180.0
RENDER_SECONDS = 30.0
# Longest answer of a worker, in bytes.
MAX_ANSWER = 500_000_000
