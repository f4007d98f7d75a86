"""`make bench`: measure all parts, or those named, and write them into docs/benchmarks.md."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bench.environment import BENCH
from bench.machine import machine
from bench.parts import PARTS, PartUnknown, run_part, wanted_parts
from bench.report import Report
from devkit.locked_environment import EnvironmentFailed

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(arguments: Sequence[str]) -> int:
    """Run the parts and return the exit status; the page is written after each, so that nothing measured is lost."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"one of {', '.join(PARTS)}; without a name all of them")
    console = Console()
    try:
        parts = wanted_parts(parser.parse_args(arguments).part)
        with console.status("The peers' environment in .local/bench (once, it takes a minute) ..."):
            made = BENCH.make()
    except (PartUnknown, EnvironmentFailed) as error:
        print(error, file=sys.stderr)
        return 2
    console.print(f"The peers' environment {made}.")
    for number, part in enumerate(parts, 1):
        console.rule(f"{part}, {number} of {len(parts)}")
        _measure(part, console)
    return 0


def _measure(part: str, console: Console) -> None:
    measured = machine(datetime.now(UTC))
    started = time.monotonic()
    section = run_part(part, console)
    page = Report.parse(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    PAGE.write_text(page.with_section(part, section, measured).text(), encoding="utf-8")
    console.print(Markdown(section.text))
    console.print(f"{part}: {time.monotonic() - started:.0f} s, written to docs/{PAGE.name}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
