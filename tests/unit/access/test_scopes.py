"""Access rules, whatever their source: what a permission may look like, and what groups bring."""

from collections.abc import Callable

import pytest

from okta_gateway.access.scopes import (
    METHODS,
    SHIPPED_PERMISSIONS,
    AccessRules,
    Permission,
    parse_permission,
    validate_rules,
)
from okta_gateway.errors import AccessRulesInvalid


def place(keys: tuple[str, ...]) -> str:
    return "at " + "/".join(keys)


@pytest.mark.parametrize(
    ("text", "permission"),
    [
        pytest.param("GET /api/servers", Permission(("GET",), "/api/servers", below=False), id="a route"),
        pytest.param("GET /api/servers/", Permission(("GET",), "/api/servers/", below=False), id="a last slash counts"),
        pytest.param("GET /api/servers/*", Permission(("GET",), "/api/servers/", below=True), id="all below"),
        pytest.param("PUT /*", Permission(("PUT",), "/", below=True), id="a method everywhere"),
        pytest.param("DELETE /", Permission(("DELETE",), "/", below=False), id="the root"),
        pytest.param("ANY /*", Permission(("*",), "/", below=True), id="everything"),
        pytest.param("ANY /", Permission(METHODS, "/", below=False), id="every method of the root"),
        pytest.param("ANY /a/*", Permission(METHODS, "/a/", below=True), id="every method below"),
        pytest.param("GET /.well-known/x", Permission(("GET",), "/.well-known/x", below=False), id="a leading dot"),
        pytest.param("GET /a..b/...", Permission(("GET",), "/a..b/...", below=False), id="dots in a name"),
        pytest.param("GET /..hidden", Permission(("GET",), "/..hidden", below=False), id="two leading dots"),
        pytest.param("GET /v1/a:b@c;d=e,f", Permission(("GET",), "/v1/a:b@c;d=e,f", below=False), id="sub-delimiters"),
        pytest.param("GET /a%20b%2B", Permission(("GET",), "/a%20b%2B", below=False), id="encoded characters"),
    ],
)
def test_a_good_permission_is_understood(text: str, permission: Permission) -> None:
    assert parse_permission(text) == permission


@pytest.mark.parametrize("method", METHODS)
def test_each_method_of_http_apis_is_known(method: str) -> None:
    assert parse_permission(f"{method} /x") == Permission((method,), "/x", below=False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("/api/servers", id="no method"),
        pytest.param("GET", id="no path"),
        pytest.param("get /api/servers", id="lower-case method"),
        pytest.param("FETCH /api/servers", id="unknown method"),
        pytest.param("* /api/servers", id="a star for the method"),
        pytest.param("GET,PUT /api/servers", id="two methods"),
        pytest.param(" GET /api/servers", id="a space in front"),
        pytest.param("GET\t/api/servers", id="a tab"),
    ],
)
def test_what_does_not_start_with_a_method_and_a_space_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write a method .* one space and a path"):
        parse_permission(text)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="empty"),
        pytest.param("api/servers", id="no slash in front"),
        pytest.param(" /api/servers", id="two spaces"),
        pytest.param("/api/servers ", id="a space at the end"),
        pytest.param("/api/servers\n", id="a line break at the end"),
        pytest.param("/api/serv ers", id="a space inside"),
        pytest.param("*", id="a star alone"),
        pytest.param("/api/*/tools", id="a star in the middle"),
        pytest.param("/api/server*", id="a star after a name"),
        pytest.param("/api/*x", id="a star before a name"),
        pytest.param("/api/**", id="two stars"),
        pytest.param("/api/*/*", id="two stars as segments"),
        pytest.param("/api/serv?rs", id="a question mark"),
        pytest.param("/api?x=1", id="a query"),
        pytest.param("/api/${aws:username}", id="a policy variable"),
        pytest.param("/api/$x", id="a dollar"),
        pytest.param("/api/{id}", id="braces"),
        pytest.param("/api/[a]", id="brackets"),
        pytest.param("/api/#x", id="a fragment"),
        pytest.param("/api/a\\b", id="a backslash"),
        pytest.param("/api/caf\u00e9", id="outside ASCII"),
        pytest.param("/api/\u0661", id="a digit outside ASCII"),
        pytest.param("/api/%", id="half an escape"),
        pytest.param("/api/%2", id="most of an escape"),
        pytest.param("/api/%zz", id="no escape"),
        pytest.param("/api/\x00", id="NUL"),
    ],
)
def test_a_path_of_other_characters_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="a path starts with / and has \\* only as its last segment"):
        parse_permission(f"GET {path}")


@pytest.mark.parametrize(
    "path",
    [
        *["//", "//x", "/a//b", "/a//", "//*", "/a//*"],
        *["/.", "/./x", "/a/.", "/a/./*", "/..", "/../x", "/a/..", "/a/../*", "/..;", "/..;x/y", "/..%3b", "/..%3Bx"],
        *["/a%2fb", "/a%2Fb", "/%2e%2e/x", "/%2E", "/a%5cb", "/a%5C", "/a%25b", "/a%00"],
    ],
)
def test_a_path_that_the_gateway_refuses_anyway_is_refused_in_the_rules(path: str) -> None:
    with pytest.raises(ValueError, match="the gateway refuses paths with"):
        parse_permission(f"GET {path}")


@pytest.mark.parametrize("scope", ["", "a b", 'a"b', "a\\b", "caf\u00e9", "a\tb", "a\n", "\x7f"])
@pytest.mark.parametrize("part", ["groups", "permissions"])
def test_a_scope_that_oauth_does_not_allow_is_refused(scope: str, part: str) -> None:
    data = {"groups": {"g": [scope]}} if part == "groups" else {"groups": {}, "permissions": {scope: []}}
    with pytest.raises(AccessRulesInvalid) as refused:
        validate_rules(data, place)
    assert f"the scope {scope!r}" in refused.value.detail
    assert "at groups/g" in refused.value.detail or f"at permissions/{scope}" in refused.value.detail


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    data = {
        "roles": {},
        "groups": {"g": "admin", "h": ["a", "a"], "i": ["a b"]},
        "permissions": {"a": ["GET x", "ANY /*", "get /"]},
    }
    with pytest.raises(AccessRulesInvalid) as refused:
        validate_rules(data, place)
    lines = refused.value.detail.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "at roles",
        "at groups/g",
        "at groups/h",
        "at groups/i",
        "at permissions/a/0",
        "at permissions/a/2",
    ]


@pytest.mark.parametrize("data", [{}, {"permissions": {}}])
def test_rules_without_groups_are_refused_with_what_is_missing(data: object) -> None:
    with pytest.raises(AccessRulesInvalid, match="the key 'groups' is missing"):
        validate_rules(data, place)


@pytest.mark.parametrize("data", [None, [], "groups", 1, True, {1: {}}, {"groups": []}, {"groups": {1: []}}])
def test_what_is_no_mapping_of_names_is_refused(data: object) -> None:
    with pytest.raises(AccessRulesInvalid, match="must be a mapping of names"):
        validate_rules(data, place)


@pytest.mark.parametrize("items", [None, "a", 1, {"a": 1}, [1], [None], [["a"]], ["a", True]])
@pytest.mark.parametrize("part", ["groups", "permissions"])
def test_what_is_no_list_of_strings_is_refused(items: object, part: str) -> None:
    with pytest.raises(AccessRulesInvalid, match=f"at {part}/x: {part}.x must be a list of strings"):
        validate_rules({part: {"x": items}}, place)


def test_groups_match_by_exact_name_and_unknown_ones_are_counted() -> None:
    rules = validate_rules({"groups": {"admins": ["b", "a"], "readers": ["a"]}}, place)
    mapped = rules.scopes_of(("admins", "readers", "Admins", "admins ", "ADMINS", ""))
    assert mapped.names == ("a", "b")
    assert mapped.unknown_groups == 4


def test_a_scope_that_nothing_describes_opens_nothing_and_is_named() -> None:
    rules = validate_rules({"groups": {"g": ["known", "misspelt"]}, "permissions": {"known": ["GET /"]}}, place)
    assert rules.permissions_of(("misspelt",)) == frozenset()
    assert rules.scopes_without_permissions() == ["misspelt"]


def test_the_groups_with_a_scope_are_told_in_order() -> None:
    rules = AccessRules({"writers": ("read", "write"), "readers": ("read",), "idle": ()}, {})
    assert rules.groups_with("read") == ["readers", "writers"]
    assert rules.groups_with("write") == ["writers"]
    assert rules.groups_with("delete") == []


@pytest.mark.parametrize(
    ("data", "opened"),
    [
        pytest.param({"groups": {}}, len(SHIPPED_PERMISSIONS), id="no permissions at all: the shipped ones"),
        pytest.param({"groups": {}, "permissions": {}}, 0, id="empty permissions: none"),
    ],
)
def test_only_rules_without_the_key_permissions_get_the_shipped_ones(data: dict[str, object], opened: int) -> None:
    rules = validate_rules(data, place)
    assert sum(bool(rules.permissions_of((scope,))) for scope in SHIPPED_PERMISSIONS) == opened


def test_a_place_is_asked_for_only_when_there_is_a_problem() -> None:
    def nowhere(keys: tuple[str, ...]) -> str:
        raise AssertionError(keys)

    no_place: Callable[[tuple[str, ...]], str] = nowhere
    assert validate_rules({"groups": {"g": ["a"]}, "permissions": {"a": ["GET /"]}}, no_place).scopes_of(("g",)).names
