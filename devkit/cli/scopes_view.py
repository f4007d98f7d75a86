"""Access rules on a screen: what is wrong with them, what is different, who can do what."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.cli.asked_route import AskedRoute
from devkit.cli.rules_check import CheckedRules
from devkit.cli.rules_difference import Change
from devkit.cli.who_can import WhoCan

KINDS = {"groups": "group", "permissions": "scope"}


def show_check(console: Console, checked: CheckedRules, notes: Sequence[str]) -> None:
    """Write what is wrong, and what to look at."""
    for problem in checked.problems:
        console.print(Text(printable(problem), style="bold red"))
    for note in notes:
        console.print(Text(printable(f"note: {note}"), style="yellow"))
    if not checked.problems:
        counts = f"{checked.groups} groups, {checked.scopes} scopes"
        console.print(Text(f"{near(checked.file)}: {counts}, no problem found."))


def near(file: Path) -> str:
    """The file as a person would call it from here."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def show_changes(console: Console, file: Path, changes: Sequence[Change]) -> None:
    """Write a difference entry by entry: `-` is in the file only, `+` in the store only."""
    if not changes:
        console.print(f"{near(file)} and the document store have the same access rules.")
        return
    console.print(f"- is in {near(file)}, + is in the document store:")
    for change in changes:
        console.print(Text(f"\n{KINDS[change.kind]} {printable(change.name)}", style="bold"))
        for mark, style, text in _lines(change):
            console.print(Text(f"  {mark} {printable(text)}", style=style))


def show_who_can(console: Console, route: AskedRoute, found: WhoCan) -> None:
    """Write who can call the route, and through what."""
    if found.everybody:
        console.print(f"{route} is open to everybody with a good token.")
    elif not found.groups:
        console.print(f"Nobody can call {route}: no group has a scope whose permissions open it.")
    if found.groups and not found.everybody:
        console.print(Text(f"Groups that can call {route}", style="bold"))
        console.print(_groups(found))
    if found.clients and not found.everybody:
        console.print(Text("\nRegistered clients that can, through their groups", style="bold"))
        console.print(_clients(found))


def _lines(change: Change) -> list[tuple[str, str, str]]:
    mine, theirs = change.in_file, change.in_store
    if mine is None or theirs is None:
        mark, style = ("+", "green") if mine is None else ("-", "red")
        return [(mark, style, text) for text in (theirs or mine or ("(empty)",))]
    return [("-", "red", text) for text in mine if text not in theirs] + [
        ("+", "green", text) for text in theirs if text not in mine
    ]


def _groups(found: WhoCan) -> Table:
    table = _grid(3)
    for group in found.groups:
        for number, through in enumerate(group.through):
            cells = ("" if number else group.name, through.scope, ", ".join(through.permissions))
            table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _clients(found: WhoCan) -> Table:
    table = _grid(3)
    for client in found.clients:
        state = "" if client.enabled else " (switched off: cannot)"
        cells = (client.client_id, f"{client.name}{state}", ", ".join(client.groups))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _grid(columns: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 2))
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table
