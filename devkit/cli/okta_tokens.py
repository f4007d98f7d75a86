"""Ask Okta's token endpoint for a machine's access token (RFC 6749, section 4.4), and say what its refusals mean."""

from typing import Any, NamedTuple

import httpx

from devkit.cli.answers import CannotCheck, ProblemFound, printable
from okta_gateway.tokens.issuer import AuthorizationServer

TIMEOUT_SECONDS = 10.0
MAX_DESCRIPTION_LENGTH = 300

HINTS = {
    "invalid_client": "Check the client's id and secret; the application must be active and use a client secret.",
    "invalid_scope": "Create the scope on this authorization server (Okta admin console, Security > API > "
    "Authorization Servers > Scopes), or name another one in OKTA_M2M_SCOPE. Okta refuses openid to machines.",
    "access_denied": "No rule of the authorization server's access policy lets this client have this: add one with the "
    "grant type Client Credentials and the scope (Access Policies).",
    "unauthorized_client": "Tick the grant type for the application (Applications, General).",
    "invalid_grant": "The code was used already or came too late, or the redirect URI is not the registered one.",
}
"""By RFC 6749's error code (section 5.2); the causes are those that Okta's articles name for each."""


class Client(NamedTuple):
    """A confidential client and its secret."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Client({self.client_id!r}, ...)"


class IssuedToken(NamedTuple):
    """An access token; `expires_in` in seconds, `scope` as Okta says it."""

    access_token: str
    expires_in: float
    scope: str

    def __repr__(self) -> str:
        return "IssuedToken(...)"


def machine_token(server: AuthorizationServer, client: Client, scope: str) -> IssuedToken:
    """A token by client credentials. Raises ProblemFound for Okta's no, and CannotCheck when there is no answer."""
    form = {"grant_type": "client_credentials", "scope": scope}
    try:
        credentials = httpx.BasicAuth(client.client_id, client.secret)
        answer = httpx.post(server.token_endpoint, data=form, auth=credentials, timeout=TIMEOUT_SECONDS)
        members = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        # Not chained: httpx's exception holds the request, and that holds the secret.
        raise CannotCheck(unreachable(server, type(error).__name__)) from None
    if not isinstance(members, dict):
        raise CannotCheck(unreachable(server, "its answer is no JSON object"))
    if answer.status_code != 200:
        raise _refusal(server, answer.status_code, members)
    return _issued(server, members)


def unreachable(server: AuthorizationServer, why: str) -> str:
    """What to tell when the server gives no usable answer."""
    local = ": start the local stack with make run" if server.issuer.startswith("http://") else ""
    return f"{server.token_endpoint} gave no usable answer ({why}){local or ': look at OKTA_DOMAIN and the network'}."


def refused(error: str, description: str) -> ProblemFound:
    """Okta's no, with what usually causes it. The description is Okta's own text."""
    hint = HINTS.get(error, "")
    said = f"Okta says {error}: {description}" if description else f"Okta says {error}."
    return ProblemFound(error, printable(f"{said[:MAX_DESCRIPTION_LENGTH]}\n{hint}".strip()))


def _refusal(server: AuthorizationServer, status: int, members: dict[str, Any]) -> Exception:
    error = members.get("error")
    if isinstance(error, str) and 400 <= status < 500 and status != 429:
        return refused(error, str(members.get("error_description") or ""))
    return CannotCheck(unreachable(server, f"status {status}"))


def _issued(server: AuthorizationServer, members: dict[str, Any]) -> IssuedToken:
    token, lifetime = members.get("access_token"), members.get("expires_in")
    if not isinstance(token, str) or not isinstance(lifetime, int | float):
        raise CannotCheck(unreachable(server, "no access_token or no expires_in in it"))
    return IssuedToken(token, float(lifetime), str(members.get("scope") or ""))
