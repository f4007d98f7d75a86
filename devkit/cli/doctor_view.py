"""An examination on a screen: every check in a line, then each finding with what it means and how to mend it."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.doctor import Examined
from devkit.doctor.findings import Result

STYLES = {Result.OK: "green", Result.PROBLEM: "bold red", Result.NOT_CHECKED: "yellow", Result.SKIPPED: "dim"}


def show_examined(console: Console, examined: Sequence[Examined]) -> None:
    """Write the examination; readable at 80 columns and without colour."""
    console.print(_table(examined))
    for each in examined:
        if each.finding.fix:
            _show_finding(console, each)
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
        seen = Text(printable(finding.seen).partition("\n")[0], style="dim" if finding.result is Result.SKIPPED else "")
        table.add_row(Text(finding.result.value, style=STYLES[finding.result]), check.title, seen)
    return table


def _show_finding(console: Console, examined: Examined) -> None:
    check, finding = examined
    console.print()
    console.print(Text(f"{check.title}: {finding.result.value}", style=STYLES[finding.result]))
    lines = (finding.seen, finding.meaning, f"What to do: {finding.fix}")
    for line in lines:
        if line:
            console.print(Padding(Text(printable(line)), (0, 0, 0, 2)))
