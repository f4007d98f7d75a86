"""`okta-gateway scopes who-can`: which groups and which registered clients can call a route."""

from typing import Annotated

import typer

from devkit.cli.answers import OK, Answer, respond, working
from devkit.cli.asked_route import AskedRoute, parse_route
from devkit.cli.options import Json, source_of
from devkit.cli.rules_sources import rules_in_force
from devkit.cli.scopes_view import show_who_can
from devkit.cli.settings import Settings, has_store, open_database, settings_with_store
from devkit.cli.who_can import RouteHolders, WhoCan, all_clients
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_boolean
from okta_gateway.store.m2m_registry import M2MRegistry

Request = Annotated[str, typer.Argument(help='One request, such as "GET /api/servers".', show_default=False)]


def who_can(context: typer.Context, request: Request, as_json: Json = False) -> None:  # noqa: FBT002 typer's option
    """Say which groups and registered clients can call a route, and by which permission."""
    source = source_of(context)

    def answer() -> Answer:
        route = parse_route(request)
        with settings_with_store(source) as settings, working("Reading rules and clients ..."):
            found = _find(route, settings)
        return Answer(OK, _members(route, found), lambda screen: show_who_can(screen, route, found))

    respond(answer, as_json=as_json)


def _find(route: AskedRoute, settings: Settings) -> WhoCan:
    slash = parse_boolean(settings.get("ALLOW_ENCODED_SLASH") or DEFAULTS["ALLOW_ENCODED_SLASH"])
    if not has_store(settings):
        data, rules = rules_in_force(settings, None)
        return RouteHolders(route, rules, allow_encoded_slash=slash).among(data["groups"], ())
    with open_database(settings) as database:
        data, rules = rules_in_force(settings, database)
        holders = RouteHolders(route, rules, allow_encoded_slash=slash)
        return holders.among(data["groups"], all_clients(M2MRegistry(database)))


def _members(route: AskedRoute, found: WhoCan) -> dict[str, object]:
    groups = [
        {"name": group.name, "through": [through._asdict() for through in group.through]} for group in found.groups
    ]
    clients = [client._asdict() for client in found.clients]
    return {"route": str(route), "everybody": found.everybody, "groups": groups, "clients": clients}
