"""`okta-gateway scopes` against the local document store."""

from pathlib import Path

import pytest

from devkit.cli.rules_sources import read_file
from devkit.cli.rules_yaml import write_rules
from devkit.stack.function_settings import RULES
from okta_gateway.store.access_rules import Rules
from tests.e2e.cli.conftest import Command
from tests.integration.authorizer.invocation import Okta

MINE: Rules = {
    "groups": {"readers": ["read"], "public-mcp-users": ["read", "write"]},
    "permissions": {"read": ["GET /api/*"], "write": ["POST /api/things"]},
}
THEIRS: Rules = {"groups": {"readers": ["read"]}, "permissions": {"read": ["GET /api/*", "GET /other"]}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A scopes.yml of ours."""
    path = tmp_path / "scopes.yml"
    write_rules(path, MINE)
    return path


def test_check_finds_nothing_in_the_shipped_rules(command: Command) -> None:
    code, answer = command.json("scopes", "check")
    assert (code, answer["file"], answer["groups"], answer["problems"]) == (0, str(RULES), 2, [])
    assert (
        command("scopes", "check").stdout.replace("\n", " ").strip().endswith("2 groups, 5 scopes, no problem found.")
    )


def test_check_tells_every_problem(command: Command, file: Path) -> None:
    file.write_text("groups:\n  a: [x]\n  a: [y]\nroles: {}\n", encoding="utf-8")
    result = command("scopes", "check", "--file", str(file))
    assert result.exit_code == 1
    assert "scopes.yml, line 3: the key 'a' stands twice" in result.stdout
    code, answer = command.json("scopes", "check", "--file", str(file))
    assert (code, len(answer["problems"])) == (1, 1)


def test_check_warns_of_scopes_that_open_nothing(command: Command, file: Path) -> None:
    write_rules(file, {**MINE, "groups": {"readers": ["read", "raed"]}})
    code, answer = command.json("scopes", "check", "--file", str(file))
    assert (code, answer["problems"]) == (0, [])
    assert "raed" in answer["notes"][0]


def test_push_diff_and_pull_move_the_rules_either_way(command: Command, file: Path) -> None:
    other = file.with_name("other.yml")
    write_rules(other, THEIRS)
    code, answer = command.json("scopes", "diff", "--file", str(file))
    assert (code, len(answer["changes"]), answer["written"]) == (1, 4, False)
    code, answer = command.json("scopes", "push", "--file", str(file), "--yes")
    assert (code, len(answer["changes"]), answer["written"]) == (0, 4, True)
    assert command.json("scopes", "diff", "--file", str(file)) == (
        0,
        {"file": str(file), "changes": [], "written": False},
    )
    shown = command("scopes", "diff", "--file", str(other))
    assert shown.exit_code == 1
    assert "group public-mcp-users\n  + read\n  + write\n" in shown.stdout
    assert "scope read\n  - GET /other\n" in shown.stdout
    assert command("scopes", "pull", "--file", str(other), "--yes").exit_code == 0
    assert read_file(other) == MINE


def test_push_replaces_what_the_store_had(command: Command, file: Path) -> None:
    assert command("scopes", "push", "--yes").exit_code == 0
    assert command("scopes", "push", "--file", str(file), "--yes").exit_code == 0
    assert command("scopes", "diff", "--file", str(file)).exit_code == 0


@pytest.mark.parametrize("direction", ["push", "pull"])
@pytest.mark.parametrize(
    ("said", "changed"), [("y\n", True), ("n\n", False), ("", False)], ids=["yes", "no", "nothing"]
)
def test_nothing_is_changed_before_the_difference_was_shown_and_agreed_to(
    command: Command, file: Path, direction: str, said: str, changed: bool
) -> None:
    assert command("scopes", "push", "--yes").exit_code == 0
    result = command("scopes", direction, "--file", str(file), stdin=said)
    assert "group readers" in result.stderr
    assert result.exit_code == (0 if changed else 1)
    assert (command("scopes", "diff", "--file", str(file)).exit_code == 0) is changed
    assert (read_file(file) == MINE) is not (changed and direction == "pull")


def test_with_json_nobody_is_asked(command: Command, file: Path) -> None:
    code, answer = command.json("scopes", "push", "--file", str(file))
    assert (code, "--yes" in answer["error"]["message"]) == (2, True)
    assert command("scopes", "diff", "--file", str(file)).exit_code == 1


def test_an_empty_store_does_not_empty_the_file(command: Command, file: Path) -> None:
    code, answer = command.json("scopes", "pull", "--file", str(file), "--yes")
    assert (code, answer["error"]["code"]) == (1, "store_empty")
    assert read_file(file) == MINE


def test_who_can_names_groups_clients_and_the_permission(command: Command) -> None:
    code, answer = command.json("scopes", "who-can", "GET /api/servers/weather")
    assert (code, answer["everybody"]) == (0, False)
    assert [group["name"] for group in answer["groups"]] == ["public-mcp-users", "registry-admins"]
    assert answer["groups"][0]["through"] == [{"scope": "mcp:servers:read", "permissions": ["GET /api/servers/*"]}]
    assert [client["name"] for client in answer["clients"]] == ["ai-agent-3", "key-agent"]
    shown = command("scopes", "who-can", "DELETE /api/servers/weather").stdout
    assert "registry-admins  mcp:servers:delete" in shown
    assert "ai-agent-3" not in shown


def test_who_can_goes_by_the_rules_that_are_in_force(command: Command, okta: Okta, file: Path) -> None:
    assert command("scopes", "push", "--file", str(file), "--yes").exit_code == 0
    assert command.json("scopes", "who-can", "POST /api/things")[1]["groups"] != []
    stored = command.json("scopes", "who-can", "GET /api/x")[1]["groups"]
    command.settings(okta, "SCOPES_SOURCE=documentdb\n")
    assert command.json("scopes", "who-can", "GET /api/x")[1]["groups"] != stored
    assert [client["name"] for client in command.json("scopes", "who-can", "POST /api/things")[1]["clients"]] == [
        "ai-agent-3",
        "key-agent",
    ]


@pytest.mark.parametrize("subcommand", ["diff", "push", "pull", "who-can"])
def test_a_store_that_is_down_is_exit_code_2(command: Command, okta: Okta, subcommand: str) -> None:
    command.settings(okta, "DOCUMENTDB_URI=mongodb://user:hunter2@127.0.0.1:9/\n")
    route = ["GET /"] if subcommand == "who-can" else []
    result = command("scopes", subcommand, *route)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no answer from the database" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_store_with_odd_rows_is_told(command: Command, okta: Okta) -> None:
    from devkit.document_store import document_store
    from okta_gateway.store.connection import connect

    with document_store(None) as uri:
        command.settings(okta, f"DOCUMENTDB_URI={uri}\n")
        database = connect(uri, "mcp_registry_default")
        database["idp_group_scopes"].insert_one({"_id": "readers", "scopes": "read"})
        database.client.close()
        code, answer = command.json("scopes", "diff")
    assert (code, answer["error"]["code"]) == (2, "store_data_invalid")


def test_without_a_store_the_environment_still_answers_for_groups(command: Command) -> None:
    environ = {"AUTH_PROVIDER": "okta", "SCOPES_SOURCE": ""}
    result = command("--environment", "scopes", "who-can", "GET /api/servers", environ=environ)
    assert (result.exit_code, "public-mcp-users" in result.stdout) == (0, True)
    missing = command("--environment", "scopes", "who-can", "GET /", environ={"SCOPES_SOURCE": "documentdb"})
    assert (missing.exit_code, "DOCUMENTDB_URI" in missing.stderr) == (2, True)
    assert command("--environment", "scopes", "diff", environ=environ).exit_code == 2
