"""`okta-gateway setup` on an empty org: what it makes works, it does nothing twice, and it goes on after a failure."""

import stat
from collections.abc import Sequence
from typing import Any

import pytest

from tests.integration.setup.conftest import TOKEN, Operator

GROUPS = ("public-mcp-users", "registry-admins")


def _populated(operator: Operator) -> None:
    """People in the groups, which are for somebody else than this command."""
    operator.add_person("ada@example.com", "registry-admins")
    operator.add_person("pat@example.com", "public-mcp-users")


def _to_do(answer: Any) -> list[str]:
    return [step["title"] for step in answer["steps"] if step["state"] in ("create", "change")]


def _check(operator: Operator) -> dict[str, str]:
    _, answer = operator.json("doctor")
    return {check["name"]: check["result"] for check in answer["checks"]}


def test_the_doctor_finds_nothing_wrong_with_what_it_makes(operator: Operator) -> None:
    assert operator("setup", "--yes").exit_code == 0
    _populated(operator)
    results = _check(operator)
    assert {name for name, result in results.items() if result == "problem"} == {"machine_registered"}
    assert "could not check" not in results.values()
    assert results["machine_token"] == results["user_rule"] == results["claim_matches"] == "ok"


@pytest.mark.parametrize(("login", "route", "passes"), [("pat", "GET /api/servers", True), ("ada", "POST /x", True)])
def test_people_get_in_with_the_rights_of_their_groups(
    operator: Operator, login: str, route: str, passes: bool
) -> None:
    operator("setup", "--yes")
    _populated(operator)
    client = operator.settings["OKTA_CLIENT_ID"]
    token = operator.control("tokens", user=f"{login}@example.com", client_id=client)["token"]
    code, answer = operator.json("explain", token, "--route", route)
    assert (code, answer["verdict"]["outcome"], answer["route"]["open"]) == (0, "allowed", passes)


def test_the_plan_comes_first_and_nothing_happens_without_a_yes(operator: Operator) -> None:
    before = operator.env.read_text()
    result = operator("setup", stdin="n\n")
    assert result.exit_code == 1
    assert "create" in result.stderr
    assert "authorization server 'okta-gateway', audience api://okta-gateway" in " ".join(result.stderr.split())
    assert "Nothing was changed." in result.stderr
    assert operator.api("/authorizationServers") == operator.api("/apps") == []
    assert (operator.env.read_text(), operator.tfvars.exists()) == (before, False)


def test_a_dry_run_changes_nothing(operator: Operator) -> None:
    before = operator.env.read_text()
    code, answer = operator.json("setup", "--dry-run")
    assert (code, answer["done"]) == (0, [])
    assert len(_to_do(answer)) == 14
    assert operator.api("/authorizationServers") == operator.api("/apps") == []
    assert (operator.env.read_text(), operator.tfvars.exists()) == (before, False)


def test_what_comes_with_an_application_is_not_said_to_be_there(operator: Operator) -> None:
    _, before = operator.json("setup", "--dry-run")
    operator("setup", "--yes")
    _, after = operator.json("setup", "--dry-run")
    titles = ("its secret", "its redirect URIs", "the machine's secret")
    assert [_states(answer, titles) for answer in (before, after)] == [["comes along"] * 3, ["is there"] * 3]


def _states(answer: Any, titles: Sequence[str]) -> list[str]:
    states = {step["title"]: step["state"] for step in answer["steps"]}
    return [states[title] for title in titles]


def test_with_json_nobody_is_asked(operator: Operator) -> None:
    code, answer = operator.json("setup")
    assert (code, "--yes" in answer["error"]["message"]) == (2, True)


def test_a_second_run_has_nothing_to_do(operator: Operator) -> None:
    operator("setup", "--yes")
    files, apps = (operator.env.read_text(), operator.tfvars.read_text()), operator.api("/apps")
    code, answer = operator.json("setup", "--yes")
    assert (code, _to_do(answer), answer["done"]) == (0, [], [])
    assert (operator.env.read_text(), operator.tfvars.read_text()) == files
    assert operator.api("/apps") == apps


def test_the_settings_are_written_for_nobody_else_to_read(operator: Operator) -> None:
    operator.env.chmod(0o644)
    operator("setup", "--yes")
    settings = operator.settings
    assert operator.env.read_text().startswith(f"# mine\nOKTA_DOMAIN={operator.okta}\n")
    assert str(settings["OKTA_AUTH_SERVER_ID"]).startswith("aus")
    assert settings["OKTA_AUDIENCE"] == "api://okta-gateway"
    assert all(settings[name] for name in ("OKTA_CLIENT_SECRET", "OKTA_M2M_CLIENT_ID", "OKTA_M2M_CLIENT_SECRET"))
    variables = operator.tfvars.read_text()
    assert f'okta_client_secret = "{settings["OKTA_CLIENT_SECRET"]}"' in variables
    assert "okta_enabled = true" in variables
    assert {stat.S_IMODE(path.stat().st_mode) for path in (operator.env, operator.tfvars)} == {0o600}


def test_the_administrators_token_is_written_nowhere(operator: Operator) -> None:
    result = operator("setup", "--yes")
    assert TOKEN not in operator.env.read_text() + operator.tfvars.read_text() + result.output


def test_no_secret_is_shown(operator: Operator) -> None:
    result = operator("setup", "--yes")
    assert str(operator.settings["OKTA_CLIENT_SECRET"]) not in result.output
    assert str(operator.settings["OKTA_M2M_CLIENT_SECRET"]) not in result.output


@pytest.mark.parametrize("made", range(14))
def test_after_a_failure_it_goes_on_where_it_was(operator: Operator, made: int) -> None:
    _fail_after(operator, made)
    failed = operator("setup", "--yes")
    assert failed.exit_code == 1
    assert "run the command again" in " ".join(failed.stderr.split())
    operator.control("faults", path="all", fault=None)
    code, _ = operator.json("setup", "--yes")
    assert code == 0
    assert len(operator.api("/apps")) == 2
    assert len(operator.api("/authorizationServers")) == 1
    _populated(operator)
    assert [name for name, result in _check(operator).items() if result == "problem"] == ["machine_registered"]


def _fail_after(operator: Operator, made: int) -> None:
    """An outage for the change that comes after so many changes; looking goes on."""
    methods = _changes(operator)
    method = methods[made]
    operator.control("faults", path="management", method=method, fault="outage", skip=methods[:made].count(method))


def _changes(operator: Operator) -> list[str]:
    """The methods of the changes, in their order: all are POST but for the assignments."""
    _, answer = operator.json("setup", "--dry-run")
    return ["PUT" if "assignment" in title else "POST" for title in _to_do(answer)]


def test_a_scope_without_a_default_becomes_the_default_one(operator: Operator) -> None:
    operator("setup", "--yes")
    scopes = f"/authorizationServers/{operator.settings['OKTA_AUTH_SERVER_ID']}/scopes"
    scope = next(each for each in operator.api(scopes) if each["name"] == "gateway.access")
    assert scope["default"] is True
    body = {"name": "gateway.access", "description": "mine", "default": False}
    operator.api(f"{scopes}/{scope['id']}", "PUT", body)
    code, answer = operator.json("setup", "--yes")
    assert (code, _to_do(answer)) == (0, ["scope gateway.access, for machines and for who asks for none"])
    changed = operator.api(f"{scopes}/{scope['id']}")
    assert (changed["default"], changed["description"]) == (True, "mine")


def test_the_default_scope_of_a_server_stays_the_only_one(operator: Operator) -> None:
    body = {"name": "mine", "description": "d", "audiences": ["api://mine"]}
    server = operator.api("/authorizationServers", "POST", body)["id"]
    operator.api(f"/authorizationServers/{server}/scopes", "POST", {"name": "own", "default": True})
    with operator.env.open("a", encoding="utf-8") as env:
        env.write(f"OKTA_AUTH_SERVER_ID={server}\nOKTA_AUDIENCE=api://mine\n")
    assert operator("setup", "--yes").exit_code == 0
    scopes = operator.api(f"/authorizationServers/{server}/scopes")
    assert [scope["name"] for scope in scopes if scope["default"]] == ["own"]


def test_a_secret_that_was_lost_gets_a_second_one_beside_it(operator: Operator) -> None:
    operator("setup", "--yes")
    lost = operator.settings["OKTA_CLIENT_SECRET"]
    kept = [line for line in operator.env.read_text().splitlines() if not line.startswith("OKTA_CLIENT_SECRET")]
    operator.env.write_text("\n".join(kept) + "\n", "utf-8")
    code, answer = operator.json("setup", "--yes")
    assert (code, _to_do(answer)) == (0, ["its secret"])
    assert operator.settings["OKTA_CLIENT_SECRET"] not in (None, lost)
    assert _check(operator)["client_secret"] == "ok"


def test_another_gateway_is_added_to_the_redirect_uris(operator: Operator) -> None:
    operator("setup", "--yes")
    code, answer = operator.json("setup", "--yes", "--gateway-url", "https://api.example.com/prod")
    assert (code, _to_do(answer)) == (0, ["its redirect URIs"])
    client = operator.api(f"/apps/{operator.settings['OKTA_CLIENT_ID']}")["settings"]["oauthClient"]
    assert client["redirect_uris"] == [
        "http://localhost:8888/oauth2/callback/okta",
        "https://api.example.com/prod/oauth2/callback/okta",
    ]
    assert client["refresh_token"]["rotation_type"] == "ROTATE"
    assert _check(operator)["client_secret"] == "ok"


def test_what_differs_is_told_and_left_alone(operator: Operator) -> None:
    operator("setup", "--yes")
    claims = f"/authorizationServers/{operator.settings['OKTA_AUTH_SERVER_ID']}/claims"
    claim = next(each for each in operator.api(claims) if (each["name"], each["claimType"]) == ("groups", "RESOURCE"))
    changed = {**claim, "group_filter_type": "STARTS_WITH", "value": "mcp-"}
    operator.api(f"{claims}/{claim['id']}", "PUT", changed)
    result = operator("setup", "--yes")
    assert result.exit_code == 1
    assert "STARTS_WITH mcp-; it was left alone" in " ".join(result.stdout.split())
    assert operator.api(f"{claims}/{claim['id']}")["value"] == "mcp-"


def test_a_server_with_parts_of_its_own_keeps_them_in_front(operator: Operator) -> None:
    body = {"name": "mine", "description": "d", "audiences": ["api://mine"]}
    server = operator.api("/authorizationServers", "POST", body)["id"]
    clients: dict[str, dict[str, list[str]]] = {"clients": {"include": []}}
    policies = f"/authorizationServers/{server}/policies"
    own = {
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "name": "own",
        "description": "d",
        "priority": 1,
        "conditions": clients,
    }
    operator.api(policies, "POST", own)
    with operator.env.open("a", encoding="utf-8") as env:
        env.write(f"OKTA_AUTH_SERVER_ID={server}\nOKTA_AUDIENCE=api://mine\n")
    assert operator("setup", "--yes").exit_code == 0
    assert [policy["name"] for policy in operator.api(policies)] == ["own", "okta-gateway"]
    assert operator.settings["OKTA_AUTH_SERVER_ID"] == server
    assert [each["name"] for each in operator.api("/authorizationServers")] == ["mine"]


def test_a_setting_that_changes_is_asked_for(operator: Operator) -> None:
    operator("setup", "--yes")
    operator.tfvars.write_text(operator.tfvars.read_text().replace("api://okta-gateway", "api://mine"), "utf-8")
    result = operator("setup", stdin="n\n")
    assert result.exit_code == 1
    assert "Replaces okta_audience in" in result.stderr
    assert "api://mine" in operator.tfvars.read_text()


def test_an_org_without_the_licence_is_set_up_for_the_org_server(operator: Operator) -> None:
    operator.control("deviations", api_access_management=False)
    result = operator("setup", "--yes")
    shown = " ".join(result.output.split())
    assert result.exit_code == 0
    assert shown.count("API Access Management") == 1
    assert "Show legacy configuration" in shown
    assert "Matches regex (public-|registry-).*" in shown
    assert {"OKTA_AUTH_SERVER_ID", "OKTA_M2M_CLIENT_ID"}.isdisjoint(operator.settings)
    _populated(operator)
    results = _check(operator)
    assert {"problem", "could not check"}.isdisjoint(results.values())
    assert results["redirect_uri"] == results["client_secret"] == "ok"


def test_what_comes_next_can_be_copied(operator: Operator) -> None:
    shown = " ".join(operator("setup", "--yes").stdout.split())
    assert f"okta-gateway m2m add NAME --client-id {operator.settings['OKTA_M2M_CLIENT_ID']} --group GROUP" in shown
    assert "public-mcp-users, registry-admins (Directory > Groups > the group > Assign people)" in shown


def test_without_a_machine_there_is_one_application(operator: Operator) -> None:
    assert "m2m add" not in operator("setup", "--yes", "--no-machine").output
    assert [app["label"] for app in operator.api("/apps")] == ["okta-gateway"]


@pytest.mark.parametrize(
    ("env", "token", "word"),
    [("", TOKEN, "OKTA_DOMAIN"), ("OKTA_DOMAIN=dev-1.okta.com\n", "", "OKTA_API_TOKEN")],
    ids=["no domain", "no API token"],
)
def test_what_is_missing_is_told(operator: Operator, env: str, token: str, word: str) -> None:
    operator.env.write_text(env, "utf-8")
    result = operator("setup", "--yes", token=token)
    assert (result.exit_code, word in result.stderr) == (2, True)


def test_a_dead_api_token_changes_nothing(operator: Operator) -> None:
    result = operator("setup", "--yes", token="00dead-token-not-for-production")
    assert result.exit_code == 2
    assert "OKTA_API_TOKEN dies after 30 days" in " ".join(result.stderr.split())
