"""Does the authorization server answer, and as the settings say? All of it is public, as it is for the gateway."""

from devkit.cli.answers import ProblemFound
from devkit.cli.okta_tokens import machine_token
from devkit.doctor.case import Case
from devkit.doctor.console_paths import APP_GENERAL, NETWORKS, SERVERS
from devkit.doctor.findings import Check, Finding, Need, not_checked, ok, problem
from okta_gateway.errors import KeysUnavailable
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.setting_values import is_plain_http
from okta_gateway.tokens.claims import LEEWAY_SECONDS
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.key_fetch import start_fetch

NO_CODE = "okta-gateway-doctor"
"""No authorization code: who shows it with the right secret gets invalid_grant, and anybody else invalid_client."""
START_IT = "Start the local stack with make run."
CONSOLE = "Compare OKTA_DOMAIN and OKTA_AUTH_SERVER_ID with the issuer URI in the admin console"


def check_discovery(case: Case) -> Finding:
    """The server is there: an unknown or inactive one is 404 with E0000007 (Okta's OpenAPI document)."""
    try:
        published = case.published
    except OktaUnavailable as error:
        return not_checked(error.detail, START_IT if is_plain_http(case.okta_url) else error.advice)
    if published.status == 404:
        return problem(
            f"{published.address} is 404.",
            "The org has no such authorization server, or it is not active.",
            f"{CONSOLE} ({SERVERS}).",
        )
    if published.status != 200:
        return not_checked(f"{published.address} answered {published.status}.", "Look at OKTA_DOMAIN; try again later.")
    return ok(published.address)


def check_issuer(case: Case) -> Finding:
    """The server calls itself as tokens must; with a dynamic issuer it calls itself by the host that was asked."""
    said, expected = case.published.members.get("issuer"), case.server.issuer
    if said in case.accepted_issuers:
        return ok(str(said))
    return problem(
        f"The server calls itself {said!r}, the settings make it {expected!r}.",
        "Tokens have the server's own word for its issuer, and are refused for it.",
        f"Set OKTA_DOMAIN to the host of that issuer, or add it to OKTA_ISSUERS ({SERVERS} > your server > Settings).",
    )


def check_keys(case: Case) -> Finding:
    """The key set can be fetched and holds a key that fits."""
    try:
        keys = parse_key_set(start_fetch(case.server.jwks_uri)().body)
    except KeysUnavailable as error:
        return not_checked(error.detail, error.advice)
    return ok(f"{len(keys)} at {case.server.jwks_uri}")


def check_clock(case: Case) -> Finding:
    """Ours and Okta's differ by less than the leeway that the authorizer allows."""
    difference = case.published.clock_difference
    if difference is None:
        return not_checked("Okta's answer has no Date.", "Compare this machine's clock with a time server.")
    if abs(difference) > LEEWAY_SECONDS:
        return problem(
            f"This machine's clock is {abs(difference):.0f} s {'ahead of' if difference > 0 else 'behind'} Okta's.",
            f"Tokens are taken for expired or not yet valid: {LEEWAY_SECONDS} s are allowed.",
            "Synchronise the clock (timedatectl set-ntp true). Lambda's own clocks are right.",
        )
    return ok(f"{abs(difference):.0f} s apart")


def check_client_secret(case: Case) -> Finding:
    """The web application's secret is right: Okta looks at it before it looks at the code, which is none."""
    try:
        OktaOAuth(case.server, *case.web_client).exchange_code(NO_CODE, NO_CODE, case.redirect_uri)
    except OktaRefused as error:
        return _of_refusal(error)
    return ok("Okta takes it")


def _of_refusal(error: OktaRefused) -> Finding:
    """invalid_grant is about the code alone (RFC 6749, section 5.2)."""
    if error.error == "invalid_grant":
        return ok("Okta takes it")
    if error.error == "invalid_client":
        return problem(
            f"Okta does not take OKTA_CLIENT_ID with OKTA_CLIENT_SECRET: {error.description}",
            "Nobody can sign in.",
            f"Copy both once more; a lost secret is made anew ({APP_GENERAL} > Client Credentials).",
        )
    return problem(
        f"Okta refuses what sign-in asks: {error.detail}",
        "Nobody can sign in.",
        f"Look at the application's grant types ({APP_GENERAL}), and for access_denied at its network zones "
        f"({NETWORKS}).",
    )


def check_machine_token(case: Case) -> Finding:
    """The machine client gets a token for OKTA_M2M_SCOPE."""
    scope = case.get("OKTA_M2M_SCOPE")
    try:
        machine_token(case.server, case.machine, scope)
    except ProblemFound as error:
        said, _, hint = str(error).partition("\n")
        return problem(said, "Machines get no token.", hint or "Look at the client and the access policy.")
    return ok(f"OKTA_M2M_CLIENT_ID gets one for {scope}")


SERVER_CHECKS = (
    Check("discovery", "Discovery", check_discovery),
    Check("issuer", "Issuer", check_issuer, after=("discovery",)),
    Check("keys", "Signing keys", check_keys, after=("discovery",)),
    Check("clock", "Clock", check_clock, after=("discovery",)),
)
CLIENT_CHECKS = (
    Check("client_secret", "Web application's secret", check_client_secret, (Need.SIGN_IN,), ("discovery", "web_app")),
    Check(
        "machine_token",
        "Token for the machine",
        check_machine_token,
        (Need.CUSTOM_SERVER, Need.MACHINE),
        ("discovery", "machine_scope", "machine_app", "machine_rule"),
    ),
)
"""These come last of what is asked of Okta: where an administrator may look, the cause has been found before."""
