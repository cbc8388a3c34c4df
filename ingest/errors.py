"""The one exception tree of the product.

YinzhengError
├── SettingsError                a setting is unknown or out of range
├── IngestError                  one PDF could not be read; carries its path
│   ├── UnreadablePdf            missing, not a PDF, empty, damaged, zero pages, parser stopped
│   ├── EncryptedPdf             needs a password
│   ├── NoTextLayer              no text, also not by OCR
│   │   └── OcrNeeded            scanned pages, and OCR is off or not installed
│   ├── PdfTooLarge              over a size, page or time limit
│   └── PdfChanged               the file changed while it was read
├── LibraryError                 the library folder on disk
│   ├── LibraryMissing           nothing has been indexed here yet
│   ├── SnapshotCorrupt          a file of the snapshot fails its checksum or count
│   ├── SnapshotMismatch         built by another model, settings or format version
│   ├── LibraryLocked            another process is writing
│   └── DiskFull                 no room; the old snapshot is kept
├── ModelError                   an embedding model or LLM
│   ├── ModelMissing             not found or not loadable
│   └── GenerationFailed         the LLM endpoint refused, timed out or talked nonsense
├── QuestionError                empty, too long, or in a language we do not answer
└── ExtraMissing                 an optional part of the installation is needed

Every message says what happened, where, and what to do, in Chinese and in English.
Third-party exceptions are translated in the module that owns the library.
"""

from __future__ import annotations

from pathlib import Path

from ingest.file_names import shown_name


class YinzhengError(Exception):
    """Base of all errors that a user is meant to read.

    ``zh`` and ``en`` are one-line texts that say what happened and what to do.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en

    def text(self, language: str) -> str:
        """Return the message in ``language`` ("zh" or anything else for English)."""
        return self.zh if language == "zh" else self.en


class SettingsError(YinzhengError):
    """A setting is unknown or out of range."""


class IngestError(YinzhengError):
    """One PDF could not be read; the others go on."""

    def __init__(self, path: Path, zh: str, en: str) -> None:
        name = shown_name(path)
        super().__init__(f"{name}：{zh}", f"{name}: {en}")
        self.path = path
        self.reason_zh = zh
        self.reason_en = en


class UnreadablePdf(IngestError):
    """Missing, not a PDF, empty, damaged, without pages, or its parser was stopped."""


class EncryptedPdf(IngestError):
    """The PDF needs a password."""


class NoTextLayer(IngestError):
    """There is no text, and OCR found none."""


class OcrNeeded(NoTextLayer):
    """The pages are images, and OCR is off or not installed."""


class PdfTooLarge(IngestError):
    """The PDF is over a size, page or time limit."""


class PdfChanged(IngestError):
    """The file changed while it was being read."""


class LibraryError(YinzhengError):
    """The library folder on disk."""


class LibraryMissing(LibraryError):
    """Nothing has been indexed at this place yet."""


class SnapshotCorrupt(LibraryError):
    """A file of the snapshot fails its checksum or its counts."""


class SnapshotMismatch(LibraryError):
    """The snapshot was built by another model, settings or format version."""


class LibraryLocked(LibraryError):
    """Another process is writing to this library."""


class DiskFull(LibraryError):
    """There is no room; the old snapshot is kept."""


class ModelError(YinzhengError):
    """An embedding model or an LLM."""


class ModelMissing(ModelError):
    """The model was not found or cannot be loaded."""


class GenerationFailed(ModelError):
    """The LLM endpoint refused, timed out or answered nonsense."""


class QuestionError(YinzhengError):
    """The question is empty, too long, or in a language that is not answered."""


class ExtraMissing(YinzhengError):
    """What was asked for needs an optional part of the installation."""
