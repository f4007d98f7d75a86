"""private_key_jwt: each check of a client assertion (RFC 7523 section 3, with Okta's texts)."""

import time
from typing import Any

import jwt
import pytest

from tests.contract.okta_standin.standin_client import AGENT, CUSTOM, KEY_AGENT, Standin

AUDIENCE = "The audience claim for client_assertion must be the endpoint invoked for the request."
EXPIRED = "The client_assertion token is expired."
TOO_FAR = "The client_assertion token has an expiration too far into the future."
PARTIES = "The issuer and subject claims for client_assertion must be the client_id."
KID = "The client_assertion JWT kid is invalid."
SIGNATURE = "The client_assertion signature is invalid."
UNKNOWN = "Invalid value for the `client_id` parameter"


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"aud": "http://127.0.0.1:1/oauth2/v1/token"}, AUDIENCE),
        ({"aud": None}, AUDIENCE),
        ({"exp": -1}, EXPIRED),
        ({"exp": None}, EXPIRED),
        ({"exp": 3700}, TOO_FAR),
        ({"iss": AGENT}, PARTIES),
        ({"iss": None}, PARTIES),
        ({"sub": "0oaNobody"}, UNKNOWN),
        ({"sub": None}, UNKNOWN),
    ],
    ids=["aud", "no aud", "expired", "no exp", "exp too far", "iss", "no iss", "unknown sub", "no sub"],
)
def test_an_assertion_with_a_wrong_claim_is_refused(okta: Standin, claims: dict[str, Any], description: str) -> None:
    if isinstance(claims.get("exp"), int):
        claims = {"exp": int(time.time()) + claims["exp"]}
    form = okta.assertion_form(okta.assertion(okta.endpoint(CUSTOM, "token"), **claims))
    response = okta.request_token(form)
    assert response.json() == {"error": "invalid_client", "error_description": description}
    assert response.status_code == 401


@pytest.mark.parametrize("kid", ["other", ""], ids=["unknown", "empty"])
def test_an_assertion_with_a_wrong_kid_is_refused(okta: Standin, kid: str) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint(CUSTOM, "token"), {"kid": kid}))
    assert okta.request_token(form).json()["error_description"] == KID


def test_an_assertion_for_another_server_is_refused(okta: Standin) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint("default", "token")))
    assert okta.request_token(form).json()["error_description"] == AUDIENCE


def test_an_assertion_whose_subject_is_not_the_client_id_is_refused(okta: Standin) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint(CUSTOM, "token"), sub=AGENT))
    assert okta.request_token(form | {"client_id": KEY_AGENT}).json()["error_description"] == PARTIES


def test_a_forged_assertion_is_refused(okta: Standin) -> None:
    head, body, _ = okta.assertion(okta.endpoint(CUSTOM, "token")).split(".")
    other_signature = okta.assertion(okta.endpoint("default", "token")).rpartition(".")[2]
    forged = f"{head}.{body}.{other_signature}"
    assert okta.request_token(okta.assertion_form(forged)).json()["error_description"] == SIGNATURE


def test_an_assertion_signed_by_another_algorithm_is_refused(okta: Standin) -> None:
    key = okta.http.get(f"/_standin/apps/{KEY_AGENT}/key").json()
    claims = {"iss": KEY_AGENT, "sub": KEY_AGENT, "aud": okta.endpoint(CUSTOM, "token"), "exp": int(time.time()) + 60}
    assertion = jwt.encode(claims, key["private_key"], "RS384", headers={"kid": key["kid"]})
    assert okta.request_token(okta.assertion_form(assertion)).json()["error_description"] == SIGNATURE


def test_an_assertion_is_accepted_once(okta: Standin) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint(CUSTOM, "token")))
    assert okta.request_token(form).status_code == 200
    again = okta.request_token(form)
    assert again.status_code == 401
    assert again.json()["error_description"] == "The client_assertion token has already been used."


def test_an_assertion_of_a_client_with_a_secret_is_refused(okta: Standin) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint(CUSTOM, "token"), sub=AGENT, iss=AGENT))
    response = okta.request_token(form)
    assert response.status_code == 401
    assert response.json()["error_description"].startswith("Client authentication failed.")


@pytest.mark.parametrize("assertion", ["x.y.z", "", "a.b"], ids=["not base64", "empty", "two parts"])
def test_an_assertion_that_is_no_jwt_is_refused(okta: Standin, assertion: str) -> None:
    response = okta.request_token(okta.assertion_form(assertion))
    assert response.status_code == 401
    assert response.json()["error_description"] == "The parsing of the client_assertion failed."


def test_a_client_with_a_secret_has_no_key_to_hand_out(okta: Standin) -> None:
    response = okta.http.get(f"/_standin/apps/{AGENT}/key")
    assert response.status_code == 400
    assert "private" not in response.text
