"""What Okta's API credential may do: without it most of the org cannot be looked at."""

from collections.abc import Iterator

from devkit.doctor.case import Case
from devkit.doctor.console_paths import ADMINISTRATORS, API_TOKENS, APPLICATIONS, RATE_LIMITS
from devkit.doctor.findings import Check, Finding, Need, not_checked, ok, problem
from devkit.doctor.rate_limits import LEAST_CALLS
from okta_gateway.okta.errors import OktaCredentialRefused, OktaPermissionMissing

COLLECTIONS = ("users", "groups", "apps")
"""What the IAM API administers (the setup guide's table of permissions); what may be changed is not tried."""


def check_api_token(case: Case) -> Finding:
    """The token is accepted. Each use gives an SSWS token another 30 days (Okta: "Create an API token").

    Its age and the zones that it is bound to are shown to administrators only: /api-tokens is not for the token itself.
    """
    try:
        case.okta.may_list("groups")
    except OktaCredentialRefused as error:
        if not case.get("OKTA_API_TOKEN"):
            return problem(error.detail, "Nobody can look at the org, and the IAM API cannot either.", error.advice)
        return problem(
            error.detail,
            "An API token ends after 30 days without use and with the administrator who made it, and may be bound to "
            "network zones.",
            f"Make a new one ({API_TOKENS} > Create token), as an administrator who stays.",
        )
    except OktaPermissionMissing:
        pass  # it is Okta's token, and check_api_permissions says what it lacks
    if not case.get("OKTA_API_TOKEN"):
        return ok("Okta accepts the service application, which has no age: its access tokens live an hour")
    return ok(
        "Okta accepts it from here, and this use gives it another 30 days. Its age, and the network zones that it may "
        f"be bound to, Okta does not tell it: {API_TOKENS} shows both"
    )


def check_api_permissions(case: Case) -> Finding:
    """It may read what is administered here."""
    collections = (*COLLECTIONS, "authorizationServers") if case.server_id else COLLECTIONS
    missing = list(_missing(case, collections))
    if missing:
        return problem(
            f"It may not do this: {', '.join(missing)}.",
            "The IAM API and this command cannot see that part of the org.",
            f"Give its administrator a role with these permissions ({ADMINISTRATORS} > Roles); okta.authzServers.read "
            "is the role's name for okta.authorizationServers.read. A service application needs the scopes granted "
            f"too ({APPLICATIONS} > your application > Okta API Scopes).",
        )
    return ok(
        f"it may read {', '.join(collections)}; whether it may change them, as the IAM API has to, is not tried: "
        f"{ADMINISTRATORS} shows its role"
    )


def check_rate_limits(case: Case) -> Finding:
    """There is room for more than a few calls. Okta says the credential's own share of the org's limits."""
    limits = case.rate_limits
    if not limits:
        return not_checked("Okta's answers name no rate limit.", f"Look it up in the admin console ({RATE_LIMITS}).")
    told = ", ".join(f"{name} {limit}" for name, limit in limits.items())
    if min(limits.values()) >= LEAST_CALLS:
        return ok(f"calls a minute: {told}")
    return problem(
        f"Okta allows so many calls a minute: {told}. Less than {LEAST_CALLS} are too few.",
        "What the IAM API does takes several calls: it waits, and then answers 503 (okta_rate_limited).",
        f"Give the token a greater share of the org's limits ({API_TOKENS} > the token > Rate limits; {RATE_LIMITS} "
        "shows who uses them).",
    )


def _missing(case: Case, collections: tuple[str, ...]) -> Iterator[str]:
    for collection in collections:
        try:
            case.okta.may_list(collection)
        except OktaPermissionMissing:
            yield f"okta.{collection}.read"


_NEEDS = (Need.MANAGEMENT_API,)
API_CHECKS = (
    Check("api_token", "API token", check_api_token, _NEEDS),
    Check("api_permissions", "API token's permissions", check_api_permissions, _NEEDS, ("api_token",)),
    Check("rate_limits", "Rate limits", check_rate_limits, _NEEDS, ("api_token",)),
)
