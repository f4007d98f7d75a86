"""Each mistake the doctor claims to find is made, and it finds exactly that one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from devkit.doctor import CHECKS
from devkit.doctor.findings import Result
from devkit.okta_standin.people import EVERYONE
from okta_gateway.store.access_rules import AccessRuleCollections
from tests.integration.doctor.breakages import (
    ORG_MODE,
    break_claim,
    break_rule,
    break_store,
    second_domain,
    without_scope,
)
from tests.integration.doctor.patient import MACHINE, SERVER, Patient, with_result
from tests.integration.doctor.rows import ROWS, UNKNOWN_ROWS


def test_a_gateway_in_good_health_has_no_finding(patient: Patient) -> None:
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == []
    org_mode = {"machine_at_org_server", "org_groups_claim", "org_groups_scope"}
    skipped = {*org_mode, *(name for name in examined if name.startswith("token_"))}
    assert set(with_result(examined, Result.SKIPPED)) == skipped


@pytest.mark.parametrize("minted", [{"user": "pat@example.com"}, {"client": MACHINE}], ids=["a user", "a machine"])
def test_a_good_token_has_no_finding(patient: Patient, minted: dict[str, object]) -> None:
    patient.minted = minted
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == []
    assert examined["token_accepted"].finding.result is Result.OK


@pytest.mark.parametrize(("check", "break_it", "word"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_broken_is_found_and_nothing_else(
    patient: Patient, check: str, break_it: Callable[[Patient], None], word: str
) -> None:
    break_it(patient)
    examined = patient.examined()
    findings = with_result(examined, Result.PROBLEM, Result.NOT_CHECKED)
    assert findings == [check], [examined[name].finding for name in findings]
    finding = examined[check].finding
    assert finding.result is Result.PROBLEM
    assert word in finding.seen
    assert finding.meaning
    assert finding.fix


@pytest.mark.parametrize(
    ("check", "break_it", "word"), [row[1:] for row in UNKNOWN_ROWS], ids=[row[0] for row in UNKNOWN_ROWS]
)
def test_what_cannot_be_seen_is_said_and_nothing_else(
    patient: Patient, check: str, break_it: Callable[[Patient], None], word: str
) -> None:
    break_it(patient)
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == [check]
    finding = examined[check].finding
    assert finding.result is Result.NOT_CHECKED
    assert word in finding.seen
    assert finding.fix


def test_every_check_that_can_find_something_has_a_row() -> None:
    never = {"org_groups_claim", "rules", "keys"}  # says where to look; see test_command; could not check
    assert {check.name for check in CHECKS} - never == {row[1] for row in (*ROWS, *UNKNOWN_ROWS)}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_comes_after_those_that_explain_it(name: str) -> None:
    order = [check.name for check in CHECKS]
    (check,) = (check for check in CHECKS if check.name == name)
    assert all(order.index(other) < order.index(name) for other in check.after)


def test_without_an_api_token_the_org_could_not_be_checked(patient: Patient) -> None:
    patient.set(OKTA_API_TOKEN="")
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == []
    unknown = with_result(examined, Result.NOT_CHECKED)
    assert {"api_token", "groups_claim", "redirect_uri", "user_rule", "group_names"} <= set(unknown)
    assert all("OKTA_API_TOKEN" in examined[name].finding.seen + examined[name].finding.fix for name in unknown)
    assert examined["machine_token"].finding.result is Result.OK


def test_without_an_api_token_a_missing_rule_shows_in_the_machines_token(patient: Patient) -> None:
    patient.set(OKTA_API_TOKEN="")
    break_rule("machines", active=False)(patient)
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == ["machine_token"]
    assert "Access Policies" in examined["machine_token"].finding.fix


def test_without_an_api_token_a_missing_grant_shows_where_a_code_is_exchanged(patient: Patient) -> None:
    patient.set(OKTA_API_TOKEN="")
    patient.app(grant_types=("refresh_token",))
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == ["client_secret"]
    assert "unauthorized_client" in examined["client_secret"].finding.seen
    assert "Network" in examined["client_secret"].finding.fix


def test_what_only_okta_can_evaluate_could_not_be_checked(patient: Patient) -> None:
    break_claim(filter_type=None, value='Groups.startsWith("OKTA", "registry-", 100)')(patient)
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == []
    assert with_result(examined, Result.NOT_CHECKED) == ["claim_matches", "many_groups"]


def test_rules_in_the_store_are_the_ones_that_are_looked_at(patient: Patient) -> None:
    rules = {"groups": {"mcp-elsewhere": ["all"]}, "permissions": {"all": ["ANY /*"]}}
    break_store(lambda database: AccessRuleCollections(database).replace(rules))(patient)
    patient.set(SCOPES_SOURCE="documentdb")
    examined = patient.examined()
    assert "'mcp-elsewhere'" in examined["group_names"].finding.seen
    assert "mcp-elsewhere" in examined["claim_matches"].finding.seen


def test_a_group_for_everybody_needs_no_other_assignment(patient: Patient) -> None:
    patient.app(assigned_groups=(EVERYONE,))
    assert with_result(patient.examined(), Result.PROBLEM) == []


def test_in_federation_broker_mode_nobody_has_to_be_assigned(patient: Patient) -> None:
    patient.app(assigned_groups=(), document={"settings": {"implicitAssignment": True}})
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == []
    assert "Federation Broker Mode" in examined["assignment"].finding.seen


def test_a_scope_groups_that_nobody_asks_for_may_be_missing(patient: Patient) -> None:
    without_scope("groups")(patient)
    assert with_result(patient.examined(), Result.PROBLEM, Result.NOT_CHECKED) == []


def test_a_second_issuer_that_the_settings_name_is_no_finding(patient: Patient) -> None:
    second_domain(patient)
    patient.set(OKTA_ISSUERS=f"https://login.example.com/oauth2/{SERVER}")
    assert with_result(patient.examined(), Result.PROBLEM, Result.NOT_CHECKED) == []


def test_rules_for_some_groups_each_are_enough_together(patient: Patient) -> None:
    (policy,) = patient.its_server.policies
    people, machines = policy.rules
    groups = [patient.org.group_named(name) for name in ("registry-admins", "public-mcp-users")]
    each = [replace(people, name=group.name, groups=(group.id,)) for group in groups if group]
    patient.server(policies=(replace(policy, rules=(*each, machines)),))
    assert with_result(patient.examined(), Result.PROBLEM, Result.NOT_CHECKED) == []


def test_what_an_api_token_cannot_see_of_itself_is_said(patient: Patient) -> None:
    seen = patient.examined()["api_token"].finding.seen
    assert all(word in seen for word in ("another 30 days", "age", "network zones", "Security > API > Tokens"))


def test_okta_out_of_order_is_no_finding(patient: Patient) -> None:
    patient.fault = {"path": "all", "fault": "outage"}
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == []
    assert with_result(examined, Result.NOT_CHECKED) == ["discovery", "api_token"]


def test_without_the_local_stack_the_advice_is_to_start_it(patient: Patient) -> None:
    patient.set(OKTA_DOMAIN="http://127.0.0.1:1")
    finding = patient.examined()["discovery"].finding
    assert (finding.result, "make run" in finding.fix) == (Result.NOT_CHECKED, True)


def test_a_key_set_that_is_none_could_not_be_checked(patient: Patient) -> None:
    patient.fault = {"path": "keys", "fault": "html"}
    assert with_result(patient.examined(), Result.NOT_CHECKED) == ["keys"]


def test_in_org_mode_the_groups_claim_is_somewhere_to_look(patient: Patient) -> None:
    patient.set(**ORG_MODE, OKTA_M2M_CLIENT_ID="", OKTA_M2M_CLIENT_SECRET="")
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == []
    assert "Show legacy configuration" in examined["org_groups_claim"].finding.seen


def test_no_secret_is_in_a_finding(patient: Patient) -> None:
    patient.set(DOCUMENTDB_URI="mongodb://user:hunter2hunter2@127.0.0.1:1/", OKTA_CLIENT_SECRET="hunter2hunter2")
    patient.set(OKTA_M2M_CLIENT_SECRET="hunter2hunter2", OKTA_API_TOKEN="hunter2hunter2")
    assert "hunter2" not in repr(patient.examined())
