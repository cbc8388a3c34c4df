"""User space of a PDF page -> points as displayed: CropBox cut, /Rotate applied, y down."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The em box that highlights are drawn with, in em around the baseline; font boxes are unreliable.
ASCENT, DESCENT = 0.88, 0.14
# Lines that lean less (degrees) are level.
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible rectangle of a page in user space, and how it is turned when displayed.

    ``left <= right`` and ``bottom <= top`` may be negative; ``rotation`` is 0, 90, 180 or 270
    degrees clockwise.
    """

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        """Width in points as displayed."""
        turned = self.rotation in (90, 270)
        return self.top - self.bottom if turned else self.right - self.left

    @property
    def height(self) -> float:
        """Height in points as displayed."""
        turned = self.rotation in (90, 270)
        return self.right - self.left if turned else self.top - self.bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of user space as displayed."""
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def rectangle(
        self, x0: float, y0: float, x1: float, y1: float
    ) -> tuple[float, float, float, float]:
        """Return a rectangle of user space as displayed: (x0, top, x1, bottom)."""
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def direction(self, dx: float, dy: float) -> tuple[float, float]:
        """Return a direction of user space as displayed, y down."""
        ox, oy = self.point(0.0, 0.0)
        px, py = self.point(dx, dy)
        return px - ox, py - oy


@dataclass(frozen=True, slots=True)
class Turn:
    """A page of ``width`` x ``height`` points was turned left by ``degrees`` to be upright."""

    degrees: float
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the upright page, in points."""
        cos, sin = abs(self._cos), abs(self._sin)
        return self.width * cos + self.height * sin, self.width * sin + self.height * cos

    @property
    def _cos(self) -> float:
        return math.cos(math.radians(self.degrees))

    @property
    def _sin(self) -> float:
        return math.sin(math.radians(self.degrees))

    @property
    def is_sideways(self) -> bool:
        """Whether level lines run from top to bottom on the page as displayed."""
        return abs(self._sin) > 0.5

    @property
    def leans(self) -> bool:
        """Whether lines are neither level nor upright on the page as displayed."""
        return _LEVEL < self.degrees % 90 < 90 - _LEVEL

    def back(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the upright page on the page as displayed."""
        width, height = self.size
        dx, dy = x - width / 2, y - height / 2
        return (
            self.width / 2 + dx * self._cos - dy * self._sin,
            self.height / 2 + dx * self._sin + dy * self._cos,
        )
