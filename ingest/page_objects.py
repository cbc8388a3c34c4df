"""The objects of a pdfium page in painting order, those of forms included; their matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2.raw as raw

MAX_DEPTH = 12

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def page_objects(page: Any) -> Iterator[tuple[Any, int, Matrix]]:  # noqa: ANN401
    """Yield object, type and the matrix of the forms around it, in painting order."""
    for index in range(raw.FPDFPage_CountObjects(page)):
        yield from _unfold(raw.FPDFPage_GetObject(page, index), IDENTITY, 0)


def _unfold(item: Any, matrix: Matrix, depth: int) -> Iterator[tuple[Any, int, Matrix]]:  # noqa: ANN401
    kind = raw.FPDFPageObj_GetType(item)
    if kind != raw.FPDF_PAGEOBJ_FORM:
        yield item, kind, matrix
        return
    if depth >= MAX_DEPTH:
        return
    inner = multiply(matrix_of(item), matrix)
    for index in range(raw.FPDFFormObj_CountObjects(item)):
        yield from _unfold(raw.FPDFFormObj_GetObject(item, index), inner, depth + 1)


def matrix_of(item: Any) -> Matrix:  # noqa: ANN401
    """Return the matrix of a form or path; the identity when it has none."""
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def multiply(m: Sequence[float], n: Sequence[float]) -> Matrix:
    """Return the matrix that applies ``m`` first, then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return where ``m`` puts a point."""
    return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]
