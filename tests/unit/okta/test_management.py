"""Users, groups and apps as Okta was recorded to answer: what is read of it, and what is decided by it."""

import json
import logging
from typing import Any

import httpx
import pytest

from okta_gateway.okta.api_credentials import SswsToken
from okta_gateway.okta.errors import OktaDuplicate, OktaLimitReached, OktaNotFound, OktaStateRefused, OktaUnavailable
from okta_gateway.okta.management import okta_management
from okta_gateway.okta.models import (
    ClientSecret,
    NewClientSecret,
    NewServiceApp,
    OktaApp,
    OktaGroup,
    OktaUser,
    Page,
)
from tests.tokens import ABSENT
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import API_TOKEN, OKTA_URL, ScriptedOkta, raised, refusal

NOT_FOUND = ("GET", "/users/{id}", 404)
EXISTS = "An object with this field already exists in the current organization"


def with_members(record: Any, **overrides: Any) -> dict[str, Any]:
    """The record with members changed, added or left out (ABSENT); `profile__x` means `x` in `profile`."""
    copy: dict[str, Any] = json.loads(json.dumps(record))
    for name, value in overrides.items():
        *path, last = name.split("__")
        place = copy
        for step in path:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return copy


def user(**overrides: Any) -> dict[str, Any]:
    return with_members(recorded.body("GET", "/users/{id}"), **overrides)


def group(name: str, group_id: str = "00g1", **overrides: Any) -> dict[str, Any]:
    return with_members(recorded.body("GET", "/groups/{groupId}"), id=group_id, profile__name=name, **overrides)


def service_app(**overrides: Any) -> dict[str, Any]:
    """The recorded web app made into a machine client: no recording has one of those."""
    members: dict[str, Any] = {
        "settings__oauthClient__application_type": "service",
        "settings__oauthClient__grant_types": ["client_credentials"],
        "credentials__oauthClient__client_secret": "s3cret",
    }
    return with_members(recorded.body("POST", "/apps"), **(members | overrides))


@pytest.mark.parametrize("index", [0, 1])
def test_a_recorded_user_is_read(index: int) -> None:
    body = recorded.body("GET", "/users/{id}", index=index)
    found = ScriptedOkta(recorded.answer("GET", "/users/{id}", index=index)).users.find(body["id"])
    profile = body["profile"]
    assert found == OktaUser(
        body["id"],
        body["status"],
        profile["login"],
        profile["email"],
        profile["firstName"],
        profile["lastName"],
        body["created"],
        None,
    )
    assert found.active is (body["status"] == "ACTIVE")


def test_every_recorded_user_group_and_app_is_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for index in (0, 1):
        okta = ScriptedOkta(recorded.answer("GET", "/users", index=index))
        assert len(okta.users.search(None, 200, None).items) == len(recorded.body("GET", "/users", index=index))
        okta = ScriptedOkta(recorded.answer("GET", "/groups", index=index))
        assert len(okta.groups.page(None, 200, None).items) == len(recorded.body("GET", "/groups", index=index))
        okta = ScriptedOkta(recorded.answer("GET", "/users/{id}/groups", index=index))
        assert len(okta.users.groups("00u1")) == len(recorded.body("GET", "/users/{id}/groups", index=index))
        okta = ScriptedOkta(recorded.answer("GET", "/groups/{groupId}/users", index=index))
        assert len(list(okta.groups.all_members("00g1"))) == len(
            recorded.body("GET", "/groups/{groupId}/users", index=index)
        )
        okta = ScriptedOkta(recorded.answer("GET", "/apps", index=index))
        assert len(list(okta.apps.all())) == len(recorded.body("GET", "/apps", index=index))
    assert not [record for record in caplog.records if record.name.startswith("okta_gateway")]


@pytest.mark.parametrize(
    ("status", "active"),
    [
        ("ACTIVE", True),
        ("STAGED", False),
        ("PROVISIONED", False),
        ("RECOVERY", False),
        ("PASSWORD_EXPIRED", False),
        ("LOCKED_OUT", False),
        ("SUSPENDED", False),
        ("DEPROVISIONED", False),
        ("active", False),
    ],
)
def test_only_an_active_user_is_active(status: str, active: bool) -> None:
    """Registry 7.15: suspended users are not shown as enabled, and names not as null."""
    found = ScriptedOkta(httpx.Response(200, json=user(status=status))).users.find("00u1")
    assert found is not None
    assert found.active is active
    assert (found.first_name, found.last_name) == (user()["profile"]["firstName"], user()["profile"]["lastName"])


ODD: list[Any] = [
    None,
    7,
    "s3cret",
    [],
    {},
    user(id=ABSENT),
    user(id=7),
    user(id=""),
    user(status=None),
    user(profile=ABSENT),
    user(profile=None),
    user(profile="s3cret"),
    user(profile__login=ABSENT),
    user(profile__login=["s3cret"]),
    user(profile__login="s3cret\ud800"),
]


def test_an_odd_record_never_fails_a_page(caplog: pytest.LogCaptureFixture) -> None:
    records = [user(id="00u1"), *ODD, user(id="00u2")]
    page = httpx.Response(200, content=json.dumps(records), headers={"Content-Type": "application/json"})
    okta = ScriptedOkta(page)
    assert [found.id for found in okta.users.search(None, 200, None).items] == ["00u1", "00u2"]
    (line,) = [record for record in caplog.records if record.name == "okta_gateway.okta.models"]
    assert line.getMessage() == f"read_user: skipped {len(ODD)} of {len(ODD) + 2} records of Okta that cannot be read"
    assert line.levelname == "WARNING"


@pytest.mark.parametrize("record", ODD, ids=lambda record: json.dumps(record)[:20])
def test_an_odd_record_that_was_asked_for_is_an_error(record: Any) -> None:
    answer = httpx.Response(200, content=json.dumps(record), headers={"Content-Type": "application/json"})
    raised(OktaUnavailable, lambda: ScriptedOkta(answer).users.find("00u1"))


@pytest.mark.parametrize("nothing", [ABSENT, None, 7, {"s3cret": 1}])
def test_what_a_user_may_lack_is_empty(nothing: Any) -> None:
    record = user(profile__email=nothing, profile__firstName=nothing, profile__lastName=nothing, created=nothing)
    found = ScriptedOkta(httpx.Response(200, json=record | {"lastLogin": 7})).users.find("00u1")
    assert found is not None
    assert (found.email, found.first_name, found.last_name, found.created, found.last_login) == ("", "", "", "", None)


def test_a_user_who_is_not_there_is_none() -> None:
    okta = ScriptedOkta(recorded.answer(*NOT_FOUND))
    assert okta.users.find("00u1") is None
    assert okta.users.named("00u1") is None
    assert okta.groups.find("00g1") is None
    assert okta.apps.find("0oa1") is None


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        ("00u1", True),
        ("ada@example.com", True),
        ("ADA@Example.com", True),
        ("ada", False),
        ("00U1", False),
        ("ada@example.co", False),
    ],
)
@pytest.mark.parametrize("login", ["ada@example.com", "Ada@example.COM"])
def test_a_user_is_named_by_the_whole_id_or_login(name: str, is_it: bool, login: str) -> None:
    """Okta finds users by the part of a login before the @ too."""
    okta = ScriptedOkta(httpx.Response(200, json=user(id="00u1", profile__login=login)))
    assert (okta.users.named(name) is not None) is is_it


STATES: list[tuple[str, str, bool]] = [
    ("activate", "ACTIVE", True),
    ("activate", "PROVISIONED", True),
    ("activate", "SUSPENDED", False),
    ("activate", "DEPROVISIONED", False),
    ("deactivate", "DEPROVISIONED", True),
    ("deactivate", "ACTIVE", False),
]


@pytest.mark.parametrize(("method", "status", "is_done"), STATES)
@pytest.mark.parametrize("code", ["E0000016", "E0000038"])
def test_a_state_that_is_reached_already_is_no_error(method: str, status: str, is_done: bool, code: str) -> None:
    """As after an answer that was lost. Whom else it is refused to, it is refused to."""
    okta = ScriptedOkta(httpx.ReadTimeout("s3cret"), refusal(403, code), httpx.Response(200, json=user(status=status)))
    if is_done:
        getattr(okta.users, method)("00u1")
    else:
        assert raised(OktaStateRefused, lambda: getattr(okta.users, method)("00u1")).error_code == code
    assert okta.asked[2] == "GET /api/v1/users/00u1"


@pytest.mark.parametrize("code", ["E0000001", "E0000038"])
@pytest.mark.parametrize(
    ("method", "status", "is_done"),
    [("activate", "ACTIVE", True), ("activate", "INACTIVE", False), ("deactivate", "INACTIVE", True),
     ("deactivate", "ACTIVE", False)],
)  # fmt: skip
def test_a_state_that_an_app_has_already_is_no_error(method: str, status: str, is_done: bool, code: str) -> None:
    okta = ScriptedOkta(refusal(403, code), httpx.Response(200, json=service_app(status=status)))
    if is_done:
        getattr(okta.apps, method)("0oa1")
    else:
        assert raised(OktaStateRefused, lambda: getattr(okta.apps, method)("0oa1")).error_code == code
    assert okta.asked == [f"POST /api/v1/apps/0oa1/lifecycle/{method}", "GET /api/v1/apps/0oa1"]


def test_an_app_that_was_switched_off_before_can_be_removed() -> None:
    gone = httpx.Response(204)
    okta = ScriptedOkta(refusal(403, "E0000038"), httpx.Response(200, json=service_app(status="INACTIVE")), gone)
    okta.apps.remove("0oa1")
    assert okta.asked[-1] == "DELETE /api/v1/apps/0oa1"


def test_an_app_that_is_gone_is_removed_already() -> None:
    okta = ScriptedOkta(refusal(404, "E0000007"))
    okta.apps.remove("0oa1")
    assert okta.asked[0] == "POST /api/v1/apps/0oa1/lifecycle/deactivate"


def test_an_app_that_cannot_be_switched_off_is_not_deleted() -> None:
    okta = ScriptedOkta(refusal(403, "E0000038"), httpx.Response(200, json=service_app(status="ACTIVE")))
    raised(OktaStateRefused, lambda: okta.apps.remove("0oa1"))
    assert not any(asked.startswith("DELETE") for asked in okta.asked)


def test_a_state_of_nobody_is_not_reached() -> None:
    okta = ScriptedOkta(refusal(403, "E0000038"), recorded.answer(*NOT_FOUND))
    raised(OktaStateRefused, lambda: okta.users.deactivate("00u1"))


@pytest.mark.parametrize("status", [200, 204])
def test_both_recorded_answers_to_a_deactivation_are_success(status: int) -> None:
    ScriptedOkta(recorded.answer("POST", "/users/{id}/lifecycle/deactivate", status)).users.deactivate("00u1")


def test_the_recorded_answers_without_content_are_success() -> None:
    ScriptedOkta(recorded.answer("DELETE", "/users/{id}", 204)).users.delete("00u1")
    ScriptedOkta(recorded.answer("DELETE", "/users/{userId}/sessions", 204)).users.end_sessions("00u1")
    ScriptedOkta(recorded.answer("DELETE", "/groups/{groupId}", 204)).groups.delete("00g1")
    ScriptedOkta(recorded.answer("PUT", "/groups/{groupId}/users/{userId}", 204)).groups.add_member("00g1", "00u1")
    ScriptedOkta(recorded.answer("DELETE", "/groups/{groupId}/users/{userId}", 204)).groups.remove_member("g", "u")
    ScriptedOkta(recorded.answer("DELETE", "/apps/{appId}", 204)).apps.delete("0oa1")


def test_the_link_that_activates_a_user_is_neither_asked_for_nor_read() -> None:
    okta = ScriptedOkta(recorded.answer("POST", "/users/{id}/lifecycle/activate"))
    okta.users.activate("00u1")
    assert okta.request.url.params["sendEmail"] == "true"


def test_a_recorded_creation_of_a_user_is_read() -> None:
    request = recorded.sample("POST", "/users", 200)["request"]
    okta = ScriptedOkta(recorded.answer("POST", "/users"))
    made = okta.users.create(request["profile"], [], None, activate=False)
    assert made.login == request["profile"]["login"]


def test_a_login_that_is_taken_is_a_duplicate() -> None:
    okta = ScriptedOkta(refusal(400, "E0000001", f"login: {EXISTS}", summary="Api validation failed: login"))
    error = raised(OktaDuplicate, lambda: okta.users.create({}, [], None, activate=True))
    assert (error.status, error.error_code, error.causes) == (409, "E0000001", (f"login: {EXISTS}",))


def test_a_recorded_group_is_made_and_changed() -> None:
    body = recorded.body("POST", "/groups")
    made = ScriptedOkta(recorded.answer("POST", "/groups")).groups.create("x", None)
    assert made == OktaGroup(
        body["id"], body["profile"]["name"], body["profile"]["description"], "OKTA_GROUP", body["profile"]
    )
    changed = ScriptedOkta(recorded.answer("PUT", "/groups/{groupId}")).groups.update(made, "y", "z")
    assert changed.id == recorded.body("PUT", "/groups/{groupId}")["id"]


@pytest.mark.parametrize("name", ["registry-admins-production", "00gsfbh2pJyrDzGmQ4x6", "Group-Target-Test"])
def test_a_group_is_named_exactly(name: str) -> None:
    """Registry 7.16: no guessing from the shape of a name, and `q` finds what only starts with it."""
    others = [group(f"{name}-2", "00g2"), group(name.upper(), "00g3"), group(f" {name}", "00g4")]
    okta = ScriptedOkta(httpx.Response(200, json=[*others, group(name)]))
    assert [found.id for found in okta.groups.named(name)] == ["00g1"]
    assert dict(okta.request.url.params) == {"q": name, "limit": "200"}


def test_groups_of_directories_may_have_the_same_name() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=[group("a"), group("a", "00g2", type="APP_GROUP")]))
    assert [(found.id, found.type) for found in okta.groups.named("a")] == [
        ("00g1", "OKTA_GROUP"),
        ("00g2", "APP_GROUP"),
    ]


def test_a_group_that_a_full_answer_may_lack_is_searched_for() -> None:
    """Registry 7.17: 200 groups are not all groups."""
    full = [group(f'say "a{number}"', f"00g{number}") for number in range(200)]
    link = {"Link": f'<{OKTA_URL}/api/v1/groups?after=1>; rel="next"'}
    okta = ScriptedOkta(
        httpx.Response(200, json=full),
        httpx.Response(200, json=[full[7]], headers=link),
        httpx.Response(200, json=[group('say "a7"', "00gX")]),
    )
    assert [found.id for found in okta.groups.named('say "a7"')] == ["00g7", "00gX"]
    assert dict(okta.requests[1].url.params) == {"search": 'profile.name eq "say \\"a7\\""', "limit": "200"}


def test_a_group_among_fewer_is_not_searched_for() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=[group(f"a{number}") for number in range(199)]))
    assert okta.groups.named("a") == []
    assert len(okta.requests) == 1


def test_a_machine_client_is_made_with_its_secret() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=service_app()))
    made = okta.apps.create_service("Agent", {"made_by": "okta-gateway"})
    assert made == NewServiceApp("0oas92c5r8A1EQacI5d7", "0oas92c5r8A1EQacI5d7", "s3cret")
    assert okta.asked == ["POST /api/v1/apps?activate=true"]
    assert json.loads(okta.request.content) == {
        "name": "oidc_client",
        "label": "Agent",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "oauthClient": {
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": False,
                "autoKeyRotation": True,
            }
        },
        "settings": {
            "oauthClient": {
                "application_type": "service",
                "grant_types": ["client_credentials"],
                "response_types": ["token"],
                "dpop_bound_access_tokens": False,
            }
        },
        "profile": {"made_by": "okta-gateway"},
    }


@pytest.mark.parametrize(
    ("overrides", "is_service"),
    [
        ({}, True),
        ({"settings__oauthClient__application_type": "web"}, False),
        ({"settings__oauthClient__grant_types": ["authorization_code"]}, False),
        ({"settings__oauthClient__grant_types": ["authorization_code", "client_credentials"]}, True),
        ({"settings__oauthClient__grant_types": "client_credentials"}, False),
        ({"settings__oauthClient__grant_types": None}, False),
        ({"settings__oauthClient": None}, False),
        ({"settings": ABSENT}, False),
    ],
)
def test_a_service_app_is_one_by_type_and_grant(overrides: Any, is_service: bool) -> None:
    """Registry 7.12: the web application is no machine client, whatever grants it has."""
    found = ScriptedOkta(httpx.Response(200, json=service_app(**overrides))).apps.find("0oa1")
    assert found is not None
    assert found.is_service is is_service


def test_a_web_app_with_client_credentials_is_no_service() -> None:
    """As recorded."""
    assert ScriptedOkta(recorded.answer("POST", "/apps")).apps.find("0oa1") == OktaApp(
        "0oas92c5r8A1EQacI5d7",
        "Test OIDC App for SSO Public Keys",
        "ACTIVE",
        "0oas92c5r8A1EQacI5d7",
        is_service=False,
        profile={},
    )


def test_the_client_id_of_an_app_may_differ_from_its_id() -> None:
    found = ScriptedOkta(recorded.answer("GET", "/apps/{appId}")).apps.find("0oa1")
    assert found is not None
    assert (found.id, found.client_id) == ("0oasfaq4kQ6yVrDTg4x6", "testclientid12345")


def test_an_app_that_is_no_oauth_client_has_no_client_id() -> None:
    assert {found.client_id for found in ScriptedOkta(recorded.answer("GET", "/apps")).apps.all()} == {None}


def test_an_odd_app_never_fails_the_list() -> None:
    odd = [service_app(label=None), service_app(status=7), service_app(id=ABSENT), "app", {"id": "0oa1"}]
    okta = ScriptedOkta(httpx.Response(200, json=[*odd, service_app(profile=[1], credentials="x")]))
    (found,) = okta.apps.all()
    assert (found.client_id, found.profile) == (None, {})


def test_an_app_is_labelled_exactly() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=[service_app(label="Agent 2"), service_app(label="Agent")]))
    assert [found.label for found in okta.apps.labelled("Agent")] == ["Agent"]


def test_a_renamed_app_keeps_everything_else() -> None:
    before = service_app(profile={"groups": ["a"]}, settings__notes={"admin": "kept"})
    okta = ScriptedOkta(httpx.Response(200, json=before), httpx.Response(200, json=before | {"label": "New"}))
    assert okta.apps.rename("0oa1", "New").label == "New"
    assert okta.asked == ["GET /api/v1/apps/0oa1", "PUT /api/v1/apps/0oa1"]
    sent = json.loads(okta.requests[1].content)
    read_only = {"id", "orn", "status", "created", "lastUpdated", "features", "_links"}
    assert set(sent) == set(before) - read_only
    expected = with_members(before, label="New", credentials__oauthClient__client_secret=ABSENT)
    assert sent == {name: value for name, value in expected.items() if name not in read_only}


def test_an_app_that_is_no_oauth_client_is_renamed_too() -> None:
    bookmark = recorded.body("GET", "/apps")[0]
    okta = ScriptedOkta(httpx.Response(200, json=bookmark))
    okta.apps.rename("0oa1", "New")
    assert json.loads(okta.requests[1].content)["credentials"] == bookmark["credentials"]
    raised(OktaNotFound, lambda: ScriptedOkta(recorded.answer(*NOT_FOUND)).apps.rename("0oa1", "New"))


def test_recorded_secrets_are_listed_without_their_values() -> None:
    okta = ScriptedOkta(recorded.answer("GET", "/apps/{appId}/credentials/secrets"))
    assert okta.apps.secrets("0oa1") == [ClientSecret("ocss92c5sa5voRKQv5d7", "ACTIVE", "2026-01-06T19:50:58.000Z")]


def test_a_recorded_new_secret_is_read() -> None:
    okta = ScriptedOkta(recorded.answer("POST", "/apps/{appId}/credentials/secrets", 201))
    assert okta.apps.add_secret("0oa1") == NewClientSecret("ocss9288npzaKNsaK5d7", "REDACTED")


@pytest.mark.parametrize("verb", ["You have", "You've"])
@pytest.mark.parametrize("place", ["cause", "summary"])
def test_a_third_secret_is_one_too_many(place: str, verb: str) -> None:
    """Okta's answer as public logs have it, and as its documentation has it."""
    sentence = f"{verb} reached the maximum number of client secrets per client."
    by_place = {"cause": refusal(400, "E0000001", sentence), "summary": refusal(400, "E0000001", summary=sentence)}
    raised(OktaLimitReached, lambda: ScriptedOkta(by_place[place]).apps.add_secret("0oa1"))


def test_an_active_secret_is_not_deleted() -> None:
    """What a DELETE is refused for is the state of what it would delete."""
    okta = ScriptedOkta(refusal(400, "E0000001", "You can delete an inactive client secret only."))
    raised(OktaStateRefused, lambda: okta.apps.delete_secret("0oa1", "ocs1"))


@pytest.mark.parametrize(
    "value",
    [
        NewClientSecret("ocs1", "s3cret"),
        NewServiceApp("0oa1", "0oa1", "s3cret"),
        Page([NewClientSecret("ocs1", "s3cret")], None),
    ],
)
def test_a_secret_does_not_show_itself(value: object) -> None:
    assert "s3cret" not in f"{value!r} {value}"


def test_no_secret_of_a_call_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ScriptedOkta(httpx.Response(200, json=service_app())).apps.create_service("Agent", {})
    ScriptedOkta(httpx.Response(200, json=user())).users.create({}, [], "s3cret-password", activate=True)
    assert "s3cret" not in caplog.text


def test_users_groups_and_apps_share_a_budget_of_time() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=[])

    left = iter([20.0, 10.0, 5.0])
    okta = okta_management(
        OKTA_URL, SswsToken(API_TOKEN), time_left=lambda: next(left), transport=httpx.MockTransport(answer)
    )
    assert okta.users.search(None, 1, None).items == []
    assert okta.groups.named("x") == []
    assert list(okta.apps.all()) == []
    assert [request.extensions["timeout"]["read"] for request in requests] == [9.75, 4.75, 2.25]
