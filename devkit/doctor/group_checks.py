"""Do the names of groups agree in Okta, in the access rules, and in the document store?"""

import re

from devkit.cli.who_can import all_clients
from devkit.doctor.case import Case
from devkit.doctor.claim_checks import MOST_GROUPS
from devkit.doctor.console_paths import APP_SIGN_ON, CLAIMS, GROUPS
from devkit.doctor.findings import Check, Finding, Need, listed, ok, problem, skipped
from okta_gateway.store.m2m_registry import M2MRegistry

OWN = "OKTA_GROUP"


def check_group_names(case: Case) -> Finding:
    """Each group of the rules is one of Okta's, to the letter."""
    names = {group.name for group in case.okta.groups}
    missing = [name for name in case.groups_of_rules if name not in names]
    if not missing:
        return ok(listed(case.groups_of_rules))
    described = [f"{name!r}, but {near!r}" if (near := nearest(name, names)) else repr(name) for name in missing]
    return problem(
        f"Okta has no group {'; no group '.join(described)}.",
        "Names are compared to the letter, case and spaces included: nobody gets what the rules give such a group.",
        f"Rename or add the groups ({GROUPS}), or correct scopes.yml.",
    )


def check_group_sources(case: Case) -> Finding:
    """A filter sees Okta's own groups only: those of a directory need an expression (Okta: "Customize tokens")."""
    own = {group.name for group in case.okta.groups if group.type == OWN}
    imported = [name for name in case.groups_of_rules if name not in own]
    if not imported:
        return ok("they are Okta's own")
    return problem(
        f"{listed(imported)} comes from a directory, and the groups claim is a filter.",
        "The filter sees Okta's own groups only: the tokens of their members do not say so, and they get 403.",
        f"Make groups of Okta's own, filled by group rules ({GROUPS} > Rules), or make the claim an expression "
        f"({CLAIMS}).",
    )


def check_group_members(case: Case) -> Finding:
    """Somebody is in each of them."""
    wanted = set(case.groups_of_rules)
    groups = [group for group in case.okta.groups if group.name in wanted]
    empty = [group.name for group in groups if not case.okta.has_members(group.id)]
    if not empty:
        return ok("each group of the rules has members")
    return problem(
        f"Nobody is in {listed(sorted(empty))}.",
        "Nobody gets what the rules give to these groups.",
        f"Assign people ({GROUPS} > the group > Assign people), or take the group out of scopes.yml.",
    )


def check_unknown_groups(case: Case) -> Finding:
    """Groups that may sign in, and that the rules do not know: their members get in and may do nothing."""
    application = case.okta.application(case.web_client.client_id)
    assigned = case.okta.assigned_group_ids(application.id) if application else frozenset()
    known = set(case.groups_of_rules)
    unknown = sorted(
        group.name
        for group in case.okta.groups
        if group.id in assigned and group.type == OWN and group.name not in known
    )
    if not unknown:
        return ok("the application is assigned to groups of the rules only")
    return problem(
        f"The application is assigned to {listed(unknown)}, and scopes.yml does not know the name.",
        "Who is in no other group signs in and gets 403 ('Permission Required').",
        "Give the group scopes in scopes.yml, or take the assignment back.",
    )


def check_unknown_client_groups(case: Case) -> Finding:
    """Groups that machines have in the document store are those of the rules."""
    known = set(case.groups_of_rules)
    with case.database() as database:
        clients = list(all_clients(M2MRegistry(database)))
    wrong = [f"{client.client_id}: {listed(set(client.groups) - known)}" for client in clients if client.enabled]
    wrong = [text for text in wrong if not text.endswith(": ")]
    if not wrong:
        return ok(f"{len(clients)} registered clients, with groups of the rules")
    return problem(
        f"Registered clients have groups that scopes.yml does not know: {'; '.join(wrong[:5])}.",
        "Such a group grants nothing: the machine gets 403, or sees nothing.",
        "Correct the names in idp_m2m_clients, or give the groups scopes in scopes.yml.",
    )


def check_org_server_scopes(case: Case) -> Finding:
    """At the org server the groups come with the scope `groups` alone (Okta's OpenAPI document; the setup guide)."""
    if "groups" in case.sign_in_scopes:
        return ok("sign-in asks for groups")
    return problem(
        f"OKTA_SCOPES is {' '.join(sorted(case.sign_in_scopes))}: it does not ask for groups.",
        "ID tokens of the org server have no groups without it, and everybody gets 403 (no_groups).",
        "Add groups to OKTA_SCOPES, or leave OKTA_SCOPES out: the default has it.",
    )


def check_org_server_claim(case: Case) -> Finding:
    """Okta shows the app's own groups claim through no public API (terraform-provider-okta#1906)."""
    return skipped(
        f"Okta's API does not show the groups claim of the application {case.web_client.client_id}: look yourself "
        f"({APP_SIGN_ON}) whether 'groups' is a filter that matches the groups of scopes.yml, not 'Starts with' .*, "
        f"and at most {MOST_GROUPS} groups"
    )


def nearest(name: str, names: set[str]) -> str | None:
    """Another name that somebody would take for this one: it differs in case, spaces or punctuation."""
    return next((other for other in sorted(names) if _plain(other) == _plain(name)), None)


def _plain(name: str) -> str:
    """What is left of a name for somebody who reads over it."""
    return re.sub(r"[\W_]+", "", name.casefold())


_NEEDS = (Need.MANAGEMENT_API,)
_AFTER = ("api_permissions", "rules")
GROUP_CHECKS = (
    Check("group_names", "Group names", check_group_names, _NEEDS, _AFTER),
    Check(
        "group_sources",
        "Where the groups come from",
        check_group_sources,
        (Need.CUSTOM_SERVER, Need.MANAGEMENT_API),
        (*_AFTER, "group_names", "claim_matches"),
    ),
    Check("group_members", "Members of the groups", check_group_members, _NEEDS, (*_AFTER, "group_names")),
    Check(
        "unknown_groups",
        "Groups without rights",
        check_unknown_groups,
        (Need.SIGN_IN, Need.MANAGEMENT_API),
        (*_AFTER, "web_app", "group_names"),
    ),
    Check(
        "org_groups_scope",
        "Scope for groups at the org server",
        check_org_server_scopes,
        (Need.ORG_SERVER, Need.SIGN_IN),
    ),
    Check("org_groups_claim", "Groups claim of the application", check_org_server_claim, (Need.ORG_SERVER,)),
)
CLIENT_GROUP_CHECKS = (
    Check(
        "unknown_client_groups",
        "Groups of registered machines",
        check_unknown_client_groups,
        (Need.STORE,),
        ("rules", "store"),
    ),
)
