"""Figures from what was measured."""

from collections.abc import Sequence


def quantile(values: Sequence[float], per_mille: int) -> float:
    """The smallest value that so many per mille of all do not exceed (the nearest rank); 1,000 gives the greatest.

    One that was measured, never a value in between: a tail has few values, and they are far apart. In whole numbers,
    since 99.9 / 100 * 1000 is more than 999 in floating point.
    """
    rank = -(-per_mille * len(values) // 1000)
    return sorted(values)[max(rank, 1) - 1]
