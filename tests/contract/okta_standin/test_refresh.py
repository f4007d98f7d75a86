"""refresh_token: rotation with its leeway, persistent tokens, lifetimes, narrower scopes and refusals."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import (
    ADA,
    AUTH,
    MAX,
    PAT,
    Browser,
    browser,
    change_app,
    change_user,
    refresh,
)
from tests.contract.okta_standin.openapi import EXAMPLES, require_schema
from tests.contract.okta_standin.standin_client import AGENT, AGENT_SECRET, CUSTOM, Standin, claims_of

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
INVALID = {"error": "invalid_grant", "error_description": "The refresh token is invalid or expired."}
OTHER_CLIENT = EXAMPLES["OAuthError400InvalidGrant_MismatchedClient"]
DAY = 24 * 3600


def is_active(okta: Standin, token: str, server: str = CUSTOM) -> bool:
    return bool(okta.introspect(token, server)["active"])


def refused(response: httpx.Response) -> bool:
    return (response.status_code, response.json()) == (400, INVALID)


@SERVERS
def test_a_refresh_gets_new_tokens_of_the_same_sign_in(own_person: Browser, clock: Clock, server: str) -> None:
    before = own_person.tokens(ADA, server)
    clock.now += 1000
    response = refresh(own_person.okta, before["refresh_token"], server)
    after = response.json()
    require_schema(after, "TokenResponseOrgAs" if server == "org" else "TokenResponseCustomAs")
    assert after.keys() == before.keys()
    assert after["scope"] == before["scope"]
    assert after["access_token"] != before["access_token"]
    old, new = claims_of(before["id_token"]), claims_of(after["id_token"])
    assert {name: new[name] for name in ("iss", "sub", "aud", "auth_time", "amr")} == {
        name: old[name] for name in ("iss", "sub", "aud", "auth_time", "amr")
    }
    assert new["iat"] == old["iat"] + 1000
    assert "nonce" in old
    assert "nonce" not in new
    assert claims_of(after["access_token"])["auth_time"] == old["auth_time"]


@SERVERS
def test_a_rotated_token_works_within_the_leeway_and_gets_the_one_that_replaced_it(
    own_person: Browser, clock: Clock, server: str
) -> None:
    first = own_person.tokens(ADA, server)["refresh_token"]
    second = refresh(own_person.okta, first, server).json()["refresh_token"]
    assert second != first
    clock.now += 30
    assert refresh(own_person.okta, first, server).json()["refresh_token"] == second
    assert refresh(own_person.okta, second, server).status_code == 200


@SERVERS
def test_a_rotated_token_used_after_the_leeway_revokes_everything_since_the_sign_in(
    own_person: Browser, clock: Clock, server: str
) -> None:
    okta = own_person.okta
    first = own_person.tokens(ADA, server)
    second = refresh(okta, first["refresh_token"], server).json()
    other = own_person.http
    other.cookies.clear()
    unrelated = own_person.tokens(ADA, server)
    clock.now += 31
    assert is_active(okta, first["access_token"], server)
    assert refused(refresh(okta, first["refresh_token"], server))
    assert refused(refresh(okta, second["refresh_token"], server))
    for token in (first["access_token"], second["access_token"], second["refresh_token"]):
        assert not is_active(okta, token, server)
    assert is_active(okta, unrelated["access_token"], server)
    assert refresh(okta, unrelated["refresh_token"], server).status_code == 200


@pytest.mark.parametrize(("leeway", "age", "status"), [(0, 0, 200), (0, 1, 400), (60, 60, 200), (60, 61, 400)])
def test_the_leeway_is_the_apps_setting(own_person: Browser, clock: Clock, leeway: int, age: int, status: int) -> None:
    change_app(own_person.okta, refresh_token={"leeway": leeway})
    token = own_person.tokens()["refresh_token"]
    refresh(own_person.okta, token)
    clock.now += age
    assert refresh(own_person.okta, token).status_code == status


def test_ten_refreshes_at_once_end_with_one_new_token(own_person: Browser) -> None:
    token = own_person.tokens()["refresh_token"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: refresh(own_person.okta, token).json(), range(10)))
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert len({answer["access_token"] for answer in answers}) == 10


def test_a_static_token_stays_the_same(own_person: Browser, clock: Clock) -> None:
    change_app(own_person.okta, refresh_token={"rotation_type": "STATIC"})
    token = own_person.tokens()["refresh_token"]
    for _ in range(3):
        clock.now += 100
        assert refresh(own_person.okta, token).json()["refresh_token"] == token


@SERVERS
def test_a_narrower_scope_gets_less_and_leaves_the_refresh_token_as_it_was(
    own_person: Browser, clock: Clock, server: str
) -> None:
    token = own_person.tokens(ADA, server)["refresh_token"]
    narrow = refresh(own_person.okta, token, server, scope="openid").json()
    assert narrow["scope"] == "openid"
    assert claims_of(narrow["access_token"])["scp"] == ["openid"]
    assert "refresh_token" not in narrow
    clock.now += 100
    assert refresh(own_person.okta, token, server).json()["scope"] == "openid profile email offline_access"


def test_a_scope_without_openid_gets_no_id_token(own_person: Browser) -> None:
    token = own_person.tokens()["refresh_token"]
    assert "id_token" not in refresh(own_person.okta, token, scope="offline_access").json()


@pytest.mark.parametrize(
    "scope", ["openid groups", "gateway.access", "", " "], ids=["wider", "other", "empty", "space"]
)
def test_a_wider_scope_is_refused_and_does_not_rotate(own_person: Browser, clock: Clock, scope: str) -> None:
    token = own_person.tokens()["refresh_token"]
    response = refresh(own_person.okta, token, scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")
    clock.now += 100
    assert refresh(own_person.okta, token).status_code == 200


@pytest.mark.parametrize(
    ("server", "uses", "status"),
    [
        (CUSTOM, [7 * DAY - 1], 200),
        (CUSTOM, [7 * DAY], 400),
        (CUSTOM, [6 * DAY] * 20, 200),
        ("org", [8 * DAY], 200),
        ("org", [60 * DAY, 31 * DAY], 400),
    ],
    ids=["in the window", "idle for a week", "used weekly for ever", "org server, idle", "org server, 90 days"],
)
def test_a_refresh_token_dies_when_idle_and_at_the_end_of_its_life(
    own_person: Browser, clock: Clock, server: str, uses: list[int], status: int
) -> None:
    token = own_person.tokens(ADA, server)["refresh_token"]
    for pause in uses:
        clock.now += pause
        response = refresh(own_person.okta, token, server)
        token = response.json().get("refresh_token", token)
    assert response.status_code == status
    assert status == 200 or refused(response)


@pytest.fixture
def short_lived(key_folder: Path, clock: Clock) -> Iterator[Browser]:
    """A custom server whose rule gives refresh tokens a day."""
    org = load_org()
    server = org.custom_servers[0]
    people, machines = server.policies
    rule = replace(people.rules[0], refresh_token_minutes=24 * 60)
    org.custom_servers = (replace(server, policies=(replace(people, rules=(rule,)), machines)),)
    app = create_app(org, key_folder=key_folder, clock=clock)
    with serve(app) as address, httpx.Client(base_url=address) as http, browser(Standin(address, http)) as person:
        yield person


def test_the_rules_lifetime_is_inherited_by_each_new_refresh_token(short_lived: Browser, clock: Clock) -> None:
    token = short_lived.tokens()["refresh_token"]
    clock.now += DAY - 10
    token = refresh(short_lived.okta, token).json()["refresh_token"]
    clock.now += 10
    assert refused(refresh(short_lived.okta, token))


@SERVERS
def test_an_unknown_refresh_token_is_refused(okta: Standin, server: str) -> None:
    assert refused(refresh(okta, "unknown", server))


def test_a_missing_refresh_token_is_an_invalid_request(okta: Standin) -> None:
    response = okta.request_token({"grant_type": "refresh_token"}, auth=AUTH)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(("issued", "presented"), [("org", CUSTOM), (CUSTOM, "org"), (CUSTOM, "default")])
def test_a_refresh_token_of_another_server_is_unknown(person: Browser, issued: str, presented: str) -> None:
    token = person.tokens(ADA, issued)["refresh_token"]
    assert refused(refresh(person.okta, token, presented))
    assert refresh(person.okta, token, issued).status_code == 200


def test_a_refresh_token_of_another_app_is_refused_and_lives_on(own_person: Browser) -> None:
    okta = own_person.okta
    change_app(okta, AGENT, grant_types=["refresh_token"])
    token = own_person.tokens()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert okta.request_token(form, auth=(AGENT, AGENT_SECRET)).json() == OTHER_CLIENT
    assert refresh(okta, token).status_code == 200


@SERVERS
def test_a_deactivated_user_is_refused_for_good(own_person: Browser, server: str) -> None:
    okta = own_person.okta
    tokens = own_person.tokens(ADA, server)
    change_user(okta, ADA, active=False)
    assert refused(refresh(okta, tokens["refresh_token"], server))
    assert not is_active(okta, tokens["access_token"], server)
    change_user(okta, ADA, active=True)
    assert refused(refresh(okta, tokens["refresh_token"], server))
    assert "refresh_token" in own_person.tokens(ADA, server)


def test_other_users_keep_their_tokens(own_person: Browser) -> None:
    token = own_person.tokens(PAT)["refresh_token"]
    change_user(own_person.okta, ADA, active=False)
    assert refresh(own_person.okta, token).status_code == 200


def test_a_user_who_is_not_assigned_any_more_is_refused(own_person: Browser) -> None:
    token = own_person.tokens()["refresh_token"]
    change_app(own_person.okta, assigned_groups=["public-mcp-users"])
    assert refused(refresh(own_person.okta, token))


def test_an_app_that_lost_the_grant_is_refused(own_person: Browser) -> None:
    token = own_person.tokens()["refresh_token"]
    change_app(own_person.okta, grant_types=["authorization_code"])
    assert refresh(own_person.okta, token).json()["error"] == "unauthorized_client"


def test_a_refresh_sees_the_groups_of_now(own_person: Browser) -> None:
    token = own_person.tokens()["refresh_token"]
    change_user(own_person.okta, ADA, groups=["registry-admins", "registry-readers"])
    tokens = refresh(own_person.okta, token).json()
    for name in ("access_token", "id_token"):
        assert claims_of(tokens[name])["groups"] == ["registry-admins", "registry-readers"]


@pytest.mark.parametrize(
    ("server", "scope", "status"),
    [
        (CUSTOM, "openid offline_access", 400),
        ("org", "openid groups offline_access", 400),
        ("org", "openid offline_access", 200),
    ],
    ids=["custom", "org with the groups scope", "org without it"],
)
def test_more_than_a_hundred_groups_fail_a_refresh_and_leave_the_token_alone(
    own_person: Browser, clock: Clock, server: str, scope: str, status: int
) -> None:
    token = own_person.tokens(MAX, server, scope=scope)["refresh_token"]
    response = refresh(own_person.okta, token, server)
    assert response.status_code == status
    if status == 400:
        assert response.json()["error_description"] == (
            "The groups claim matched too many groups and must be configured to match fewer groups"
        )
        clock.now += 100
        change_user(own_person.okta, MAX, groups=["mcp-team-1"])
        assert refresh(own_person.okta, token, server).status_code == 200


@SERVERS
def test_introspection_knows_the_newest_refresh_token(own_person: Browser, clock: Clock, server: str) -> None:
    okta = own_person.okta
    token = own_person.tokens(ADA, server)["refresh_token"]
    answer = okta.introspect(token, server)
    require_schema(answer, "IntrospectionResponse")
    assert answer.keys() == EXAMPLES["IntrospectionRefreshToken"].keys() - {"device_id"}
    assert (answer["username"], answer["exp"]) == (ADA, int(clock.now + (90 if server == "org" else 7) * DAY))
    refresh(okta, token, server)
    assert not is_active(okta, token, server)
    assert not is_active(okta, token, "default")
