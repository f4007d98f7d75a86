"""`okta-gateway m2m`: in the local store, and through the IAM API of a running stack."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import ADMIN, AGENT, AUTH_SERVER_ID, KEY_AGENT_ID, MACHINE_SCOPE, READERS, USER
from tests.e2e.cli.conftest import Command
from tests.e2e.stack.stack_process import StackProcess, running_stack_process

NEW = "0oa2222222222newone"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    with running_stack_process(tmp_path_factory.mktemp("run")) as running:
        yield running


@pytest.fixture
def okta_of_stack(stack: StackProcess) -> OktaClient:
    return OktaClient(f"http://127.0.0.1:{stack.ports()[1]}", AUTH_SERVER_ID)


@pytest.fixture
def via_api(stack: StackProcess, okta_of_stack: OktaClient, tmp_path: Path) -> list[str]:
    """The options that lead through the IAM API, as an administrator."""
    file = tmp_path / "token"
    file.write_text(okta_of_stack.mint(user=ADMIN) + "\n")
    return ["m2m", "--token-file", str(file), "--gateway-url", f"http://localhost:{stack.port}"]


def test_in_the_local_store_a_client_is_registered_listed_shown_and_removed(command: Command) -> None:
    code, added = command.json("m2m", "add", "new-one", "--client-id", NEW, "-g", READERS, "-g", "nobodys")
    assert (code, added["client_id"], added["groups"], added["provider"]) == (0, NEW, [READERS, "nobodys"], "manual")
    assert added["warnings"] == ["No access rule maps the group 'nobodys': it opens nothing until one does."]
    code, listed = command.json("m2m", "list")
    assert (code, [client["client_id"] for client in listed["clients"]]) == (0, [AGENT.client_id, NEW, KEY_AGENT_ID])
    code, shown = command.json("m2m", "show", NEW)
    assert (code, shown["name"], shown["created_by"]) == (0, "new-one", "okta-gateway m2m")
    code, removed = command.json("m2m", "remove", NEW, "--yes")
    assert (code, removed) == (0, {"client_id": NEW, "okta_app": "kept", "warnings": []})
    assert command.json("m2m", "show", NEW)[0] == 1


def test_a_client_that_was_registered_so_has_its_groups_at_once(command: Command) -> None:
    command.json("m2m", "add", "--client-id", NEW, "-g", READERS)
    _, found = command.json("scopes", "who-can", "GET /api/servers")
    assert NEW in [client["client_id"] for client in found["clients"]]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add"], 2, "What is the client called?"),
        (["add", "new"], 2, "Only Okta makes a client"),
        (["add", "--client-id", "no id"], 2, "is no client id"),
        (["add", " blank ", "--client-id", NEW], 2, "name: String should match"),
        (["add", "--client-id", AGENT.client_id], 1, "is registered already"),
        (["show", NEW], 1, "No machine client is registered"),
        (["remove", NEW, "--yes"], 1, "No machine client is registered"),
        (["remove", AGENT.client_id], 2, "add --yes"),
        (["rotate", AGENT.client_id], 2, "the local store has none"),
        (["rotate", NEW], 1, "No machine client is registered"),
        (["rotate", AGENT.client_id, "--finish"], 2, "the local store has none"),
        (["rotate", AGENT.client_id, "--finish", "--now"], 2, "choose one of them"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_the_local_store_cannot_do_is_a_sentence(
    command: Command, arguments: list[str], code: int, said: str
) -> None:
    exit_code, answer = command.json("m2m", *arguments)
    assert (exit_code, said in answer["error"]["message"]) == (code, True)


@pytest.mark.parametrize(("answer", "code", "stays"), [("y\n", 0, False), ("n\n", 1, True)])
def test_removing_asks_first(command: Command, answer: str, code: int, stays: bool) -> None:
    result = command("m2m", "remove", AGENT.client_id, stdin=answer)
    assert result.exit_code == code
    assert f"Remove ai-agent-3 ({AGENT.client_id})?" in result.stderr
    assert (command.json("m2m", "show", AGENT.client_id)[0] == 0) is stays


def test_a_store_of_somebody_elses_is_reached_through_the_iam_api_only(command: Command) -> None:
    environ = {"DOCUMENTDB_URI": "mongodb://user:password@127.0.0.1:1/"}
    code, answer = command.json("--environment", "m2m", "list", environ=environ)
    assert (code, "go through the IAM API" in answer["error"]["message"]) == (2, True)


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("", "There is no token"),
        ("Basic YTpi", "There is no token"),
        ("a\x00b", "There is no token"),
        ("\u00e9", "no token"),
    ],
    ids=["nothing", "another scheme", "control character", "no ASCII"],
)
def test_without_a_token_nothing_is_sent(command: Command, stdin: str, said: str) -> None:
    code, answer = command.json("m2m", "--token-file", "-", "list", stdin=stdin)
    assert (code, said in answer["error"]["message"]) == (2, True)


def test_a_token_file_that_is_not_there_is_a_sentence(command: Command, tmp_path: Path) -> None:
    code, answer = command.json("m2m", "--token-file", str(tmp_path / "none"), "list")
    assert (code, "cannot be read (No such file or directory)" in answer["error"]["message"]) == (2, True)


def test_a_token_goes_over_plain_http_to_this_machine_only(command: Command) -> None:
    for url in ("http://gateway.example.com", "https://gateway.example.com/", "ftp://x"):
        code, answer = command.json("m2m", "--token-file", "-", "--gateway-url", url, "list", stdin="a.b.c")
        assert (code, answer["error"]["message"].startswith("GATEWAY_URL: ")) == (2, True)


def test_through_the_iam_api_a_client_is_made_rotated_and_removed(
    command: Command, via_api: list[str], okta_of_stack: OktaClient
) -> None:
    code, added = command.json(*via_api, "add", "made-by-command", "-g", READERS, "--description", "A machine")
    client_id, secret = added["client_id"], added["client_secret"]
    assert (code, added["groups"]) == (0, [READERS])
    assert okta_of_stack.machine_token(client_id, secret, MACHINE_SCOPE)
    code, shown = command.json(*via_api, "show", client_id)
    assert (code, shown["name"], shown["created_by"]) == (0, "made-by-command", ADMIN)
    assert client_id in [client["client_id"] for client in command.json(*via_api, "list")[1]["clients"]]

    code, rotated = command.json(*via_api, "rotate", client_id)
    assert (code, rotated["old_secrets"]) == (0, "valid")
    assert command.json(*via_api, "rotate", client_id)[1]["error"]["code"] == "secrets_in_use"
    code, finished = command.json(*via_api, "rotate", client_id, "--finish")
    assert (code, len(finished["retired"])) == (0, 1)
    assert okta_of_stack.machine_token(client_id, rotated["client_secret"], MACHINE_SCOPE)
    with pytest.raises(httpx.HTTPStatusError):
        okta_of_stack.machine_token(client_id, secret, MACHINE_SCOPE)

    assert command.json(*via_api, "remove", client_id)[0] == 2
    code, removed = command.json(*via_api, "remove", client_id, "--yes")
    assert (code, removed["okta_app"]) == (0, "deleted")
    assert command.json(*via_api, "show", client_id)[1]["error"]["code"] == "client_unknown"


def test_a_secret_is_shown_once_to_a_person_with_what_to_know(command: Command, via_api: list[str]) -> None:
    result = command(*via_api, "add", "shown-to-a-person")
    assert result.exit_code == 0
    assert "client secret" in result.stdout
    assert "Keep the secret now: it is shown this once." in result.stdout
    assert "Takes effect within" in result.stdout


@pytest.mark.parametrize(("user", "expires_in", "code"), [(USER, 3600, "forbidden"), (ADMIN, -3600, "unauthorized")])
def test_a_token_that_does_not_administer_is_told_so(
    command: Command, stack: StackProcess, okta_of_stack: OktaClient, user: str, expires_in: int, code: str
) -> None:
    token = okta_of_stack.mint(user=user, expires_in=expires_in)
    url = f"http://localhost:{stack.port}"
    result = command("m2m", "--token-file", "-", "--gateway-url", url, "list", stdin=token)
    assert result.exit_code == 1
    assert "okta-gateway explain -" in result.stderr
    exit_code, answer = command.json("m2m", "--token-file", "-", "--gateway-url", url, "list", stdin=token)
    assert (exit_code, answer["error"]["code"]) == (1, code)
    assert not [part for part in token.split(".") if part in result.output]


def test_from_standard_input_nobody_is_asked(command: Command, stack: StackProcess, okta_of_stack: OktaClient) -> None:
    token = okta_of_stack.mint(user=ADMIN)
    options = ["m2m", "--token-file", "-", "--gateway-url", f"http://localhost:{stack.port}"]
    result = command(*options, "remove", AGENT.client_id, stdin=token)
    assert (result.exit_code, "add --yes" in result.stderr) == (2, True)
