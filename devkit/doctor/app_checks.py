"""Are the applications as sign-in and machines need them?"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from devkit.doctor.case import Case
from devkit.doctor.console_paths import APP_ASSIGNMENTS, APP_GENERAL, APPLICATIONS, NETWORKS
from devkit.doctor.findings import Check, Finding, Need, listed, not_checked, ok, problem, skipped
from devkit.doctor.org_records import Application
from devkit.doctor.store_checks import LOOPBACK
from okta_gateway.login.authorization_request import CALLBACK

EVERYONE_ID_TYPE = "BUILT_IN"
DPOP = "Require Demonstrating Proof of Possession (DPoP)"


def check_web_app(case: Case) -> Finding:
    return _application(case, case.web_client.client_id, "authorization_code", "Nobody can sign in.")


def check_machine_app(case: Case) -> Finding:
    return _application(case, case.machine.client_id, "client_credentials", "The machine gets no token.")


def check_refresh_grant(case: Case) -> Finding:
    """offline_access is worth nothing without the grant (the guide's "invalid_grant on token exchange")."""
    if "offline_access" not in case.sign_in_scopes:
        return skipped("OKTA_SCOPES asks for no offline_access")
    if "refresh_token" in _web_app(case).grants:
        return ok("the application may refresh")
    return problem(
        "The application may not use refresh tokens.",
        "Sign-in fails or sessions end with the first access token.",
        f"Tick Refresh Token ({APP_GENERAL} > Grant type).",
    )


def check_redirect_uri(case: Case) -> Finding:
    return _registered(case, case.redirect_uri, _web_app(case).redirect_uris, "Sign-in redirect URIs", "Sign-in")


def check_sign_out_uri(case: Case) -> Finding:
    return _registered(case, case.sign_out_uri, _web_app(case).sign_out_uris, "Sign-out redirect URIs", "Sign-out")


def check_own_app(case: Case) -> Finding:
    """The guide: "Do not reuse an existing app". Another service's redirect URI does not end as a gateway's does."""
    foreign = [uri for uri in _web_app(case).redirect_uris if not is_ours(uri)]
    if not foreign:
        return ok("nobody else signs people in by it")
    return problem(
        f"Another service signs people in by it: {listed(foreign)}.",
        "Both have one secret: who holds it, or answers at that address, has people's tokens for this API.",
        f"Register an application for the gateway alone ({APPLICATIONS} > Create App Integration, or okta-gateway "
        "setup), or remove the address.",
    )


def is_ours(uri: str) -> bool:
    """A gateway's, or on loopback, where okta-gateway token --user waits."""
    parts = urlsplit(uri)
    return parts.path.endswith(CALLBACK) or parts.hostname in LOOPBACK


def check_network_zones(case: Case) -> Finding:
    """Whether Okta answers the function's address: 403 from the token endpoint where a client is bound to zones.

    Okta's `network` of an application; what addresses a zone has is not for this credential to see.
    """
    clients = {case.web_client.client_id, case.machine.client_id} - {""}
    known = [application for client_id in sorted(clients) if (application := case.okta.application(client_id))]
    bound = [application for application in known if application.zones is not None]
    if not bound:
        return ok("tokens may be asked for from anywhere")
    told = "; ".join(f"{each.label!r}: {listed(each.zones or ())}" for each in bound)
    return not_checked(
        f"Okta gives tokens in certain network zones only ({told}), and does not say which addresses they have.",
        f"Look whether they have the address that the function calls from ({NETWORKS}): without a NAT gateway a Lambda "
        f"function has none of its own. Or let the application be used from anywhere ({APP_GENERAL}).",
    )


def check_assignment(case: Case) -> Finding:
    """The guide's most commonly missed step. In Federation Broker Mode there is nothing to assign."""
    if _web_app(case).is_for_everyone:
        return ok("to everyone, by Federation Broker Mode: who has no group of the rules signs in and gets 403")
    assigned = case.okta.assigned_group_ids(_web_app(case).id)
    groups = [group for group in case.okta.groups if group.id in assigned]
    if any(group.type == EVERYONE_ID_TYPE for group in groups):
        return ok("to everyone")
    names = {group.name for group in groups}
    known = {group.name for group in case.okta.groups}
    missing = [name for name in case.groups_of_rules if name in known - names]
    if not missing:
        return ok(listed(sorted(names)))
    return problem(
        f"It is not assigned to {listed(missing)}.",
        "Members who have it by no other way see 'User is not assigned to the client application'.",
        f"Assign it to the groups ({APP_ASSIGNMENTS} > Assign > Assign to Groups).",
    )


def _application(case: Case, client_id: str, grant: str, meaning: str) -> Finding:
    application = case.okta.application(client_id)
    if application is None:
        return problem(f"The org has no application {client_id}.", meaning, f"Copy the client id ({APPLICATIONS}).")
    if not application.active:
        return problem(f"{application.label!r} is not active.", meaning, f"Activate it ({APPLICATIONS}).")
    if grant not in application.grants:
        fix = f"Tick the grant type ({APP_GENERAL}), or name another application."
        return problem(f"{application.label!r} may not use {grant}.", meaning, fix)
    if application.needs_dpop:
        seen = f"{application.label!r} has {DPOP!r} ticked."
        refused = "Its tokens are bound to a key, and refused as bearer tokens (sender_constrained_token)."
        return problem(seen, refused, f"Untick it ({APP_GENERAL}).")
    return ok(f"{application.label!r}, active")


def _registered(case: Case, wanted: str, registered: Iterable[str], field: str, what: str) -> Finding:
    """Okta compares redirect URIs to the letter."""
    if not case.get("GATEWAY_URL"):
        return skipped("GATEWAY_URL is not set: the address of the API is not known here")
    known = tuple(registered)
    if wanted in known:
        return ok(wanted)
    near = next((uri for uri in known if is_near(uri, wanted)), None)
    seen = f"{wanted} is not registered"
    seen += f", {near} is: nearly the same is not the same." if near else "."
    return problem(seen, f"{what} ends on an error page of Okta's.", f"Add {wanted} ({APP_GENERAL} > {field}).")


def is_near(uri: str, wanted: str) -> bool:
    """The same but for case, the end, the scheme, or the port."""
    one, other = (urlsplit(text.casefold().rstrip("/ ").strip()) for text in (uri, wanted))
    return (one.hostname, one.path) == (other.hostname, other.path)


def _web_app(case: Case) -> Application:
    """check_web_app comes before."""
    application = case.okta.application(case.web_client.client_id)
    assert application  # noqa: S101
    return application


_WEB = (Need.SIGN_IN, Need.MANAGEMENT_API)
APP_CHECKS = (
    Check("web_app", "Web application", check_web_app, _WEB, ("api_permissions",)),
    Check("refresh_grant", "Refresh tokens", check_refresh_grant, _WEB, ("web_app",)),
    Check("redirect_uri", "Redirect URI", check_redirect_uri, _WEB, ("web_app",)),
    Check("sign_out_uri", "Sign-out URI", check_sign_out_uri, _WEB, ("web_app",)),
    Check("own_app", "Application for this alone", check_own_app, _WEB, ("redirect_uri",)),
    Check("assignment", "Application's groups", check_assignment, _WEB, ("web_app", "rules")),
    Check(
        "machine_app",
        "Machine's application",
        check_machine_app,
        (Need.CUSTOM_SERVER, Need.MACHINE, Need.MANAGEMENT_API),
        ("api_permissions",),
    ),
    Check(
        "network_zones",
        "Network zones",
        check_network_zones,
        (Need.MANAGEMENT_API,),
        ("api_permissions",),
    ),
)
