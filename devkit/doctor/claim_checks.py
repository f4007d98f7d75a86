"""Does the custom server put the groups of people into their tokens?"""

import re

from devkit.doctor.case import Case
from devkit.doctor.console_paths import CLAIMS
from devkit.doctor.findings import Check, Finding, Need, listed, not_checked, ok, problem
from devkit.doctor.org_records import GroupsClaim

MOST_GROUPS = 100
"""In a groups claim, outside of the code flow (Okta: "Customize tokens"; SUP "matched too many groups")."""
_LOOKS_LIKE_REGEX = re.compile(r"[\\^$*+?|()\[\]{}]")


def check_groups_claim(case: Case) -> Finding:
    """There is an active groups claim for access tokens."""
    claims = case.okta.groups_claims
    for_access = [claim for claim in claims if claim.token == "RESOURCE"]  # noqa: S105 Okta's word for access tokens
    if any(claim.active for claim in for_access):
        return ok("access tokens have it")
    if for_access:
        return _no_claim("The groups claim for access tokens is disabled.", "Untick Disable claim")
    if claims:
        return _no_claim("The groups claim is in ID tokens only.", "Add a second one for access tokens")
    return _no_claim("The server has no groups claim.", "Add Claim: groups, Access Token, Groups, Starts with, mcp-")


def check_claim_filter(case: Case) -> Finding:
    """The guide's gotcha: the dropdown was left on "Starts with", and `.*` was entered."""
    claim = _claim(case)
    if claim.filter_type in {"STARTS_WITH", "EQUALS", "CONTAINS"} and _LOOKS_LIKE_REGEX.search(claim.value):
        return problem(
            f"The filter is {claim.filter_type} {claim.value!r}: that looks like a regular expression.",
            "Okta looks for group names with these very characters, and finds none.",
            f"Choose 'Matches regex' for the filter ({CLAIMS}).",
        )
    if claim.filter_type == "REGEX" and not _compiles(claim.value):
        return problem(
            f"The filter is the regular expression {claim.value!r}.",
            "It matches no group name, or is none at all.",
            f"Enter a regular expression, or choose 'Starts with' and a prefix ({CLAIMS}).",
        )
    return ok(f"{claim.filter_type or 'an expression'} {claim.value!r}")


def check_claim_scopes(case: Case) -> Finding:
    """Sign-in requests a scope that the claim is tied to."""
    claim, requested = _claim(case), case.sign_in_scopes
    if not claim.scopes or requested & set(claim.scopes):
        return ok("it is in the tokens of people who sign in")
    return problem(
        f"The claim is there with the scopes {listed(claim.scopes)} only, and sign-in asks for "
        f"{' '.join(sorted(requested))}.",
        "People's tokens have no groups.",
        f"Include the claim in any scope ({CLAIMS}), or add the scope to OKTA_SCOPES.",
    )


def check_claim_matches(case: Case) -> Finding:
    """Each group of the access rules gets through the filter."""
    claim = _claim(case)
    if not claim.filter_type:
        return not_checked("The claim is an expression, which only Okta can evaluate.", "Look at a token with doctor.")
    left_out = [group for group in case.groups_of_rules if not claim.matches(group)]
    if not left_out:
        return ok(f"{claim.filter_type} {claim.value!r} lets all groups of the rules through")
    return problem(
        f"{claim.filter_type} {claim.value!r} leaves out {listed(left_out)}.",
        "The tokens of their members do not say so, and they get 403.",
        f"Widen the filter ({CLAIMS}), or rename the groups in Okta and in scopes.yml.",
    )


def check_many_groups(case: Case) -> Finding:
    """Who is in more groups than Okta puts into a token gets none at all, but for the code flow."""
    claim = _claim(case)
    if not claim.filter_type:
        return not_checked(
            "The claim is an expression, which only Okta can evaluate.",
            f"Okta's group functions take a limit of 1 to {MOST_GROUPS}: look whether yours has one ({CLAIMS}).",
        )
    matching = sum(claim.matches(group.name) for group in case.okta.groups)
    if matching <= MOST_GROUPS:
        return ok(f"{matching} groups of the org match the filter, {MOST_GROUPS} may be in a token")
    return problem(
        f"{matching} groups of the org match the filter.",
        f"For somebody in more than {MOST_GROUPS} of them Okta refuses the token, but for the code flow, whose token "
        "may become too long.",
        f"Narrow the filter to the groups that the access rules know ({CLAIMS}).",
    )


def _claim(case: Case) -> GroupsClaim:
    """The claim of access tokens; check_groups_claim comes before."""
    return next(claim for claim in case.okta.groups_claims if claim.active and claim.token == "RESOURCE")  # noqa: S105


def _no_claim(seen: str, what: str) -> Finding:
    return problem(seen, "People's tokens have no groups, and they get 403 (no_groups).", f"{what} ({CLAIMS}).")


def _compiles(expression: str) -> bool:
    try:
        return bool(re.compile(expression).pattern)
    except re.error:
        return False


_NEEDS = (Need.CUSTOM_SERVER, Need.MANAGEMENT_API)
_CLAIM = ("api_permissions", "groups_claim")
CLAIM_CHECKS = (
    Check("groups_claim", "Groups claim", check_groups_claim, _NEEDS, ("server",)),
    Check("claim_filter", "Filter of the groups claim", check_claim_filter, _NEEDS, _CLAIM),
    Check(
        "claim_scopes",
        "Scopes of the groups claim",
        check_claim_scopes,
        (Need.CUSTOM_SERVER, Need.SIGN_IN, Need.MANAGEMENT_API),
        _CLAIM,
    ),
    Check("claim_matches", "Groups claim and access rules", check_claim_matches, _NEEDS, ("rules", "claim_filter")),
    Check("many_groups", "More than 100 groups", check_many_groups, _NEEDS, ("claim_filter",)),
)
