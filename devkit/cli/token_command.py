"""`okta-gateway token`: an access token to try things with, alone on standard output."""

import os
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import httpx
import typer
from rich.console import Console

from devkit.cli.answers import OK, Answer, CannotCheck, error_console, respond, working
from devkit.cli.okta_tokens import Client, IssuedToken, machine_token, unreachable
from devkit.cli.options import Json, SettingsSource, source_of
from devkit.cli.settings import read_config, read_settings
from devkit.cli.user_sign_in import REQUESTED_SCOPES, SignIn, user_token
from devkit.stack.config import LaptopConfig
from devkit.stack.seeds import AGENT, WEB_APP
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_okta_domain
from okta_gateway.tokens.issuer import AuthorizationServer, authorization_server

STDOUT, STDERR = 1, 2
SIGN_IN_SECONDS = 300
CALLBACK_PORT = 8890
"""Okta compares redirect URIs to the letter, port included, so that a free one would not do."""

User = Annotated[bool, typer.Option("--user", help="Sign a person in with the browser, instead of a machine client.")]
Port = Annotated[int, typer.Option(help="With --user: http://127.0.0.1:PORT/callback is the redirect URI at Okta.")]


def token(
    context: typer.Context,
    user: User = False,  # noqa: FBT002 typer makes an option of it
    port: Port = CALLBACK_PORT,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Get an access token: of a machine client, or with --user of a person.

    It is alone on standard output: okta-gateway token | okta-gateway explain -
    """
    source = source_of(context)

    def answer() -> Answer:
        config, server = read_config(source), _server(source)
        issued = _user(config, server, port) if user else _machine(config, server)
        return Answer(OK, {**issued._asdict(), "kind": "user" if user else "machine"}, _alone(issued))

    respond(answer, as_json=as_json)


def _alone(issued: IssuedToken) -> Callable[[Console], None]:
    # Not through rich, which would break a long line where the screen ends.
    return lambda _console: print(issued.access_token)


def _server(source: SettingsSource) -> AuthorizationServer:
    settings = read_settings(source)
    server_id = settings.get("OKTA_AUTH_SERVER_ID")
    if not server_id:
        raise CannotCheck(
            "Without OKTA_AUTH_SERVER_ID the gateway accepts only tokens that it issues itself: sign in at "
            f"{settings.get('GATEWAY_URL', 'the gateway')}/oauth2/ and take the token of the page."
        )
    return authorization_server(_okta_url(settings), server_id)


def _okta_url(settings: Mapping[str, str]) -> str:
    try:
        return parse_okta_domain(settings.get("OKTA_DOMAIN", ""))
    except ValueError as error:
        raise CannotCheck(f"OKTA_DOMAIN: {error}.") from None


def _machine(config: LaptopConfig, server: AuthorizationServer) -> IssuedToken:
    scope = config.get("OKTA_M2M_SCOPE", DEFAULTS["OKTA_M2M_SCOPE"])
    with working(f"Asking {server.issuer} for a token ..."):
        return machine_token(server, _client(config, "OKTA_M2M_CLIENT", AGENT.client_id, AGENT.secret), scope)


def _user(config: LaptopConfig, server: AuthorizationServer, port: int) -> IssuedToken:
    client = _client(config, "OKTA_CLIENT", WEB_APP.client_id, WEB_APP.secret)
    prepare = _tell_redirect_uri if config.uses_real_okta else _registering(server, client)
    with working("Waiting for the browser ..."):
        scopes = config.get("OKTA_SCOPES", REQUESTED_SCOPES)
        return user_token(SignIn(server, client, scopes, port, _open_browser, prepare), SIGN_IN_SECONDS)


def _client(config: LaptopConfig, prefix: str, local_id: str, local_secret: str) -> Client:
    """The client of the settings; the machine's falls back to the web application, as DESIGN says."""
    if not config.uses_real_okta:
        return Client(local_id, local_secret)
    prefixes = dict.fromkeys((prefix, "OKTA_CLIENT"))
    client_id, secret = (
        next((value for name in prefixes if (value := config.get(f"{name}_{end}"))), "") for end in ("ID", "SECRET")
    )
    if not client_id or not secret:
        raise CannotCheck(f"No client to ask with: set {prefix}_ID and {prefix}_SECRET.")
    return Client(client_id, secret)


def _open_browser(address: str) -> None:
    screen = error_console()
    screen.print("Sign in with the browser. If none opens, go to:", style="bold")
    screen.print(address, soft_wrap=True)
    with _standard_output_kept():
        webbrowser.open(address)


@contextmanager
def _standard_output_kept() -> Iterator[None]:
    """A browser that is started here would hold the pipe open that somebody reads the token from."""
    kept = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    try:
        yield
    finally:
        os.dup2(kept, STDOUT)
        os.close(kept)


def _tell_redirect_uri(redirect_uri: str) -> None:
    error_console().print(f"The application needs the sign-in redirect URI {redirect_uri}")


def _registering(server: AuthorizationServer, client: Client) -> Callable[[str], None]:
    """Adds the redirect URI to the stand-in's application, as an administrator would."""
    origin = server.issuer.partition("/oauth2/")[0]

    def register(redirect_uri: str) -> None:
        body = {"redirect_uris": [redirect_uri]}
        try:
            httpx.post(f"{origin}/_standin/apps/{client.client_id}", json=body).raise_for_status()
        except httpx.HTTPError as error:
            raise CannotCheck(unreachable(server, type(error).__name__)) from None

    return register
