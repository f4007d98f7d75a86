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


def check_machine_rule(case: Case) -> Finding:
    """A rule covers client credentials with the machines' scope."""
    return _rule(case, case.machine.client_id, CLIENT_CREDENTIALS, frozenset([case.get("OKTA_M2M_SCOPE")]))


def check_refresh_lifetime(case: Case) -> Finding:
    """Refresh tokens live as long as sessions may (the guide: "must exceed expected user session duration")."""
    if "offline_access" not in case.sign_in_scopes:
        return skipped("OKTA_SCOPES asks for no offline_access")
    rules = _rules(case, case.web_client.client_id)
    assert not isinstance(rules, Finding)  # noqa: S101 check_user_rule comes before
    rule = next(rule for rule in rules if CODE in rule.grants and not rule.lacks(case.sign_in_scopes))
    session = parse_seconds(case.get("SESSION_MAX_SECONDS"))
    if rule.refresh_minutes and rule.refresh_minutes * 60 < session:
        return problem(
            f"By the rule {rule.name!r} refresh tokens live {rule.refresh_minutes} minutes, sessions {session // 60}.",
            "People are signed out before their session is over.",
            f"Lengthen the refresh token's lifetime in the rule ({POLICIES}), or shorten SESSION_MAX_SECONDS.",
        )
    return ok(f"{rule.refresh_minutes} minutes" if rule.refresh_minutes else "without end")


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
POLICY_CHECKS = (
    Check(
        "user_rule",
        "Rule for people",
        check_user_rule,
        (Need.CUSTOM_SERVER, Need.SIGN_IN, Need.MANAGEMENT_API),
        (*_AFTER, "web_app"),
    ),
    Check(
        "refresh_lifetime",
        "Lifetime of refresh tokens",
        check_refresh_lifetime,
        (Need.CUSTOM_SERVER, Need.SIGN_IN, Need.MANAGEMENT_API),
        ("user_rule",),
    ),
    Check(
        "machine_rule",
        "Rule for machines",
        check_machine_rule,
        (Need.CUSTOM_SERVER, Need.MACHINE, Need.MANAGEMENT_API),
        (*_AFTER, "machine_scope", "machine_app"),
    ),
)
