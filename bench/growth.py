"""How the cost of a decision grows with what can become many, up to ten times what anyone has."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench.figures import FOLDER, Line, Panel, Point, draw
from bench.growth_studies import Study, studies
from bench.in_process import RAW, log_file, raw_verifications
from bench.interleaved import measure, multiples
from bench.issuer import Issuer, issuer
from bench.markdown import table
from bench.orders import Order, order_of
from bench.section import Section

PLOT = FOLDER / "growth.svg"
UNIT_TOKENS = 100

ABOUT = """\
CPU time as a multiple of one raw RSA-2048 verification of `cryptography` in the same round; medians of interleaved
rounds. The order is the exponent k of `base + factor x n^k` that fits the medians best; "none" where the costs of all
sizes lie within 30 %, which is as well as this can be measured."""


class Growth(NamedTuple):
    """What a study found: its lines and the order of each."""

    study: Study
    lines: Sequence[Line]

    def with_orders(self) -> list[tuple[Line, Order]]:
        return [
            (line, order_of([point.size for point in line.points], [point.median for point in line.points]))
            for line in self.lines
        ]


def run(console: Console) -> Section:
    """Takes about a minute. Raises NotDrawn."""
    with tempfile.TemporaryDirectory() as folder, issuer() as okta:
        found = [_grown(study, okta, console) for study in studies(okta, Path(folder))]
    draw([panel_of(growth) for growth in found], PLOT)
    return Section("Growth", text(found))


def text(found: Sequence[Growth]) -> str:
    """The Markdown of the section."""
    return "\n\n".join((ABOUT, _image(found), *(_study_text(growth) for growth in found)))


def _grown(study: Study, okta: Issuer, console: Console) -> Growth:
    console.print(f"growth: {study.title}")
    operations = {
        f"{name}, {size}": operation for name, sizes in study.series.items() for size, operation in sizes.items()
    }
    with log_file():
        times = measure({RAW: raw_verifications(okta, okta.events(UNIT_TOKENS))} | operations, study.rounds)
    ratios = multiples(times, RAW)
    return Growth(
        study,
        [
            Line(name, [Point(size, *ratios[f"{name}, {size}"]) for size in sizes])
            for name, sizes in study.series.items()
        ],
    )


def panel_of(growth: Growth) -> Panel:
    return Panel(growth.study.title, growth.study.x, "raw RSA verifications", growth.lines)


def _image(found: Sequence[Growth]) -> str:
    """The plot, with what it shows for those who do not see it."""
    shown = "; ".join(
        f"{growth.study.title}: " + ", ".join(f"{line.name} {_words(order)}" for line, order in growth.with_orders())
        for growth in found
    )
    return f"![Growth, one panel each. {shown}.](images/benchmarks/{PLOT.name})"


def _study_text(growth: Growth) -> str:
    sizes = sorted({point.size for line in growth.lines for point in line.points})
    head = (growth.study.x, *(f"{size:,.0f}" for size in sizes), "order")
    rows = [(line.name, *_cells(line, sizes), _words(order)) for line, order in growth.with_orders()]
    return f"### {growth.study.title}\n\n{growth.study.about}\n\n{table(head, rows)}"


def _cells(line: Line, sizes: Sequence[float]) -> list[str]:
    medians = {point.size: point.median for point in line.points}
    return [f"{medians[size]:,.{_decimals(medians[size])}f}" if size in medians else "" for size in sizes]


def _decimals(value: float) -> int:
    """Three digits that count, no more."""
    return max(0, 2 - math.floor(math.log10(value)))


def _words(order: Order) -> str:
    if order.exponent == 0:
        return "none"
    worse = "**worse than linear**, " if order.is_worse_than_linear else ""
    return f"{worse}n^{order.exponent:.3g}"
