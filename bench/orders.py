"""From sizes and costs to an order of growth: the exponent k of `base + factor * size ** k` that fits best."""

from collections.abc import Sequence
from typing import NamedTuple

EXPONENTS = [step / 20 for step in range(2, 61)]
"""0.1 to 3, in steps of 0.05."""
NO_GROWTH = 1.3
"""Costs that differ by less than this factor from end to end are taken for one cost: measuring is not better here."""
LINEAR = 1.3
"""Exponents up to this pass for linear.

n log n fits 1.15 over three decades, and so much more data than the processor's caches hold, 1.25. A quadratic part
that is three times the linear one at the end fits 1.4.
"""


class Order(NamedTuple):
    """How a cost grows; `exponent` is 0 for one that does not."""

    exponent: float
    base: float
    factor: float

    @property
    def is_worse_than_linear(self) -> bool:
        return self.exponent > LINEAR


def order_of(sizes: Sequence[float], costs: Sequence[float]) -> Order:
    """The order of growth of positive costs at four sizes or more.

    A fixed base is part of the model: without it the slope of a log-log plot would show what a large base hides.
    """
    _, order = min(_fit(sizes, costs, exponent) for exponent in EXPONENTS)
    if max(costs) < NO_GROWTH * min(costs) or order.factor < 0:
        return Order(0, sum(costs) / len(costs), 0)
    return order


def _fit(sizes: Sequence[float], costs: Sequence[float], exponent: float) -> tuple[float, Order]:
    """The least squares of relative errors; the sum of their squares comes first."""
    terms = [(1 / cost, size**exponent / cost) for size, cost in zip(sizes, costs, strict=True)]
    ones, powers = sum(one for one, _ in terms), sum(power for _, power in terms)
    squares, mixed = sum(one * one for one, _ in terms), sum(one * power for one, power in terms)
    power_squares = sum(power * power for _, power in terms)
    determinant = squares * power_squares - mixed * mixed
    base = (ones * power_squares - powers * mixed) / determinant
    factor = (squares * powers - mixed * ones) / determinant
    error = sum((base * one + factor * power - 1) ** 2 for one, power in terms)
    return error, Order(exponent, base, factor)
