"""Each mistake the doctor claims to find is made, and it finds exactly that one."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pymongo
import pytest

from devkit.doctor import CHECKS
from devkit.doctor.findings import Result
from devkit.okta_standin.clients import Lifecycle
from devkit.okta_standin.people import EVERYONE, Group
from devkit.okta_standin.servers import FilterType
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.doctor.patient import MACHINE, SERVER, WEB_APP, Patient, with_result

ORG_MODE = {"OKTA_AUTH_SERVER_ID": "", "OKTA_AUDIENCE": ""}


def _without_scope(name: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        scopes = tuple(scope for scope in patient.its_server.scopes if scope.name != name)
        policies = tuple(
            replace(policy, rules=tuple(replace(rule, scopes=("*",)) for rule in policy.rules))
            for policy in patient.its_server.policies
        )
        patient.server(scopes=scopes, policies=policies)

    return break_it


def _claim(**changes: Any) -> Callable[[Patient], None]:
    """Change the groups claim of access tokens."""

    def break_it(patient: Patient) -> None:
        claims = patient.its_server.claims
        patient.server(claims=tuple(replace(claim, **changes) if _is_groups(claim) else claim for claim in claims))

    return break_it


def _is_groups(claim: Any) -> bool:
    return (claim.name, claim.kind) == ("groups", "access_token")


def _no_access_claim(patient: Patient) -> None:
    patient.server(claims=tuple(claim for claim in patient.its_server.claims if not _is_groups(claim)))


def _no_claim(patient: Patient) -> None:
    patient.server(claims=tuple(claim for claim in patient.its_server.claims if claim.name != "groups"))


def _rule(name: str, **changes: Any) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        (policy,) = patient.its_server.policies
        rules = tuple(replace(rule, **changes) if rule.name == name else rule for rule in policy.rules)
        patient.server(policies=(replace(policy, rules=rules),))

    return break_it


def _people_only(**changes: Any) -> Callable[[Patient], None]:
    """Change the policy for people, and leave the machines theirs."""

    def break_it(patient: Patient) -> None:
        (policy,) = patient.its_server.policies
        people, machines = policy.rules
        for_machines = replace(policy, name="machines", clients=(MACHINE,), rules=(machines,), id="00pmachines")
        patient.server(
            policies=(replace(policy, **{"rules": (people,), "clients": (WEB_APP,), **changes}), for_machines)
        )

    return break_it


def _no_policies(patient: Patient) -> None:
    patient.set(OKTA_M2M_CLIENT_ID="", OKTA_M2M_CLIENT_SECRET="")
    patient.server(policies=())


def _rename_group(old: str, new: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        group = patient.org.group_named(old)
        assert group
        patient.org.change_group(replace(group, name=new))

    return break_it


def _many_groups(patient: Patient) -> None:
    for number in range(101):
        patient.org.add_group(Group(f"00gmany{number}", f"public-{number}"))


def _token_without(permission: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        (token,) = patient.org.api_tokens
        permissions = tuple(other for other in token.permissions if other != permission)
        patient.org.api_tokens = (replace(token, permissions=permissions),)

    return break_it


def _rows(change: Callable[[pymongo.database.Database[Document]], object]) -> Callable[[Patient], None]:
    """Change the document store."""

    def break_it(patient: Patient) -> None:
        with pymongo.MongoClient[Document](patient.store_uri) as client:
            change(client[patient.database])

    return break_it


def _set(**settings: str) -> Callable[[Patient], None]:
    return lambda patient: patient.set(**settings)


def _app(client_id: str = WEB_APP, **changes: Any) -> Callable[[Patient], None]:
    return lambda patient: patient.app(client_id, **changes)


def _server(**changes: Any) -> Callable[[Patient], None]:
    return lambda patient: patient.server(**changes)


def _token(**minted: object) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.minted = minted

    return break_it


def _pasted(token: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.token = token

    return break_it


def _base_url(patient: Patient) -> None:
    patient.base_url = "https://login.example.com"


def _late_clock(patient: Patient) -> None:
    patient.clock = lambda: time.time() - 300


def _encrypting(patient: Patient) -> None:
    encrypted = {"accessTokenEncryptedResponseAlgorithm": "RSA-OAEP-256"}
    patient.rewritten = lambda path, body: (
        body | encrypted if path.endswith(f"/authorizationServers/{SERVER}") else body
    )


def _dpop(client_id: str) -> Callable[[Patient], None]:
    def rewritten(path: str, body: Any) -> Any:
        if path.endswith(f"/apps/{client_id}"):
            body["settings"]["oauthClient"]["dpop_bound_access_tokens"] = True
        return body

    def break_it(patient: Patient) -> None:
        patient.rewritten = rewritten

    return break_it


def _machines_at_org_server(patient: Patient) -> None:
    patient.set(**ORG_MODE)


def _no_unique_index(database: pymongo.database.Database[Document]) -> None:
    database["idp_m2m_clients"].drop_indexes()


def _switched_off(database: pymongo.database.Database[Document]) -> None:
    M2MRegistry(database).change(MACHINE, enabled=False)


def _another_machine(database: pymongo.database.Database[Document]) -> None:
    M2MRegistry(database).add(M2MRecord("0oaother", "other", ("Public-MCP-Users",)))


ROWS: tuple[tuple[str, str, Callable[[Patient], None], str], ...] = (
    # what is broken, the check that finds it, how it is broken, a word of the finding
    ("a provider that is none", "settings", _set(AUTH_PROVIDER="entra"), "AUTH_PROVIDER"),
    ("the admin console's host", "domain", _set(OKTA_DOMAIN="dev-123456-admin.okta.com"), "-admin"),
    ("a URL for a domain", "domain", _set(OKTA_DOMAIN="https://dev-123456.okta.com"), "host only"),
    ("a list without the web application", "allowed_clients", _set(OKTA_ALLOWED_CLIENT_IDS=MACHINE), "OKTA_CLIENT_ID"),
    ("a list without the machine", "allowed_clients", _set(OKTA_ALLOWED_CLIENT_IDS=WEB_APP), "OKTA_M2M_CLIENT_ID"),
    ("a machine in org mode", "machine_at_org_server", _machines_at_org_server, "OKTA_M2M_CLIENT_ID"),
    ("an unknown server", "discovery", _set(OKTA_AUTH_SERVER_ID="aus9999999999999999"), "404"),
    ("a server that is not active", "discovery", _server(active=False), "404"),
    ("a server that calls itself otherwise", "issuer", _base_url, "https://login.example.com"),
    ("a clock that is late", "clock", _late_clock, "behind"),
    ("a token cut off", "token_shape", _pasted("eyJhbGciOiJSUzI1NiJ9.eyJ"), "token_malformed"),
    ("a token of another server", "token_server", _token(user="pat@example.com", server="default"), "'default'"),
    ("a token of the org server", "token_server", _token(user="pat@example.com", server="org"), "org authorization"),
    ("an ID token", "token_kind", _token(user="pat@example.com", kind="id_token", claims={"nonce": "n"}), "ID token"),
    (
        "a token for another audience",
        "token_audience",
        _token(user="pat@example.com", claims={"aud": "api://payroll"}),
        "api://payroll",
    ),
    ("a token of somebody in no group", "token_groups", _token(user="sam@example.com"), "no groups"),
    ("an expired token", "token_accepted", _token(user="pat@example.com", expires_in=-3600), "token_expired"),
    ("a forged token", "token_accepted", _token(user="pat@example.com", signed_by="stranger"), "signature_invalid"),
    (
        "a machine's token that nobody registered",
        "token_accepted",
        _token(client=MACHINE, claims={"cid": "0oastranger", "sub": "0oastranger"}),
        "client_not_registered",
    ),
    ("a dead API token", "api_token", _set(OKTA_API_TOKEN="00dead-token-not-for-production"), "E0000011"),
    ("no right to read users", "api_permissions", _token_without("okta.users.read"), "okta.users.read"),
    ("no right to read groups", "api_permissions", _token_without("okta.groups.read"), "okta.groups.read"),
    ("no right to read apps", "api_permissions", _token_without("okta.apps.read"), "okta.apps.read"),
    (
        "no right to read servers",
        "api_permissions",
        _token_without("okta.authorizationServers.read"),
        "okta.authorizationServers.read",
    ),
    ("encrypted access tokens", "server", _encrypting, "encrypts"),
    ("another audience", "audience", _server(audience="api://payroll"), "api://payroll"),
    ("no scope groups", "groups_scope", _without_scope("groups"), "'groups'"),
    ("no scope for machines", "machine_scope", _without_scope("gateway.access"), "gateway.access"),
    ("no groups claim", "groups_claim", _no_claim, "no groups claim"),
    ("a groups claim in ID tokens only", "groups_claim", _no_access_claim, "ID tokens only"),
    ("a disabled groups claim", "groups_claim", _claim(active=False), "disabled"),
    ("starts with .*", "claim_filter", _claim(filter_type=FilterType.STARTS_WITH, value=".*"), "regular expression"),
    ("an empty regular expression", "claim_filter", _claim(value=""), "''"),
    ("a claim for another scope", "claim_scopes", _claim(scopes=("groups",)), "groups"),
    ("a filter that leaves groups out", "claim_matches", _claim(value="registry-.*"), "public-mcp-users"),
    ("more groups than a token may have", "many_groups", _many_groups, "103"),
    ("an unknown application", "web_app", _set(OKTA_CLIENT_ID="0oanobodyknows"), "0oanobodyknows"),
    ("an application that is not active", "web_app", _app(status=Lifecycle.INACTIVE), "not active"),
    ("an application without the code grant", "web_app", _app(grant_types=("refresh_token",)), "authorization_code"),
    ("an application with DPoP", "web_app", _dpop(WEB_APP), "DPoP"),
    ("no refresh grant", "refresh_grant", _app(grant_types=("authorization_code",)), "refresh tokens"),
    ("no redirect URI", "redirect_uri", _app(redirect_uris=("https://elsewhere.example/cb",)), "not registered."),
    (
        "a redirect URI with a slash too many",
        "redirect_uri",
        _app(redirect_uris=("http://localhost:8888/oauth2/callback/okta/",)),
        "callback/okta/ is",
    ),
    ("no sign-out URI", "sign_out_uri", _app(post_logout_redirect_uris=()), "/oauth2/"),
    ("a group that is not assigned", "assignment", _app(assigned_groups=("registry-admins",)), "public-mcp-users"),
    ("no groups assigned at all", "assignment", _app(assigned_groups=()), "registry-admins"),
    ("an unknown machine", "machine_app", lambda patient: patient.org.remove_app(patient.its_app(MACHINE)), MACHINE),
    ("a machine that is not active", "machine_app", _app(MACHINE, status=Lifecycle.INACTIVE), "not active"),
    ("a machine with DPoP", "machine_app", _dpop(MACHINE), "DPoP"),
    ("no policies", "user_rule", _no_policies, "no access policy"),
    ("a policy for nobody", "user_rule", _people_only(clients=()), "No access policy is for"),
    ("a policy that is not active", "user_rule", _people_only(active=False), "not active"),
    ("a rule that is not active", "user_rule", _rule("people", active=False), "authorization_code"),
    ("a rule without offline_access", "user_rule", _rule("people", scopes=("openid", "profile", "email")), "offline"),
    ("no rule for machines", "machine_rule", _rule("machines", active=False), "client_credentials"),
    ("a machine rule without the scope", "machine_rule", _rule("machines", scopes=("groups",)), "gateway.access"),
    (
        "a group of another case",
        "group_names",
        _rename_group("registry-admins", "Registry-Admins"),
        "'Registry-Admins'",
    ),
    ("a group with a space", "group_names", _rename_group("registry-admins", "registry-admins "), "'registry-admins '"),
    (
        "a group without members",
        "group_members",
        lambda patient: _empty(patient, "pat@example.com"),
        "public-mcp-users",
    ),
    (
        "a group that the rules do not know",
        "unknown_groups",
        _app(assigned_groups=("registry-admins", "public-mcp-users", "finance")),
        "finance",
    ),
    ("a wrong secret", "client_secret", _set(OKTA_CLIENT_SECRET="wrong-secret-not-for-production"), "invalid"),
    ("a machine's wrong secret", "machine_token", _set(OKTA_M2M_CLIENT_SECRET="wrong-secret"), "invalid_client"),
    ("a store that is down", "store", _set(DOCUMENTDB_URI="mongodb://127.0.0.1:1/"), "no answer"),
    (
        "a store without TLS",
        "store",
        _set(DOCUMENTDB_URI="mongodb://user:secret@db.example.com:27017/?tls=false"),
        "switches TLS",
    ),
    ("no unique index", "indexes", _rows(_no_unique_index), "no unique index"),
    ("a machine that is switched off", "machine_registered", _rows(_switched_off), "switched off"),
    (
        "a machine that is not registered",
        "machine_registered",
        _rows(lambda database: M2MRegistry(database).remove(MACHINE)),
        "not registered",
    ),
    (
        "a machine without groups",
        "machine_registered",
        _rows(lambda database: M2MRegistry(database).change(MACHINE, groups=())),
        "no groups",
    ),
    ("a machine in an unknown group", "unknown_client_groups", _rows(_another_machine), "Public-MCP-Users"),
)


def _empty(patient: Patient, login: str) -> None:
    user = patient.org.user(login)
    assert user
    patient.org.change_user(replace(user, groups=()))


def test_a_gateway_in_good_health_has_no_finding(patient: Patient) -> None:
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM, Result.NOT_CHECKED) == []
    skipped = {"machine_at_org_server", "org_groups_claim", *(name for name in examined if name.startswith("token_"))}
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


def test_every_check_that_can_find_a_problem_has_a_row() -> None:
    never = {"org_groups_claim", "rules", "keys"}  # says where to look; see test_command; could not check
    assert {check.name for check in CHECKS} - never == {row[1] for row in ROWS}


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
    _rule("machines", active=False)(patient)
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == ["machine_token"]
    assert "Access Policies" in examined["machine_token"].finding.fix


def test_what_only_okta_can_evaluate_could_not_be_checked(patient: Patient) -> None:
    _claim(filter_type=None, value='Groups.startsWith("OKTA", "registry-", 100)')(patient)
    examined = patient.examined()
    assert with_result(examined, Result.PROBLEM) == []
    assert with_result(examined, Result.NOT_CHECKED) == ["claim_matches", "many_groups"]


def test_rules_in_the_store_are_the_ones_that_are_looked_at(patient: Patient) -> None:
    rules = {"groups": {"mcp-elsewhere": ["all"]}, "permissions": {"all": ["ANY /*"]}}
    _rows(lambda database: AccessRuleCollections(database).replace(rules))(patient)
    patient.set(SCOPES_SOURCE="documentdb")
    examined = patient.examined()
    assert "'mcp-elsewhere'" in examined["group_names"].finding.seen
    assert "mcp-elsewhere" in examined["claim_matches"].finding.seen


def test_a_group_for_everybody_needs_no_other_assignment(patient: Patient) -> None:
    patient.app(assigned_groups=(EVERYONE,))
    assert with_result(patient.examined(), Result.PROBLEM) == []


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
