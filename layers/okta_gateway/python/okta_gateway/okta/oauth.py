"""Okta's token and revocation endpoints, as the web application that people sign in to.

Two outcomes besides success, never mixed up: Okta says no (OktaRefused), or nobody can tell (OktaUnavailable).
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx

from okta_gateway.errors import TokenMalformed
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.http import Answer, AnswerUnfit, Limits, bounded_answer, holds, http_client, reason
from okta_gateway.tokens.issuer import AuthorizationServer
from okta_gateway.tokens.jws import JsonObject, parse_json_object

READ_SECONDS = 5.0
"""Until the next byte; also for writing."""
TOTAL_SECONDS = 8.0
"""From the request to the end of the answer's body."""
MAX_ANSWER_BYTES = 256 * 1024
MAX_ERROR_LENGTH = 100
MAX_DESCRIPTION_LENGTH = 300
MAX_EXPIRES_IN = 365 * 24 * 3600

_ERROR_TEXT = r"[\x20-\x21\x23-\x5B\x5D-\x7E]"
"""The characters of `error` and `error_description` (RFC 6749, section 5.2)."""
_ERROR = re.compile(f"{_ERROR_TEXT}{{1,{MAX_ERROR_LENGTH}}}")
_NOT_DESCRIPTION = re.compile(_ERROR_TEXT.replace("[", "[^", 1))
_TOKEN = re.compile(r"[\x20-\x7E]+")
"""RFC 6749, appendices A.12 and A.17."""
_API_ERROR = re.compile(r"E\d{7}", re.ASCII)
_COME_AGAIN = frozenset({"server_error", "temporarily_unavailable"})
"""Errors that say "later", which RFC 6749 knows at the authorization endpoint only (section 4.1.2.1)."""


class TokenAnswer(NamedTuple):
    """A successful answer of the token endpoint (RFC 6749, section 5.1); `expires_in` in seconds."""

    access_token: str
    id_token: str | None
    refresh_token: str | None
    expires_in: float
    scope: str
    """Granted scopes, separated by spaces; empty when Okta names none, which means those that were asked for."""

    def __repr__(self) -> str:
        return "TokenAnswer(...)"


class OktaOAuth:
    """A confidential client of one authorization server, authenticated by client_secret_basic.

    Every method raises OktaRefused for an OAuth error (RFC 6749, section 5.2) and OktaUnavailable when Okta does not
    answer, is overloaded, or says anything else. Verifies none of the tokens. Nothing is tried twice: a code is good
    for one use, and a rotated refresh token for little more.
    """

    def __init__(
        self,
        server: AuthorizationServer,
        client_id: str,
        client_secret: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_endpoint = server.token_endpoint
        self._revocation_endpoint = server.revocation_endpoint
        self._secret = client_secret
        self._clock = clock
        # As Okta documents it, without the encoding of RFC 6749, section 2.3.1, which changes none of its ids.
        self._http = http_client(READ_SECONDS, transport, httpx.BasicAuth(client_id, client_secret))

    def exchange_code(self, code: str, code_verifier: str, redirect_uri: str) -> TokenAnswer:
        """Redeem an authorization code (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._tokens(form | {"code_verifier": code_verifier}, secrets=(code, code_verifier))

    def refresh(self, refresh_token: str) -> TokenAnswer:
        """Refresh, with the scopes that were granted (RFC 6749, section 6)."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._tokens(form, secrets=(refresh_token,))

    def revoke(self, refresh_token: str) -> None:
        """Revoke a refresh token and its access tokens (RFC 7009, section 2). An unknown token is no error."""
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        self._post(self._revocation_endpoint, form, secrets=(refresh_token,))

    def _tokens(self, form: Mapping[str, str], secrets: tuple[str, ...]) -> TokenAnswer:
        answer = self._post(self._token_endpoint, form, secrets)
        try:
            return read_token_answer(answer)
        except AnswerUnfit as error:
            raise OktaUnavailable(f"{self._token_endpoint} gave no tokens: {error}") from None

    def _post(self, endpoint: str, form: Mapping[str, str], secrets: tuple[str, ...]) -> Answer:
        """The answer, whose status is 200."""
        limits = Limits(TOTAL_SECONDS, MAX_ANSWER_BYTES)
        try:
            request = self._http.build_request("POST", endpoint, data=form)
            answer = bounded_answer(self._http, request, limits, self._clock)
        except (httpx.HTTPError, ValueError) as error:
            # Neither chained nor quoted: the exception of httpx holds the request, and that holds the secrets.
            raise OktaUnavailable(f"{endpoint} gave no answer: {reason(error)}") from None
        if answer.status != 200:
            raise refusal_of(endpoint, answer, (self._secret, *secrets))
        return answer


def _json_object(answer: Answer) -> JsonObject:
    if not answer.is_json:
        raise AnswerUnfit("it is not application/json")
    try:
        return parse_json_object(answer.body, "answer")
    except TokenMalformed as error:
        raise AnswerUnfit(error.detail) from None


def read_token_answer(answer: Answer) -> TokenAnswer:
    """RFC 6749, section 5.1. Raises AnswerUnfit. Unknown members are ignored, as it asks."""
    members = _json_object(answer)
    access_token = _token(members, "access_token")
    if access_token is None:
        raise AnswerUnfit("it has no access_token")
    _require_bearer(members.get("token_type"))
    scope = members.get("scope")
    if not isinstance(scope, str | None):
        raise AnswerUnfit("scope is not a string")
    return TokenAnswer(
        access_token=access_token,
        id_token=_token(members, "id_token"),
        refresh_token=_token(members, "refresh_token"),
        expires_in=_expires_in(members.get("expires_in")),
        scope=scope or "",
    )


def _token(members: JsonObject, name: str) -> str | None:
    token = members.get(name)
    if token is not None and not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        raise AnswerUnfit(f"{name} is not a string of printable characters")
    return token


def _require_bearer(token_type: object) -> None:
    """`token_type` is compared without regard to case (RFC 6749, section 5.1)."""
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise AnswerUnfit("token_type is not Bearer; untick 'Require DPoP' for the application in Okta")


def _expires_in(value: object) -> float:
    """Okta always sends it. bool is a number to Python, not to JSON."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= MAX_EXPIRES_IN:
        raise AnswerUnfit("expires_in is missing or no number of seconds")
    return float(value)


def refusal_of(endpoint: str, answer: Answer, secrets: tuple[str, ...]) -> OktaRefused | OktaUnavailable:
    """What an answer means whose status is not 200."""
    status = answer.status
    try:
        members = _json_object(answer)
    except AnswerUnfit:
        members = {}
    error = _oauth_error(members.get("error"), secrets)
    if error and 400 <= status < 500 and status != 429:
        return OktaRefused(error, _description(members.get("error_description"), secrets))
    return OktaUnavailable(f"{endpoint} answered {status}{_api_error(members.get('errorCode'))}{_hint(status)}")


def _oauth_error(value: object, secrets: tuple[str, ...]) -> str | None:
    """The code of a refusal; None for what is no code, and for those that say "later"."""
    if not isinstance(value, str) or not _ERROR.fullmatch(value) or holds(value, secrets):
        return None
    return None if value in _COME_AGAIN else value


def _description(text: object, secrets: tuple[str, ...]) -> str:
    """A description that is safe to show and to log, though somebody else wrote it."""
    if not isinstance(text, str) or holds(text, secrets):
        return ""
    return _NOT_DESCRIPTION.sub("?", text)[:MAX_DESCRIPTION_LENGTH]


def _api_error(code: object) -> str:
    """The code of Okta's other error shape, the only stable part of it (Okta: "Error codes")."""
    return f" ({code})" if isinstance(code, str) and _API_ERROR.fullmatch(code) else ""


def _hint(status: int) -> str:
    if status == 429:
        return ": the org's rate limit is used up"
    if status == 404:
        return ": compare OKTA_DOMAIN and OKTA_AUTH_SERVER_ID with the issuer that Okta shows"
    return ": redirects are not followed" if 300 <= status < 400 else ""
