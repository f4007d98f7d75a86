"""Revocation: an app revokes its own tokens, and learns nothing about others."""

import httpx
import pytest

from tests.contract.okta_standin.browser import ADA, AUTH, Browser, refresh
from tests.contract.okta_standin.openapi import EXAMPLES
from tests.contract.okta_standin.standin_client import AGENT, AGENT_SECRET, CUSTOM, Standin

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])


def revoke(
    okta: Standin, token: str, server: str = CUSTOM, auth: tuple[str, str] = AUTH, /, **form: str
) -> httpx.Response:
    return okta.http.post(okta.endpoint(server, "revoke"), data={"token": token} | form, auth=auth)


@SERVERS
@pytest.mark.parametrize("hint", [{"token_type_hint": "refresh_token"}, {"token_type_hint": "access_token"}, {}])
def test_a_refresh_token_takes_its_access_tokens_along(person: Browser, server: str, hint: dict[str, str]) -> None:
    okta = person.okta
    before = person.tokens(ADA, server)
    after = refresh(okta, before["refresh_token"], server).json()
    response = revoke(okta, after["refresh_token"], server, AUTH, **hint)
    assert (response.status_code, response.text) == (200, "")
    for token in (before["access_token"], after["access_token"], after["refresh_token"]):
        assert okta.introspect(token, server) == {"active": False}
    assert refresh(okta, after["refresh_token"], server).json()["error"] == "invalid_grant"


@SERVERS
def test_an_access_token_dies_alone(person: Browser, server: str) -> None:
    okta = person.okta
    tokens = person.tokens(ADA, server)
    assert revoke(okta, tokens["access_token"], server).status_code == 200
    assert okta.introspect(tokens["access_token"], server) == {"active": False}
    assert refresh(okta, tokens["refresh_token"], server).status_code == 200


@pytest.mark.parametrize("token", ["unknown", "a.b.c"])
def test_an_unknown_token_is_answered_alike(okta: Standin, token: str) -> None:
    assert revoke(okta, token).status_code == 200


def test_an_app_cannot_revoke_the_tokens_of_another(person: Browser) -> None:
    okta = person.okta
    tokens = person.tokens()
    for name in ("access_token", "refresh_token"):
        assert revoke(okta, tokens[name], CUSTOM, (AGENT, AGENT_SECRET)).status_code == 200
    assert okta.introspect(tokens["access_token"])["active"] is True
    assert refresh(okta, tokens["refresh_token"]).status_code == 200


def test_another_server_does_not_know_the_tokens(person: Browser) -> None:
    tokens = person.tokens()
    for name in ("access_token", "refresh_token"):
        assert revoke(person.okta, tokens[name], "org").status_code == 200
    assert person.okta.introspect(tokens["access_token"])["active"] is True
    assert refresh(person.okta, tokens["refresh_token"]).status_code == 200


def test_the_app_has_to_authenticate(okta: Standin) -> None:
    response = okta.http.post(okta.endpoint(CUSTOM, "revoke"), data={"token": "x"})
    assert (response.status_code, response.json()) == (401, EXAMPLES["OAuthError401InvalidClient_NoCreds"])


def test_a_token_has_to_be_given(okta: Standin) -> None:
    response = revoke(okta, "")
    assert (response.status_code, response.json()) == (400, EXAMPLES["OAuthError400InvalidRequest_MissingToken"])
