"""Sign a person in from the command line: authorization code with PKCE, the answer on loopback (RFC 8252)."""

import hmac
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from devkit.cli.answers import CannotCheck, ProblemFound
from devkit.cli.loopback import Parameters, callback
from devkit.cli.okta_tokens import Client, IssuedToken, refused
from okta_gateway.login.authorization_request import code_challenge
from okta_gateway.login.cookies import new_secret
from okta_gateway.login.errors import IdTokenInvalid
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.okta.errors import OktaRefused
from okta_gateway.okta.oauth import OktaOAuth, TokenAnswer
from okta_gateway.tokens.issuer import AuthorizationServer
from okta_gateway.tokens.key_cache import KeyCache

REQUESTED_SCOPES = "openid profile email"
"""No offline_access: the token is for one look, and a refresh token would stay behind."""


class Attempt(NamedTuple):
    """The secrets of one attempt to sign in, each random."""

    state: str
    nonce: str
    code_verifier: str

    def __repr__(self) -> str:
        return "Attempt(...)"


class SignIn(NamedTuple):
    """Who signs in where; `port` 0 stands for a free one. `prepare` gets the redirect URI before the browser opens."""

    server: AuthorizationServer
    client: Client
    scopes: str
    port: int
    open_browser: Callable[[str], object]
    prepare: Callable[[str], object]


def user_token(sign_in: SignIn, seconds: float) -> IssuedToken:
    """The access token of the person who signs in within so many seconds.

    Raises ProblemFound when Okta refuses or the answer is not for this attempt, CannotCheck when nobody comes, and
    PortTaken, OktaUnavailable or KeysUnavailable.
    """
    attempt = Attempt(new_secret(), new_secret(), new_secret())
    with callback(sign_in.port) as waiting:
        sign_in.prepare(waiting.redirect_uri)
        sign_in.open_browser(authorization_address(sign_in, attempt, waiting.redirect_uri))
        code = code_of(waiting.wait(seconds), sign_in.server, attempt)
        answer = _redeem(sign_in, attempt, code, waiting.redirect_uri)
    _verify_id_token(sign_in, attempt, answer)
    return IssuedToken(answer.access_token, answer.expires_in, answer.scope or sign_in.scopes)


def authorization_address(sign_in: SignIn, attempt: Attempt, redirect_uri: str) -> str:
    """The authorization request (RFC 6749, section 4.1.1; RFC 7636, section 4.3)."""
    parameters = {
        "client_id": sign_in.client.client_id,
        "response_type": "code",
        "scope": sign_in.scopes,
        "redirect_uri": redirect_uri,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": code_challenge(attempt.code_verifier),
        "code_challenge_method": "S256",
    }
    return f"{sign_in.server.authorization_endpoint}?{urlencode(parameters)}"


def code_of(parameters: Parameters, server: AuthorizationServer, attempt: Attempt) -> str:
    """The code of an answer to this attempt (RFC 6749, section 4.1.2; RFC 9207). Raises ProblemFound."""
    if any(len(values) != 1 for values in parameters.values()):
        raise ProblemFound("parameter_invalid", "The answer has a parameter twice: run the command again.")
    answer = {name: values[0] for name, values in parameters.items()}
    if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise ProblemFound(
            "state_unknown", "The answer's state is not the one of this attempt: another page answered. Run it again."
        )
    if answer.get("iss", server.issuer) != server.issuer:
        raise ProblemFound("issuer_mixed_up", f"The answer is another server's than {server.issuer}.")
    if "error" in answer:
        raise refused(answer["error"], answer.get("error_description", ""))
    if not answer.get("code"):
        raise ProblemFound("parameter_invalid", "The answer has neither a code nor an error.")
    return answer["code"]


def _redeem(sign_in: SignIn, attempt: Attempt, code: str, redirect_uri: str) -> TokenAnswer:
    okta = OktaOAuth(sign_in.server, *sign_in.client)
    try:
        return okta.exchange_code(code, attempt.code_verifier, redirect_uri)
    except OktaRefused as error:
        raise refused(error.error, error.description) from None


def _verify_id_token(sign_in: SignIn, attempt: Attempt, answer: TokenAnswer) -> None:
    """The nonce ties the tokens to this attempt (OpenID Connect Core, section 3.1.3.7)."""
    if answer.id_token is None:
        raise CannotCheck("Okta's answer has no ID token: openid must be among OKTA_SCOPES.")
    server, client = sign_in.server, sign_in.client
    verifier = IdTokenVerifier(server, client.client_id, KeyCache(server.jwks_uri).get, clock=time.time)
    try:
        verifier.verify_first(answer.id_token, nonce=attempt.nonce, access_token=answer.access_token)
    except IdTokenInvalid as error:
        raise ProblemFound(error.code, f"The ID token is not one of this sign-in: {error.detail}.") from None
