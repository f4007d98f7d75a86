"""The seeded org, and what a mistake in an org file is answered with."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from devkit.okta_standin import SEED, OrgFileError, create_app, load_org
from devkit.okta_standin.__main__ import main
from devkit.serving import serve

TEXT = SEED.read_text(encoding="utf-8")


def test_the_seeded_org_is_the_one_that_the_guides_speak_of() -> None:
    org = load_org()
    assert [(server.id, server.audience) for server in org.custom_servers] == [
        ("aus1234567890abcdef", "api://ai-registry"),
        ("default", "api://default"),
    ]
    assert [user.login.partition("@")[0] for user in org.users] == ["ada", "pat", "sam", "max", "uma"]
    assert [app.label for app in org.apps] == ["AI Registry", "ai-agent-3", "unregistered-agent", "key-agent"]


def test_a_secret_is_not_shown_by_repr() -> None:
    assert "not-for-production" not in repr(load_org())


def line_of(fragment: str, text: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


MISTAKES = [
    pytest.param("users:", "usres:", "usres: unknown key", "usres:", id="unknown key"),
    pytest.param("    last_name: Admin\n", "", "users[0]: missing: last_name", "id: 00u1ada", id="missing key"),
    pytest.param(
        "first_name: Ada",
        "login: x@example.com",
        "users[0].login: this key is given twice",
        "login: x",
        id="repeated key",
    ),
    pytest.param(
        "[public-mcp-users]", "[nobodies]", "users[1].groups[0]: unknown group 'nobodies'", "[nobodies]", id="group"
    ),
    pytest.param("count: 120}  #", "count: 0}  #", "groups[4].count: a whole number from 1", "count: 0}", id="count"),
    pytest.param(
        "- Finance  ", "- mcp-team-7  ", "groups[4]: 'mcp-team-7' is listed twice", "- {numbered", id="repeated group"
    ),
    pytest.param(
        "users: [sam@", "users: [tim@", "assigned_to.users[0]: unknown user 'tim@example.com'", "[tim@", id="assigned"
    ),
    pytest.param("leeway: 30", "leeway: 61", "leeway: a whole number from 0 to 60", "leeway: 61", id="leeway"),
    pytest.param("ROTATE", "ROTATES", "rotation_type: one of ROTATE, STATIC", "ROTATES", id="rotation"),
    pytest.param(
        "access_token_minutes: 60}",
        "access_token_minutes: 60, refresh_window_minutes: 9}",
        "refresh_window_minutes: a whole number from 10",
        "refresh_window_minutes: 9",
        id="refresh window",
    ),
    pytest.param("[public-mcp-users]", "none", "users[1].groups: a list is expected", "groups: none", id="no list"),
    pytest.param(
        "login: pat@", "login: ada@", "users[1]: 'ada@example.com' is given to more", "id: 00u1pat", id="repeated login"
    ),
    pytest.param("type: web", "type: native", "apps[0].type: one of web, service", "type: native", id="choice"),
    pytest.param(
        "client_authentication: private_key_jwt",
        "client_authentication: client_secret",
        "apps[3]: client_secret goes with",
        "client_id: 0oa7777777777private",
        id="secret missing",
    ),
    pytest.param(
        "permissions: [okta.users.manage",
        "permissions: [okta.users.own",
        "api_tokens[0].permissions[0]: unknown permission 'okta.users.own'",
        "permissions: [okta.users.own",
        id="permission",
    ),
    pytest.param(
        "last_name: Admin\n",
        "last_name: Admin\n    status: GONE\n",
        "users[0].status: one of STAGED, PROVISIONED, ACTIVE",
        "status: GONE",
        id="status",
    ),
    pytest.param("label: key-agent", "label: 7", "apps[3].label: a string is expected", "label: 7", id="no string"),
    pytest.param(
        "scopes: [gateway.access], access_token_minutes: 60",
        "scopes: [gateway.acces], access_token_minutes: 60",
        "policies[1].rules[0].scopes[0]: unknown scope 'gateway.acces'",
        "[gateway.acces]",
        id="scope of a rule",
    ),
    pytest.param("[ALL_CLIENTS]", "[0oa0]", "policies[1].clients[0]: unknown client '0oa0'", "[0oa0]", id="client"),
    pytest.param(
        "access_token_minutes: 5}",
        "access_token_minutes: 4}",
        "a whole number from 5 to 1440",
        "minutes: 4}",
        id="minutes",
    ),
    pytest.param("published: false", "published: maybe", "true or false is expected", "published: maybe", id="flag"),
    pytest.param(
        '{token: access_token, filter: REGEX, value: "(r',
        '{token: access_token, filter: REGEX, value: "((r',
        "groups_claims[0].value: not a regular expression",
        'value: "((r',
        id="regular expression",
    ),
    pytest.param("{name: groups}", "{name: openid}", "Okta has this scope already", "{name: openid}", id="own scope"),
    pytest.param("id: default", "id: org", "letters and digits are expected", "id: org", id="server id"),
    pytest.param("groups: []", "groups: [", "not YAML", "- id: 00u1max", id="not YAML"),
]


@pytest.mark.parametrize(("old", "new", "message", "where"), MISTAKES)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, message: str, where: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    path = tmp_path / "my-org.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OrgFileError) as refused:
        load_org(path)
    assert f"{path}, line {line_of(where, text)}" in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "groups"], ids=["empty", "comment", "list", "string"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my-org.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OrgFileError, match=r"my-org\.yml"):
        load_org(path)


def test_the_program_says_why_it_cannot_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--org", str(tmp_path / "missing.yml")]) == 2
    assert "missing.yml: cannot be read" in capsys.readouterr().err


def test_the_program_says_which_stored_key_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "org.active.pem").write_text("not a key", encoding="ascii")
    assert main(["--port", "0", "--keys", str(tmp_path)]) == 2
    assert "org.active.pem holds no RSA private key: delete the file" in capsys.readouterr().err


def test_the_program_says_that_its_port_is_taken(key_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(create_app(load_org(), key_folder=key_folder)) as address:
        assert main(["--port", address.rpartition(":")[2]]) == 2
    assert "taken" in capsys.readouterr().err


def test_the_program_prints_its_address_and_serves() -> None:
    command = [sys.executable, "-m", "devkit.okta_standin", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert httpx.get(f"{address}/oauth2/default/v1/keys").status_code == 200
        finally:
            process.terminate()
