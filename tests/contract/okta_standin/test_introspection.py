"""Introspection: each server knows its own tokens, also those that nobody else can verify."""

from typing import Any

import pytest

from tests.contract.okta_standin.openapi import EXAMPLES, require_schema
from tests.contract.okta_standin.standin_client import AGENT, AGENT_SECRET, CUSTOM, WEB_APP, Standin, claims_of

ADA = "ada@example.com"
INACTIVE = EXAMPLES["IntrospectionInactiveToken"]


@pytest.mark.parametrize("server", ["org", CUSTOM])
def test_a_users_access_token_is_answered_with_the_members_of_oktas_example(okta: Standin, server: str) -> None:
    token = okta.mint(server=server, user=ADA)
    answer = okta.introspect(token, server)
    require_schema(answer, "IntrospectionResponse")
    assert answer.keys() == EXAMPLES["IntrospectionAccessToken"].keys()
    passed_on = {name: claims_of(token)[name] for name in ("exp", "iat", "sub", "aud", "iss", "jti", "uid")}
    assert answer == passed_on | {
        "active": True,
        "token_type": "Bearer",
        "scope": "openid profile email",
        "client_id": WEB_APP,
        "username": ADA,
    }


def test_a_machines_access_token_has_no_user(okta: Standin) -> None:
    answer = okta.introspect(okta.mint(client=AGENT))
    assert answer["active"] is True
    assert answer["sub"] == answer["client_id"] == AGENT
    assert answer.keys().isdisjoint({"uid", "username"})


@pytest.mark.parametrize(
    "body",
    [
        {"user": ADA, "expires_in": -1},
        {"user": ADA, "server": "default"},
        {"user": ADA, "server": "org"},
        {"user": ADA, "signed_by": "stranger"},
        {"user": ADA, "claims": {"iss": None}},
        {"user": ADA, "claims": {"iss": "https://example.okta.com"}},
        {"user": ADA, "claims": {"exp": "soon"}},
        {"user": ADA, "header": {"alg": "none"}},
        {"user": ADA, "header": {"kid": None}},
    ],
    ids=["expired", "other server", "org server", "stranger", "no iss", "other iss", "odd exp", "alg none", "no kid"],
)
def test_a_token_that_is_not_a_valid_one_of_this_server_is_inactive(okta: Standin, body: dict[str, Any]) -> None:
    assert okta.introspect(okta.mint(**body)) == INACTIVE


def test_text_that_is_no_token_is_inactive(okta: Standin) -> None:
    assert okta.introspect("no-token") == INACTIVE


def test_a_token_stays_active_when_its_key_has_left_the_set(own_okta: Standin) -> None:
    token = own_okta.mint(user=ADA)
    own_okta.http.post("/_standin/keys/rotate", json={})
    assert own_okta.introspect(token)["active"] is True


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        ({"token": "x"}, None, 401, EXAMPLES["OAuthError401InvalidClient_NoCreds"]),
        ({}, (AGENT, AGENT_SECRET), 400, EXAMPLES["OAuthError400InvalidRequest_MissingToken"]),
    ],
    ids=["no credentials", "no token"],
)
def test_introspection_refuses_as_okta_does(
    okta: Standin, form: dict[str, str], auth: tuple[str, str] | None, status: int, error: dict[str, str]
) -> None:
    options: dict[str, Any] = {"auth": auth} if auth else {}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = okta.http.post(okta.endpoint(CUSTOM, "introspect"), data=form, headers=headers, **options)
    assert response.json() == error
    assert response.status_code == status
