"""What goes out to Okta's management API: addresses, headers, bodies; nothing from a caller becomes another path."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from okta_gateway.okta import apps
from okta_gateway.okta.models import OktaGroup
from tests.contract.okta_standin.openapi import json_schema, without_nulls
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import API_TOKEN, OKTA_URL, ScriptedOkta

type Ask = Callable[[ScriptedOkta], object]

USER, GROUP, APP = recorded.body("GET", "/users/{id}"), recorded.body("GET", "/groups/{groupId}"), "0oa1"
ENGINEERS = OktaGroup("00g1", "Engineers", None, "OKTA_GROUP", {"name": "Engineers", "team": "a"})
NEW_APP = recorded.body("POST", "/apps")
SECRET = recorded.body("POST", "/apps/{appId}/credentials/secrets", 201)

CALLS: dict[str, tuple[Ask, Any, str, Any]] = {
    "find a user": (lambda o: o.users.find("00u1"), USER, "GET /api/v1/users/00u1", None),
    "list users": (lambda o: o.users.search(None, 50, None), [], "GET /api/v1/users?limit=50", None),
    "the next users": (
        lambda o: o.users.search(None, 50, "00u/9"),
        [],
        "GET /api/v1/users?limit=50&after=00u%2F9",
        None,
    ),
    "create a user": (
        lambda o: o.users.create({"login": "ada@example.com"}, ["00g1"], None, activate=True),
        USER,
        "POST /api/v1/users?activate=true",
        {"profile": {"login": "ada@example.com"}, "groupIds": ["00g1"]},
    ),
    "create a user with a password": (
        lambda o: o.users.create({"login": "ada@example.com"}, [], "s3cret", activate=False),
        USER,
        "POST /api/v1/users?activate=false",
        {"profile": {"login": "ada@example.com"}, "credentials": {"password": {"value": "s3cret"}}},
    ),
    "update a user": (
        lambda o: o.users.update("00u1", {"firstName": "Ada"}),
        USER,
        "POST /api/v1/users/00u1",
        {"profile": {"firstName": "Ada"}},
    ),
    "activate a user": (
        lambda o: o.users.activate("00u1"),
        {},
        "POST /api/v1/users/00u1/lifecycle/activate?sendEmail=true",
        None,
    ),
    "deactivate a user": (
        lambda o: o.users.deactivate("00u1"),
        {},
        "POST /api/v1/users/00u1/lifecycle/deactivate",
        None,
    ),
    "delete a user": (lambda o: o.users.delete("00u1"), None, "DELETE /api/v1/users/00u1", None),
    "end sessions": (
        lambda o: o.users.end_sessions("00u1"),
        None,
        "DELETE /api/v1/users/00u1/sessions?oauthTokens=true",
        None,
    ),
    "groups of a user": (lambda o: o.users.groups("00u1"), [], "GET /api/v1/users/00u1/groups", None),
    "find a group": (lambda o: o.groups.find("00g1"), GROUP, "GET /api/v1/groups/00g1", None),
    "groups of a name": (lambda o: o.groups.named("a b"), [], "GET /api/v1/groups?q=a%20b&limit=200", None),
    "list groups": (lambda o: o.groups.page(None, 50, None), [], "GET /api/v1/groups?limit=50", None),
    "create a group": (
        lambda o: o.groups.create("Engineers", None),
        GROUP,
        "POST /api/v1/groups",
        {"profile": {"name": "Engineers", "description": None}},
    ),
    "update a group": (
        lambda o: o.groups.update(ENGINEERS, "Builders", "They build."),
        GROUP,
        "PUT /api/v1/groups/00g1",
        {"profile": {"name": "Builders", "description": "They build.", "team": "a"}},
    ),
    "delete a group": (lambda o: o.groups.delete("00g1"), None, "DELETE /api/v1/groups/00g1", None),
    "a page of members": (
        lambda o: o.groups.members("00g1", 20, "x"),
        [],
        "GET /api/v1/groups/00g1/users?limit=20&after=x",
        None,
    ),
    "all members": (
        lambda o: list(o.groups.all_members("00g1")),
        [],
        "GET /api/v1/groups/00g1/users?limit=200",
        None,
    ),
    "add a member": (lambda o: o.groups.add_member("00g1", "00u1"), None, "PUT /api/v1/groups/00g1/users/00u1", None),
    "remove a member": (
        lambda o: o.groups.remove_member("00g1", "00u1"),
        None,
        "DELETE /api/v1/groups/00g1/users/00u1",
        None,
    ),
    "create an app": (
        lambda o: o.apps.create_service("Agent", {"made_by": "okta-gateway"}),
        NEW_APP,
        "POST /api/v1/apps?activate=true",
        apps._service_app("Agent", {"made_by": "okta-gateway"}),
    ),
    "find an app": (lambda o: o.apps.find(APP), NEW_APP, "GET /api/v1/apps/0oa1", None),
    "all apps": (lambda o: list(o.apps.all()), [], "GET /api/v1/apps?limit=200", None),
    "apps of a label": (lambda o: o.apps.labelled("a&b"), [], "GET /api/v1/apps?q=a%26b&limit=200", None),
    "activate an app": (lambda o: o.apps.activate(APP), {}, "POST /api/v1/apps/0oa1/lifecycle/activate", None),
    "deactivate an app": (lambda o: o.apps.deactivate(APP), {}, "POST /api/v1/apps/0oa1/lifecycle/deactivate", None),
    "delete an app": (lambda o: o.apps.delete(APP), None, "DELETE /api/v1/apps/0oa1", None),
    "secrets": (lambda o: o.apps.secrets(APP), [], "GET /api/v1/apps/0oa1/credentials/secrets", None),
    "add a secret": (lambda o: o.apps.add_secret(APP), SECRET, "POST /api/v1/apps/0oa1/credentials/secrets", {}),
    "deactivate a secret": (
        lambda o: o.apps.deactivate_secret(APP, "ocs1"),
        {},
        "POST /api/v1/apps/0oa1/credentials/secrets/ocs1/lifecycle/deactivate",
        None,
    ),
    "delete a secret": (
        lambda o: o.apps.delete_secret(APP, "ocs1"),
        None,
        "DELETE /api/v1/apps/0oa1/credentials/secrets/ocs1",
        None,
    ),
}
EVERY_CALL = pytest.mark.parametrize(("ask", "body", "asked", "sent"), CALLS.values(), ids=CALLS.keys())


def answer(body: Any) -> httpx.Response:
    return httpx.Response(204) if body is None else httpx.Response(200, json=body)


@EVERY_CALL
def test_a_method_makes_one_call(ask: Ask, body: Any, asked: str, sent: Any) -> None:
    okta = ScriptedOkta(answer(body))
    ask(okta)
    assert okta.asked == [asked]
    assert (json.loads(okta.request.content) if okta.request.content else None) == sent


@EVERY_CALL
def test_a_call_has_the_headers_that_okta_wants(ask: Ask, body: Any, asked: str, sent: Any) -> None:
    okta = ScriptedOkta(answer(body))
    ask(okta)
    headers = okta.request.headers
    assert headers["Authorization"] == f"SSWS {API_TOKEN}"
    assert headers["Accept"] == "application/json"
    assert headers.get("Content-Type") == (None if sent is None else "application/json")
    if asked.startswith(("POST", "PUT")):  # without it Okta answers 411
        assert headers["Content-Length"] == str(len(okta.request.content))


@EVERY_CALL
def test_a_call_is_one_that_okta_describes(ask: Ask, body: Any, asked: str, sent: Any) -> None:
    """Method, path and parameters are in Okta's OpenAPI document."""
    okta = ScriptedOkta(answer(body))
    ask(okta)
    operation, parameters = described(okta.request)
    assert operation is not None
    assert set(okta.request.url.params) <= parameters


@EVERY_CALL
def test_a_missing_permission_is_named_as_okta_names_it(ask: Ask, body: Any, asked: str, sent: Any) -> None:
    okta = ScriptedOkta(httpx.Response(403, json={"errorCode": "E0000006"}))
    with pytest.raises(Exception, match=r"it needs okta\.\w+\.\w+$") as failure:
        ask(okta)
    operation, _ = described(okta.requests[0])
    (oauth,) = [way["oauth2"] for way in operation["security"] if "oauth2" in way]
    assert str(failure.value).endswith(f"it needs {oauth[0]}")


@pytest.mark.parametrize(
    ("ask", "body", "asked", "sent"),
    [row for row in CALLS.values() if row[3] is not None],
    ids=[name for name, row in CALLS.items() if row[3] is not None],
)
def test_a_body_is_one_that_okta_describes(ask: Ask, body: Any, asked: str, sent: Any) -> None:
    okta = ScriptedOkta(answer(body))
    ask(okta)
    operation, _ = described(okta.request)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    components = recorded.table("management-subset")["components"]
    Draft202012Validator(json_schema({**schema, "components": components})).validate(without_nulls(sent))


def described(request: httpx.Request) -> tuple[Any, set[str]]:
    """What Okta's OpenAPI document says about a request, and the names of its parameters in the query."""
    document = recorded.table("management-subset")
    segments = request.url.path.split("/")
    for path, operations in document["paths"].items():
        template = path.split("/")
        is_it = len(template) == len(segments) and all(
            wanted.startswith("{") or wanted == given for wanted, given in zip(template, segments, strict=True)
        )
        if is_it and request.method.lower() in operations:
            operation = operations[request.method.lower()]
            named = [*operation.get("parameters", []), *operations.get("parameters", [])]
            looked_up = [
                document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
                for one in named
            ]
            # /users/{id}/groups has no parameters in the document.
            return operation, {one["name"] for one in looked_up if one["in"] == "query"}
    raise LookupError(f"Okta describes no {request.method} {request.url.path}")


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("../groups/00g1", "..%2Fgroups%2F00g1"),
        ("00u1/lifecycle/deactivate", "00u1%2Flifecycle%2Fdeactivate"),
        ("00u1?activate=false", "00u1%3Factivate%3Dfalse"),
        ("00u1#x", "00u1%23x"),
        ("%2e%2e", "%252e%252e"),
        ("%2F", "%252F"),
        ("..\\groups", "..%5Cgroups"),
        ("ada+test@example.com", "ada%2Btest%40example.com"),
        ("a b\r\nX: y", "a%20b%0D%0AX%3A%20y"),
        ("ädä@example.com", "%C3%A4d%C3%A4%40example.com"),
        ("...", "..."),
        ("{}", "%7B%7D"),
        ("{0.__class__}", "%7B0.__class__%7D"),
    ],
)
def test_a_name_is_one_segment_of_a_path_whatever_it_contains(name: str, segment: str) -> None:
    okta = ScriptedOkta(httpx.Response(200, json=USER))
    okta.users.find(name)
    assert okta.asked == [f"GET /api/v1/users/{segment}"]


BY_ID: dict[str, Callable[[ScriptedOkta, str], object]] = {
    "find user": lambda o, i: o.users.find(i),
    "find user by name": lambda o, i: o.users.named(i),
    "update user": lambda o, i: o.users.update(i, {}),
    "delete user": lambda o, i: o.users.delete(i),
    "sessions": lambda o, i: o.users.end_sessions(i),
    "user's groups": lambda o, i: o.users.groups(i),
    "group": lambda o, i: o.groups.find(i),
    "members": lambda o, i: o.groups.members(i, 10, None),
    "group of a member": lambda o, i: o.groups.add_member(i, "00u1"),
    "member": lambda o, i: o.groups.remove_member("00g1", i),
    "app": lambda o, i: o.apps.rename(i, "x"),
    "secret": lambda o, i: o.apps.delete_secret("0oa1", i),
}


@pytest.mark.parametrize("name", ["", ".", "..", "\ud800"], ids=["empty", "dot", "dots", "half a character"])
@pytest.mark.parametrize("ask", BY_ID.values(), ids=BY_ID.keys())
def test_what_would_be_another_path_is_never_sent(ask: Callable[[ScriptedOkta, str], object], name: str) -> None:
    okta = ScriptedOkta(httpx.Response(200, json=USER))
    with pytest.raises(ValueError, match=r"an id is missing|surrogates not allowed"):
        ask(okta, name)
    assert okta.requests == []


@pytest.mark.parametrize("ask", [ask for name, ask in BY_ID.items() if not name.startswith("find")])
def test_me_is_not_the_owner_of_the_api_token(ask: Callable[[ScriptedOkta, str], object]) -> None:
    okta = ScriptedOkta(httpx.Response(200, json=USER))
    with pytest.raises(ValueError, match="no id"):
        ask(okta, "me")
    assert okta.requests == []


def test_nobody_is_called_me() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=USER))
    assert okta.users.find("me") is None
    assert okta.users.named("me") is None
    assert okta.requests == []


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("ada", '"ada"'),
        ('" or profile.login pr or profile.login eq "', '"\\" or profile.login pr or profile.login eq \\""'),
        ("back\\", '"back\\\\"'),
        ("ä&b=c", '"ä&b=c"'),
        ("line\n", '"line\\n"'),
        ("", '""'),
    ],
)
def test_a_search_text_stays_a_text(text: str, quoted: str) -> None:
    okta = ScriptedOkta(httpx.Response(200, json=[]))
    okta.users.search(text, 10, None)
    attributes = ("login", "email", "firstName", "lastName")
    assert dict(okta.request.url.params) == {
        "search": " or ".join(f"profile.{name} sw {quoted}" for name in attributes),
        "limit": "10",
    }
    groups = ScriptedOkta(httpx.Response(200, json=[]))
    groups.groups.page(text, 10, "x")
    assert dict(groups.request.url.params) == {"search": f"profile.name sw {quoted}", "limit": "10", "after": "x"}


def test_what_a_renamed_app_does_not_carry_is_what_okta_calls_read_only() -> None:
    schemas = recorded.table("management-subset")["components"]["schemas"]
    members = {name: rule for part in schemas["OpenIdConnectApplication"]["allOf"] for name, rule in properties(part)}
    assert {name for name, rule in members.items() if rule.get("readOnly")} | {"status", "_links"} == apps._READ_ONLY


def properties(part: Any) -> Any:
    if "$ref" in part:
        part = recorded.table("management-subset")["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    return part.get("properties", {}).items()


def test_nothing_is_remembered_from_one_call_to_the_next() -> None:
    okta = ScriptedOkta(httpx.Response(200, json=USER, headers={"Set-Cookie": "sid=1; Path=/"}))
    okta.users.find("00u1")
    okta.users.find("00u1")
    assert "Cookie" not in okta.requests[1].headers
    assert str(okta.requests[1].url) == f"{OKTA_URL}/api/v1/users/00u1"
