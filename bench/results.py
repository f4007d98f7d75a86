"""From what rounds measured to ratios with their spread, and to what a table says of them."""

from collections.abc import Sequence

from bench.interleaved import Spread, spread


def ratio(values: Sequence[float], floors: Sequence[float]) -> Spread:
    """How many times `floors` the values are, round by round: median, and 10 % and 90 % quantiles of all rounds."""
    return spread([value / floor for value, floor in zip(values, floors, strict=True)])


def shown(measured: Spread) -> str:
    """As `1.52 (1.44 to 1.66)`: the median, then the 10 % and the 90 % quantile."""
    return f"{measured.median:.2f} ({measured.low:.2f} to {measured.high:.2f})"


def verdict(measured: Spread, limit: float | None) -> str:
    """The wanted limit beside what was measured; empty where nothing is wanted."""
    if limit is None:
        return ""
    return f"<= {limit}" if measured.median <= limit else f"<= {limit}, **missed**"
