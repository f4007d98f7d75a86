"""Lines to paste into another terminal, word for word, in bash or zsh: get a token, call the gateway with it."""

import shlex
import sys
from dataclasses import dataclass

from devkit.stack.config import LaptopConfig
from devkit.stack.seeds import ADMIN, PASSWORD, USER

_PASTE = "TOKEN=PASTE_IT_HERE"
_POST_JSON = "curl -sS -H 'Content-Type: application/json' -d"


@dataclass(frozen=True)
class Addresses:
    """Where the parts of a running stack are; `okta` is the stand-in or the real org, without a path."""

    gateway: str
    okta: str
    auth_server_id: str
    backend: str


@dataclass(frozen=True)
class Recipe:
    """What a few lines show, and the lines. They hold no remarks, since zsh would run `#` as a command."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """How a machine client shows who it is, as curl's `--user` argument, ready for a shell."""

    credentials: str
    scope: str


def recipes(addresses: Addresses, config: LaptopConfig) -> list[Recipe]:
    """The recipes for a stack. The stand-in mints users' tokens too; with a real org a person has to bring one."""
    if config.uses_org_server:
        return _org_server(addresses, config)
    if config.uses_real_okta:
        return _real_okta(addresses, config)
    return _stand_in(addresses, config)


def sign_in_lines(addresses: Addresses, config: LaptopConfig, *, runs: bool) -> list[str]:
    """How a person signs in; `runs` says whether the sign-in function does."""
    if not runs:
        return ["No sign-in: set OKTA_CLIENT_ID and OKTA_CLIENT_SECRET, the web application of your org."]
    page = f"{addresses.gateway}/oauth2/"
    if config.uses_real_okta:
        return [
            f"Sign in with a browser: {page}",
            f"  the application needs the sign-in redirect URI {addresses.gateway}/oauth2/callback/okta",
            f"  and the sign-out redirect URI {page}",
        ]
    return [f"Sign in with a browser: {page}", f"  as {USER} or {ADMIN}, password {PASSWORD}"]


def _stand_in(addresses: Addresses, config: LaptopConfig) -> list[Recipe]:
    scope = config.get("OKTA_M2M_SCOPE", "gateway.access")
    agent = Machine("0oa0987654321fedcba:local-agent-secret-not-for-production", scope)
    stranger = Machine("0oa5555555555unknown:local-unregistered-secret-not-for-production", scope)
    servers = f"{addresses.gateway}/api/servers"
    call = _call("GET", servers)
    return [
        Recipe("A user of public-mcp-users reads: 200", (_user_token(addresses, USER), call)),
        Recipe("An administrator writes: 201", (_user_token(addresses, ADMIN), _call("POST", servers))),
        Recipe(
            "A machine whose token has no groups gets them from the document store: 200, and 403 for writing",
            (_machine_token(addresses, agent), call, _call("POST", servers)),
        ),
        Recipe("A machine that nobody registered: 403", (_machine_token(addresses, stranger), call)),
        Recipe("A token that has expired: 401", (_user_token(addresses, USER, expires_in=-3600), call)),
    ]


def _real_okta(addresses: Addresses, config: LaptopConfig) -> list[Recipe]:
    # The secret stays in the file; the shell reads it there, so that no terminal shows it.
    environment = f"set -a; . {shlex.quote(str(config.source))}; set +a"
    scope = config.get("OKTA_M2M_SCOPE", "gateway.access")
    machine = Machine("${OKTA_M2M_CLIENT_ID:-$OKTA_CLIENT_ID}:${OKTA_M2M_CLIENT_SECRET:-$OKTA_CLIENT_SECRET}", scope)
    servers = f"{addresses.gateway}/api/servers"
    return [
        Recipe(
            "A machine of your org, its groups from the document store: 200 when it is registered there, else 403",
            (environment, _machine_token(addresses, machine), _call("GET", servers)),
        ),
        Recipe(
            "A user: paste an access token of your authorization server instead of PASTE_IT_HERE",
            (_PASTE, _call("GET", servers)),
        ),
        _no_token(addresses),
    ]


def _org_server(addresses: Addresses, config: LaptopConfig) -> list[Recipe]:
    call = _call("GET", f"{addresses.gateway}/api/servers")
    shown = [Recipe("A user: sign in, and paste the token of the page instead of PASTE_IT_HERE", (_PASTE, call))]
    if not config.uses_real_okta:
        body = shlex.quote(f'{{"user": "{USER}", "server": "org"}}')
        token = _token_from(f"{_POST_JSON} {body} {addresses.okta}/_standin/tokens", "token")
        shown.append(Recipe("An access token of the org server, which nobody but Okta can verify: 401", (token, call)))
    return [*shown, _no_token(addresses)]


def _no_token(addresses: Addresses) -> Recipe:
    return Recipe("No token at all: 401", (f"curl -i {addresses.gateway}/api/servers",))


def _user_token(addresses: Addresses, login: str, expires_in: int | None = None) -> str:
    lifetime = "" if expires_in is None else f', "expires_in": {expires_in}'
    body = shlex.quote(f'{{"user": "{login}"{lifetime}}}')
    request = f"{_POST_JSON} {body} {addresses.okta}/_standin/tokens"
    return _token_from(request, "token")


def _machine_token(addresses: Addresses, machine: Machine) -> str:
    request = (
        f'curl -sS -u "{machine.credentials}" -d grant_type=client_credentials -d scope={shlex.quote(machine.scope)}'
        f" {addresses.okta}/oauth2/{addresses.auth_server_id}/v1/token"
    )
    return _token_from(request, "access_token")


def _token_from(request: str, member: str) -> str:
    python = shlex.quote(sys.executable)
    return f"""TOKEN=$({request} | {python} -c 'import json, sys; print(json.load(sys.stdin)["{member}"])')"""


def _call(method: str, url: str) -> str:
    body = """ -H 'Content-Type: application/json' -d '{"name": "Search"}'""" if method == "POST" else ""
    return f'curl -i -w "\\n" -H "Authorization: Bearer $TOKEN"{body} {url}'
