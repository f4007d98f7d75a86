"""`okta-gateway m2m`: machine clients and their groups, through the IAM API or straight in the local store."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from devkit.cli.answers import OK, Answer, CannotCheck, ProblemFound, respond
from devkit.cli.m2m_access import Access, access_of, machine_clients
from devkit.cli.m2m_clients import MachineClients, Members, NewClient, parse_client_id
from devkit.cli.m2m_view import show_client, show_clients
from devkit.cli.notes import kept_warnings
from devkit.cli.options import Json, Yes, source_of

m2m = typer.Typer(
    name="m2m",
    help="Machine clients and their groups: in this machine's own store, or with --token-file through the IAM API.\n\n"
    "okta-gateway token --user | okta-gateway m2m --token-file - list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

TokenFile = Annotated[
    Path | None,
    typer.Option(help="Go through the IAM API, with the administrator's token of this file; - is standard input."),
]
GatewayUrl = Annotated[str, typer.Option(help="Where the IAM API is.", show_default="GATEWAY_URL")]
ClientId = Annotated[str, typer.Argument(help="The client id, such as 0oa0987654321fedcba.", show_default=False)]
Name = Annotated[str | None, typer.Argument(help="The client's name.", show_default=False)]
Known = Annotated[
    str | None, typer.Option("--client-id", help="Register this client, which exists in Okta, instead of making one.")
]
Groups = Annotated[list[str] | None, typer.Option("--group", "-g", help="A group of the client; may be repeated.")]
Description = Annotated[str | None, typer.Option(help="What the client is for.")]
Now = Annotated[bool, typer.Option("--now", help="End the old secret at once, instead of with --finish.")]
Finish = Annotated[bool, typer.Option("--finish", help="Make no secret; retire all but the newest.")]


@m2m.callback()
def access(context: typer.Context, token_file: TokenFile = None, gateway_url: GatewayUrl = "") -> None:
    """Note the way to the clients."""
    context.obj = Access(source_of(context), token_file, gateway_url)


@m2m.command()
def add(
    context: typer.Context,
    name: Name = None,
    client_id: Known = None,
    groups: Groups = None,
    description: Description = None,
    as_json: Json = False,  # noqa: FBT002 typer makes an option of it
) -> None:
    """Make a client in Okta, or with --client-id register one that is there. A secret is shown once."""

    def work(clients: MachineClients) -> Answer:
        if name is None and client_id is None:
            raise CannotCheck("What is the client called? Give its name, or --client-id of one that exists in Okta.")
        known = None if client_id is None else parse_client_id(client_id)
        return _done("Added.", clients.add(NewClient(name, known, tuple(groups or ()), description)))

    _respond(context, work, as_json=as_json)


@m2m.command("list")
def list_clients(context: typer.Context, as_json: Json = False) -> None:  # noqa: FBT002
    """List the clients and their groups."""

    def work(clients: MachineClients) -> Answer:
        found = clients.all()
        return Answer(OK, {"clients": found}, lambda screen: show_clients(screen, found))

    _respond(context, work, as_json=as_json)


@m2m.command()
def show(context: typer.Context, client_id: ClientId, as_json: Json = False) -> None:  # noqa: FBT002
    """Show one client."""
    _respond(context, lambda clients: _done("", clients.show(parse_client_id(client_id))), as_json=as_json)


@m2m.command()
def remove(context: typer.Context, client_id: ClientId, yes: Yes = False, as_json: Json = False) -> None:  # noqa: FBT002
    """Remove a client; through the IAM API also its application, where Okta made it for us."""

    def work(clients: MachineClients) -> Answer:
        client = clients.show(parse_client_id(client_id))
        if not yes:
            _agree(context, f"Remove {client['name']} ({client_id})?", as_json=as_json)
        return _done("Removed.", clients.remove(client_id))

    _respond(context, work, as_json=as_json)


@m2m.command()
def rotate(
    context: typer.Context,
    client_id: ClientId,
    now: Now = False,  # noqa: FBT002
    finish: Finish = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Give a client a new secret, shown once; the old one works until --finish."""

    def work(clients: MachineClients) -> Answer:
        if now and finish:
            raise CannotCheck("--now makes a secret and --finish makes none: choose one of them.")
        if finish:
            return _done("The newest secret is the only one.", clients.finish_rotation(parse_client_id(client_id)))
        return _done("Rotated.", clients.rotate(parse_client_id(client_id), "now" if now else "later"))

    _respond(context, work, as_json=as_json)


def _respond(context: typer.Context, work: Callable[[MachineClients], Answer], *, as_json: bool) -> None:
    def answer() -> Answer:
        with kept_warnings(), machine_clients(access_of(context)) as clients:
            return work(clients)

    respond(answer, as_json=as_json)


def _done(done: str, members: Members) -> Answer:
    return Answer(OK, members, lambda screen: show_client(screen, done, members))


def _agree(context: typer.Context, question: str, *, as_json: bool) -> None:
    """Go on when that is wanted. Raises CannotCheck where nobody can be asked, and ProblemFound for a no."""
    if as_json or access_of(context).takes_standard_input:
        raise CannotCheck("Nobody can be asked here whether that is meant: add --yes.")
    if not typer.confirm(question, err=True):
        raise ProblemFound("not_wanted", "Nothing was changed.")
