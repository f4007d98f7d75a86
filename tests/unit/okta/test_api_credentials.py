"""The credentials for Okta's management API: an API token as it is, or access tokens for a private key (RFC 7523)."""

import json
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from okta_gateway.errors import ConfigurationInvalid, OktaGatewayError
from okta_gateway.okta.api_credentials import MANAGEMENT_SCOPES, PrivateKeyJwt, SswsToken
from okta_gateway.okta.errors import (
    OktaCredentialRefused,
    OktaPermissionMissing,
    OktaRateLimited,
    OktaUnavailable,
)
from tests.tokens import ABSENT, NOW, FakeClock, base64url, signing_key
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import OKTA_URL, ScriptedOkta, raised, refusal

ENDPOINT = f"{OKTA_URL}/oauth2/v1/token"
KEY = signing_key("api-client").private_key
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
CLIENT_ID = "0oaserviceapp1234567"


def private_jwk(**overrides: Any) -> str:
    """The key as Okta's admin console gives it out."""
    numbers = KEY.private_numbers()
    parts = {
        "n": numbers.public_numbers.n,
        "e": numbers.public_numbers.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    jwk = {name: base64url(number.to_bytes((number.bit_length() + 7) // 8)) for name, number in parts.items()}
    members = {"kty": "RSA", "use": "sig", "kid": "api-key-1", "alg": "RS256"} | jwk | overrides
    return json.dumps({name: value for name, value in members.items() if value is not ABSENT})


def tokens(token: str = "s3cret-1", **overrides: Any) -> httpx.Response:
    """The recorded answer of the org server, with the token type of an app that does not require DPoP."""
    answer = recorded.table("recorded-responses")
    (body,) = [
        group["samples"][0]["body"]
        for group in answer
        if (group["template"], group["status"]) == ("/oauth2/v1/token", 200)
    ]
    members = body | {"token_type": "Bearer", "access_token": token} | overrides
    return httpx.Response(200, json={name: value for name, value in members.items() if value is not ABSENT})


class TokenEndpoint:
    """Answers one after another, the last for ever."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.clock = FakeClock()

    def credential(self, key: str = PEM) -> PrivateKeyJwt:
        transport = httpx.MockTransport(self._answer)
        ids = iter(f"id-{number}" for number in range(100))
        return PrivateKeyJwt(OKTA_URL, CLIENT_ID, key, transport=transport, clock=self.clock, new_id=lambda: next(ids))

    @property
    def forms(self) -> list[dict[str, str]]:
        return [
            {name: values[0] for name, values in parse_qs(request.content.decode(), strict_parsing=True).items()}
            for request in self.requests
        ]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", ENDPOINT)
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_an_api_token_is_shown_as_it_is() -> None:
    credential = SswsToken("00s3cret")
    assert credential.authorization() == "SSWS 00s3cret"
    assert credential.renew() is False
    assert "s3cret" not in repr(credential)


@pytest.mark.parametrize(
    ("key", "kid"),
    [
        (PEM, None),
        (KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode(), None),
        (f"\n{PEM}\n\n", None),
        (private_jwk(), "api-key-1"),
        (f"  {private_jwk(kid=ABSENT, alg=ABSENT, use=ABSENT)}", None),
    ],
    ids=["PKCS 8", "PKCS 1", "white space", "JWK", "JWK without kid"],
)
def test_a_token_is_asked_for_with_a_signed_assertion(key: str, kid: str | None) -> None:
    okta = TokenEndpoint(tokens())
    assert okta.credential(key).authorization() == "Bearer s3cret-1"
    (form,) = okta.forms
    assertion = form.pop("client_assertion")
    assert form == {
        "grant_type": "client_credentials",
        "scope": "okta.users.manage okta.groups.manage okta.apps.manage",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    claims = jwt.decode(
        assertion,
        KEY.public_key(),
        algorithms=["RS256"],
        audience=ENDPOINT,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": ENDPOINT,
        "iat": NOW,
        "exp": NOW + 300,
        "jti": "id-0",
    }
    assert jwt.get_unverified_header(assertion).get("kid") == kid


def test_the_scopes_are_those_of_the_calls() -> None:
    document = recorded.table("management-subset")
    oauth = {
        way["oauth2"][0]
        for operations in document["paths"].values()
        for operation in operations.values()
        if isinstance(operation, dict)
        for way in operation.get("security", [])
        if "oauth2" in way
    }
    assert set(MANAGEMENT_SCOPES) <= oauth


def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    okta = TokenEndpoint(tokens("s3cret-1"), tokens("s3cret-2"))
    credential = okta.credential()
    shown = []
    for second in [0, 1, 3539, 3540, 3541]:
        okta.clock.now = NOW + second
        shown.append(credential.authorization())
    assert shown == ["Bearer s3cret-1"] * 3 + ["Bearer s3cret-2"] * 2
    assert len(okta.requests) == 2


def test_an_assertion_is_used_once() -> None:
    okta = TokenEndpoint(tokens())
    credential = okta.credential()
    credential.authorization()
    assert credential.renew() is True
    credential.authorization()
    used = [jwt.decode(form["client_assertion"], options={"verify_signature": False})["jti"] for form in okta.forms]
    assert used == ["id-0", "id-1"]


def test_ids_of_assertions_are_unlike_each_other() -> None:
    seen: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        assertion = parse_qs(request.content.decode())["client_assertion"][0]
        seen.add(jwt.decode(assertion, options={"verify_signature": False})["jti"])
        return tokens(expires_in=1)

    credential = PrivateKeyJwt(OKTA_URL, CLIENT_ID, PEM, transport=httpx.MockTransport(answer), clock=FakeClock())
    for _ in range(3):
        credential.authorization()
    assert len(seen) == 3


def test_a_revoked_token_is_replaced_in_the_middle_of_a_call() -> None:
    endpoint = TokenEndpoint(tokens("s3cret-1"), tokens("s3cret-2"))
    okta = ScriptedOkta(refusal(401, "E0000011"), httpx.Response(204), credential=endpoint.credential())
    okta.groups.add_member("00g1", "00u1")
    assert [request.headers["Authorization"] for request in okta.requests] == ["Bearer s3cret-1", "Bearer s3cret-2"]


def error(status: int, code: str, description: str = "Okta's words.") -> httpx.Response:
    return httpx.Response(status, json={"error": code, "error_description": description})


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (error(401, "invalid_client"), OktaCredentialRefused, "invalid_client: Okta's words."),
        (error(400, "invalid_request"), OktaCredentialRefused, "invalid_request: Okta's words."),
        (error(400, "use_dpop_nonce"), OktaCredentialRefused, "use_dpop_nonce: Okta's words."),
        (error(400, "access_denied"), OktaCredentialRefused, "access_denied: Okta's words."),
        (
            error(400, "invalid_scope"),
            OktaPermissionMissing,
            "the service app must be granted okta.users.manage, okta.groups.manage, okta.apps.manage",
        ),
        (error(503, "server_error"), OktaUnavailable, f"{ENDPOINT} answered 503"),
        (refusal(404, "E0000007"), OktaUnavailable, "compare OKTA_DOMAIN"),
        (httpx.ConnectError("s3cret"), OktaUnavailable, f"{ENDPOINT} gave no answer: ConnectError"),
        (httpx.ReadTimeout("s3cret"), OktaUnavailable, f"{ENDPOINT} gave no answer: ReadTimeout"),
        (tokens(token_type="DPoP"), OktaUnavailable, "untick 'Require DPoP' for the application in Okta"),
        (tokens(access_token=ABSENT), OktaUnavailable, f"{ENDPOINT} gave no token: it has no access_token"),
        (tokens(expires_in="soon"), OktaUnavailable, "expires_in is missing or no number of seconds"),
        (httpx.Response(200, content=b"s3cret"), OktaUnavailable, "it is not application/json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_token_is_told_with_its_reason(
    answer: httpx.Response | Exception, kind: type[OktaGatewayError], told: str
) -> None:
    credential = TokenEndpoint(answer).credential()
    assert told in raised(kind, credential.authorization).detail


def test_a_rate_limit_of_the_token_endpoint_is_told_with_its_end() -> None:
    answer = refusal(429, "E0000047", headers={"X-Rate-Limit-Reset": str(NOW + 7)})
    assert raised(OktaRateLimited, TokenEndpoint(answer).credential().authorization).retry_after == 7


def test_a_refusal_that_quotes_the_assertion_is_not_repeated() -> None:
    def quoting(request: httpx.Request) -> httpx.Response:
        return error(401, "invalid_client", parse_qs(request.content.decode())["client_assertion"][0])

    credential = PrivateKeyJwt(OKTA_URL, CLIENT_ID, PEM, transport=httpx.MockTransport(quoting))
    assert raised(OktaCredentialRefused, credential.authorization).detail == "invalid_client"


def test_a_credential_says_nothing_of_itself() -> None:
    credential = TokenEndpoint(tokens()).credential()
    credential.authorization()
    assert "s3cret" not in repr(credential)
    assert repr(vars(credential)["_key"]) == "_Key(...)"


EC_PEM = generate_ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SHORT_PEM = generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
BAD_KEYS: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "a file name": lambda: "s3cret.pem",
    "a secret": lambda: "s3cret-of-the-app",
    "half a key": lambda: PEM[:200],
    "a public key": lambda: signing_key("api-client").pem().decode(),
    "an encrypted key": lambda: KEY.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"s3cret")
    ).decode(),
    "an EC key": lambda: EC_PEM,
    "a short key": lambda: SHORT_PEM,
    "a public JWK": lambda: json.dumps(signing_key("api-client").jwk()),
    "a JWK of another kind": lambda: json.dumps({"kty": "oct", "k": "s3cret"}),
    "half a JWK": lambda: private_jwk(d=ABSENT),
    "a JWK with a wrong number": lambda: private_jwk(p="AQAB"),
    "JSON cut short": lambda: private_jwk()[:50],
    "an empty object": lambda: "{}",
    "a key beyond ASCII": lambda: PEM.replace("M", "\u00fc"),
    "half a character": lambda: "{\ud800",
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_a_key_that_is_none_is_told_when_it_is_configured(key: Callable[[], str]) -> None:
    with pytest.raises(ConfigurationInvalid, match="OKTA_API_PRIVATE_KEY: write an RSA private key") as failure:
        PrivateKeyJwt(OKTA_URL, CLIENT_ID, key())
    told = "".join(traceback.format_exception(failure.value))
    assert "MII" not in told
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__ is True
