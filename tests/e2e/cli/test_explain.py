"""`okta-gateway explain` beside the real handler: the same settings, the same token, the same word."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from devkit.stack.config import LOCAL_GATEWAY_URL
from devkit.stack.local_keys import signing_key_file
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.login.signing_keys import signing_keys
from tests.e2e.cli.conftest import Command
from tests.integration.authorizer.conftest import Load
from tests.integration.authorizer.invocation import AGENT, SCOPES, STRANGER, Okta, settings_for
from tests.integration.authorizer.test_handler import BAD_TOKENS

NO_RIGHTS = [
    pytest.param({"client": STRANGER}, "client_not_registered", id="an unregistered machine"),
    pytest.param({"user": "sam@example.com"}, "no_groups", id="a user without groups"),
    pytest.param({"user": "ada@example.com", "claims": {"groups": ["x"]}}, "groups_without_scopes", id="unknown group"),
    pytest.param({"user": "sam@example.com", "client_id": AGENT}, "no_groups", id="a user of a registered client"),
]


@pytest.mark.parametrize(("body", "code"), [*BAD_TOKENS, *NO_RIGHTS])
def test_a_refusal_has_the_handlers_code_detail_and_advice(
    command: Command, load: Load, okta: Okta, body: dict[str, Any], code: str
) -> None:
    token = okta.mint(**body)
    exit_code, answer = command.json("explain", "-", stdin=token)
    function = load(settings_for(okta))
    if code in {"client_not_registered", "no_groups", "groups_without_scopes"}:
        function.decide(token)
        logged = function.log_line()
    else:
        logged = function.refused(token)
    assert exit_code == 1
    assert answer["verdict"]["code"] == logged["code"] == code
    assert (answer["verdict"]["outcome"], answer["verdict"]["advice"]) == (logged["outcome"], logged["advice"])
    # The handler here has no store; times go on between the two.
    if code not in {"client_not_registered", "token_expired", "token_not_yet_valid"}:
        assert answer["verdict"]["detail"] == logged["detail"]
    assert [step["code"] for step in answer["steps"] if step["outcome"] == "failed"] == [code]


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("Basic dXNlcjpwYXNz", "scheme_unsupported"),
        ("Bearer a.b.c, Bearer a.b.c", "authorization_repeated"),
        ("Authorization: Bearer a.b", "token_malformed"),
        ("a.b.c.d.e", "token_encrypted"),
        ("é.b.c", "token_malformed"),
        ("a" * 20_000, "token_too_long"),
    ],
)
def test_bad_credentials_have_the_handlers_code(command: Command, authorization: str, code: str) -> None:
    exit_code, answer = command.json("explain", "-", stdin=authorization)
    assert (exit_code, answer["verdict"]["code"]) == (1, code)


@pytest.mark.parametrize("body", [{"user": "ada@example.com"}, {"client": AGENT}], ids=["user", "machine"])
def test_an_allowed_token_has_the_handlers_policy_and_context(
    command: Command, load: Load, okta: Okta, body: dict[str, Any]
) -> None:
    token = okta.mint(**body)
    exit_code, answer = command.json("explain", "-", "--stage-arn", STAGE, stdin=token)
    assert (exit_code, answer["verdict"]["outcome"]) == (0, "allowed")
    if "user" in body:
        decided = load(settings_for(okta)).decide(token)
        assert (answer["policy"], answer["context"]) == (decided["policyDocument"], decided["context"])
    else:
        assert (answer["groups_source"], answer["context"]["groups"]) == ("documentdb", "public-mcp-users")


STAGE = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod"


@pytest.mark.parametrize(
    ("route", "exit_code", "is_open"), [("GET /api/servers", 0, True), ("POST /api/servers", 1, False)]
)
def test_a_route_can_be_asked_about(command: Command, okta: Okta, route: str, exit_code: int, is_open: bool) -> None:
    token = okta.mint(user="pat@example.com")
    code, answer = command.json("explain", token, "--route", route)
    assert (code, answer["route"]) == (exit_code, {"asked": route, "open": is_open})


def test_it_works_offline_with_a_saved_key_set(command: Command, own_okta: Okta, tmp_path: Path) -> None:
    command.settings(own_okta)
    token, forged = own_okta.mint(user="pat@example.com"), own_okta.mint(user="pat@example.com", signed_by="stranger")
    keys = tmp_path / "keys.json"
    code, saved = command.json("explain", "--save-keys", str(keys))
    assert (code, saved["keys"]) == (0, str(keys))
    own_okta.break_keys("outage")
    assert command.json("explain", token)[1]["verdict"]["code"] == "keys_unavailable"
    assert command.json("explain", token, "--keys", str(keys))[0] == 0
    assert command.json("explain", forged, "--keys", str(keys))[1]["verdict"]["code"] == "signature_invalid"


def test_what_could_not_be_checked_is_exit_code_2(command: Command, own_okta: Okta) -> None:
    command.settings(own_okta)
    token = own_okta.mint(user="pat@example.com")
    own_okta.break_keys("outage")
    result = command("explain", token)
    assert result.exit_code == 2
    assert result.stdout.startswith("Could not be checked: 500. The token may be good.\nkeys_unavailable: ")


def test_a_store_that_is_down_is_exit_code_2_for_machines_only(command: Command, okta: Okta) -> None:
    command.settings(okta, "DOCUMENTDB_URI=mongodb://user:hunter2@127.0.0.1:9/\n")
    assert command.json("explain", okta.mint(user="pat@example.com"))[0] == 0
    code, answer = command.json("explain", okta.mint(client=AGENT))
    assert (code, answer["verdict"]["code"]) == (2, "store_unavailable")
    assert "hunter2" not in json.dumps(answer)


def test_gateway_tokens_are_explained_by_the_local_stacks_own_key(command: Command, okta: Okta, tmp_path: Path) -> None:
    command.settings(okta, "OKTA_CLIENT_ID=x\nOKTA_CLIENT_SECRET=y\n", server="")
    keys = signing_keys([str(signing_key_file(tmp_path / "state"))])
    person: dict[str, Any] = {"subject": "00u1", "username": "ada@example.com", "email": None, "client_id": "x"}
    token, _ = GatewayTokens(keys, issuer=LOCAL_GATEWAY_URL).issue(**person, groups=["registry-admins"])
    code, answer = command.json("explain", token)
    assert (code, answer["principal"]["auth_method"]) == (0, "gateway")
    assert command.json("explain", okta.mint(user="ada@example.com"))[0] == 1


def test_settings_can_come_from_the_environment(command: Command, okta: Okta) -> None:
    token = okta.mint(user="pat@example.com")
    environ = settings_for(okta)
    result = command("--environment", "explain", token, "--json", environ=environ)
    assert (result.exit_code, json.loads(result.stdout)["verdict"]["outcome"]) == (0, "allowed")
    other = command("--environment", "explain", token, environ=environ | {"OKTA_AUDIENCE": "api://other"})
    assert (other.exit_code, "audience_mismatch" in other.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "env_file", "said"),
    [
        (["explain"], "", "There is no token"),
        (["explain", "-"], "", "There is no token"),
        (["explain", "x", "--route", "everything"], "", "is no request"),
        (["explain", "x", "--stage-arn", "prod"], "", "is no stage"),
        (["explain", "x", "--keys", "/nowhere/keys.json"], "", "--save-keys"),
        (["explain", "x"], "OKTA_DOMIAN=x", "did you mean OKTA_DOMAIN?"),
        (["explain", "x"], "SCOPES_FILE=/nowhere", "there is no such file"),
        (["--environment", "explain", "x"], "", "AUTH_PROVIDER is not set"),
    ],
)
def test_what_is_missing_is_told_with_the_fix(
    command: Command, okta: Okta, arguments: list[str], env_file: str, said: str
) -> None:
    command.settings(okta, env_file)
    result = command(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())
    code, answer = command.json(*arguments)
    assert (code, said in answer["error"]["message"]) == (2, True)


def test_neither_screen_nor_json_holds_the_token_or_a_secret(command: Command, okta: Okta) -> None:
    for body in ({"user": "ada@example.com"}, {"user": "ada@example.com", "signed_by": "stranger"}, {"client": AGENT}):
        token = okta.mint(**body)
        for result in (command("explain", token), command("explain", token, "--json")):
            said = "".join((result.stdout + result.stderr).split())
            assert not [part for part in token.split(".") if part[:16] in said]
            assert "secret" not in said


def test_warnings_of_the_product_are_notes(command: Command, okta: Okta, tmp_path: Path) -> None:
    rules = tmp_path / "scopes.yml"
    rules.write_text(SCOPES.read_text(encoding="utf-8").replace("mcp:servers:list: [", "mcp:servers:lost: ["), "utf-8")
    command.settings(okta, f"SCOPES_FILE={rules}\n")
    started = time.time()
    _, answer = command.json("explain", okta.mint(user="pat@example.com"))
    assert [note for note in answer["notes"] if "mcp:servers:list" in note]
    assert started <= answer["at"] <= time.time()
