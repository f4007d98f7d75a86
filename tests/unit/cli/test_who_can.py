"""Who can call a route: held to what the rules mean when they are evaluated without policies."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.cli.answers import CannotCheck
from devkit.cli.asked_route import LOCAL_STAGE_ARN, AskedRoute, parse_route, parse_stage
from devkit.cli.who_can import RouteHolders, WhoCan
from devkit.explain.routes import open_routes, permission_text, scopes_by_group
from okta_gateway.access.scopes import METHODS, parse_permission, validate_rules
from okta_gateway.store.m2m_registry import M2MRecord
from tests.unit.access.rights import Rules, may, opens, rules
from tests.unit.cli.explaining import RULES

PATHS = ["/", "/api", "/api/servers", "/api/servers/", "/api/servers/a", "/api/iam/whoami", "/a/..", "/a/%2fb", "/x//y"]


def who_can(wanted: str, data: Rules = RULES, clients: Sequence[M2MRecord] = (), *, slash: bool = False) -> WhoCan:
    validated = validate_rules(data, ".".join)
    return RouteHolders(parse_route(wanted), validated, allow_encoded_slash=slash).among(data["groups"], clients)


@given(data=rules(), method=st.sampled_from(METHODS), path=st.sampled_from(PATHS), slash=st.booleans())
def test_the_groups_are_those_that_the_rules_let_in(data: Rules, method: str, path: str, slash: bool) -> None:
    found = who_can(f"{method} {path}", data, slash=slash)
    expected = [
        group for group in sorted(data["groups"]) if may(data, [group], method, path, allow_encoded_slash=slash)
    ]
    assert [group.name for group in found.groups] == expected
    assert found.everybody == may(data, [], method, path, allow_encoded_slash=slash)


@given(data=rules(), method=st.sampled_from(METHODS), path=st.sampled_from(PATHS[:5]))
def test_each_scope_is_named_with_the_permissions_that_open_the_route(data: Rules, method: str, path: str) -> None:
    for group in who_can(f"{method} {path}", data).groups:
        for scope, permissions in group.through:
            assert scope in data["groups"][group.name]
            assert all(opens(text, method, path) and text in data["permissions"][scope] for text in permissions)


def test_groups_and_clients_come_with_their_reasons() -> None:
    clients = [
        M2MRecord("0oa1", "reader", ("readers", "unknown")),
        M2MRecord("0oa2", "off", ("registry-admins",), enabled=False),
        M2MRecord("0oa3", "nobody", ("idle",)),
    ]
    found = who_can("GET /api/servers", clients=clients)
    assert [(group.name, [tuple(through) for through in group.through]) for group in found.groups] == [
        ("readers", [("list", ("GET /api/servers",))]),
        ("registry-admins", [("admin", ("ANY /*",))]),
    ]
    assert [tuple(client) for client in found.clients] == [
        ("0oa2", "off", ("registry-admins",), False),
        ("0oa1", "reader", ("readers",), True),
    ]
    assert not found.everybody


def test_whoami_is_open_to_everybody() -> None:
    assert who_can("GET /api/iam/whoami").everybody


@pytest.mark.parametrize("text", ["GET /api", " get  /api/x ", "DELETE /", "PATCH /a%20b"])
def test_a_request_is_a_method_and_a_path(text: str) -> None:
    method, path = text.split()
    assert parse_route(text) == AskedRoute(method.upper(), path)


@pytest.mark.parametrize(
    "text", ["", "GET", "/api", "ANY /api", "GET api", "GET /api/*", "GET /a?b=1", "GET /a b", "FETCH /"]
)
def test_what_is_no_request_is_told_with_what_to_write(text: str) -> None:
    with pytest.raises(CannotCheck, match='such as "GET /api/servers"'):
        parse_route(text)


def test_a_stage_is_an_arn() -> None:
    assert parse_stage(LOCAL_STAGE_ARN).text == LOCAL_STAGE_ARN
    assert parse_stage(f"{LOCAL_STAGE_ARN}/").text == LOCAL_STAGE_ARN
    with pytest.raises(CannotCheck, match="is no stage"):
        parse_stage("arn:aws:lambda:us-east-1:123456789012:function:x")


@pytest.mark.parametrize("text", ["ANY /*", "ANY /a/*", "ANY /a", "GET /", "GET /*", "POST /a/b", "PATCH /a/*"])
def test_a_permission_is_written_as_in_the_file(text: str) -> None:
    assert permission_text(parse_permission(text)) == text


def test_routes_are_ordered_by_path_and_name_every_scope_and_group() -> None:
    data: dict[str, Any] = {
        "groups": {"a": ["s", "t"], "b": ["s"]},
        "permissions": {"s": ["GET /z", "GET /a"], "t": ["GET /a"]},
    }
    validated = validate_rules(data, ".".join)
    assert [tuple(route) for route in open_routes(validated, scopes_by_group(validated, ["a", "b"]))] == [
        ("GET /a", ("s", "t"), ("a", "b")),
        ("GET /z", ("s",), ("a", "b")),
        ("GET /api/iam/whoami", (), ()),
    ]
