"""What growth makes of its measurements: the order of each line, and a table and a plot that leave nothing out."""

import math
from collections.abc import Callable

import pytest

from bench.figures import Line, Panel, Point
from bench.growth import Growth, panel_of, text
from bench.growth_studies import CLIENT_SIZES, GROUP_SIZES, KEY_SIZES, ROUTE_SIZES, RULE_SIZES, Study
from bench.orders import LINEAR, Order, order_of

SIZES = (1, 3, 10, 30, 100, 300, 1_000)
NOISE = (1.04, 0.95, 1.02, 1.06, 0.96, 0.99, 1.03)

COSTS: dict[str, tuple[Callable[[float], float], float]] = {
    "linear": (lambda n: 2 + 0.05 * n, 1),
    "linear above a large base": (lambda n: 50 + 0.2 * n, 1),
    "n log n": (lambda n: 3 + 0.1 * n * math.log(n + 1), 1.15),
    "square root": (lambda n: 1 + n**0.5, 0.5),
    "linear, then quadratic": (lambda n: 1 + 0.1 * n + 0.0005 * n * n, 1.5),
    "quadratic": (lambda n: 1 + 0.01 * n * n, 2),
    "quadratic above a large base": (lambda n: 100 + 0.001 * n * n, 2),
    "cubic": (lambda n: 5 + 1e-6 * n**3, 3),
}


@pytest.mark.parametrize(("cost", "exponent"), COSTS.values(), ids=COSTS)
def test_the_order_is_found_in_spite_of_noise(cost: Callable[[float], float], exponent: float) -> None:
    order = order_of(SIZES, [cost(size) * noise for size, noise in zip(SIZES, NOISE, strict=True)])

    assert order.exponent == pytest.approx(exponent, abs=0.2)
    assert order.is_worse_than_linear == (exponent > LINEAR)


@pytest.mark.parametrize("cost", [0.02, 5.0, 4_000.0])
def test_costs_that_differ_by_noise_alone_do_not_grow(cost: float) -> None:
    assert order_of(SIZES, [cost * noise for noise in NOISE]).exponent == 0


def test_base_and_factor_are_the_ones_of_the_costs() -> None:
    order = order_of(SIZES, [7 + 0.5 * size for size in SIZES])

    assert tuple(order) == pytest.approx((1, 7, 0.5), rel=0.01)


def test_costs_that_shrink_do_not_grow() -> None:
    assert order_of(SIZES, [10 - 0.008 * size for size in SIZES]).exponent == 0


@pytest.mark.parametrize(("exponent", "worse"), [(0.0, False), (1.0, False), (LINEAR, False), (1.5, True)])
def test_linear_is_the_limit(exponent: float, *, worse: bool) -> None:
    assert Order(exponent, 1, 1).is_worse_than_linear is worse


@pytest.mark.parametrize("sizes", [GROUP_SIZES, ROUTE_SIZES, KEY_SIZES, CLIENT_SIZES, RULE_SIZES])
def test_sizes_suffice_for_an_order(sizes: tuple[int, ...]) -> None:
    assert len(sizes) >= 4
    assert sizes[-1] >= 100 * sizes[0]
    assert list(sizes) == sorted(set(sizes))


def _growth(**lines: Callable[[float], float]) -> Growth:
    study = Study("Shelves", "books", "How long a search takes.", {}, rounds=1)
    return Growth(
        study,
        [Line(name, [Point(n, cost(n) * 0.9, cost(n), cost(n) * 1.1) for n in SIZES]) for name, cost in lines.items()],
    )


def test_the_table_has_every_line_size_and_order() -> None:
    shown = text([_growth(sorted=lambda _n: 0.0204, heaped=lambda n: 12.0 * n)])

    assert "### Shelves\n\nHow long a search takes.\n\n| books | 1 | 3 | 10 | 30 | 100 | 300 | 1,000 | order |" in shown
    assert "| sorted | 0.0204 | 0.0204 | 0.0204 | 0.0204 | 0.0204 | 0.0204 | 0.0204 | none |" in shown
    assert "| heaped | 12.0 | 36.0 | 120 | 360 | 1,200 | 3,600 | 12,000 | n^1 |" in shown


def test_what_is_worse_than_linear_is_said_where_nobody_overlooks_it() -> None:
    shown = text([_growth(heaped=lambda n: 1 + n * n)])

    assert "| **worse than linear**, n^2 |" in shown


def test_a_size_that_a_line_does_not_have_stays_empty() -> None:
    growth = _growth(sorted=lambda n: n, heaped=lambda n: n)
    shorter = growth.lines[1]._replace(points=growth.lines[1].points[:-1])

    assert "| heaped | 1.00 | 3.00 | 10.0 | 30.0 | 100 | 300 |  | n^1 |" in text(
        [growth._replace(lines=[growth.lines[0], shorter])]
    )


def test_the_plot_has_a_text_for_those_who_do_not_see_it() -> None:
    shown = text([_growth(sorted=lambda _n: 1.0), _growth(heaped=lambda n: n)])

    assert (
        "![Growth, one panel each. Shelves: sorted none; Shelves: heaped n^1.](images/benchmarks/growth.svg)" in shown
    )


def test_a_panel_has_every_line_with_its_spread() -> None:
    growth = _growth(sorted=lambda _n: 1.0, heaped=lambda n: n)

    assert panel_of(growth) == Panel("Shelves", "books", "raw RSA verifications", growth.lines)
