"""What the gateway shows to Okta's management API: an API token, or access tokens that it gets for a private key."""

import json
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from okta_gateway.errors import ConfigurationInvalid, OktaGatewayError
from okta_gateway.okta.errors import OktaCredentialRefused, OktaPermissionMissing, OktaRefused, OktaUnavailable
from okta_gateway.okta.http import Answer, AnswerUnfit, Limits, bounded_answer, http_client, reason
from okta_gateway.okta.oauth import MAX_ANSWER_BYTES, READ_SECONDS, TOTAL_SECONDS, read_token_answer, refusal_of
from okta_gateway.okta.rate_limit import rate_limited
from okta_gateway.tokens.issuer import authorization_server
from okta_gateway.tokens.jwks import MIN_RSA_BITS

MANAGEMENT_SCOPES = ("okta.users.manage", "okta.groups.manage", "okta.apps.manage")
"""What the IAM API needs; `manage` includes `read` (Okta: "OAuth 2.0 scopes")."""
ASSERTION_SECONDS = 300
"""Okta takes at most an hour (Okta: "Implement OAuth for Okta with a service app")."""
RENEWED_BEFORE_SECONDS = 60.0
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KEY_WANTED = (
    f"OKTA_API_PRIVATE_KEY: write an RSA private key of at least {MIN_RSA_BITS} bits, as PEM or as a JWK, not encrypted"
)


class ApiCredential(Protocol):
    """Something that Okta's management API accepts."""

    def authorization(self) -> str:
        """The value of the Authorization header."""

    def renew(self) -> bool:
        """Called after a 401. True when the next `authorization` may be better than the one refused."""


class SswsToken:
    """An API token of an administrator, which ends after 30 days without use (Okta: "Create an API token")."""

    def __init__(self, token: str) -> None:
        self._token = token

    def authorization(self) -> str:
        return f"SSWS {self._token}"

    def renew(self) -> bool:
        """There is no other one."""
        return False


class PrivateKeyJwt:
    """A service app that proves itself by its key, and gets access tokens for it (RFC 7523, section 2.2).

    At the org authorization server, the only one that gives `okta.*` scopes. A token is kept until a minute before its
    end. `authorization` raises OktaCredentialRefused, OktaPermissionMissing, OktaRateLimited or OktaUnavailable.
    """

    def __init__(
        self,
        okta_url: str,
        client_id: str,
        private_key: str,
        scopes: Sequence[str] = MANAGEMENT_SCOPES,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """Raises ConfigurationInvalid for a key that is none."""
        self._token_endpoint = authorization_server(okta_url, None).token_endpoint
        self._client_id = client_id
        self._key = _read_private_key(private_key)
        self._scopes = tuple(scopes)
        self._clock = clock
        self._new_id = new_id
        self._http = http_client(READ_SECONDS, transport, auth=None)
        self._token = ""
        self._good_until = 0.0

    def authorization(self) -> str:
        if self._clock() >= self._good_until:
            self._fetch()
        return f"Bearer {self._token}"

    def renew(self) -> bool:
        """The token may have been revoked before its end: the next one is new."""
        self._good_until = 0.0
        return True

    def _fetch(self) -> None:
        asked = self._clock()
        assertion = self._assertion(int(asked))
        answer = self._ask(assertion)
        if answer.status != 200:
            raise self._refused(answer, assertion)
        try:
            tokens = read_token_answer(answer)
        except AnswerUnfit as error:
            raise OktaUnavailable(f"{self._token_endpoint} gave no token: {error}") from None
        self._token = tokens.access_token
        self._good_until = asked + tokens.expires_in - RENEWED_BEFORE_SECONDS

    def _ask(self, assertion: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(self._scopes),
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        limits = Limits(TOTAL_SECONDS, MAX_ANSWER_BYTES)
        try:
            request = self._http.build_request("POST", self._token_endpoint, data=form)
            return bounded_answer(self._http, request, limits, self._clock)
        except (httpx.HTTPError, ValueError) as error:
            raise OktaUnavailable(f"{self._token_endpoint} gave no answer: {reason(error)}") from None

    def _assertion(self, now: int) -> str:
        """RFC 7523, section 3. The audience is the whole address of the endpoint, the id is used once."""
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._token_endpoint,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": self._new_id(),
        }
        headers = {"kid": self._key.kid} if self._key.kid else None
        return jwt.encode(claims, self._key.private_key, algorithm="RS256", headers=headers)

    def _refused(self, answer: Answer, assertion: str) -> OktaGatewayError:
        if answer.status == 429:
            return rate_limited(f"POST {self._token_endpoint}", answer.headers, self._clock())
        refusal = refusal_of(self._token_endpoint, answer, (assertion,))
        if not isinstance(refusal, OktaRefused):
            return refusal
        if refusal.error == "invalid_scope":
            wanted = ", ".join(self._scopes)
            return OktaPermissionMissing(f"{refusal.detail}; the service app must be granted {wanted}")
        return OktaCredentialRefused(refusal.detail)


class _Key(NamedTuple):
    private_key: RSAPrivateKey
    kid: str | None

    def __repr__(self) -> str:
        return "_Key(...)"


def _read_private_key(text: str) -> _Key:
    """Raises ConfigurationInvalid, which repeats nothing of the key; nor does anything chained to it."""
    try:
        return _from_jwk(json.loads(text)) if text.lstrip().startswith("{") else _from_pem(text)
    except (ValueError, TypeError, UnsupportedAlgorithm, jwt.PyJWTError):
        raise ConfigurationInvalid([_KEY_WANTED]) from None


def _from_jwk(jwk: dict[str, Any]) -> _Key:
    """RFC 7517, section 4; Okta finds the public key by `kid`."""
    kid = jwk.get("kid")
    return _Key(_long_enough(jwt.PyJWK(jwk, algorithm="RS256").key), kid if isinstance(kid, str) else None)


def _from_pem(text: str) -> _Key:
    return _Key(_long_enough(load_pem_private_key(text.encode(), password=None)), None)


def _long_enough(key: object) -> RSAPrivateKey:
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not the private half of an RSA key")
    if key.key_size < MIN_RSA_BITS:
        raise ValueError("too short")
    return key
