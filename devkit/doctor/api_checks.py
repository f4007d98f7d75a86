"""What Okta's API credential may do: without it most of the org cannot be looked at."""

from collections.abc import Iterator

from devkit.doctor.case import Case
from devkit.doctor.console_paths import ADMINISTRATORS, API_TOKENS
from devkit.doctor.findings import Check, Finding, Need, ok, problem
from okta_gateway.okta.errors import OktaCredentialRefused, OktaPermissionMissing

COLLECTIONS = ("users", "groups", "apps")
"""What the IAM API administers (the setup guide's table of permissions); what may be changed is not tried."""


def check_api_token(case: Case) -> Finding:
    """The token is accepted. Each use gives an SSWS token another 30 days (Okta: "Create an API token")."""
    try:
        case.okta.may_list("groups")
    except OktaCredentialRefused as error:
        return problem(
            error.detail,
            "An API token ends after 30 days without use and with the administrator who made it, and may be bound to "
            "network zones.",
            f"Make a new one ({API_TOKENS} > Create token), as an administrator who stays.",
        )
    except OktaPermissionMissing:
        return ok("Okta accepts it")
    return ok("Okta accepts it; this use gives an API token another 30 days")


def check_api_permissions(case: Case) -> Finding:
    """It may read what is administered here."""
    collections = (*COLLECTIONS, "authorizationServers") if case.server_id else COLLECTIONS
    missing = list(_missing(case, collections))
    if missing:
        return problem(
            f"It may not do this: {', '.join(missing)}.",
            "The IAM API and this command cannot see that part of the org.",
            f"Give its administrator a role with these permissions ({ADMINISTRATORS} > Roles); okta.authzServers.read "
            "is the role's name for okta.authorizationServers.read.",
        )
    return ok(f"it may read {', '.join(collections)}")


def _missing(case: Case, collections: tuple[str, ...]) -> Iterator[str]:
    for collection in collections:
        try:
            case.okta.may_list(collection)
        except OktaPermissionMissing:
            yield f"okta.{collection}.read"


API_CHECKS = (
    Check("api_token", "API token", check_api_token, (Need.MANAGEMENT_API,)),
    Check("api_permissions", "API token's permissions", check_api_permissions, (Need.MANAGEMENT_API,), ("api_token",)),
)
