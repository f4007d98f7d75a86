"""Are there the scopes that people and machines ask for, and one for who asks for none?"""

from devkit.doctor.case import Case
from devkit.doctor.console_paths import SCOPES
from devkit.doctor.findings import Check, Finding, Need, Result, listed, ok, problem
from devkit.doctor.policy_checks import machine_rule_for


def check_sign_in_scopes(case: Case) -> Finding:
    """All that sign-in asks for is there; a new custom server has no scope `groups` (recorded scope lists)."""
    requested = case.sign_in_scopes
    missing = sorted(requested - case.okta.scope_names)
    if not missing:
        return ok(f"the server has {' '.join(sorted(requested))}")
    return problem(
        f"The server has no scope {listed(map(repr, missing))}, and OKTA_SCOPES asks for it.",
        "Nobody can sign in: 'One or more scopes are not configured' (okta_scope_missing).",
        f"Add it ({SCOPES} > Add Scope, Include in public metadata), or take it out of OKTA_SCOPES: a groups claim "
        "that is included in any scope needs none.",
    )


def check_machine_scope(case: Case) -> Finding:
    """Okta gives machines no OpenID scopes, and no scope that somebody has to consent to: they need one of our own."""
    name = case.get("OKTA_M2M_SCOPE")
    scope = next((scope for scope in case.okta.scopes if scope.name == name), None)
    if scope is None:
        return problem(
            f"The server has no scope {name!r}.",
            "No machine gets a token: Okta wants a scope, and refuses openid to machines.",
            f"Add it ({SCOPES} > Add Scope), or name another one in OKTA_M2M_SCOPE.",
        )
    if scope.needs_consent:
        return problem(
            f"The scope {name!r} needs a person's consent.",
            "No machine gets a token with it: there is nobody who could consent.",
            f"Choose Implicit for its user consent ({SCOPES} > the scope).",
        )
    return ok(f"the server has {name}")


def check_default_scope(case: Case) -> Finding:
    """Who asks for no scope, as many MCP clients do, gets the default ones; without any Okta says invalid_scope."""
    defaults = frozenset(scope.name for scope in case.okta.scopes if scope.is_default)
    if not defaults:
        return problem(
            "None of the server's scopes is a default scope.",
            "A client that asks for no scope is refused: 'does not have any configured default scopes'.",
            f"Tick Default scope at {case.get('OKTA_M2M_SCOPE')} ({SCOPES} > the scope).",
        )
    if all(case.machine) and (refused := machine_rule_for(case, defaults)).result is Result.PROBLEM:
        return problem(
            f"A machine that asks for no scope asks for {listed(sorted(defaults))}. {refused.seen}",
            refused.meaning,
            refused.fix,
        )
    return ok(f"{listed(sorted(defaults))}, for clients that ask for none")


_NEEDS = (Need.CUSTOM_SERVER, Need.MANAGEMENT_API)
SCOPE_CHECKS = (
    Check(
        "sign_in_scopes",
        "Scopes for sign-in",
        check_sign_in_scopes,
        (Need.CUSTOM_SERVER, Need.SIGN_IN, Need.MANAGEMENT_API),
        ("server",),
    ),
    Check("machine_scope", "Scope for machines", check_machine_scope, _NEEDS, ("server",)),
)
DEFAULT_SCOPE_CHECKS = (
    Check("default_scope", "Default scope", check_default_scope, _NEEDS, ("machine_scope", "machine_rule")),
)
"""It comes after the rule for machines, whose absence would explain it."""
