"""Who may call the IAM API: ADMIN_SCOPE, asked for again in the function, and what is open without it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.iam.rig import ADA, ADMIN_SCOPE, PAT, ROBOT, Caller, Rig, request_event

ROUTES = (
    ("GET", "/api/iam/users"),
    ("POST", "/api/iam/users"),
    ("GET", "/api/iam/users/ada@example.com"),
    ("PATCH", "/api/iam/users/ada@example.com"),
    ("DELETE", "/api/iam/users/ada@example.com"),
    ("POST", "/api/iam/users/ada@example.com/deactivate"),
    ("POST", "/api/iam/users/ada@example.com/activate"),
    ("DELETE", "/api/iam/users/ada@example.com/sessions"),
    ("GET", "/api/iam/users/ada@example.com/groups"),
    ("PUT", "/api/iam/users/ada@example.com/groups"),
    ("POST", "/api/iam/users/ada@example.com/groups"),
    ("DELETE", "/api/iam/users/ada@example.com/groups"),
    ("GET", "/api/iam/groups"),
    ("POST", "/api/iam/groups"),
    ("GET", "/api/iam/groups/registry-admins"),
    ("PATCH", "/api/iam/groups/registry-admins"),
    ("DELETE", "/api/iam/groups/registry-admins"),
    ("GET", "/api/iam/groups/registry-admins/members"),
    ("GET", "/api/iam/groups/registry-admins/scopes"),
    ("PUT", "/api/iam/groups/registry-admins/scopes"),
    ("GET", "/api/iam/m2m"),
    ("POST", "/api/iam/m2m"),
    ("POST", "/api/iam/m2m/register"),
    ("POST", "/api/iam/m2m/sync"),
    ("GET", "/api/iam/m2m/x"),
    ("PATCH", "/api/iam/m2m/x"),
    ("DELETE", "/api/iam/m2m/x"),
    ("POST", "/api/iam/m2m/x/secret"),
    ("DELETE", "/api/iam/m2m/x/secret"),
    ("GET", "/api/iam/openapi.json"),
    ("GET", "/api/iam/docs"),
    ("GET", "/api/iam/nowhere"),
)
NO_ADMIN = {
    "another scope": PAT,
    "no scope": replace(PAT, scopes=()),
    "a scope that begins like it": replace(PAT, scopes=(f"{ADMIN_SCOPE}:x", "registry:admin")),
    "the scope in other case": replace(PAT, scopes=(ADMIN_SCOPE.upper(),)),
    "the scope as a group": replace(PAT, groups=(ADMIN_SCOPE,)),
    "the scope within another's name": replace(PAT, scopes=(f"x {ADMIN_SCOPE} y",)),
    "a machine without it": replace(ROBOT, scopes=()),
}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_but_whoami_needs_the_scope_of_administrators(steady: Rig, method: str, path: str) -> None:
    answer = steady.call(method, path, actor=PAT)
    assert answer.status == 403
    assert answer.code == "not_administrator"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_without_the_context_of_an_authorizer(steady: Rig, method: str, path: str) -> None:
    answer = steady.call(method, path, actor=None)
    assert answer.status == 500
    assert answer.code == "event_malformed"


def test_the_table_of_routes_is_complete(steady: Rig) -> None:
    document = steady.call("GET", "/api/iam/openapi.json").ok()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    here = {(method, _template(path)) for method, path in ROUTES}
    assert described - {("GET", "/api/iam/whoami")} <= here


@pytest.mark.parametrize("caller", NO_ADMIN.values(), ids=NO_ADMIN)
def test_only_the_exact_scope_makes_an_administrator(steady: Rig, caller: Caller) -> None:
    assert steady.call("GET", "/api/iam/users", actor=caller).code == "not_administrator"
    assert steady.call("GET", "/api/iam/whoami", actor=caller).ok()["administrator"] is False


def test_a_machine_with_the_scope_administers(steady: Rig) -> None:
    assert steady.call("GET", "/api/iam/users", actor=ROBOT).ok()["users"]


def test_headers_of_the_client_do_not_make_an_administrator(steady: Rig) -> None:
    forged = {
        "x-scopes": ADMIN_SCOPE,
        "scopes": ADMIN_SCOPE,
        "x-amzn-requestcontext": "{}",
        "principalid": ADA.id,
        "authorization": "Bearer x",
    }
    assert steady.call("GET", "/api/iam/users", actor=PAT, headers=forged).status == 403


@pytest.mark.parametrize("suffix", ["/x", "%2Fx", ";x", "%20"])
def test_a_path_that_only_begins_like_whoami_needs_the_scope(steady: Rig, suffix: str) -> None:
    assert steady.call("GET", f"/api/iam/whoami{suffix}", actor=replace(PAT, scopes=())).status == 403
    assert steady.call("GET", f"/api/iam/users/..%2Fwhoami{suffix}", actor=PAT).status == 403


@pytest.mark.parametrize("path", ["/api/iam/users", "/api/iam/groups", "/api/iam/m2m"])
@pytest.mark.parametrize("detour", ["/api/iam/docs", "/api/iam/openapi.json", "/api/iam/whoami"])
def test_the_path_of_the_event_does_not_lead_around_the_check(steady: Rig, path: str, detour: str) -> None:
    """What is checked is what is answered, whatever `path` and `requestContext.path` say."""
    event = request_event("GET", path, actor=PAT)
    assert steady.first.invoke({**event, "path": detour})["statusCode"] == 403
    event["requestContext"]["path"] = detour
    assert steady.first.invoke(event)["statusCode"] == 403


FORGED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no authorizer": lambda context: {},
    "only a principal": lambda context: {"principalId": context["principalId"]},
    "another kind": lambda context: {**context, "token_type": "root"},
    "no kind": lambda context: {**context, "token_type": "-"},
    "no scopes member": lambda context: {name: value for name, value in context.items() if name != "scopes"},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("path", ["/api/iam/users", "/api/iam/whoami"])
def test_a_context_that_is_not_the_authorizers_is_an_error_of_the_gateway(
    steady: Rig, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    event = request_event("GET", path)
    event["requestContext"]["authorizer"] = change(event["requestContext"]["authorizer"])
    answer = steady.first.invoke(event)
    assert answer["statusCode"] == 500
    assert '"event_malformed"' in answer["body"]


def test_whoami_tells_a_user_what_the_authorizer_saw(steady: Rig) -> None:
    told = steady.call("GET", "/api/iam/whoami", actor=replace(PAT, groups=("a,b", "Ünïcode grüp", "-"))).ok()
    assert told["id"] == PAT.id
    assert told["kind"] == "user"
    assert told["username"] == PAT.username
    assert told["groups"] == ["a,b", "Ünïcode grüp", "-"]
    assert told["scopes"] == ["mcp:servers:read"]
    assert told["administrator"] is False
    assert told["expires_at"].endswith("Z")


def test_whoami_tells_a_machine_what_the_authorizer_saw(steady: Rig) -> None:
    told = steady.call("GET", "/api/iam/whoami", actor=ROBOT).ok()
    assert told["kind"] == "m2m"
    assert told["username"] is None
    assert told["client_id"] == ROBOT.client_id
    assert told["administrator"] is True


def test_the_administrators_scope_is_a_setting(rig: Rig) -> None:
    sandbox = rig.sandbox(ADMIN_SCOPE="mcp:servers:read")
    assert sandbox.call("GET", "/api/iam/users", actor=PAT).status == 200
    assert sandbox.call("GET", "/api/iam/users", actor=replace(ADA, scopes=(ADMIN_SCOPE,))).status == 403


@pytest.mark.parametrize("path", ["/api/iam/docs", "/api/iam/openapi.json"])
def test_the_documentation_is_open_where_the_setting_says_so(rig: Rig, path: str) -> None:
    public = rig.sandbox(IAM_DOCS_PUBLIC="true")
    assert public.call("GET", path, actor=None).status == 200
    assert public.call("GET", "/api/iam/users", actor=None).status == 500
    assert rig.call("GET", path, actor=PAT).status == 403
    assert rig.call("GET", path).status == 200


def test_whoami_needs_neither_the_store_nor_okta(rig: Rig) -> None:
    rig.okta.fault("all", "outage")
    alone = rig.sandbox(DOCUMENTDB_URI="mongodb://127.0.0.1:9/?directConnection=true")
    assert alone.call("GET", "/api/iam/whoami", actor=PAT).status == 200


def _template(path: str) -> str:
    parts = path.split("/")
    names = {"users": "{user}", "groups": "{group}", "m2m": "{client_id}"}
    if len(parts) > 4 and parts[3] in names and parts[4] not in {"register", "sync"}:
        parts[4] = names[parts[3]]
    return "/".join(parts)
