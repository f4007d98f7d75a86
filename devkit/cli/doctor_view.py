"""An examination on a screen: every check in a line, then each finding with what it means and how to mend it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.doctor import Examined
from devkit.doctor.findings import Finding, Result

STYLES = {Result.OK: "green", Result.PROBLEM: "bold red", Result.NOT_CHECKED: "yellow", Result.SKIPPED: "dim"}


def show_examined(console: Console, examined: Sequence[Examined]) -> None:
    """Write the examination; readable at 80 columns and without colour."""
    console.print(_table(examined))
    # What was skipped comes first, so that what is to be mended stands at the end, above the last line.
    for finding, titles in sorted(_titles_by_finding(examined), key=lambda told: told[0].result is not Result.SKIPPED):
        if finding.result is Result.SKIPPED:
            _show_skipped(console, finding, titles)
        elif finding.fix:
            _show_finding(console, finding, titles)
    problems = sum(each.finding.result is Result.PROBLEM for each in examined)
    unknown = sum(each.finding.result is Result.NOT_CHECKED for each in examined)
    console.print()
    if problems:
        console.print(Text(f"{problems} {'problem' if problems == 1 else 'problems'} found.", style="bold red"))
    elif unknown:
        console.print(Text(f"No problem found, but {unknown} could not be checked.", style="yellow"))
    else:
        console.print(Text("No problem found.", style="bold green"))


def _table(examined: Sequence[Examined]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for check, finding in examined:
        if finding.result is not Result.SKIPPED:
            seen = Text(printable(finding.seen).partition("\n")[0])
            table.add_row(Text(finding.result.value, style=STYLES[finding.result]), check.title, seen)
    return table


def _titles_by_finding(examined: Iterable[Examined]) -> Iterable[tuple[Finding, list[str]]]:
    """Each finding once: the same is the matter with a whole row of checks where one thing is missing."""
    titles: dict[Finding, list[str]] = defaultdict(list)
    for check, finding in examined:
        titles[finding].append(check.title)
    return titles.items()


def _show_skipped(console: Console, finding: Finding, titles: list[str]) -> None:
    console.print()
    console.print(Text(printable(f"Skipped {finding.seen}: {', '.join(titles)}."), style=STYLES[Result.SKIPPED]))


def _show_finding(console: Console, finding: Finding, titles: list[str]) -> None:
    console.print()
    console.print(Text(f"{', '.join(titles)}: {finding.result.value}", style=STYLES[finding.result]))
    lines = (finding.seen, finding.meaning, f"What to do: {finding.fix}")
    for line in lines:
        if line:
            console.print(Padding(Text(printable(line)), (0, 0, 0, 2)))
