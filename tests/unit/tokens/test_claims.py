"""The claims of Okta's access tokens: each token here would be accepted but for the one thing its row names."""

import json
from typing import Any

import pytest

from okta_gateway.errors import (
    AudienceMismatch,
    ClaimMalformed,
    ClientNotAllowed,
    IdTokenRefused,
    IssuerMismatch,
    SenderConstrainedToken,
    TokenExpired,
    TokenLifetimeRefused,
    TokenNotYetValid,
    TokenRefused,
    UnknownPrincipal,
)
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    DOMAIN,
    GATEWAY_URL,
    ISSUER,
    MACHINE_CLIENT_ID,
    NOW,
    SERVER_ID,
    USER_CLIENT_ID,
    machine_token,
    okta_header,
    okta_profile,
    okta_token,
    sign,
    user_claims,
)
from tests.unit.tokens.verifying import holder, refuse, verify

DAY = 24 * 3600


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "n-0S6_WzA2Mj"}, {"nonce": None}, {"at_hash": "x"}, {"at_hash": None}, {"jti": "ID.abc"},
     {"jti": "ID.abc", "nonce": "n", "at_hash": "x", "aud": USER_CLIENT_ID, "cid": ABSENT, "uid": ABSENT}],
    ids=["nonce", "nonce-null", "at_hash", "at_hash-null", "jti", "as-Okta-issues-it"],
)  # fmt: skip
def test_an_id_token_is_refused(claims: dict[str, Any]) -> None:
    refuse(okta_token(**claims), IdTokenRefused)


@pytest.mark.parametrize(
    "cnf", [{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}, {"x5t#S256": "x"}, {}, None, ""]
)
def test_a_sender_constrained_token_shown_as_a_bearer_token_is_refused(cnf: Any) -> None:
    refuse(okta_token(cnf=cnf), SenderConstrainedToken)


@pytest.mark.parametrize(
    "issuer",
    [f"{ISSUER}/", f"{ISSUER}/v1", ISSUER[:-1], f"{ISSUER}0", ISSUER.upper(), ISSUER.replace("okta.com", "Okta.com"),
     ISSUER.replace("aus", "AUS"), ISSUER.replace("https", "http"), ISSUER.removeprefix("https://"), f" {ISSUER}",
     f"{ISSUER}\n", f"{ISSUER}\0", f"{ISSUER}#", f"{ISSUER}?", ISSUER.replace(".com", ".com:443"),
     ISSUER.replace("okta.com", "okta.com."), ISSUER.replace("/oauth2/", "//oauth2/"),
     ISSUER.replace("/oauth2/", "/oauth2/./"), ISSUER.replace("oauth2", "%6fauth2"), f"https://{DOMAIN}",
     f"https://{DOMAIN}/oauth2/default", f"https://dev-123456-admin.okta.com/oauth2/{SERVER_ID}",
     f"https://dev-654321.okta.com/oauth2/{SERVER_ID}", f"https://{DOMAIN}.attacker.example/oauth2/{SERVER_ID}",
     f"https://attacker.example/{ISSUER}", f"https://{DOMAIN}@attacker.example/oauth2/{SERVER_ID}", SERVER_ID,
     ISSUER.replace("a", "\u0430", 1), GATEWAY_URL, "", ABSENT, None, 1, True, [ISSUER], {ISSUER: 1}, [[ISSUER]]],
    ids=repr,
)  # fmt: skip
def test_an_issuer_that_is_not_ours_to_the_letter_is_refused(issuer: Any) -> None:
    error = refuse(okta_token(iss=issuer), IssuerMismatch)
    assert f"accepted: {ISSUER}" in error.detail


DYNAMIC = f"https://login.example.com/oauth2/{SERVER_ID}"


@pytest.mark.parametrize("issuer", [ISSUER, DYNAMIC])
def test_the_issuers_of_dynamic_issuer_mode_are_accepted_with_the_orgs_keys(issuer: str) -> None:
    profile = okta_profile(issuers=frozenset({ISSUER, DYNAMIC}))
    assert holder(okta_token(iss=issuer), profile).issuer == issuer
    refuse(okta_token(iss=f"{issuer}/"), IssuerMismatch, profile)


@pytest.mark.parametrize(
    "audience",
    ["api://default", AUDIENCE[:-1], f"{AUDIENCE}/", f"{AUDIENCE} ", AUDIENCE.upper(), f"{AUDIENCE}2", "ai-registry",
     f"{AUDIENCE} api://default", f"{AUDIENCE},api://default", "api://", "*", "", f"https://{DOMAIN}", USER_CLIENT_ID,
     [], [""], ["api://default"], ["api://default", f"{AUDIENCE}/"], [AUDIENCE, 1], [1, AUDIENCE], [AUDIENCE, None],
     [[AUDIENCE]], [AUDIENCE, []], {AUDIENCE: 1}, {"aud": AUDIENCE}, 1, True, None, ABSENT],
    ids=repr,
)  # fmt: skip
def test_an_audience_that_is_not_ours_is_refused(audience: Any) -> None:
    refuse(okta_token(aud=audience), AudienceMismatch)


@pytest.mark.parametrize(
    "audience", [AUDIENCE, [AUDIENCE], ["api://default", AUDIENCE], [AUDIENCE, AUDIENCE], [AUDIENCE, "", "x"]], ids=repr
)
def test_our_audience_is_accepted_alone_and_among_others(audience: Any) -> None:
    verify(okta_token(aud=audience))


@pytest.mark.parametrize("audience", [AUDIENCE, "api://second", ["api://second"]], ids=repr)
def test_each_configured_audience_is_accepted(audience: Any) -> None:
    profile = okta_profile(audiences=frozenset({AUDIENCE, "api://second"}))
    verify(okta_token(aud=audience), profile)
    refuse(okta_token(aud="api://third"), AudienceMismatch, profile)


NO_TIMES: list[Any] = [ABSENT, None, True, False, str(NOW), f"{NOW}.5", "", [NOW], {}, -1, -0.5, -NOW, 2**53, 10**30,
                       10**400, 1.5e300, "NaN", "2027-01-15T08:00:00Z"]  # fmt: skip


@pytest.mark.parametrize("value", NO_TIMES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_a_time_that_is_no_number_of_seconds_is_refused(claim: str, value: Any) -> None:
    if (claim, value) == ("nbf", ABSENT):
        return
    refuse(okta_token(**{claim: value}), ClaimMalformed)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e308", "-0.5", "9007199254740992", "9e18"])
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_a_number_beyond_any_time_is_refused(claim: str, number: str) -> None:
    payload = json.dumps(user_claims(**{claim: "HERE"})).replace('"HERE"', number)
    refuse(sign(okta_header(), payload.encode()), ClaimMalformed)


@pytest.mark.parametrize(
    "payload",
    [
        user_claims(exp=float(NOW + 3590), iat=NOW - 10.5, nbf=NOW - 0.25),
        json.dumps(user_claims(exp="HERE")).replace('"HERE"', f"{NOW + 600}e0").encode(),
        json.dumps(user_claims(exp="HERE")).replace('"HERE"', f"{NOW + 600}.000").encode(),
        user_claims(nbf=NOW - 10),
        user_claims(iat=NOW - DAY + 60, nbf=0, exp=NOW + 60),
    ],
    ids=["fractions", "exponent", "decimals", "nbf", "nbf-zero"],
)
def test_times_may_be_any_json_numbers(payload: Any) -> None:
    verify(sign(okta_header(), payload))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, None),
        (0, None),
        (59, None),
        (59.999, None),
        (60, TokenExpired),
        (61, TokenExpired),
        (10 * DAY, TokenExpired),
    ],
)
def test_a_token_is_good_until_just_before_exp_and_leeway(seconds: float, expected: type[TokenRefused] | None) -> None:
    check(okta_token(iat=NOW - 3600, exp=NOW), expected, NOW + seconds)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1, None), (0, None), (-60, None), (-60.001, TokenNotYetValid), (-61, TokenNotYetValid), (-DAY, TokenNotYetValid)],
)
def test_a_token_is_good_from_iat_and_nbf_less_leeway(
    claim: str, seconds: float, expected: type[TokenRefused] | None
) -> None:
    times: dict[str, Any] = {"iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 3600} | {claim: NOW}
    check(okta_token(**times), expected, NOW + seconds)


@pytest.mark.parametrize(
    ("lifetime", "expected"),
    [
        (DAY, None),
        (1, None),
        (0.5, None),
        (DAY + 0.5, TokenLifetimeRefused),
        (DAY + 1, TokenLifetimeRefused),
        (10 * 365 * DAY, TokenLifetimeRefused),
        (0, TokenLifetimeRefused),
        (-1, TokenLifetimeRefused),
    ],
)
def test_a_token_may_live_from_more_than_nothing_to_a_day(lifetime: float, expected: type[TokenRefused] | None) -> None:
    check(okta_token(iat=NOW, exp=NOW + lifetime), expected, NOW)


def check(token: str, expected: type[TokenRefused] | None, now: float) -> None:
    if expected is None:
        verify(token, now=now)
    else:
        refuse(token, expected, now=now)


@pytest.mark.parametrize("value", [ABSENT, None, "", 1, True, ["ada@example.com"], {}], ids=repr)
@pytest.mark.parametrize("claim", ["sub", "cid"])
def test_sub_and_cid_must_be_strings_with_something_in_them(claim: str, value: Any) -> None:
    refuse(okta_token(**{claim: value}), ClaimMalformed)
    refuse(machine_token(**{claim: value}), ClaimMalformed)


@pytest.mark.parametrize("value", [None, 1, True, ["AT.x"], ["ID.x"], {}], ids=repr)
def test_a_jti_that_is_no_string_is_refused(value: Any) -> None:
    """RFC 7519, section 4.1.7; PyJWT refuses it too."""
    refuse(okta_token(jti=value), ClaimMalformed)


ALLOWED = okta_profile(allowed_clients=frozenset({USER_CLIENT_ID, "0oa-other"}))


@pytest.mark.parametrize(
    "client_id", [MACHINE_CLIENT_ID, USER_CLIENT_ID.upper(), USER_CLIENT_ID[:-1], f"{USER_CLIENT_ID} ", "*"]
)
def test_a_client_that_is_not_allowed_is_refused(client_id: str) -> None:
    refuse(okta_token(cid=client_id), ClientNotAllowed, ALLOWED)
    refuse(machine_token(cid=client_id, sub=client_id), ClientNotAllowed, ALLOWED)
    verify(okta_token(cid=client_id))


def test_an_allowed_client_is_accepted() -> None:
    verify(okta_token(), ALLOWED)
    verify(machine_token(cid="0oa-other", sub="0oa-other"), ALLOWED)


@pytest.mark.parametrize("scopes", [ABSENT, None, [], ["registry:admin:full"], "registry:admin:full", 1], ids=repr)
def test_scopes_of_the_token_change_nothing(scopes: Any) -> None:
    assert holder(okta_token(scp=scopes)) == holder(okta_token())


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"nonce": "n", "cnf": {}, "iss": 1, "aud": 1, "exp": 1, "sub": 1, "cid": 1}, IdTokenRefused),
        ({"cnf": {}, "iss": 1, "aud": 1, "exp": 1, "sub": 1, "cid": 1}, SenderConstrainedToken),
        ({"iss": 1, "aud": 1, "exp": 1, "sub": 1, "cid": 1}, IssuerMismatch),
        ({"aud": 1, "exp": 1, "sub": 1, "cid": 1}, AudienceMismatch),
        ({"exp": 1, "sub": 1, "cid": 1}, TokenExpired),
        ({"sub": 1, "cid": 1}, ClaimMalformed),
        ({"cid": "0oa-not-allowed", "uid": 1}, ClientNotAllowed),
        ({"uid": 1}, UnknownPrincipal),
    ],
    ids=["id", "cnf", "iss", "aud", "times", "sub", "cid", "uid"],
)
def test_what_is_wrong_is_told_in_the_order_of_the_specification(
    claims: dict[str, Any], expected: type[TokenRefused]
) -> None:
    refuse(okta_token(**claims), expected, ALLOWED)
