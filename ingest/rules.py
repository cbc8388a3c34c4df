"""Thin boxes that a page draws in, its horizontal rules out, each as one."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.records import Box

# Ends of rules that belong together differ by less than this (points).
_SAME_END = 4.0
_THICKNESS = 3.2
# The walls of a grid reach over this part of its height; rules between some of its cells over
# this part of its width, when there are so many of both.
_WALL_SHARE, _CELL_SHARE, _PARTS = 0.8, 0.25, 2
# Such a grid is no higher (points): rules beside and between columns of text are.
_HIGHEST = 400.0
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


def is_grid(top: Box, bottom: Box, across: Sequence[Box], upright: Sequence[Box]) -> bool:
    """Tell whether rules part the rows between ``top`` and ``bottom``, and walls the cells.

    The rules reach over all of the width, or end at a cell beside several rows.
    """
    flat = [rule for rule in across if top.top < rule.top < bottom.top]
    inside = [rule for rule in upright if top.x0 + 6 < rule.x0 < top.x1 - 6]
    high = bottom.top - top.bottom
    walls = {
        round(wall.x0 / TOUCH)
        for wall in inside
        if sum(
            max(0.0, min(rule.bottom, bottom.bottom) - max(rule.top, top.top))
            for rule in inside
            if abs(rule.x0 - wall.x0) < TOUCH
        )
        > _WALL_SHARE * high
    }
    if walls and sum(same_width(rule, top) for rule in flat) > 1:
        return True
    wide = _CELL_SHARE * (top.x1 - top.x0)
    parts = sum(
        rule.x1 - rule.x0 > wide and top.x0 - 3 < rule.x0 and rule.x1 < top.x1 + 3
        for rule in flat
    )  # fmt: skip
    return high < _HIGHEST and min(len(walls), parts) >= _PARTS
