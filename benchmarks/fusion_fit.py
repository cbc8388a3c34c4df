"""Judged candidates of many questions -> the weights of a linear ranking.

Listwise softmax regression (ListNet's top-one loss; Cao et al. 2007) with a ridge; no weight may
be negative: more of any evidence never speaks against a passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]
# Strong enough that weights hold on sets of other kinds than those they were fitted on.
RIDGE = 3e-2


@dataclass(frozen=True, slots=True)
class Listed:
    """One question: its candidates' features (a row each), which are right, their documents.

    ``group`` is "set/article"; questions of one group are never on both sides of a split.
    """

    values: Floats
    right: npt.NDArray[np.bool_]
    documents: tuple[str, ...]
    group: str

    def only(self, columns: Sequence[int]) -> Listed:
        """Return the question with some of the features."""
        return replace(self, values=self.values[:, columns])


def fit(lists: Sequence[Listed], ridge: float = RIDGE) -> Floats:
    """Return a weight per feature. Every set counts alike, whatever its number of questions."""
    lists = [item for item in lists if item.right.any()]
    spread = np.sqrt(np.mean([item.values.var(axis=0) for item in lists], axis=0)) + 1e-9
    sets = [item.group.split("/")[0] for item in lists]
    share = np.array([1 / sets.count(name) for name in sets]) / len(set(sets))
    scaled = [item.values / spread for item in lists]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros(len(weights))
        for values, item, part in zip(scaled, lists, share, strict=True):
            scores = values @ weights
            odds = np.exp(scores - scores.max())
            odds /= odds.sum()
            chance = odds[item.right].sum()
            total -= part * np.log(chance + 1e-12)
            own = np.where(item.right, odds, 0) / (chance + 1e-12)
            slope -= part * ((own - odds) @ values)
        return total + ridge * weights @ weights, slope + 2 * ridge * weights

    start = np.ones(len(spread))
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return np.asarray(fitted.x / spread)
