"""What every endpoint of the management API has in common: credentials, permissions, bodies, limits."""

import http.client
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.management import (
    ADMINISTRATOR,
    READER,
    Management,
    bearer,
    control,
    managing,
    refusal,
    require_documented,
)
from tests.contract.okta_standin.standin_client import KEY_AGENT, Standin

USERS = "/api/v1/users"
EMPTY_GROUP: dict[str, Any] = {"profile": {}}


@pytest.mark.parametrize(
    ("authorization", "answer"),
    [
        (None, (403, "E0000005", [])),
        ("Basic b2s6b2s=", (403, "E0000005", [])),
        ("SSWS", (401, "E0000011", [])),
        ("SSWS local-api-token", (401, "E0000011", [])),
        ("Bearer local-api-token-not-for-production", (401, "E0000011", [])),
    ],
    ids=["nothing", "another scheme", "no token", "a wrong token", "an API token as a bearer"],
)
def test_a_call_without_a_good_credential_is_refused(
    okta: Standin, authorization: str | None, answer: tuple[int, str, list[str]]
) -> None:
    with managing(okta, authorization) as stranger:
        assert refusal(stranger.get("/users")) == answer


@pytest.mark.parametrize("authorization", [ADMINISTRATOR, READER, ADMINISTRATOR.replace("SSWS", "ssws")])
def test_an_api_token_reads(okta: Standin, authorization: str) -> None:
    with managing(okta, authorization) as caller:
        assert caller.get("/users").status_code == 200


def test_a_token_that_may_only_read_changes_nothing(okta: Standin) -> None:
    with managing(okta, READER) as reader:
        assert refusal(reader.post("/groups", EMPTY_GROUP)) == (403, "E0000006", [])


def test_an_apps_token_may_do_what_its_scopes_say(own_okta: Standin) -> None:
    with managing(own_okta, bearer(own_okta, "okta.users.read okta.groups.manage")) as app:
        assert app.get("/users").status_code == 200
        assert refusal(app.post("/users", {})) == (403, "E0000006", [])
        assert app.get("/groups").status_code == 200
        assert app.create_group("by an app")["profile"]["name"] == "by an app"


def test_a_token_of_a_custom_server_is_no_credential(okta: Standin) -> None:
    token = okta.mint(client=KEY_AGENT, scopes=["okta.users.read"])
    with managing(okta, f"Bearer {token}") as app:
        assert refusal(app.get("/users")) == (401, "E0000011", [])


def test_an_expired_token_is_refused(own_okta: Standin, clock: Clock) -> None:
    with managing(own_okta, bearer(own_okta, "okta.users.read")) as app:
        clock.now += 3600
        assert refusal(app.get("/users")) == (401, "E0000011", [])


def test_a_deactivated_apps_tokens_are_dead_for_good(own_okta: Standin, api: Management, clock: Clock) -> None:
    authorization = bearer(own_okta, "okta.users.read")
    with managing(own_okta, authorization) as app:
        for step in ("deactivate", "activate"):
            assert api.post(f"/apps/{KEY_AGENT}/lifecycle/{step}").status_code == 200
            assert refusal(app.get("/users")) == (401, "E0000011", [])
    clock.now += 1
    with managing(own_okta, bearer(own_okta, "okta.users.read")) as app:
        assert app.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"{", "application/json", "E0000003"),
        (b"", "application/json", "E0000003"),
        (b"[]", "application/json", "E0000003"),
        (b"\xff", "application/json", "E0000003"),
        (b"profile=x", "application/x-www-form-urlencoded", "E0000019"),
        (b"{}", "text/plain", "E0000019"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(okta: Standin, content: bytes, media_type: str, code: str) -> None:
    headers = {"Authorization": ADMINISTRATOR, "Content-Type": media_type}
    response = okta.http.post("/api/v1/groups", content=content, headers=headers)
    assert refusal(response) == (400, code, [])


@pytest.mark.parametrize(("method", "path"), [("POST", USERS), ("PUT", f"{USERS}/00u1ada00000000000a1")])
def test_a_post_or_put_that_says_no_length_is_refused(okta: Standin, method: str, path: str) -> None:
    host = httpx.URL(okta.address).netloc.decode()
    connection = http.client.HTTPConnection(host)
    connection.putrequest(method, path)
    connection.putheader("Authorization", ADMINISTRATOR)
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_a_post_without_a_body_says_length_zero(own_okta: Standin, api: Management) -> None:
    assert api.post("/users/ada@example.com/lifecycle/suspend").status_code == 200


def test_paths_and_methods_that_okta_does_not_have_are_refused(okta: Standin) -> None:
    with managing(okta) as caller:
        assert refusal(caller.get("/people")) == (404, "E0000008", [])
        assert refusal(caller.delete("/users")) == (405, "E0000022", [])


def test_each_call_counts_in_its_bucket_and_the_minute_fills_it_again(own_okta: Standin, clock: Clock) -> None:
    control(own_okta, "rate_limits", bucket="users", limit=2)
    with managing(own_okta) as caller:
        first, second = caller.get("/users"), caller.get("/users")
        assert [first.headers["x-rate-limit-remaining"], second.headers["x-rate-limit-remaining"]] == ["1", "0"]
        assert int(first.headers["x-rate-limit-reset"]) == clock.now + 60
        refused = caller.get("/users")
        assert refusal(refused) == (429, "E0000047", [])
        assert refused.headers["x-rate-limit-remaining"] == "0"
        assert refused.headers["x-rate-limit-reset"] == first.headers["x-rate-limit-reset"]
        assert "retry-after" not in refused.headers
        assert caller.get("/groups").status_code == 200
        clock.now += 60
        assert caller.get("/users").status_code == 200


def test_each_caller_has_a_limit_of_its_own(own_okta: Standin) -> None:
    control(own_okta, "rate_limits", bucket="users", limit=1)
    with managing(own_okta) as first, managing(own_okta, READER) as second:
        statuses = [caller.get("/users").status_code for caller in (first, second, first)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("bucket", "path"),
    [
        ("apps", "/apps"),
        ("apps", "/apps/0oa1/credentials/secrets"),
        ("apps/{id}", "/apps/0oa1"),
        ("groups", "/groups"),
        ("groups/{id}", "/groups/00g1"),
        ("users", "/users"),
        ("users/{id}", "/users/00u1"),
        ("other", "/groups/00g1/users"),
    ],
)
def test_a_path_is_counted_where_okta_counts_it(own_okta: Standin, bucket: str, path: str) -> None:
    control(own_okta, "rate_limits", bucket=bucket, limit=0)
    headers = {"Authorization": ADMINISTRATOR}
    assert own_okta.http.get(f"/api/v1{path}", headers=headers).status_code == 429
    control(own_okta, "rate_limits", bucket=bucket, limit=None)
    assert own_okta.http.get(f"/api/v1{path}", headers=headers).status_code != 429


def test_a_call_that_is_slow_to_send_its_body_undoes_no_other(own_okta: Standin, api: Management) -> None:
    group = api.create_group("writers")
    connection = http.client.HTTPConnection(httpx.URL(own_okta.address).netloc.decode())
    connection.putrequest("POST", f"{USERS}/sam@example.com")
    body = b'{"profile": {"title": "Author"}}'
    headers = {"Authorization": ADMINISTRATOR, "Content-Type": "application/json", "Content-Length": str(len(body))}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert api.put(f"/groups/{group['id']}/users/sam@example.com").status_code == 204
    connection.send(body)
    assert connection.getresponse().status == 200
    connection.close()
    assert len(api.read(f"/groups/{group['id']}/users")) == 1


def test_a_refusal_has_the_rate_limit_headers_too(okta: Standin) -> None:
    with managing(okta) as caller:
        refused = caller.get("/users/00uNobody")
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(refused.headers)


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("populate", {"users": -1}, "users"),
        ("populate", {"people": 1}, "users"),
        ("search", {}, "delay"),
        ("rate_limits", {"bucket": "logs", "limit": 1}, "users/{id}"),
        ("groups", {"name": "x", "type": "BUILT_IN"}, "APP_GROUP"),
        ("faults", {"path": "/api/v1", "fault": "outage", "times": 0}, "times"),
        ("faults", {"path": "/api/v1", "fault": "outage", "method": "PATCH"}, "DELETE"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_wrong_control_request_says_what_is_expected(
    okta: Standin, path: str, body: dict[str, Any], names: str
) -> None:
    response = okta.http.post(f"/_standin/{path}", json=body)
    assert response.status_code == 400
    assert names in response.json()["error"]


def test_the_check_of_answers_finds_what_is_wrong(okta: Standin) -> None:
    request = httpx.Request("GET", f"{okta.address}{USERS}")
    headers = {"x-rate-limit-limit": "2", "x-rate-limit-remaining": "1", "x-rate-limit-reset": "1"}
    headers |= {"cache-control": "no-cache, no-store"}
    good = httpx.Response(200, json=[], headers=headers, request=request)
    require_documented(good)
    for status, body in ((201, []), (200, {}), (200, [{"id": 7}]), (200, [{"id": "00u1"}])):
        with pytest.raises(Exception, match=r"."):
            require_documented(httpx.Response(status, json=body, headers=headers, request=request))
