"""The headings of a document so far: their numbers, and how deep the next one stands."""

from __future__ import annotations

from ingest.numbering import Number, follows

_DEPTHS = {"chapter": 1, "part": 2, "一": 3, "（一）": 4, "1": 5, "I": 5, "1.1": 5, "(1)": 9}


class Outline:
    """Counts numbers per scheme and keeps the schemes that are open, the outermost first.

    A scheme is a form of numbers (``Number.scheme``), "plain" for usual names (结果), or
    "style:size:font" for headings that only their type tells. ``opening`` is set by the
    caller while the last unnumbered heading is an introduction, which has no parts;
    ``plain_size`` is the size in points of the last plain name.
    """

    def __init__(self) -> None:
        self.opening = False
        self.plain_size = 0.0
        self._last: dict[str, tuple[int, ...]] = {}
        self._stack: list[str] = []

    def reset(self) -> None:
        """Forget the numbers: another paper or part begins."""
        self._last.clear()

    def follows(self, number: Number) -> bool:
        """Tell whether ``number`` is the next of its scheme."""
        return follows(number, self._last.get(number.scheme))

    def has_parent(self, number: Number) -> bool:
        """Tell whether the section that 2.1 names as its own has been seen (always for 2)."""
        if number.form != "1.1":
            return True
        depth = len(number.parts) - 1
        parent = self._last.get(f"1.1:{depth}" if depth > 1 else "1:1")
        return parent == number.parts[:-1]

    def has_open(self, form: str) -> bool:
        """Tell whether a section with a number of ``form`` is open."""
        return any(scheme.split(":")[0] == form for scheme in self._stack)

    def enter(self, scheme: str, number: Number | None = None) -> int:
        """Take in a heading and return its level: where it stands below those before it.

        A new section begins its own counts of the forms inside it.
        """
        if scheme in self._stack:
            del self._stack[self._stack.index(scheme) + 1 :]
        elif scheme == "plain" or scheme.startswith("style:"):
            self._push_unnumbered(scheme)
        else:
            self._push_numbered(scheme)
        if number:
            self._last[number.scheme] = number.parts
        self._last = {key: last for key, last in self._last.items() if key in self._stack}
        return len(self._stack)

    def _push_numbered(self, scheme: str) -> None:
        depth = _depth(scheme)
        while self._stack and (_depth(self._stack[-1]) >= depth or self.opening):
            self._stack.pop()
            self.opening = False
        self._stack.append(scheme)

    def _push_unnumbered(self, scheme: str) -> None:
        """Larger type stands above smaller; a plain name (结果) stands at the top."""
        size = float(scheme.split(":")[1]) if scheme.startswith("style:") else 99.0
        while self._stack:
            top = self._stack[-1]
            if top.startswith("style:") and float(top.split(":")[1]) > size + 0.2:
                break
            below = size < self.plain_size - 0.2 or not self.opening
            if top == "plain" and scheme != "plain" and below:
                break  # a heading in the type of 前言 is its peer, not a part of it
            self._stack.pop()
        self._stack.append(scheme)


def _depth(scheme: str) -> int:
    form, _, depth = scheme.partition(":")
    if form in ("plain", "style"):
        return 0
    return _DEPTHS.get(form, 1) + (int(depth) - 1 if form == "1.1" else 0)
