"""The authorization request (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core 3.1.2.1) with Okta's refusals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.oauth_request import form_pairs, parse_pairs
from devkit.okta_standin.org import Org
from devkit.okta_standin.pages import PageRefusal
from devkit.okta_standin.scope_rules import AUTHORIZATION_CODE, requested_scopes, require_user_scopes
from devkit.okta_standin.servers import AuthorizationServer

RESPONSE_MODES = ("query", "fragment", "form_post")
"""Okta's, without its own okta_post_message."""
PROMPTS = frozenset({"none", "login", "consent"})
_CHALLENGE = re.compile("[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where and how the answer goes, known before anything else of the request is."""

    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid request for an authorization code."""

    server: AuthorizationServer
    app: App
    address: ReturnAddress
    scopes: tuple[str, ...]
    nonce: str | None = field(repr=False)
    code_challenge: str | None = field(repr=False)
    prompts: frozenset[str]
    max_age: int | None
    login_hint: str
    query: str = field(repr=False)
    """All parameters once more, for the forms of our pages."""

    def allows(self, auth_time: int, now: float) -> bool:
        """Whether a sign-in at `auth_time` is recent enough (OpenID Connect Core: `max_age=0` asks for a new one)."""
        if "login" in self.prompts:
            return False
        return self.max_age is None or (self.max_age > 0 and now - auth_time <= self.max_age)


async def posted_or_queried(request: Request) -> dict[str, str]:
    """The parameters of an authorization or logout request: of the query, or of the form of a POST."""
    return _once(await form_pairs(request) if request.method == "POST" else parse_pairs(request.url.query))


def queried(request: Request) -> dict[str, str]:
    """The parameters in the query, whatever the method."""
    return _once(parse_pairs(request.url.query))


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    if len(parameters := dict(pairs)) != len(pairs):
        raise PageRefusal("invalid_request", "A parameter must not be included more than once.")
    return parameters


def known_app(parameters: Mapping[str, str], org: Org) -> App:
    """The app that asks. Raises PageRefusal when there is none."""
    app = org.active_app(parameters.get("client_id", ""))
    if app is None:
        raise PageRefusal("invalid_client", "Invalid value for 'client_id' parameter.")
    return app


def return_address(parameters: Mapping[str, str], app: App) -> ReturnAddress:
    """Where the answer goes. Raises PageRefusal when the app does not have this redirect URI."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri not in app.redirect_uris:
        description = "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."
        raise PageRefusal("invalid_request", description)
    mode = parameters.get("response_mode", "")
    return ReturnAddress(redirect_uri, mode if mode in RESPONSE_MODES else "query", parameters.get("state") or None)


def authorization_request(
    parameters: Mapping[str, str], server: AuthorizationServer, app: App, address: ReturnAddress
) -> AuthorizationRequest:
    """The request, checked. Raises OAuthRefusal, which goes to `address`."""
    if address.state is None:
        raise _invalid("state")
    _require_code_flow(parameters, app)
    return AuthorizationRequest(
        server=server,
        app=app,
        address=address,
        scopes=require_user_scopes(requested_scopes(parameters, server), server),
        nonce=parameters.get("nonce") or None,
        code_challenge=_code_challenge(parameters, app),
        prompts=_prompts(parameters.get("prompt", "")),
        max_age=_max_age(parameters.get("max_age")),
        login_hint=parameters.get("login_hint", ""),
        query=urlencode(parameters),
    )


def _invalid(name: str) -> OAuthRefusal:
    # Okta's text for a missing state (issues of next-auth, centreon, fastapi-sso); we use it for the others too.
    return OAuthRefusal(400, "invalid_request", f"The authentication request has an invalid '{name}' parameter.")


def _require_code_flow(parameters: Mapping[str, str], app: App) -> None:
    if "response_type" not in parameters:
        raise _invalid("response_type")
    if parameters["response_type"] != "code":
        description = "The response type contained in the request isn't supported."
        raise OAuthRefusal(400, "unsupported_response_type", description)
    if parameters.get("response_mode", "query") not in RESPONSE_MODES:
        description = (
            "The response mode isn't supported by the authorization server. "
            "Valid response modes: [`query`, `fragment`, `form_post`, `okta_post_message`]."
        )
        raise OAuthRefusal(400, "unsupported_response_mode", description)
    if AUTHORIZATION_CODE not in app.grant_types:
        description = "The client is not authorized to use the provided grant type."
        raise OAuthRefusal(400, "unauthorized_client", description)


def _code_challenge(parameters: Mapping[str, str], app: App) -> str | None:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None and method is None:
        if app.pkce_required:
            description = "PKCE code challenge is required by the application."
            raise OAuthRefusal(400, "invalid_request", description)
        return None
    if method != "S256":
        raise _invalid("code_challenge_method")
    if challenge is None or not _CHALLENGE.fullmatch(challenge):
        raise _invalid("code_challenge")
    return challenge


def _prompts(prompt: str) -> frozenset[str]:
    prompts = frozenset(prompt.split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise _invalid("prompt")
    return prompts


def _max_age(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise _invalid("max_age")
    return int(value)
