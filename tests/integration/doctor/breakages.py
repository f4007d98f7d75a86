"""Ways to break a patient: each makes one mistake that an administrator, or whoever wrote the settings, could make."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pymongo

from devkit.okta_standin.people import Group, GroupType
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.doctor.patient import MACHINE, SERVER, WEB_APP, Patient

ORG_MODE = {"OKTA_AUTH_SERVER_ID": "", "OKTA_AUDIENCE": ""}


def without_scope(name: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        scopes = tuple(scope for scope in patient.its_server.scopes if scope.name != name)
        policies = tuple(
            replace(policy, rules=tuple(replace(rule, scopes=("*",)) for rule in policy.rules))
            for policy in patient.its_server.policies
        )
        patient.server(scopes=scopes, policies=policies)

    return break_it


def without_scope_of_sign_in(patient: Patient) -> None:
    without_scope("groups")(patient)
    patient.set(OKTA_SCOPES="openid profile email offline_access groups")


def break_scope(name: str, **changes: Any) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        scopes = patient.its_server.scopes
        patient.server(scopes=tuple(replace(scope, **changes) if scope.name == name else scope for scope in scopes))

    return break_it


def break_claim(**changes: Any) -> Callable[[Patient], None]:
    """Change the groups claim of access tokens."""

    def break_it(patient: Patient) -> None:
        claims = patient.its_server.claims
        patient.server(claims=tuple(replace(claim, **changes) if is_groups(claim) else claim for claim in claims))

    return break_it


def is_groups(claim: Any) -> bool:
    return (claim.name, claim.kind) == ("groups", "access_token")


def no_access_claim(patient: Patient) -> None:
    patient.server(claims=tuple(claim for claim in patient.its_server.claims if not is_groups(claim)))


def no_claim(patient: Patient) -> None:
    patient.server(claims=tuple(claim for claim in patient.its_server.claims if claim.name != "groups"))


def break_rule(name: str, **changes: Any) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        (policy,) = patient.its_server.policies
        rules = tuple(replace(rule, **changes) if rule.name == name else rule for rule in policy.rules)
        patient.server(policies=(replace(policy, rules=rules),))

    return break_it


def people_only(**changes: Any) -> Callable[[Patient], None]:
    """Change the policy for people, and leave the machines theirs."""

    def break_it(patient: Patient) -> None:
        (policy,) = patient.its_server.policies
        people, machines = policy.rules
        for_machines = replace(policy, name="machines", clients=(MACHINE,), rules=(machines,), id="00pmachines")
        patient.server(
            policies=(replace(policy, **{"rules": (people,), "clients": (WEB_APP,), **changes}), for_machines)
        )

    return break_it


def no_policies(patient: Patient) -> None:
    patient.set(OKTA_M2M_CLIENT_ID="", OKTA_M2M_CLIENT_SECRET="")
    patient.server(policies=())


def rename_group(old: str, new: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        group = patient.org.group_named(old)
        assert group
        patient.org.change_group(replace(group, name=new))

    return break_it


def imported_group(name: str) -> Callable[[Patient], None]:
    """A group that is a directory's."""

    def break_it(patient: Patient) -> None:
        group = patient.org.group_named(name)
        assert group
        patient.org.change_group(replace(group, type=GroupType.APP_GROUP))

    return break_it


def rule_for_group(name: str) -> Callable[[Patient], None]:
    """The rule for people is for one group alone."""

    def break_it(patient: Patient) -> None:
        group = patient.org.group_named(name)
        assert group
        break_rule("people", groups=(group.id,))(patient)

    return break_it


def many_groups(patient: Patient) -> None:
    for number in range(101):
        patient.org.add_group(Group(f"00gmany{number}", f"public-{number}"))


def token_without(permission: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        (token,) = patient.org.api_tokens
        permissions = tuple(other for other in token.permissions if other != permission)
        patient.org.api_tokens = (replace(token, permissions=permissions),)

    return break_it


def break_store(change: Callable[[pymongo.database.Database[Document]], object]) -> Callable[[Patient], None]:
    """Change the document store."""

    def break_it(patient: Patient) -> None:
        with pymongo.MongoClient[Document](patient.store_uri) as client:
            change(client[patient.database])

    return break_it


def set_settings(**settings: str) -> Callable[[Patient], None]:
    return lambda patient: patient.set(**settings)


def break_app(client_id: str = WEB_APP, **changes: Any) -> Callable[[Patient], None]:
    return lambda patient: patient.app(client_id, **changes)


def break_server(**changes: Any) -> Callable[[Patient], None]:
    return lambda patient: patient.server(**changes)


def give_token(**minted: object) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.minted = minted

    return break_it


def paste(token: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.token = token

    return break_it


def other_host(patient: Patient) -> None:
    patient.base_url = "https://login.example.com"


def second_domain(patient: Patient) -> None:
    shown = {"issuer": f"https://login.example.com/oauth2/{SERVER}"}
    patient.rewritten = lambda path, body: body | shown if path.endswith(f"/authorizationServers/{SERVER}") else body


def few_calls(bucket: str) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.rate_limit = {"bucket": bucket, "limit": 9}

    return break_it


def zones_only(*zones: str) -> dict[str, object]:
    """What an app has that gets tokens in some network zones only."""
    return {"oauthClient": {"network": {"connection": "ZONE", "include": list(zones)}}}


def set_clock(seconds: float) -> Callable[[Patient], None]:
    def break_it(patient: Patient) -> None:
        patient.clock = lambda: time.time() + seconds

    return break_it


def encrypting(patient: Patient) -> None:
    encrypted = {"accessTokenEncryptedResponseAlgorithm": "RSA-OAEP-256"}
    patient.rewritten = lambda path, body: (
        body | encrypted if path.endswith(f"/authorizationServers/{SERVER}") else body
    )


def require_dpop(client_id: str) -> Callable[[Patient], None]:
    def rewritten(path: str, body: Any) -> Any:
        if path.endswith(f"/apps/{client_id}"):
            body["settings"]["oauthClient"]["dpop_bound_access_tokens"] = True
        return body

    def break_it(patient: Patient) -> None:
        patient.rewritten = rewritten

    return break_it


def machines_at_org_server(patient: Patient) -> None:
    patient.set(**ORG_MODE)


def no_unique_index(database: pymongo.database.Database[Document]) -> None:
    database["idp_m2m_clients"].drop_indexes()


def plain_index(database: pymongo.database.Database[Document]) -> None:
    no_unique_index(database)
    database["idp_m2m_clients"].create_index("client_id")


def switched_off(database: pymongo.database.Database[Document]) -> None:
    M2MRegistry(database).change(MACHINE, enabled=False)


def another_machine(database: pymongo.database.Database[Document]) -> None:
    M2MRegistry(database).add(M2MRecord("0oaother", "other", ("Public-MCP-Users",)))


def leave_all_groups(patient: Patient, login: str) -> None:
    user = patient.org.user(login)
    assert user
    patient.org.change_user(replace(user, groups=()))
