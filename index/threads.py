"""One BLAS thread for the work of one question.

Its matrices are small, and BLAS threads that wait for each other on busy processors cost far
more than they save: 160 sentences against 237 questions took 48 ms (10 ms of processor time)
with two threads and 0.4 ms with one, on two cores under load.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

_P = ParamSpec("_P")
_T = TypeVar("_T")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def on_one_thread(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """Run a function with one BLAS thread.

    The number is the whole process's: of calls that overlap the last may leave it at one, which
    slows nothing but large products of this process that do not set it themselves.
    """

    @wraps(work)
    def limited(*args: _P.args, **options: _P.kwargs) -> _T:
        with _controller().limit(limits=1, user_api="blas"):
            return work(*args, **options)

    return limited
