"""Access rules of a file: checked, compared, written."""

from pathlib import Path

import pytest
from hypothesis import given

from devkit.cli.answers import CannotCheck
from devkit.cli.rules_check import check_rules
from devkit.cli.rules_difference import Change, differences
from devkit.cli.rules_sources import read_file, rules_file
from devkit.cli.rules_yaml import as_yaml, write_rules
from devkit.stack.function_settings import RULES
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS
from okta_gateway.store.access_rules import Rules
from tests.unit.access.rights import rules as valid_rules

OLD: Rules = {"groups": {"a": ["s"], "b": ["s", "t"]}, "permissions": {"s": ["GET /a"], "t": []}}


def file_with(folder: Path, text: str, name: str = "scopes.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rules_have_no_problem() -> None:
    checked = check_rules(RULES, {})
    assert (checked.groups, checked.scopes, checked.problems) == (2, 5, ())


def test_every_problem_is_told_with_file_and_line(tmp_path: Path) -> None:
    path = file_with(tmp_path, 'groups:\n  a: ["x y"]\npermissions:\n  s: ["GET /*/x"]\n')
    problems = check_rules(path, {}).problems
    assert [problem.split(":")[0] for problem in problems] == ["scopes.yml, line 2", "scopes.yml, line 4"]


def test_a_group_whose_policy_would_be_too_large_is_a_problem(tmp_path: Path) -> None:
    path = file_with(tmp_path, as_yaml(OLD))
    (first, second) = check_rules(path, {"POLICY_MAX_BYTES": "150"}).problems
    assert first.startswith("groups.a: a policy of ")
    assert second.startswith("groups.b: a policy of ")
    assert check_rules(path, {"POLICY_MAX_BYTES": ""}).problems == ()


def test_a_file_without_permissions_has_the_shipped_ones(tmp_path: Path) -> None:
    rules = read_file(file_with(tmp_path, "groups:\n  a: [mcp:servers:list]\n"))
    assert rules == {"groups": {"a": ["mcp:servers:list"]}, "permissions": SHIPPED_PERMISSIONS}


@pytest.mark.parametrize(
    ("settings", "chosen", "found"),
    [
        ({}, None, RULES),
        ({"SCOPES_FILE": "/opt/scopes.json"}, None, RULES),
        ({"SCOPES_FILE": "/x/scopes.yml"}, None, Path("/x/scopes.yml")),
        ({"SCOPES_FILE": "/x/scopes.yml"}, Path("mine.yml"), Path("mine.yml")),
    ],
    ids=["none", "on Lambda", "named", "chosen"],
)
def test_the_file_is_the_chosen_the_named_or_the_shipped_one(
    settings: dict[str, str], chosen: Path | None, found: Path
) -> None:
    assert rules_file(settings, chosen) == found


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        (OLD, []),
        ({**OLD, "groups": {"a": ["s"], "b": ["t", "s"]}}, []),
        ({**OLD, "groups": {"b": ["s", "t"]}}, [Change("groups", "a", ("s",), None)]),
        ({**OLD, "groups": {**OLD["groups"], "c": []}}, [Change("groups", "c", None, ())]),
        ({**OLD, "permissions": {"s": ["GET /b"], "t": []}}, [Change("permissions", "s", ("GET /a",), ("GET /b",))]),
    ],
    ids=["same", "order", "gone", "new", "changed"],
)
def test_differences_are_told_entry_by_entry(new: Rules, changes: list[Change]) -> None:
    assert differences(OLD, new) == changes


@given(data=valid_rules())
def test_rules_that_were_written_are_read_back_the_same(data: Rules, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rules") / "scopes.yml"
    write_rules(path, data)
    assert read_file(path) == data


@pytest.mark.parametrize("name", ["yes", "123", "a: b", "- x", "#x", "é", "*", "'", "null", "a\nb", " a ", ""])
def test_odd_names_survive(name: str, tmp_path: Path) -> None:
    rules: Rules = {"groups": {name: ["s"]}, "permissions": {"s": ["GET /"]}}
    write_rules(tmp_path / "scopes.yml", rules)
    assert read_file(tmp_path / "scopes.yml") == rules


def test_the_remarks_at_the_top_stay_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = file_with(tmp_path, "# Who may do what.\n\n# Second.\ngroups:\n  # of old\n  x: []\n")
    write_rules(path, OLD)
    assert path.read_text(encoding="utf-8").startswith("# Who may do what.\n\n# Second.\ngroups:\n  a:\n")
    assert "of old" not in path.read_text(encoding="utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["scopes.yml"]


def test_compiled_rules_are_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(CannotCheck, match="no YAML file"):
        write_rules(tmp_path / "scopes.json", OLD)


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotCheck, match="cannot be written"):
        write_rules(tmp_path / "gone" / "scopes.yml", OLD)
