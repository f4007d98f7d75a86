"""Is a token that somebody pasted one for this gateway? The cause is told that most often is behind it."""

from collections.abc import Mapping
from typing import Any

from devkit.doctor.case import Case
from devkit.doctor.console_paths import APP_SIGN_ON, CLAIMS, SERVERS
from devkit.doctor.findings import Check, Finding, Need, listed, not_checked, ok, problem
from devkit.explain import authorization_of
from okta_gateway.errors import OrgServerToken, TokenRefused
from okta_gateway.tokens.issuer import explain_foreign_issuer
from okta_gateway.tokens.jws import Jws, parse

ORG_SERVER_TYPE = "application/okta-internal-at+jwt"
_OF_ID_TOKENS = ("nonce", "at_hash")


def check_token_shape(case: Case) -> Finding:
    """It is a whole JWT."""
    try:
        _parsed(case)
    except TokenRefused as error:
        return problem(f"{error.code}: {error.detail}", "No server can read it.", error.advice)
    return ok("a signed JWT")


def check_token_server(case: Case) -> Finding:
    """Which server it came from: the guides' most common mistake ("No matching key found for kid")."""
    token = _parsed(case)
    issuer = token.payload.get("iss")
    if token.header.get("typ") == ORG_SERVER_TYPE:
        return problem(
            f"It is an access token of the org authorization server ({issuer!r}).",
            "Okta does not publish the keys of such tokens: they are for Okta's own APIs.",
            OrgServerToken.advice,
        )
    if issuer not in case.profile.issuers:
        return problem(
            f"Another server issued it: {explain_foreign_issuer(issuer, case.profile)}.",
            "Its signing key is not in the key set that the gateway looks into (no_matching_key).",
            f"Set OKTA_AUTH_SERVER_ID to the server's id ({SERVERS}), or ask the configured server for the token.",
        )
    return ok(f"{issuer}, as configured")


def check_token_kind(case: Case) -> Finding:
    """It is no ID token."""
    payload = _parsed(case).payload
    if not any(name in payload for name in _OF_ID_TOKENS):
        return ok("an access token")
    groups = _groups(payload)
    has = f"It has groups ({listed(groups)})" if groups else "It has no groups"
    return problem(
        f"It is an ID token. {has}, which says nothing about those of the access token.",
        "An ID token is for the application that asked for it, never for an API.",
        "Send the access_token of the same answer.",
    )


def check_token_audience(case: Case) -> Finding:
    """A machine's token too has the API's audience, not its client id (the setup guide's "Audience doesn't match")."""
    audience = _parsed(case).payload.get("aud")
    values = audience if isinstance(audience, list) else [audience]
    if not case.profile.audiences.isdisjoint(value for value in values if isinstance(value, str)):
        return ok(f"{audience}")
    expected = ", ".join(sorted(case.profile.audiences))
    return problem(
        f"It is for {audience!r}, and {expected} is accepted.",
        "It was issued for another API.",
        f"Set OKTA_AUDIENCE to the server's audience ({SERVERS} > your server > Settings), or get another token.",
    )


def check_token_groups(case: Case) -> Finding:
    """A user's token has groups. A machine has none in Okta: they come from idp_m2m_clients."""
    payload = _parsed(case).payload
    groups = _groups(payload)
    if groups:
        return ok(listed(groups))
    if "uid" not in payload and payload.get("sub") == payload.get("cid"):
        return ok("none, as usual for a machine: the gateway looks its client id up in idp_m2m_clients")
    return problem(
        "A person's token, and no groups in it.",
        "Its holder gets 403 everywhere: the claim is missing, its filter matches no group of theirs, or they are in "
        "none.",
        f"Look at the claim 'groups' for access tokens ({CLAIMS}) and at the person's groups; in org mode at the "
        f"application's group claim ({APP_SIGN_ON}).",
    )


def check_token_accepted(case: Case) -> Finding:
    """What the authorizer itself says."""
    verdict = case.explanation.verdict
    if verdict.outcome == "allowed":
        return ok("the authorizer lets its holder in")
    said = f"{verdict.code}: {verdict.detail}"
    if verdict.outcome == "failed":
        return not_checked(said, verdict.advice)
    return problem(said, f"The gateway answers {verdict.status}.", verdict.advice)


def _parsed(case: Case) -> Jws:
    """Raises TokenRefused."""
    return parse(authorization_of(case.token).partition(" ")[2])


def _groups(payload: Mapping[str, Any]) -> list[str]:
    groups = payload.get("groups")
    return [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []


_NEEDS = (Need.TOKEN,)
TOKEN_CHECKS = (
    Check("token_shape", "Token", check_token_shape, _NEEDS),
    Check("token_server", "Where the token came from", check_token_server, _NEEDS, ("token_shape",)),
    Check("token_kind", "Kind of token", check_token_kind, _NEEDS, ("token_server",)),
    Check("token_audience", "Token's audience", check_token_audience, _NEEDS, ("token_kind",)),
    Check("token_groups", "Groups in the token", check_token_groups, _NEEDS, ("token_audience",)),
    Check("token_accepted", "Token accepted", check_token_accepted, _NEEDS, ("keys", "token_groups")),
)
