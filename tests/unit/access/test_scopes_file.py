"""scopes.yml as people write it: what is refused, by file, line and key; and the JSON compiled from it."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from okta_gateway.access.scopes import SHIPPED_PERMISSIONS, AccessRules, Permission
from okta_gateway.access.scopes_file import compile_rules, load_rules
from okta_gateway.errors import AccessRulesInvalid

SHIPPED = Path(__file__).parents[3] / "layers" / "policies" / "scopes.yml"
GUIDES_FILE = """\
groups:
  registry-admins:
    - registry:admin:full
    - mcp:servers:read
    - mcp:servers:write
    - mcp:servers:delete
  public-mcp-users:
    - mcp:servers:read
    - mcp:servers:list
"""

type Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str | bytes, name: str = "scopes.yml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(AccessRulesInvalid) as refused:
        load_rules(path)
    return refused.value.detail


def in_permissions(pattern: str) -> str:
    return f"groups:\n  g: [s]\npermissions:\n  s:\n    - GET /fine\n    - {pattern}\n"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        pytest.param("groups: {}\nroles: {}\n", 2, "roles", id="an unknown key"),
        pytest.param("groups: {}\nGroups: {}\n", 2, "Groups", id="a key in other case"),
        pytest.param("groups:\n  a: [x]\n  b: [x]\n  a: [y]\n", 4, "'a'", id="a group twice"),
        pytest.param("groups: {}\npermissions: {}\ngroups: {}\n", 3, "groups", id="groups twice"),
        pytest.param("groups: {}\npermissions:\n  s: []\n  's': []\n", 4, "'s'", id="a scope twice"),
        pytest.param("groups:\n  a: [x, y, x]\n", 2, "groups.a", id="an item twice"),
        pytest.param("groups:\n  a: x\n", 2, "groups.a", id="a string for a list"),
        pytest.param("groups:\n  a: {x: y}\n", 2, "groups.a", id="a mapping for a list"),
        pytest.param("groups: [a, b]\n", 1, "groups", id="a list for the groups"),
        pytest.param("groups: a\n", 1, "groups", id="a string for the groups"),
        pytest.param("groups:\n", 1, "groups", id="null for the groups"),
        pytest.param("groups:\n  a:\n  b: [x]\n", 2, "groups.a", id="null for a group"),
        pytest.param("groups:\n  b: [x]\n  a: ~\n", 3, "groups.a", id="tilde for a group"),
        pytest.param("groups:\n  a:\n    - x\n    - 7\n", 4, "groups.a", id="a number for a scope"),
        pytest.param("groups:\n  a: [yes]\n", 2, "groups.a", id="a boolean for a scope"),
        pytest.param("groups:\n  a: [x, null]\n", 2, "groups.a", id="null for a scope"),
        pytest.param("groups:\n  a: [2020-01-01]\n", 2, "groups.a", id="a date for a scope"),
        pytest.param("groups:\n  123: [x]\n", 2, "123", id="a number for a name"),
        pytest.param("groups:\n  a: [x]\n  no: [x]\n", 3, "no", id="a boolean for a name"),
        pytest.param("groups:\n  ~: [x]\n", 2, "groups", id="null for a name"),
        pytest.param("groups:\n  ? [a]\n  : [x]\n", 2, "groups", id="a list for a name"),
        pytest.param("groups:\n  a: [[x]]\n", 2, "groups.a", id="nested too deep"),
        pytest.param("groups:\n  a:\n    - x: {y: {z: w}}\n", 3, "groups.a", id="nested far too deep"),
        pytest.param("groups:\n  a: [x y]\n", 2, "groups.a", id="a scope with a space"),
        pytest.param("groups:\n  a: !secret x\n", 2, "groups.a", id="a tag"),
        pytest.param("groups:\n  a: &a [x]\n  b: {<<: *a}\n", 3, "<<", id="a merge key"),
        pytest.param("groups: {}\npermissions:\n  s: GET /x\n", 3, "permissions.s", id="a string for the patterns"),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_key(written: Written, text: str, line: int, key: str) -> None:
    told = refusal(written(text))
    assert f"scopes.yml, line {line}" in told
    assert key in told


@pytest.mark.parametrize(
    "pattern",
    [
        *["'GET /api/*/tools'", "'GET /api/serv*'", "'GET /api/serv?rs'", "'GET /api/${aws:username}'", "'GET /$x'"],
        *["'GET /api/{id}'", "'GET api/servers'", "'get /api'", "'FETCH /api'", "'GET  /api'", "'GET //api'"],
        *[
            "'GET /a/../b'",
            "'GET /a/./b'",
            "'GET /a%2fb'",
            "'GET /a%2Fb'",
            "'GET /caf\u00e9'",
            "'GET'",
            "''",
            "'ANY *'",
        ],
        *["'GET /a%5Cb'", "'GET /a%252e'", "'GET /a\\b'", "'GET /a/..;/b'"],
    ],
)
def test_a_bad_pattern_is_refused_with_file_line_and_key(written: Written, pattern: str) -> None:
    told = refusal(written(in_permissions(pattern)))
    assert told.startswith("scopes.yml, line 6: ")
    assert "in permissions.s: " in told
    assert len(told.splitlines()) == 1


def test_a_windows_file_has_the_same_lines(written: Written) -> None:
    assert refusal(written(in_permissions("GET x").replace("\n", "\r\n"))).startswith("scopes.yml, line 6: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "scopes.yml is empty", id="empty"),
        pytest.param(b"# nothing but a comment\n", "scopes.yml is empty", id="a comment only"),
        pytest.param(b"groups: [a\n", "scopes.yml is not YAML", id="an open bracket"),
        pytest.param(b"groups:\n\t- a\n", "scopes.yml is not YAML", id="a tab"),
        pytest.param(b"a: 1\n---\nb: 2\n", "scopes.yml is not YAML", id="two documents"),
        pytest.param(b"groups: {a: *nowhere}\n", "scopes.yml is not YAML", id="an unknown alias"),
        pytest.param(b"groups: \x07\n", "scopes.yml is not YAML", id="a control character"),
        pytest.param(b"groups: \xff\xfe\n", "cannot be read", id="not UTF-8"),
        pytest.param("groups: {}".encode("utf-16"), "cannot be read", id="UTF-16"),
        pytest.param(b"just text\n", "the file must be a mapping of names", id="a string"),
        pytest.param(b"- groups\n", "the file must be a mapping of names", id="a list"),
        pytest.param(b"42\n", "scopes.yml, line 1", id="a number"),
        pytest.param(b"groups: " + b"[" * 5_000 + b"]" * 5_000, "scopes.yml", id="a pit of brackets"),
    ],
)
def test_what_is_no_rules_file_is_refused_with_its_name(written: Written, content: bytes, told: str) -> None:
    assert told in refusal(written(content))


def test_a_file_that_is_not_there_is_named_with_the_setting(tmp_path: Path) -> None:
    told = refusal(tmp_path / "absent.yml")
    assert "absent.yml cannot be read" in told
    assert "SCOPES_FILE" in told


def test_two_mistakes_are_told_together(written: Written) -> None:
    told = refusal(written("groups:\n  a: x\n  b: [y y]\npermissions:\n  s: [GET]\n")).splitlines()
    assert [line.split(":")[0] for line in told] == [f"scopes.yml, line {number}" for number in (2, 3, 5)]


def test_the_guides_file_gets_the_shipped_permissions_and_a_warning(
    written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    rules = load_rules(written(GUIDES_FILE))
    assert meaning(rules, ["registry-admins", "public-mcp-users"]) == meaning(
        load_rules(SHIPPED), ["registry-admins", "public-mcp-users"]
    )
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "scopes.yml has no permissions: the shipped ones apply")
    ]


def test_a_scope_that_opens_nothing_is_a_warning(written: Written, caplog: pytest.LogCaptureFixture) -> None:
    load_rules(written("groups: {g: [mcp:server:read]}\npermissions: {mcp:servers:read: [GET /]}\n"))
    assert caplog.messages == ["scopes.yml: these scopes open no route, are they misspelt? mcp:server:read"]


def test_an_alias_means_what_it_names(written: Written) -> None:
    rules = load_rules(written("groups:\n  a: &reader [mcp:servers:read]\n  b: *reader\n"))
    assert rules.scopes_of(("b",)).names == ("mcp:servers:read",)


def test_a_mistake_behind_an_alias_has_the_line_where_it_stands(written: Written) -> None:
    told = refusal(written("groups: {}\npermissions:\n  a: &bad\n    - GET x\n  b: *bad\n"))
    assert [line.split(":")[0] for line in told.splitlines()] == ["scopes.yml, line 4"] * 2


def meaning(rules: AccessRules, groups: list[str]) -> list[tuple[str, tuple[str, ...], list[Permission]]]:
    """All that rules say about the groups."""
    return [
        (group, (scopes := rules.scopes_of((group,)).names), sorted(rules.permissions_of(scopes))) for group in groups
    ]


def test_the_shipped_file_is_valid_and_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rules = load_rules(SHIPPED)
    assert rules.scopes_of(("registry-admins",)).names
    assert caplog.records == []


def test_the_shipped_file_has_the_permissions_of_the_code() -> None:
    assert json.loads(compile_rules(SHIPPED))["permissions"] == SHIPPED_PERMISSIONS


@pytest.mark.parametrize("text", [SHIPPED.read_text(encoding="utf-8"), GUIDES_FILE, "groups: {}\n"])
def test_the_compiled_file_means_the_same(written: Written, text: str) -> None:
    source = written(text)
    compiled = written(compile_rules(source), "scopes.json")
    groups = ["registry-admins", "public-mcp-users", "nobody"]
    assert meaning(load_rules(compiled), groups) == meaning(load_rules(source), groups)
    assert load_rules(compiled).scopes_without_permissions() == load_rules(source).scopes_without_permissions()


def test_a_file_with_a_mistake_is_not_compiled(written: Written) -> None:
    with pytest.raises(AccessRulesInvalid, match="line 6"):
        compile_rules(written(in_permissions("GET x")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param('{"groups": {"a": [], "a": []}}', "'a' stands twice", id="a group twice"),
        pytest.param('{"groups": {}, "groups": {}}', "'groups' stands twice", id="groups twice"),
        pytest.param('{"groups": {}', "compile it again from scopes.yml", id="truncated"),
        pytest.param("groups: {}", "compile it again from scopes.yml", id="YAML"),
        pytest.param("", "compile it again from scopes.yml", id="empty"),
        pytest.param("null", "the file must be a mapping of names", id="null"),
        pytest.param('{"groups": {"a": ["s", "s"]}}', "groups.a", id="an item twice"),
        pytest.param('{"groups": {"a": [NaN]}}', "groups.a", id="NaN"),
        pytest.param('{"permissions": {"s": ["GET x"]}}', "permissions.s", id="a bad pattern"),
        pytest.param('{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", "scopes.json", id="a pit of brackets"),
    ],
)
def test_a_bad_compiled_file_is_refused_with_its_name(written: Written, text: str, told: str) -> None:
    detail = refusal(written(text, "scopes.json"))
    assert "scopes.json" in detail
    assert told in detail
