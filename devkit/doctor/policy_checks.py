"""Does a rule of the access policies let people, and machines, have their tokens?"""

from devkit.doctor.case import Case
from devkit.doctor.console_paths import POLICIES
from devkit.doctor.findings import Check, Finding, Need, listed, ok, problem, skipped
from devkit.doctor.org_records import PolicyRule
from okta_gateway.setting_values import parse_seconds

CODE, CLIENT_CREDENTIALS = "authorization_code", "client_credentials"
REFUSED = "Okta answers access_denied: 'Policy evaluation failed for this request'."


def check_user_rule(case: Case) -> Finding:
    """A rule covers everything that sign-in requests, offline_access included."""
    return _rule(case, case.web_client.client_id, CODE, case.sign_in_scopes)


def check_rule_people(case: Case) -> Finding:
    """Each group of the access rules is among the people of such a rule: for others Okta goes on to the next."""
    rules = _covering(case)
    if any(rule.is_for_everyone for rule in rules):
        return ok("everybody whom the application is assigned to")
    included = {group_id for rule in rules for group_id in rule.people}
    wanted = set(case.groups_of_rules)
    left_out = [group.name for group in case.okta.groups if group.name in wanted and group.id not in included]
    if not left_out:
        return ok("each group of the access rules")
    return problem(
        f"The rule {rules[0].name!r} is not for {listed(left_out)}.",
        f"Their members cannot sign in. {REFUSED}",
        f"Add the groups to the rule, or choose any user assigned the app ({POLICIES}).",
    )


def check_machine_rule(case: Case) -> Finding:
    """A rule covers client credentials with the machines' scope."""
    return machine_rule_for(case, frozenset([case.get("OKTA_M2M_SCOPE")]))


def machine_rule_for(case: Case, scopes: frozenset[str]) -> Finding:
    """Whether a rule lets the machine have these scopes."""
    return _rule(case, case.machine.client_id, CLIENT_CREDENTIALS, scopes)


def check_refresh_lifetime(case: Case) -> Finding:
    """Refresh tokens live as long as sessions may (the guide: "must exceed expected user session duration")."""
    if "offline_access" not in case.sign_in_scopes:
        return skipped("OKTA_SCOPES asks for no offline_access")
    rule = _covering(case)[0]
    session, idle = parse_seconds(case.get("SESSION_MAX_SECONDS")), parse_seconds(case.get("SESSION_IDLE_SECONDS"))
    if rule.refresh_minutes and rule.refresh_minutes * 60 < session:
        return _too_short(rule, f"live {rule.refresh_minutes} minutes, sessions {session // 60}", "SESSION_MAX_SECONDS")
    if rule.idle_minutes and rule.idle_minutes * 60 < idle:
        seen = f"end after {rule.idle_minutes} minutes without use, sessions after {idle // 60}"
        return _too_short(rule, seen, "SESSION_IDLE_SECONDS")
    return ok(f"{rule.refresh_minutes} minutes" if rule.refresh_minutes else "without end")


def _too_short(rule: PolicyRule, seen: str, setting: str) -> Finding:
    return problem(
        f"By the rule {rule.name!r} refresh tokens {seen}.",
        "People are signed out before their session is over.",
        f"Lengthen the refresh token's lifetime in the rule ({POLICIES}), or shorten {setting}.",
    )


def _covering(case: Case) -> list[PolicyRule]:
    """The rules that give people what sign-in asks for, at least one: check_user_rule comes before."""
    rules = _rules(case, case.web_client.client_id)
    assert not isinstance(rules, Finding)  # noqa: S101
    return [rule for rule in rules if CODE in rule.grants and not rule.lacks(case.sign_in_scopes)]


def _rule(case: Case, client_id: str, grant: str, scopes: frozenset[str]) -> Finding:
    rules = _rules(case, client_id)
    if isinstance(rules, Finding):
        return rules
    fitting = [rule for rule in rules if grant in rule.grants]
    if not fitting:
        return problem(f"No active rule allows {grant}.", REFUSED, f"Add a rule with this grant type ({POLICIES}).")
    covering = next((rule for rule in fitting if not rule.lacks(scopes)), None)
    if covering:
        return ok(f"{covering.name!r} allows {grant}")
    closest = min(fitting, key=lambda rule: len(rule.lacks(scopes)))
    return problem(
        f"The rule {closest.name!r} does not cover {listed(sorted(closest.lacks(scopes)))}.",
        f"A rule has to cover all requested scopes, or Okta passes it over. {REFUSED}",
        f"Add them to the rule, or choose any scope ({POLICIES}).",
    )


def _rules(case: Case, client_id: str) -> list[PolicyRule] | Finding:
    """The active rules for a client, or why there are none."""
    policies = case.okta.policies
    if not policies:
        return problem("The server has no access policy.", REFUSED, f"Add one for all clients ({POLICIES}).")
    covering = [policy for policy in policies if policy.covers(client_id)]
    if not covering:
        return problem(
            f"No access policy is for the client {client_id}.",
            f"{REFUSED} A policy that was made through the API without clients is for nobody.",
            f"Assign a policy to all clients, or to this one ({POLICIES}).",
        )
    active = [policy for policy in covering if policy.active]
    if not active:
        names = listed(policy.name for policy in covering)
        return problem(f"The access policy {names} is not active.", REFUSED, f"Activate it ({POLICIES}).")
    return [rule for policy in active for rule in policy.rules if rule.active]


_AFTER = ("server",)
_SIGN_IN = (Need.CUSTOM_SERVER, Need.SIGN_IN, Need.MANAGEMENT_API)
POLICY_CHECKS = (
    Check("user_rule", "Rule for people", check_user_rule, _SIGN_IN, (*_AFTER, "web_app")),
    Check("rule_people", "People of the rule", check_rule_people, _SIGN_IN, ("user_rule", "rules")),
    Check("refresh_lifetime", "Lifetime of refresh tokens", check_refresh_lifetime, _SIGN_IN, ("user_rule",)),
    Check(
        "machine_rule",
        "Rule for machines",
        check_machine_rule,
        (Need.CUSTOM_SERVER, Need.MACHINE, Need.MANAGEMENT_API),
        (*_AFTER, "machine_scope", "machine_app"),
    ),
)
