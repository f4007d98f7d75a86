"""Is the custom server as this gateway needs it: active, readable, for this API, and of an issuer that is known?"""

from devkit.doctor.case import Case
from devkit.doctor.console_paths import SERVER_SETTINGS
from devkit.doctor.findings import Check, Finding, Need, listed, ok, problem
from devkit.doctor.org_records import is_active, text, texts
from okta_gateway.setting_values import is_okta_host

DYNAMIC = "DYNAMIC"


def check_server(case: Case) -> Finding:
    """It is active, and does not encrypt its access tokens."""
    server = case.okta.server
    if not is_active(server):
        return problem("It is not active.", "It issues no tokens.", f"Activate it ({SERVER_SETTINGS}).")
    if text(server, "accessTokenEncryptedResponseAlgorithm"):
        return problem(
            "It encrypts access tokens.",
            "The gateway cannot read tokens of five parts (token_encrypted).",
            f"Switch the encryption off ({SERVER_SETTINGS}).",
        )
    return ok(f"{text(server, 'name')}, active")


def check_audience(case: Case) -> Finding:
    """OKTA_AUDIENCE has the server's audience."""
    audiences = texts(case.okta.server, "audiences")
    if set(audiences) & set(case.audiences):
        return ok(listed(audiences))
    return problem(
        f"The server's audience is {listed(audiences)}, OKTA_AUDIENCE is {listed(case.audiences)}.",
        "Every token is refused (audience_mismatch).",
        f"Set OKTA_AUDIENCE={listed(audiences)}, or change the server ({SERVER_SETTINGS}).",
    )


def check_issuer_mode(case: Case) -> Finding:
    """A dynamic issuer follows the host of the request: each domain of the org makes another one (Okta: `issuerMode`).

    Which domains the org has is not among what the credential may ask; a second one shows in the server's own issuer,
    and in an OKTA_DOMAIN that is none of Okta's, since the org keeps that one too.
    """
    mode = text(case.okta.server, "issuerMode")
    if mode != DYNAMIC:
        return ok(f"{mode or 'not told'}: tokens of the server have one issuer, whichever domain was asked")
    accepted, shown = case.accepted_issuers, text(case.okta.server, "issuer")
    fix = f"Add it to OKTA_ISSUERS, or choose one domain for the issuer ({SERVER_SETTINGS} > Issuer)."
    meaning = "Who gets a token at the org's other domain is refused (issuer_mismatch)."
    if shown and shown not in accepted:
        return problem(f"The issuer is dynamic, and {shown} is one that is not accepted.", meaning, fix)
    if not is_okta_host(case.okta_url) and len(accepted) == 1:
        seen = "The issuer is dynamic, OKTA_DOMAIN is a custom domain, and OKTA_ISSUERS does not have the org's own."
        return problem(seen, meaning, fix)
    return ok(f"dynamic; accepted: {listed(sorted(accepted))}. Any other domain of the org has to be in OKTA_ISSUERS")


_NEEDS = (Need.CUSTOM_SERVER, Need.MANAGEMENT_API)
CUSTOM_SERVER_CHECKS = (
    Check("server", "Authorization server", check_server, _NEEDS, ("discovery", "api_permissions")),
    Check("audience", "Audience", check_audience, _NEEDS, ("server",)),
    Check("issuer_mode", "Issuer mode", check_issuer_mode, _NEEDS, ("server", "issuer")),
)
