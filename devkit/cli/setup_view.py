"""A setup on a screen: what there is, what will be made, and what comes after."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.setup.plan import NO_LICENCE, Plan
from devkit.setup.steps import State
from devkit.setup.written import Files

STYLES = {
    State.THERE: "dim",
    State.CREATE: "green",
    State.CHANGE: "yellow",
    State.INCLUDED: "green",
    State.KEPT: "bold red",
}

WHEN_KEPT = "okta-gateway doctor says whether it will do; if not, change it in the admin console."


def show_plan(console: Console, planned: Plan, files: Files, differing: Sequence[str]) -> None:
    """Write every step with what will be done for it, and which lines of the files change."""
    if not planned.has_server:
        console.print(NO_LICENCE)
    table = Table.grid(padding=(0, 2, 0, 0))
    for step, look in planned.steps:
        note = f"{step.title} ({look.note})" if look.note else step.title
        table.add_row(Text(look.state.value, style=STYLES[look.state]), Text(printable(note)))
    console.print(table)
    console.print(f"\n{len(planned.to_do)} to do at Okta. Settings go to {files.env} and {files.tfvars}.")
    for line in differing:
        console.print(Text(f"Replaces {line}.", style="yellow"))


def show_done(console: Console, planned: Plan, files: Files, following: Sequence[str]) -> None:
    """Write what was done, and what comes next."""
    made = len(planned.to_do)
    console.print(
        Text(f"Okta is set up: {made} made or changed." if made else "Okta is set up already.", style="green")
    )
    for step, look in planned.steps:
        if look.state is State.KEPT:
            console.print(
                Text(printable(f"{step.title}: {look.note}; it was left alone: {WHEN_KEPT}"), style="bold red")
            )
    console.print(f"The settings are in {files.env} and {files.tfvars}, with secrets, for your eyes only.")
    console.print("\nWhat comes next:")
    for number, text in enumerate(following, 1):
        console.print(Text(printable(f"{number}. {text}")))
