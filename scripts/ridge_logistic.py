"""One small classifier for many heads: ridge logistic regression; training needs numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Precise = NDArray[np.float64]


def ridge_logistic(rows: Precise, target: Precise, weight: Precise, ridge: Precise, rounds: int) -> Precise:
    """Weights of shape (features,) by Newton's method, for targets of 0 and 1, shape (rows,).

    `weight` says how much each row counts, `ridge` how dear each feature's weight is; the last is the
    constant's, by custom of those who call.
    """
    found = np.zeros(rows.shape[1])
    for _ in range(rounds):
        likely = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weight * (target - likely)) - ridge * found
        bend = (rows * (weight * likely * (1 - likely) + 1e-9)[:, None]).T @ rows + np.diag(ridge)
        found = found + np.linalg.solve(bend, slope)
    return found
