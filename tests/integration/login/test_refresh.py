"""A session outlives its access token: refreshed once, by whoever comes first, and ended when Okta says so."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.login.browser import ADA, ADA_ID, PAT, Browser
from tests.integration.login.conftest import Start
from tests.integration.login.racing import at_once
from tests.integration.login.rig import CUSTOM, ORG, Rig
from tests.integration.login.watched_okta import AGENT, WEB_APP, Exchange

REFRESH = "refresh_token"


def refreshes(rig: Rig) -> list[Exchange]:
    return rig.okta.grants(REFRESH)


def is_over(rig: Rig, browser: Browser, code: str = "session_missing") -> bool:
    """Whether the session is gone: refused with the code, its cookie cleared, its row deleted."""
    before = len(rig.sessions())
    answer = browser.token()
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"] == code
    assert browser.session_id is None
    assert len(rig.sessions()) == before - 1
    return True


def test_a_token_with_time_left_is_handed_out_again(both_servers: Rig) -> None:
    browser, before = both_servers.browser().signed_in(), len(refreshes(both_servers))
    both_servers.clock.pass_by(800 if both_servers.mode == ORG else 3500)
    assert browser.access_token() == browser.access_token()
    assert len(refreshes(both_servers)) == before


def test_a_token_near_its_end_is_refreshed_once(any_rig: Rig) -> None:
    browser, before = any_rig.browser().signed_in(), len(refreshes(any_rig))
    old = browser.access_token()
    any_rig.token_ends_soon()
    answer = browser.token().json()
    assert answer["access_token"] != old
    assert answer["expires_in"] > 800
    assert browser.access_token() == answer["access_token"]
    assert len(refreshes(any_rig)) == before + 1
    api = any_rig.browser().get("/api/servers", [("Authorization", f"Bearer {answer['access_token']}")])
    assert api.status_code == 200


def test_each_refresh_uses_the_newest_refresh_token(both_servers: Rig) -> None:
    browser, before = both_servers.browser().signed_in(), len(refreshes(both_servers))
    for _ in range(3):
        both_servers.token_ends_soon()
        browser.access_token()
    used = refreshes(both_servers)[before:]
    assert len(used) == 3
    assert [exchange.form[REFRESH] for exchange in used[1:]] == [exchange.answer[REFRESH] for exchange in used[:-1]]


def test_ten_requests_at_once_refresh_once(start: Start, server_mode: str) -> None:
    rig = start(server_mode)
    rig.sandboxes.add(9)
    browser = rig.browser().signed_in()
    at_once(rig, browser, lambda racer: racer.get("/oauth2/session"))
    rig.token_ends_soon()
    rig.okta.fault("token", "slow", 0.5)
    answers = at_once(rig, browser, lambda racer: racer.token())
    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.json()["access_token"] for answer in answers}) == 1
    assert len(refreshes(rig)) == 1
    assert browser.access_token() == answers[0].json()["access_token"]


def test_of_ten_requests_at_once_all_learn_that_the_session_is_over(start: Start) -> None:
    rig = start()
    rig.sandboxes.add(9)
    browser = rig.browser().signed_in()
    at_once(rig, browser, lambda racer: racer.get("/oauth2/session"))
    rig.token_ends_soon()
    rig.okta.control(f"users/{ADA}", active=False)
    rig.okta.fault("token", "slow", 0.3)
    answers = at_once(rig, browser, lambda racer: racer.token())
    assert [answer.status_code for answer in answers] == [401] * 10
    assert len(refreshes(rig)) == 1
    assert rig.sessions() == []


def test_an_answer_without_a_refresh_token_keeps_the_old_one(both_servers: Rig) -> None:
    rig = both_servers
    rig.okta.control(f"apps/{WEB_APP}", refresh_token={"rotation_type": "STATIC", "leeway": 0})
    browser, before = rig.browser().signed_in(), len(refreshes(rig))
    rig.okta.watch.changes = {REFRESH: None}
    for _ in range(2):
        rig.token_ends_soon()
        browser.access_token()
    first, second = refreshes(rig)[before:]
    assert first.form[REFRESH] == second.form[REFRESH]


def test_static_refresh_tokens_work(both_servers: Rig) -> None:
    both_servers.okta.control(f"apps/{WEB_APP}", refresh_token={"rotation_type": "STATIC", "leeway": 0})
    browser = both_servers.browser().signed_in()
    for _ in range(2):
        both_servers.token_ends_soon()
        browser.access_token()


def test_new_groups_count_from_the_next_refresh_on(both_servers: Rig) -> None:
    browser = both_servers.browser().signed_in(PAT)
    both_servers.okta.control(f"users/{PAT}", groups=["registry-admins"])
    assert browser.get("/oauth2/session").json()["groups"] == ["public-mcp-users"]
    both_servers.token_ends_soon()
    token = browser.access_token()
    assert browser.get("/oauth2/session").json()["groups"] == ["registry-admins"]
    answer = both_servers.browser().get("/api/servers", [("Authorization", f"Bearer {token}")])
    assert answer.json()["you"]["X-Groups"] == "registry-admins"


def test_a_deactivated_user_is_out_at_the_next_refresh(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in(PAT)
    any_rig.okta.control(f"users/{PAT}", active=False)
    any_rig.token_ends_soon()
    assert is_over(any_rig, browser, "session_ended")
    assert browser.get("/oauth2/session").status_code == 401


def test_a_user_who_is_no_longer_assigned_is_out_at_the_next_refresh(both_servers: Rig) -> None:
    browser = both_servers.browser().signed_in(PAT)
    both_servers.okta.control(f"users/{PAT}", groups=[])
    both_servers.token_ends_soon()
    assert is_over(both_servers, browser, "session_ended")


@pytest.mark.parametrize(
    ("error", "code"), [("invalid_grant", "session_ended"), ("access_denied", "okta_access_denied")]
)
def test_a_refused_refresh_ends_the_session(both_servers: Rig, error: str, code: str) -> None:
    browser = both_servers.browser().signed_in()
    both_servers.token_ends_soon()
    both_servers.okta.refuse("token", error, "no more")
    assert is_over(both_servers, browser, code)


CHANGED_ID_TOKENS: dict[str, Callable[[Rig], dict[str, Any]]] = {
    "another user": lambda _: {"user": PAT},
    "another sub": lambda _: {"user": ADA, "claims": {"sub": "00u1zzz"}},
    "another issuer": lambda rig: {"user": ADA, "claims": {"iss": f"{rig.issuer}/"}},
    "another audience": lambda _: {"user": ADA, "claims": {"aud": "0oa9other"}},
    "another azp": lambda _: {"user": ADA, "claims": {"azp": "0oa9other"}},
    "another server": lambda rig: {"user": ADA, "server": "aus1234567890abcdef" if rig.server == "org" else "org"},
    "a stranger's signature": lambda _: {"user": ADA, "signed_by": "stranger"},
    "expired": lambda _: {"user": ADA, "expires_in": -120},
}


@pytest.mark.parametrize("changed", CHANGED_ID_TOKENS.values(), ids=CHANGED_ID_TOKENS)
def test_a_changed_id_token_in_a_refresh_ends_the_session(
    both_servers: Rig, changed: Callable[[Rig], dict[str, Any]]
) -> None:
    rig, browser = both_servers, both_servers.browser().signed_in()
    rig.token_ends_soon()
    body = changed(rig)
    claims = {"at_hash": None, **body.pop("claims", {})}
    token = rig.okta.mint(**{"server": rig.server, "kind": "id_token", "claims": claims, **body})
    rig.okta.watch.changes = {"id_token": token}
    assert is_over(rig, browser)
    assert not rig.okta.is_active(refreshes(rig)[-1].answer[REFRESH], rig.server), "the new refresh token lives on"


@pytest.mark.parametrize(
    "body",
    [{"user": PAT}, {"client": AGENT[0]}, {"user": ADA, "claims": {"uid": "00u1zzz"}}, {"user": ADA, "server": "org"}],
    ids=["another user", "a machine", "another uid", "another server"],
)
@pytest.mark.parametrize("with_id_token", [True, False])
def test_a_changed_access_token_in_a_refresh_ends_the_session(
    rig: Rig, body: dict[str, Any], with_id_token: bool
) -> None:
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    id_token = rig.okta.mint(user=ADA, kind="id_token", claims={"at_hash": None}) if with_id_token else None
    rig.okta.watch.changes = {"access_token": rig.okta.mint(**body), "id_token": id_token}
    assert is_over(rig, browser)


def test_a_refresh_without_an_id_token_is_good(both_servers: Rig) -> None:
    browser = both_servers.browser().signed_in()
    both_servers.token_ends_soon()
    both_servers.okta.watch.changes = {"id_token": None}
    assert browser.access_token()
    assert browser.get("/oauth2/session").json()["sub"] == ADA_ID


@pytest.mark.parametrize("fault", ["outage", "html", "rate_limit"])
def test_while_okta_is_down_the_session_waits(any_rig: Rig, fault: str) -> None:
    browser = any_rig.browser().signed_in()
    any_rig.token_ends_soon()
    any_rig.okta.fault("token", fault)
    for _ in range(2):
        answer = browser.token()
        assert (answer.status_code, answer.json()["error"]) == (503, "okta_unavailable")
    assert browser.get("/oauth2/session").status_code == 200
    any_rig.okta.fault("token", None)
    assert browser.access_token()


def test_a_slow_okta_is_given_up_and_the_session_kept(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okta_gateway.okta.oauth.READ_SECONDS", 0.2)
    rig = start()
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    rig.okta.fault("token", "slow", 0.6)
    assert browser.token().status_code == 503
    rig.okta.fault("token", None)
    assert browser.access_token()


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "invalid_request", "server_error"])
def test_a_refusal_of_the_gateway_is_not_the_persons_fault(both_servers: Rig, error: str) -> None:
    browser = both_servers.browser().signed_in()
    both_servers.token_ends_soon()
    both_servers.okta.refuse("token", error, "the gateway is wrong")
    assert browser.token().status_code == 503
    both_servers.okta.control("deviations", refusal=None)
    assert browser.access_token()


def test_new_keys_that_cannot_be_fetched_cost_no_session(start: Start, server_mode: str) -> None:
    rig = start(server_mode)
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    rig.okta.control("keys/rotate", server=rig.server)  # ACTIVE is now what was NEXT, and known already
    rig.okta.control("keys/rotate", server=rig.server)
    rig.okta.fault("keys", "outage")
    assert browser.token().status_code == 503
    rig.okta.fault("keys", None)
    rig.clock.pass_by(61)
    assert browser.access_token()


def test_oktas_key_rotation_is_followed(start: Start, server_mode: str) -> None:
    rig = start(server_mode)
    browser = rig.browser().signed_in()
    for _ in range(3):
        rig.okta.control("keys/rotate", server=rig.server)
        rig.token_ends_soon()
        browser.access_token()


@pytest.fixture(params=[CUSTOM, ORG])
def server_mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_without_offline_access_the_session_lasts_as_long_as_its_token(start: Start) -> None:
    rig = start(OKTA_SCOPES="openid profile email")
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    assert browser.token().json()["expires_in"] <= 30
    rig.clock.pass_by(31)
    assert is_over(rig, browser)


def test_a_token_that_is_out_is_never_handed_out(rig: Rig) -> None:
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    assert browser.get("/oauth2/session").status_code == 200
    rig.okta.fault("token", "outage")
    rig.clock.pass_by(35)
    assert browser.token().status_code == 503


def test_signing_out_during_a_refresh_leaves_nothing_behind(start: Start) -> None:
    rig = start()
    rig.sandboxes.add(1)
    browser = rig.browser().signed_in()
    rig.token_ends_soon()

    def sign_out() -> None:
        rig.database["oauth_sessions_gateway"].delete_many({})

    rig.okta.watch.before_answer = sign_out
    assert browser.token().status_code == 401
    rig.okta.watch.before_answer = lambda: None
    assert rig.sessions() == []
    assert not rig.okta.is_active(refreshes(rig)[-1].answer[REFRESH])


def test_an_abandoned_lease_ends_by_itself(rig: Rig) -> None:
    """A sandbox that died in the middle of a refresh."""
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    row = rig.sessions()[-1]
    found = rig.database["oauth_sessions_gateway"].find_one({"_id": row["_id"]})
    assert found
    rig.database["oauth_sessions_gateway"].update_one(
        {"_id": row["_id"]}, {"$set": {"lease_holder": "a dead sandbox", "lease_until": found["last_seen_at"]}}
    )
    assert browser.access_token()
