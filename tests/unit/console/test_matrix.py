"""Groups against routes: the matrix says what the policies do."""

from collections.abc import Mapping

import pytest

from devkit.cli.asked_route import AskedRoute, parse_route
from devkit.console.matrix import GroupPolicies, Matrix, Opens, opens
from okta_gateway.access.scopes import validate_rules
from okta_gateway.store.access_rules import Rules

ALL, SOME, NONE = Opens.ALL, Opens.SOME, Opens.NONE
DATA: Rules = {
    "groups": {"writers": ["write", "read"], "admins": ["all"], "readers": ["read"], "idle": ["unknown"]},
    "permissions": {
        "all": ["ANY /*"],
        "read": ["GET /api/servers", "GET /api/servers/*"],
        "write": ["ANY /api/servers/*"],
        "twice": ["GET /api/servers"],
    },
}


def policies(data: Rules = DATA) -> GroupPolicies:
    return GroupPolicies(data, validate_rules(data, ".".join), allow_encoded_slash=False)


def cells(matrix: Matrix) -> Mapping[str, Mapping[str, Opens]]:
    return {row.route: dict(zip(matrix.groups, row.opens, strict=True)) for row in matrix.rows}


def test_a_cell_says_how_much_of_a_permission_a_group_opens() -> None:
    matrix = policies().matrix
    assert matrix.groups == ("admins", "idle", "readers", "writers")
    assert cells(matrix) == {
        "ANY /*": {"admins": ALL, "idle": NONE, "readers": NONE, "writers": NONE},
        "GET /api/servers": {"admins": ALL, "idle": NONE, "readers": ALL, "writers": ALL},
        "GET /api/servers/*": {"admins": ALL, "idle": NONE, "readers": ALL, "writers": ALL},
        "ANY /api/servers/*": {"admins": ALL, "idle": NONE, "readers": SOME, "writers": ALL},
        "GET /api/iam/whoami": {"admins": ALL, "idle": ALL, "readers": ALL, "writers": ALL},
    }


def test_what_is_open_to_everybody_is_the_last_row_and_marked() -> None:
    matrix = policies().matrix
    assert [row.route for row in matrix.rows if row.everybody] == ["GET /api/iam/whoami"]
    assert matrix.rows[-1].everybody


@pytest.mark.parametrize(
    ("route", "groups"),
    [
        ("GET /api/servers", ("admins", "readers", "writers")),
        ("POST /api/servers", ("admins",)),
        ("DELETE /api/servers/weather", ("admins", "writers")),
        ("GET /api/servers/", ("admins", "readers", "writers")),
        ("GET /api/servers/../secret", ()),
        ("GET /api/iam/whoami", ("admins", "idle", "readers", "writers")),
    ],
)
def test_the_groups_that_open_a_request_are_those_whose_policy_does(route: str, groups: tuple[str, ...]) -> None:
    assert policies().that_open(parse_route(route)) == groups


def test_rules_without_groups_have_a_matrix_without_columns() -> None:
    matrix = policies({"groups": {}, "permissions": {}}).matrix
    assert (matrix.groups, [row.route for row in matrix.rows]) == ((), ["GET /api/iam/whoami"])


@pytest.mark.parametrize(
    ("permission", "path", "expected"),
    [
        ("GET /api/servers/*", "/api/servers/weather", True),
        ("GET /api/servers/*", "/api/servers", False),
        ("ANY /*", "/api/servers", True),
        ("POST /api/servers", "/api/servers", False),
        ("GET /api/servers/*", "/api/servers/a%2Fb", True),
    ],
)
def test_a_permission_opens_what_a_policy_of_it_opens(permission: str, path: str, expected: bool) -> None:
    assert opens(permission, AskedRoute("GET", path)) is expected
