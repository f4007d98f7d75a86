"""Token answers that somebody meddled with: none of them may become a session."""

from typing import Any

import pytest

from tests.integration.login.browser import ADA, PAT, Browser
from tests.integration.login.rig import Rig
from tests.integration.login.watched_okta import AGENT, WEB_APP

OTHER_CLIENT = "0oa9999999999others"
BAD_ID_TOKENS: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "n" * 43}},
    "no nonce": {"claims": {"nonce": None}},
    "nonce as a number": {"claims": {"nonce": 7}},
    "nonce as a list": {"claims": {"nonce": ["NONCE"]}},
    "of another client": {"claims": {"aud": OTHER_CLIENT}},
    "of several clients without azp": {"claims": {"aud": [WEB_APP, OTHER_CLIENT]}},
    "azp of another client": {"claims": {"azp": OTHER_CLIENT}},
    "of another issuer": {"claims": {"iss": "https://evil.okta.com"}},
    "issuer with a slash": {"claims": {"iss": "ISSUER/"}},
    "expired": {"expires_in": -120},
    "without an end": {"claims": {"exp": None}},
    "issued in an hour": {"claims": {"iat": 4102444800, "exp": 4102448400}},
    "without a subject": {"claims": {"sub": None}},
    "signed by nobody known": {"signed_by": "stranger"},
    "alg none": {"header": {"alg": "none"}},
    "alg HS256": {"header": {"alg": "HS256"}},
    "typ of an access token": {"header": {"typ": "at+jwt"}},
    "at_hash of another token": {"claims": {"at_hash": "aGFzaGhhc2hoYXNoaGFzaA"}},
    "at_hash as a number": {"claims": {"at_hash": 1}},
}


def sign_in_with(rig: Rig, browser: Browser, user: str = ADA, **body: Any) -> tuple[int, str]:
    """Sign in, with an ID token in the answer that is minted like this instead; status and error code."""
    attempt = browser.begin()
    callback = browser.at_okta(attempt)
    claims = {"nonce": attempt.nonce, "at_hash": None, **body.pop("claims", {})}
    claims = {name: rig.issuer + "/" if value == "ISSUER/" else value for name, value in claims.items()}
    token = rig.okta.mint(server=rig.server, user=user, kind="id_token", claims=claims, **body)
    rig.okta.watch.changes = {"id_token": token}
    answer = browser.get(callback, [("Accept", "application/json")])
    return answer.status_code, "" if answer.status_code == 302 else answer.json()["error"]


def test_an_id_token_that_is_only_minted_anew_is_accepted(both_servers: Rig) -> None:
    """The rows below fail for what they name, and for nothing else."""
    assert sign_in_with(both_servers, both_servers.browser()) == (302, "")


def test_azp_and_a_list_of_one_are_accepted(both_servers: Rig) -> None:
    answer = sign_in_with(both_servers, both_servers.browser(), claims={"azp": WEB_APP, "aud": [WEB_APP]})
    assert answer == (302, "")


@pytest.mark.parametrize("body", BAD_ID_TOKENS.values(), ids=BAD_ID_TOKENS)
def test_a_bad_id_token_is_refused(both_servers: Rig, body: dict[str, Any]) -> None:
    browser, before = both_servers.browser(), len(both_servers.sessions())
    assert sign_in_with(both_servers, browser, **body) == (401, "id_token_invalid")
    assert browser.session_id is None
    assert len(both_servers.sessions()) == before


def test_an_id_token_of_another_server_of_the_org_is_refused(both_servers: Rig) -> None:
    browser = both_servers.browser()
    attempt = browser.begin()
    callback = browser.at_okta(attempt)
    other = "org" if both_servers.server != "org" else "aus1234567890abcdef"
    claims = {"nonce": attempt.nonce, "at_hash": None}
    token = both_servers.okta.mint(server=other, user=ADA, kind="id_token", claims=claims)
    both_servers.okta.watch.changes = {"id_token": token}
    assert browser.get(callback).status_code == 401
    assert browser.session_id is None


def test_a_missing_id_token_is_refused(both_servers: Rig) -> None:
    both_servers.okta.watch.changes = {"id_token": None}
    browser = both_servers.browser()
    answer = browser.sign_in()
    assert (answer.status_code, "id_token_invalid" in answer.text) == (401, True)


def test_the_id_token_of_another_user_does_not_fit_the_access_token(rig: Rig) -> None:
    assert sign_in_with(rig, rig.browser(), PAT) == (401, "token_mixed_up")


BAD_ACCESS_TOKENS: dict[str, dict[str, Any]] = {
    "of another user": {"user": PAT},
    "of a machine": {"client": AGENT[0]},
    "of another server": {"user": ADA, "server": "default"},
    "of the org server": {"user": ADA, "server": "org"},
    "for another audience": {"user": ADA, "claims": {"aud": "api://other"}},
    "without uid": {"user": ADA, "claims": {"uid": None}},
    "expired": {"user": ADA, "expires_in": -120},
    "signed by nobody known": {"user": ADA, "signed_by": "stranger"},
    "an ID token": {"user": ADA, "kind": "id_token"},
    "bound to a key": {"user": ADA, "claims": {"cnf": {"jkt": "x"}}},
}


@pytest.mark.parametrize("body", BAD_ACCESS_TOKENS.values(), ids=BAD_ACCESS_TOKENS)
def test_a_bad_access_token_is_refused_with_a_custom_server(rig: Rig, body: dict[str, Any]) -> None:
    browser = rig.browser()
    attempt = browser.begin()
    callback = browser.at_okta(attempt)
    id_token = rig.okta.mint(user=ADA, kind="id_token", claims={"nonce": attempt.nonce, "at_hash": None})
    rig.okta.watch.changes = {"access_token": rig.okta.mint(**body), "id_token": id_token}
    answer = browser.get(callback, [("Accept", "application/json")])
    assert (answer.status_code, answer.json().get("error")) == (401, "token_mixed_up")
    assert browser.session_id is None


def test_groups_come_from_the_access_token_with_a_custom_server(rig: Rig) -> None:
    browser = rig.browser()
    assert sign_in_with(rig, browser, claims={"groups": ["id-token-only"]}) == (302, "")
    assert browser.get("/oauth2/session").json()["groups"] == ["registry-admins", "mcp-book-club"]


def test_groups_come_from_the_id_token_with_the_org_server(org_rig: Rig) -> None:
    browser = org_rig.browser()
    assert sign_in_with(org_rig, browser, claims={"groups": ["public-mcp-users"]}) == (302, "")
    assert browser.get("/oauth2/session").json()["groups"] == ["public-mcp-users"]


@pytest.mark.parametrize("groups", ["registry-admins", {"a": 1}, ["registry-admins", 7], None], ids=str)
def test_groups_that_are_no_list_of_names_are_none(org_rig: Rig, groups: object) -> None:
    browser = org_rig.browser()
    assert sign_in_with(org_rig, browser, claims={"groups": groups}) == (302, "")
    assert browser.get("/oauth2/session").json()["groups"] == []


def test_the_org_servers_access_token_is_never_handed_out(org_rig: Rig) -> None:
    browser = org_rig.browser().signed_in()
    token = browser.access_token()
    oktas = org_rig.okta.grants("authorization_code")[-1].answer["access_token"]
    assert token != oktas
    for bad in (oktas, org_rig.okta.grants("authorization_code")[-1].answer["id_token"]):
        assert org_rig.browser().get("/api/servers", [("Authorization", f"Bearer {bad}")]).status_code == 401


def test_an_id_token_is_no_credential_for_the_api_with_a_custom_server(rig: Rig) -> None:
    rig.browser().signed_in()
    id_token = rig.okta.grants("authorization_code")[-1].answer["id_token"]
    assert rig.browser().get("/api/servers", [("Authorization", f"Bearer {id_token}")]).status_code == 401
