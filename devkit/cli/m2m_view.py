"""Machine clients on a screen."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from devkit.cli.answers import printable
from devkit.cli.m2m_clients import Members

FACTS = {
    "client_id": "client id",
    "name": "name",
    "description": "description",
    "groups": "groups",
    "enabled": "enabled",
    "provider": "provider",
    "okta_app_id": "application in Okta",
    "created_by": "created by",
    "created_at": "created",
    "updated_at": "changed",
    "client_secret": "client secret",
    "secret_id": "secret id",
    "retired": "retired secrets",
}


def show_clients(console: Console, clients: Sequence[Members]) -> None:
    """Write a line for each client."""
    if not clients:
        console.print("No machine client is registered: okta-gateway m2m add registers one.")
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for title in ("client id", "name", "groups", ""):
        table.add_column(title, overflow="fold")
    table.add_row(*(Text(title, style="bold") for title in ("client id", "name", "groups", "")))
    for client in clients:
        state = "" if client["enabled"] else "switched off"
        table.add_row(*_texts(client["client_id"], client["name"], ", ".join(client["groups"]) or "none", state))
    console.print(table)


def show_client(console: Console, done: str, members: Members) -> None:
    """Write what was done, the facts, and what to know about them."""
    if done:
        console.print(Text(printable(done), style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")
    for name, title in FACTS.items():
        if members.get(name) not in (None, ""):
            table.add_row(*_texts(title, _said(members[name])))
    console.print(table)
    for note in notes_of(members):
        console.print(Text(printable(note), style="yellow"))


def notes_of(members: Members) -> list[str]:
    """What a person has to know: the secret is shown once, when a change bites, and warnings."""
    notes = ["Keep the secret now: it is shown this once."] if members.get("client_secret") else []
    if members.get("note"):
        notes.append(members["note"])
    if effect := members.get("takes_effect"):
        seconds = effect.get("within_seconds")
        notes.append(f"Takes effect within {seconds} s. {effect['note']}" if seconds is not None else effect["note"])
    return [*notes, *members.get("warnings", ())]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _texts(*texts: str) -> Iterable[Text]:
    return (Text(printable(text)) for text in texts)
