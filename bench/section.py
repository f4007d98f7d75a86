"""What one part of the benchmarks reports."""

from typing import NamedTuple


class Section(NamedTuple):
    """Markdown below a heading of docs/benchmarks.md; plots are files in docs/images/benchmarks, linked from it."""

    title: str
    text: str
