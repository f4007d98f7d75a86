"""Signing a person in from the command line: the request, and which answers count."""

from urllib.parse import parse_qs, urlsplit

import pytest

from devkit.cli.answers import ProblemFound
from devkit.cli.loopback import Parameters
from devkit.cli.okta_tokens import Client, IssuedToken
from devkit.cli.user_sign_in import Attempt, SignIn, authorization_address, code_of
from okta_gateway.login.authorization_request import code_challenge
from okta_gateway.tokens.issuer import authorization_server

SERVER = authorization_server("https://dev-123456.okta.com", "default")
ATTEMPT = Attempt("the-state", "the-nonce", "the-verifier")


def sign_in() -> SignIn:
    return SignIn(SERVER, Client("0oa1", "a-secret"), "openid email", 0, print, print)


def test_the_request_has_state_nonce_and_pkce_and_no_secret() -> None:
    address = authorization_address(sign_in(), ATTEMPT, "http://127.0.0.1:8890/callback")
    assert address.startswith("https://dev-123456.okta.com/oauth2/default/v1/authorize?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": ["0oa1"],
        "response_type": ["code"],
        "scope": ["openid email"],
        "redirect_uri": ["http://127.0.0.1:8890/callback"],
        "state": ["the-state"],
        "nonce": ["the-nonce"],
        "code_challenge": [code_challenge("the-verifier")],
        "code_challenge_method": ["S256"],
    }


def test_the_code_of_an_answer_to_this_attempt_counts() -> None:
    answer = {"state": ["the-state"], "code": ["c"]}
    assert code_of(answer, SERVER, ATTEMPT) == "c"
    assert code_of(answer | {"iss": [SERVER.issuer]}, SERVER, ATTEMPT) == "c"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, "state_unknown"),
        ({"code": ["c"]}, "state_unknown"),
        ({"state": ["other"], "code": ["c"]}, "state_unknown"),
        ({"state": ["\u00e9"], "code": ["c"]}, "state_unknown"),
        ({"state": ["other"], "error": ["access_denied"]}, "state_unknown"),
        ({"state": ["the-state"] * 2, "code": ["c"]}, "parameter_invalid"),
        ({"state": ["the-state"], "code": ["c", "d"]}, "parameter_invalid"),
        ({"state": ["the-state"], "code": [""]}, "parameter_invalid"),
        ({"state": ["the-state"]}, "parameter_invalid"),
        ({"state": ["the-state"], "code": ["c"], "iss": ["https://evil.example"]}, "issuer_mixed_up"),
        ({"state": ["the-state"], "error": ["access_denied"], "error_description": ["no\x1b[2J"]}, "access_denied"),
    ],
    ids=repr,
)
def test_other_answers_do_not(answer: Parameters, code: str) -> None:
    with pytest.raises(ProblemFound) as found:
        code_of(answer, SERVER, ATTEMPT)
    assert found.value.code == code
    assert "\x1b" not in str(found.value)


def test_secrets_and_tokens_have_no_representation() -> None:
    said = repr([sign_in().client, ATTEMPT, IssuedToken("the-token", 1.0, "openid")])
    assert not [secret for secret in ("a-secret", "the-verifier", "the-nonce", "the-token") if secret in said]
