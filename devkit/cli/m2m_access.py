"""The way to the machine clients: this machine's own store, or with a token the IAM API."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from devkit.cli.answers import CannotCheck
from devkit.cli.m2m_clients import MachineClients
from devkit.cli.options import SettingsSource
from devkit.cli.rules_sources import rules_in_force
from devkit.cli.settings import open_database, read_config, read_settings, settings_with_store
from devkit.explain import authorization_of
from okta_gateway.access.rules import fixed_rules
from okta_gateway.apigateway.events import parse_bearer
from okta_gateway.errors import TokenRefused
from okta_gateway.setting_values import parse_gateway_url

STDIN = Path("-")


@dataclass(frozen=True)
class Access:
    """What the options in front of a command say: where settings come from, and how the IAM API is reached if it is."""

    source: SettingsSource
    token_file: Path | None = None
    gateway_url: str = ""

    @property
    def takes_standard_input(self) -> bool:
        """Whether the token comes from standard input, so that nobody can be asked there."""
        return self.token_file == STDIN


def access_of(context: typer.Context) -> Access:
    """The access that the group's callback has noted."""
    access = context.obj
    assert isinstance(access, Access)  # noqa: S101 the callback in m2m_commands.py puts it there
    return access


@contextmanager
def machine_clients(access: Access) -> Iterator[MachineClients]:
    """The clients, for as long as the block runs. Raises CannotCheck, ConfigProblem and a CheckFailed."""
    if access.token_file is None:
        with _of_the_store(access.source) as clients:
            yield clients
        return
    from devkit.cli.m2m_api import ClientsOfApi

    yield ClientsOfApi(_gateway_url(access), _token(access.token_file))


@contextmanager
def _of_the_store(source: SettingsSource) -> Iterator[MachineClients]:
    from devkit.cli.m2m_store import VIA_API, ClientsOfStore
    from okta_gateway.store.m2m_registry import M2MRegistry

    if source.environment or read_config(source).get("DOCUMENTDB_URI"):
        raise CannotCheck(f"The document store is not this machine's own, and its changes need an audit log: {VIA_API}")
    with settings_with_store(source) as settings, open_database(settings) as database:
        rules = fixed_rules(rules_in_force(settings, database)[1])
        yield ClientsOfStore(M2MRegistry(database), rules)


def _gateway_url(access: Access) -> str:
    url = access.gateway_url or read_settings(access.source).get("GATEWAY_URL", "")
    if not url:
        raise CannotCheck("Where is the IAM API? Set GATEWAY_URL, or give --gateway-url.")
    try:
        return parse_gateway_url(url)
    except ValueError as error:
        raise CannotCheck(f"GATEWAY_URL: {error}.") from None


def _token(file: Path) -> str:
    """The token, written as `okta-gateway token` writes it or with `Bearer` in front. Nothing quotes it."""
    try:
        text = sys.stdin.read() if file == STDIN else file.read_text(encoding="utf-8")
        token = parse_bearer(authorization_of(text)) if text.strip() else ""
    except OSError as error:
        raise CannotCheck(f"{file} cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, TokenRefused):
        token = ""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CannotCheck("There is no token: give one as okta-gateway token prints it, with --token-file FILE or -.")
    return token
