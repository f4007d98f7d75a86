"""The control routes: minted tokens, faults and counts."""

import time
from typing import Any

import pytest

from tests.contract.okta_standin.openapi import ERROR_CODES, require_okta_error
from tests.contract.okta_standin.standin_client import (
    AGENT,
    AGENT_SECRET,
    CUSTOM,
    MACHINE_FORM,
    WEB_APP,
    Standin,
    claims_of,
    header_of,
    verified,
)

ADA = "ada@example.com"


def test_claims_and_header_are_merged_and_null_removes(okta: Standin) -> None:
    token = okta.mint(user=ADA, claims={"sub": "other", "groups": None}, header={"typ": "JWT", "kid": None})
    assert claims_of(token)["sub"] == "other"
    assert "groups" not in claims_of(token)
    assert header_of(token) == {"alg": "RS256", "typ": "JWT"}


def test_any_header_can_be_claimed(okta: Standin) -> None:
    assert header_of(okta.mint(user=ADA, header={"alg": "none"}))["alg"] == "none"


@pytest.mark.parametrize(("expires_in", "lifetime"), [(60, 60), (-60, 3600), (0, 3600)])
def test_expires_in_may_lie_in_the_past(okta: Standin, expires_in: int, lifetime: int) -> None:
    claims = claims_of(okta.mint(user=ADA, expires_in=expires_in))
    assert claims["exp"] - claims["iat"] == lifetime
    assert abs(claims["exp"] - expires_in - time.time()) < 30


def test_the_next_key_signs_a_token_that_verifies(okta: Standin) -> None:
    token = okta.mint(user=ADA, signed_by="next")
    assert header_of(token)["kid"] == okta.key_set()[1]["kid"]
    assert verified(token, okta.key_set(), "api://ai-registry", okta.issuer())


def test_a_stranger_signs_with_the_active_keys_kid(okta: Standin) -> None:
    token = okta.mint(user=ADA, signed_by="stranger")
    assert header_of(token)["kid"] == okta.key_set()[0]["kid"]
    assert okta.introspect(token) == {"active": False}


def test_a_users_token_can_be_for_another_client(okta: Standin) -> None:
    assert claims_of(okta.mint(user=ADA))["cid"] == WEB_APP
    assert claims_of(okta.mint(user=ADA, client_id=AGENT))["cid"] == AGENT


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, "user"),
        ({"user": ADA, "client": AGENT}, "client"),
        ({"user": "nobody@example.com"}, "ada@example.com"),
        ({"client": "0oaNobody"}, AGENT),
        ({"user": ADA, "server": "aus0"}, CUSTOM),
        ({"user": ADA, "kind": "refresh_token"}, "id_token"),
        ({"client": AGENT, "kind": "id_token"}, "user"),
        ({"user": ADA, "signed_by": "me"}, "stranger"),
        ({"user": ADA, "scopes": "openid"}, "scopes"),
        ({"user": ADA, "expires_in": True}, "expires_in"),
        ({"user": ADA, "scope": []}, "scope"),
        ([], "object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_mint_request_says_what_is_expected(okta: Standin, body: Any, names: str) -> None:
    response = okta.http.post("/_standin/tokens", json=body)
    assert response.status_code == 400
    assert names in response.json()["error"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"fault": "outage"}, "path"),
        ({"path": "keys"}, "fault"),
        ({"path": "jwks", "fault": "outage"}, "keys"),
        ({"path": "keys", "fault": "fire"}, "outage"),
        ({"path": "keys", "fault": "slow", "seconds": "5"}, "seconds"),
    ],
    ids=["no path", "no fault", "path", "fault", "seconds"],
)
def test_a_wrong_fault_request_says_what_is_expected(okta: Standin, body: dict[str, Any], names: str) -> None:
    response = okta.http.post("/_standin/faults", json=body)
    assert response.status_code == 400
    assert names in response.json()["error"]


def test_a_body_that_is_not_json_is_refused(okta: Standin) -> None:
    assert okta.http.post("/_standin/tokens", content=b"{").status_code == 400


def set_fault(okta: Standin, path: str, fault: str | None, seconds: float = 5) -> None:
    response = okta.http.post("/_standin/faults", json={"path": path, "fault": fault, "seconds": seconds})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(("fault", "code"), [("outage", "E0000181"), ("rate_limit", "E0000047")])
def test_a_fault_is_an_error_of_oktas_own_shape(own_okta: Standin, fault: str, code: str) -> None:
    set_fault(own_okta, "keys", fault)
    response = own_okta.http.get(own_okta.endpoint(CUSTOM, "keys"))
    require_okta_error(response.json())
    assert response.status_code == ERROR_CODES[code]["statusCode"]
    assert response.json()["errorSummary"] == ERROR_CODES[code]["errorSummary"]
    assert response.json()["errorCode"] == code
    assert ("x-rate-limit-reset" in response.headers) == (fault == "rate_limit")
    assert "retry-after" not in response.headers


def test_html_comes_with_status_200(own_okta: Standin) -> None:
    set_fault(own_okta, "keys", "html")
    response = own_okta.http.get(own_okta.endpoint("org", "keys"))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


def test_slow_answers_come_late_but_right(own_okta: Standin) -> None:
    set_fault(own_okta, "keys", "slow", 0.2)
    before = time.monotonic()
    assert len(own_okta.key_set()) == 2
    assert time.monotonic() - before >= 0.2


def statuses(okta: Standin) -> tuple[int, int, int]:
    keys = okta.http.get(okta.endpoint(CUSTOM, "keys"))
    token = okta.request_token(MACHINE_FORM, auth=(AGENT, AGENT_SECRET))
    discovery = okta.http.get("/.well-known/openid-configuration")
    return keys.status_code, token.status_code, discovery.status_code


def test_a_fault_hits_its_path_only_and_null_clears_it(own_okta: Standin) -> None:
    expected = {"keys": (503, 200, 200), "token": (200, 503, 200), "all": (503, 503, 503)}
    for path, hit in expected.items():
        set_fault(own_okta, path, "outage")
        assert statuses(own_okta) == hit
        set_fault(own_okta, path, None)
        assert statuses(own_okta) == (200, 200, 200)


def test_clearing_all_clears_every_fault(own_okta: Standin) -> None:
    set_fault(own_okta, "keys", "outage")
    set_fault(own_okta, "token", "html")
    set_fault(own_okta, "all", None)
    assert statuses(own_okta) == (200, 200, 200)


def test_requests_are_counted_by_path_also_while_a_fault_is_on(own_okta: Standin) -> None:
    own_okta.key_set()
    set_fault(own_okta, "keys", "outage")
    own_okta.http.get(own_okta.endpoint(CUSTOM, "keys"))
    own_okta.http.get("/.well-known/openid-configuration")
    assert own_okta.http.get("/_standin/requests").json() == {
        f"/oauth2/{CUSTOM}/v1/keys": 2,
        "/.well-known/openid-configuration": 1,
    }
