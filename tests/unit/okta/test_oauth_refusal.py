"""Okta says no, or nobody can tell: which of the two, and what is told about it."""

from typing import Any

import httpx
import pytest

from okta_gateway.okta.errors import OktaRefused
from tests.tokens import ABSENT
from tests.unit.okta.asking import (
    ASKING,
    CODE,
    EVERY_METHOD,
    REDIRECT_URI,
    REFRESH_TOKEN,
    SECRET,
    TOKENS,
    VERIFIER,
    Ask,
    body,
    client,
    error,
    refused,
    unavailable,
)


@EVERY_METHOD
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_request"),
        (401, "invalid_client"),
        (400, "invalid_grant"),
        (400, "unauthorized_client"),
        (400, "unsupported_grant_type"),
        (400, "invalid_scope"),
        (403, "access_denied"),
        (400, "use_dpop_nonce"),
    ],
)
def test_an_oauth_error_is_a_refusal(ask: Ask, status: int, code: str) -> None:
    refusal = refused(client(error(status, error=code, error_description="Okta's words.")), ask)
    assert (refusal.error, refusal.description) == (code, "Okta's words.")
    assert str(refusal) == f"okta_refused: {code}: Okta's words."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ABSENT, ""),
        (None, ""),
        (["x"], ""),
        ("", ""),
        ("The 'x' `y` <b>&amp;", "The 'x' `y` <b>&amp;"),
        ('a "quoted" back\\slash', "a ?quoted? back?slash"),
        ("line\r\nline\x00\x1b[31m\x7f", "line??line??[31m?"),
        ("für \u202e\U0001f600", "f?r ??"),
        ("x" * 10_000, "x" * 300),
        (f"the code {CODE} is used", "the code s3cret-code is used"),
    ],
    ids=["absent", "null", "list", "empty", "plain", "quotes", "control", "beyond ASCII", "long", "another secret"],
)
def test_a_description_is_kept_short_and_printable(text: Any, told: str) -> None:
    members = {} if text is ABSENT else {"error_description": text}
    with pytest.raises(OktaRefused) as refusal:
        client(error(error="invalid_grant", **members)).refresh("another-refresh-token")
    assert refusal.value.description == told


@pytest.mark.parametrize("secret", [SECRET, CODE, VERIFIER], ids=["client secret", "code", "verifier"])
def test_a_description_that_quotes_a_secret_is_dropped(secret: str) -> None:
    refusal = refused(client(error(error="invalid_grant", error_description=f"{secret} is bad")), ASKING["exchange"])
    assert refusal.description == ""


@EVERY_METHOD
def test_an_error_that_quotes_a_secret_is_not_told(ask: Ask) -> None:
    unavailable(client(error(error=f"{CODE} {REFRESH_TOKEN}")), ask)


def test_a_code_made_up_by_somebody_hides_no_refusal() -> None:
    okta = client(error(error="invalid_grant", error_description="The authorization code is invalid."))
    with pytest.raises(OktaRefused) as refusal:
        okta.exchange_code("i", VERIFIER, REDIRECT_URI)
    assert refusal.value.description == "The authorization code is invalid."


@EVERY_METHOD
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (error(500, error="server_error"), "answered 500"),
        (error(503, errorCode="E0000181", errorSummary="s3cret"), "answered 503 (E0000181)"),
        (error(503, error="invalid_grant"), "answered 503"),
        (error(429, errorCode="E0000047"), "answered 429 (E0000047): the org's rate limit is used up"),
        (error(429, error="invalid_grant"), "answered 429: the org's rate limit is used up"),
        (error(400, error="temporarily_unavailable"), "answered 400"),
        (error(400, error="server_error"), "answered 400"),
        (
            error(404, errorCode="E0000007"),
            "answered 404 (E0000007): compare OKTA_DOMAIN and OKTA_AUTH_SERVER_ID with the issuer that Okta shows",
        ),
        (error(400, errorCode="s3cret"), "answered 400"),
        (error(400, errorCode="E" + "\u0660" * 7), "answered 400"),
        (error(400, error=""), "answered 400"),
        (error(400, error="x" * 101), "answered 400"),
        (error(400, error='inv"alid'), "answered 400"),
        (error(400, error="invalid\ngrant"), "answered 400"),
        (error(400, error="invalid_gränt"), "answered 400"),
        (error(400, error=["invalid_grant"]), "answered 400"),
        (error(400), "answered 400"),
        (body('{"error": "invalid_grant"', 400), "answered 400"),
        (body('{"error": "invalid_grant", "error": "x"}', 400), "answered 400"),
        (body('["invalid_grant"]', 400), "answered 400"),
        (body('{"error": "invalid_grant"}', 400, "text/plain"), "answered 400"),
        (body("<html>s3cret</html>", 400, "text/html"), "answered 400"),
        (body("", 204), "answered 204"),
        (httpx.Response(201, json=TOKENS), "answered 201"),
        (
            httpx.Response(302, headers={"Location": "https://evil.example.com/"}),
            "answered 302: redirects are not followed",
        ),
        (
            httpx.Response(307, headers={"Location": "https://evil.example.com/"}),
            "answered 307: redirects are not followed",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_other_answer_means_that_okta_is_unavailable(ask: Ask, answer: httpx.Response, told: str) -> None:
    assert unavailable(client(answer), ask).endswith(told)


@EVERY_METHOD
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("s3cret"),
        httpx.ConnectTimeout("s3cret"),
        httpx.ReadTimeout("s3cret"),
        httpx.ReadError("s3cret"),
        httpx.RemoteProtocolError("s3cret"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_means_that_okta_is_unavailable(ask: Ask, failure: Exception) -> None:
    assert unavailable(client(failure), ask).endswith(f"gave no answer: {type(failure).__name__}")
