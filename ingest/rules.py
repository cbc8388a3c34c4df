"""Thin boxes that a page draws in, its horizontal rules out, each as one."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.records import Box

# Ends of rules that belong together differ by less than this (points).
_SAME_END = 4.0
_THICKNESS = 3.2
# Pieces of one rule are this near.
TOUCH = 3.0


def merge_rules(rules: Sequence[Box]) -> list[Box]:
    """Return the horizontal rules, pieces that touch end to end joined."""
    flat = [rule for rule in rules if rule.bottom - rule.top <= _THICKNESS]
    flat = [rule for rule in flat if rule.x1 - rule.x0 > rule.bottom - rule.top]
    flat.sort(key=lambda rule: (round(rule.top / 2), rule.x0))
    merged: list[Box] = []
    for rule in flat:
        place = next((at for at in range(len(merged)) if _goes_on_in(merged[at], rule)), None)
        if place is None:
            merged.append(rule)
        else:
            last = merged[place]
            x1 = max(last.x1, rule.x1)
            merged[place] = Box(last.page, last.x0, last.top, x1, max(last.bottom, rule.bottom))
    return [rule for rule in merged if rule.x1 - rule.x0 >= 8]


def _goes_on_in(piece: Box, rule: Box) -> bool:
    """Tell whether ``rule`` touches the end of ``piece``, or lies on it, at the same height."""
    level = abs(piece.top - rule.top) < 2.5
    return level and piece.x0 - TOUCH <= rule.x0 <= piece.x1 + TOUCH


def is_upright(rule: Box) -> bool:
    """Tell whether a rule is a wall between cells."""
    return rule.x1 - rule.x0 <= _THICKNESS and rule.bottom - rule.top > 6


def same_width(one: Box, other: Box) -> bool:
    """Tell whether two rules begin and end at the same x."""
    return abs(one.x0 - other.x0) < _SAME_END and abs(one.x1 - other.x1) < _SAME_END
