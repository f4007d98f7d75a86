"""The parts of the benchmarks in the order of docs/benchmarks.md; a part is imported only when it runs."""

from collections.abc import Sequence
from importlib import import_module

from rich.console import Console

from bench.section import Section

PARTS = {
    "verification": "bench.verification",
    "decision": "bench.decision",
    "sandboxes": "bench.sandboxes",
    "growth": "bench.growth",
    "storm": "bench.storm",
    "load": "bench.load",
}
"""Name and module."""


class PartUnknown(Exception):
    """Somebody asked for a part that there is not; the message names those there are."""


def wanted_parts(names: Sequence[str]) -> list[str]:
    """The named parts in the fixed order, all of them for no names. Raises PartUnknown."""
    if unknown := sorted(set(names) - set(PARTS)):
        raise PartUnknown(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return [name for name in PARTS if name in names or not names]


def run_part(name: str, console: Console) -> Section:
    """Measure it; takes minutes."""
    section: Section = import_module(PARTS[name]).run(console)
    return section
