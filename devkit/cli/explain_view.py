"""An explanation on a screen: the verdict first, then the path to it, then what it opens."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.cli.asked_route import AskedRoute
from devkit.explain import Explanation, Outcome, Verdict

MARKS = {
    Outcome.PASSED: ("pass", "green"),
    Outcome.FAILED: ("FAIL", "bold red"),
    Outcome.ALSO_FAILED: ("fail", "red"),
    Outcome.NOT_REACHED: ("-", "dim"),
}
SOURCES = {"token": "from the token", "documentdb": "from idp_m2m_clients", "none": "none found"}
HEADLINES = {
    "allowed": ("Allowed.", "bold green"),
    "no_rights": ("A good token without rights: 403 for every route but whoami.", "bold red"),
    "refused": ("Refused: 401.", "bold red"),
    "failed": ("Could not be checked: 500. The token may be good.", "bold red"),
}


class Asked(NamedTuple):
    """A route that was asked about, and whether it passes; None for what was not asked or not decided."""

    route: AskedRoute | None = None
    is_open: bool | None = None


def show_explanation(console: Console, explanation: Explanation, asked: Asked, notes: Sequence[str]) -> None:
    """Write the explanation; readable at 80 columns and without colour."""
    _show_verdict(console, explanation.verdict)
    if asked.route and asked.is_open is not None:
        passes = "passes" if asked.is_open else "is a 403: the policy does not open it"
        console.print(Text(f"{asked.route} {passes}.", style="bold green" if asked.is_open else "bold red"))
    _section(console, "Checks", _checks(explanation))
    if explanation.principal:
        _section(console, "Who", _who(explanation))
    if explanation.policy is not None:
        source = SOURCES.get(explanation.groups_source, explanation.groups_source)
        _section(console, f"Groups, {source}", _groups(explanation))
        _section(console, "Routes", _routes(explanation))
        _section(console, "Policy", _policy(explanation))
    if notes:
        _section(console, "Notes", _rows((note,) for note in notes))


def _show_verdict(console: Console, verdict: Verdict) -> None:
    headline, style = HEADLINES[verdict.outcome]
    console.print(Text(headline, style=style))
    if verdict.code:
        console.print(Text(f"{verdict.code}: {printable(verdict.detail)}"))
        console.print(Text(f"What to do: {verdict.advice}"))


def _section(console: Console, title: str, table: Table) -> None:
    if table.row_count:
        console.print()
        console.print(Text(title, style="bold"))
        console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _rows(rows: Iterable[Sequence[str | Text]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        while len(table.columns) < len(row):
            table.add_column(overflow="fold")
        table.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    return table


def _checks(explanation: Explanation) -> Table:
    def cells(outcome: Outcome, title: str, code: str, detail: str) -> tuple[Text, str, str]:
        mark, style = MARKS[outcome]
        return Text(mark, style=style), title, ": ".join(part for part in (code, detail) if part)

    return _rows(cells(step.outcome, step.title, step.code, step.detail) for step in explanation.steps)


def _who(explanation: Explanation) -> Table:
    principal = explanation.principal
    assert principal  # noqa: S101 the caller asks first
    facts = (
        ("kind", "a machine client" if principal.kind == "m2m" else "a user"),
        ("id", principal.id),
        ("name", principal.username or ""),
        ("client", principal.client_id or ""),
        ("issuer", principal.issuer),
    )
    return _rows((name, value) for name, value in facts if value)


def _groups(explanation: Explanation) -> Table:
    def brought(scopes: Sequence[str], *, known: bool) -> str:
        if not known:
            return "unknown to the access rules, brings nothing"
        return ", ".join(scopes) or "no scopes"

    return _rows((group.name, brought(group.scopes, known=group.known)) for group in explanation.groups)


def _routes(explanation: Explanation) -> Table:
    return _rows(
        (route.route, f"by {', '.join(route.scopes)}" if route.scopes else "open to everybody with a good token")
        for route in explanation.routes
    )


def _policy(explanation: Explanation) -> Table:
    """What it says without the ARN that stands in front of everything in it; --json has it to the letter."""
    statements = (explanation.policy or {})["Statement"]
    return _rows((statement["Effect"], _resources(statement)) for statement in statements)


def _resources(statement: Mapping[str, Any]) -> str:
    resources = [resource.split("/", 2)[2] for resource in statement["Resource"]]
    if statement["Effect"] == "Allow":
        return ", ".join(resources)
    return f"{len(resources)} patterns of paths that a backend may take for other paths, such as {resources[0]}"
