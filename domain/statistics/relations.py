"""How scales go together, and how well their items do: correlations and Cronbach's alpha, from whole numbers and so exact."""

import math
from typing import Any

DIGITS = 4
NONE = -1
"""Stands for no value in arrays of tenths."""


def correlations(values: Any) -> tuple[list[list[float | None]], list[list[int]]]:
    """Pearson's correlation of each pair of columns over the rows that have both, and how many rows those are.

    `values` is an array of tenths with a row a person. None where there are fewer than two or a column does not vary.
    """
    import numpy as np  # only when statistics are asked for: it would slow every start

    there = (values != NONE).astype(np.float64)
    filled = np.where(values == NONE, 0, values).astype(np.float64)  # whole numbers below 2^53, so the sums are exact
    n, sums, squares, products = there.T @ there, filled.T @ there, (filled * filled).T @ there, filled.T @ filled
    covariance = n * products - sums * sums.T
    spread = n * squares - sums * sums
    with np.errstate(divide="ignore", invalid="ignore"):
        r = covariance / (np.sqrt(spread) * np.sqrt(spread.T))
    known = (spread > 0) & (spread.T > 0)
    rows = [
        [round(min(max(float(one), -1.0), 1.0), DIGITS) if sure else None for one, sure in zip(*row, strict=True)]
        for row in zip(r, known, strict=True)
    ]
    return rows, n.astype(int).tolist()


def alpha(scored: Any) -> float | None:
    """Cronbach's alpha: k / (k - 1) × (1 - sum of the items' variances / variance of their sum), with sample variances.

    `scored` has a row a person and a column an item, reverse-keyed ones turned round, no gaps. None when the sums do not
    vary. It may be below 0.
    """
    import numpy as np  # only when statistics are asked for

    people, items = scored.shape
    if people < 2 or items < 2:
        return None
    whole = scored.astype(np.int64)
    apart = sum(_spread(whole[:, item]) for item in range(items))
    together = _spread(whole.sum(axis=1))
    return None if together == 0 else items / (items - 1) * (1 - apart / together)


def _spread(column: Any) -> int:
    """n times the sum of squares about the mean: variances up to a factor that they share."""
    return len(column) * int((column * column).sum()) - int(column.sum()) ** 2


def standard_error(standard_deviation: float, reliability: float) -> float:
    """The standard error of measurement: SD × √(1 − alpha); an alpha below 0 counts as 0."""
    return standard_deviation * math.sqrt(1 - max(reliability, 0.0))
