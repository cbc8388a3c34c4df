"""The settings that shape what a snapshot holds."""

from __future__ import annotations

from dataclasses import dataclass

from index.tokens import VERSION as TERMS_VERSION

# Raised whenever reading changes, so that libraries are rebuilt with it.
EXTRACTOR = "6"


@dataclass(frozen=True, slots=True)
class Shape:
    """The settings that shape what a snapshot holds; another value needs a full rebuild."""

    model: str = "default"
    second_model: str = "default"
    parent_chars: int = 400
    child_chars: int = 120

    def settings(self) -> dict[str, str]:
        """Return the settings as the manifest keeps them."""
        return {
            "model": self.model,
            "second_model": self.second_model,
            "parent_chars": str(self.parent_chars),
            "child_chars": str(self.child_chars),
            "extractor": EXTRACTOR,
            "terms": TERMS_VERSION,
        }


DEFAULT = Shape()
