"""Tokens that the gateway issued itself, alone and beside Okta's: neither issuer's key ever vouches for the other."""

from typing import Any

import pytest

from okta_gateway.errors import (
    AudienceMismatch,
    ClaimMalformed,
    IdTokenRefused,
    IssuerMismatch,
    KeyIdMalformed,
    NoMatchingKey,
    OrgServerToken,
    SenderConstrainedToken,
    SignatureInvalid,
    TokenExpired,
    TokenLifetimeRefused,
    TokenRefused,
    TokenTypeRefused,
)
from okta_gateway.tokens.issuer import Kind
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    GATEWAY_KEY,
    GATEWAY_URL,
    ISSUER,
    NOW,
    OKTA_KEY,
    USER_CLIENT_ID,
    gateway_profile,
    gateway_token,
    key_set,
    machine_token,
    okta_profile,
    okta_token,
    sign,
    signing_key,
    user_claims,
)
from tests.unit.tokens.verifying import holder, refuse, verify

OKTA, GATEWAY = okta_profile(), gateway_profile()


def test_a_gateway_token_is_always_a_users() -> None:
    principal = holder(gateway_token(uid=ABSENT), GATEWAY)
    assert (principal.kind, principal.auth_method) == ("user", "gateway")
    assert (principal.id, principal.subject) == ("00u1234567890abcdef", "00u1234567890abcdef")
    assert (principal.username, principal.client_id) == ("ada@example.com", USER_CLIENT_ID)
    assert principal.groups == ("registry-admins",)
    assert holder(gateway_token(sub="x", cid="x", client_id="x"), GATEWAY).kind == "user"


@pytest.mark.parametrize(
    "typ", [ABSENT, None, "", "JWT", "AT+JWT", "application/at+jwt", "at+jwt ", ["at+jwt"], 1], ids=repr
)
def test_the_type_of_a_gateway_token_is_exactly_at_jwt(typ: Any) -> None:
    refuse(gateway_token(header={"typ": typ}), TokenTypeRefused, GATEWAY)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"aud": AUDIENCE}, AudienceMismatch),
        ({"aud": f"{GATEWAY_URL}/"}, AudienceMismatch),
        ({"aud": ABSENT}, AudienceMismatch),
        ({"iss": f"{GATEWAY_URL}/"}, IssuerMismatch),
        ({"iss": GATEWAY_URL.removesuffix("/prod")}, IssuerMismatch),
        ({"iss": [GATEWAY_URL]}, IssuerMismatch),
        ({"iss": ISSUER}, IssuerMismatch),
        ({"iss": ABSENT}, IssuerMismatch),
        ({"sub": ABSENT}, ClaimMalformed),
        ({"sub": ""}, ClaimMalformed),
        ({"exp": ABSENT}, ClaimMalformed),
        ({"exp": NOW - 60}, TokenExpired),
        ({"exp": NOW + 90_000}, TokenLifetimeRefused),
        ({"nonce": "n"}, IdTokenRefused),
        ({"cnf": {"jkt": "x"}}, SenderConstrainedToken),
    ],
    ids=repr,
)
def test_the_claims_of_a_gateway_token_are_held_to_the_gateways_profile(
    claims: dict[str, Any], expected: type[TokenRefused]
) -> None:
    refuse(gateway_token(**claims), expected, GATEWAY)


def test_where_only_the_gateways_tokens_count_okta_is_not_accepted_at_all() -> None:
    refuse(okta_token(), TokenTypeRefused, GATEWAY)
    error = refuse(okta_token(header={"typ": "at+jwt"}), NoMatchingKey, GATEWAY)
    assert "OKTA_AUTH_SERVER_ID" in error.detail
    refuse(okta_token(header={"typ": "at+jwt", "kid": GATEWAY_KEY}), SignatureInvalid, GATEWAY)
    refuse(okta_token(header={"typ": "application/okta-internal-at+jwt"}), OrgServerToken, GATEWAY)


def test_even_with_the_gateways_key_oktas_issuer_is_not_accepted_there() -> None:
    header = {"typ": "at+jwt", "kid": GATEWAY_KEY}
    refuse(okta_token(header=header, key=signing_key(GATEWAY_KEY)), IssuerMismatch, GATEWAY)
    refuse(okta_token(header=header, key=signing_key(GATEWAY_KEY), aud=GATEWAY_URL), IssuerMismatch, GATEWAY)


def test_where_only_oktas_tokens_count_the_gateways_are_not_accepted() -> None:
    refuse(gateway_token(), NoMatchingKey, OKTA)
    refuse(gateway_token(header={"kid": OKTA_KEY}), SignatureInvalid, OKTA)
    refuse(gateway_token(header={"kid": OKTA_KEY}, key=signing_key(OKTA_KEY)), IssuerMismatch, OKTA)


def test_both_kinds_are_accepted_side_by_side() -> None:
    assert verify(okta_token(), OKTA, GATEWAY).kind is Kind.OKTA
    assert verify(machine_token(), OKTA, GATEWAY).kind is Kind.OKTA
    assert verify(gateway_token(), OKTA, GATEWAY).kind is Kind.GATEWAY


CROSSED: dict[str, tuple[str, type[TokenRefused]]] = {
    "Okta's key, the gateway's claims": (
        gateway_token(header={"kid": OKTA_KEY}, key=signing_key(OKTA_KEY)),
        NoMatchingKey,
    ),
    "Okta's key under the gateway's kid": (gateway_token(key=signing_key(OKTA_KEY)), SignatureInvalid),
    "Okta's token that claims the gateway's issuer": (
        okta_token(header={"typ": "at+jwt"}, iss=GATEWAY_URL, aud=GATEWAY_URL),
        NoMatchingKey,
    ),
    "the gateway's key, Okta's claims": (
        okta_token(header={"kid": GATEWAY_KEY}, key=signing_key(GATEWAY_KEY)),
        NoMatchingKey,
    ),
    "the gateway's key under Okta's kid": (okta_token(key=signing_key(GATEWAY_KEY)), SignatureInvalid),
    "the gateway's token for Okta's audience": (gateway_token(aud=AUDIENCE), AudienceMismatch),
    "Okta's token for the gateway's audience": (okta_token(aud=GATEWAY_URL), AudienceMismatch),
    "both issuers": (okta_token(iss=[ISSUER, GATEWAY_URL]), IssuerMismatch),
    "no issuer, the gateway's key": (gateway_token(iss=ABSENT), NoMatchingKey),
    "no type, the gateway's issuer": (gateway_token(header={"typ": ABSENT}), TokenTypeRefused),
    "no kid, the gateway's issuer": (gateway_token(header={"kid": ABSENT}), KeyIdMalformed),
}


@pytest.mark.parametrize(("token", "expected"), CROSSED.values(), ids=CROSSED.keys())
def test_keys_audiences_and_types_never_cross_from_one_issuer_to_the_other(
    token: str, expected: type[TokenRefused]
) -> None:
    refuse(token, expected, OKTA, GATEWAY)
    with pytest.raises(TokenRefused):
        verify(token, GATEWAY, OKTA)


def test_one_kid_in_both_key_sets_means_each_issuers_own_key() -> None:
    theirs, ours = signing_key(OKTA_KEY), signing_key(GATEWAY_KEY)
    okta, gateway = okta_profile(key_set(theirs.jwk(kid="1"))), gateway_profile(key_set(ours.jwk(kid="1")))
    for profiles in ((okta, gateway), (gateway, okta)):
        verify(okta_token(header={"kid": "1"}), *profiles)
        verify(gateway_token(header={"kid": "1"}), *profiles)
        refuse(okta_token(header={"kid": "1"}, key=ours), SignatureInvalid, *profiles)
        refuse(gateway_token(header={"kid": "1"}, key=theirs), SignatureInvalid, *profiles)


def test_a_gateway_token_in_oktas_clothes_is_no_machine() -> None:
    """A user who may choose nothing but a login name must not become a machine, whose groups come from the store."""
    claims = user_claims(iss=GATEWAY_URL, aud=GATEWAY_URL, uid=ABSENT, sub=USER_CLIENT_ID)
    token = sign({"alg": "RS256", "kid": GATEWAY_KEY, "typ": "at+jwt"}, claims, signing_key(GATEWAY_KEY))
    assert holder(token, OKTA, GATEWAY).kind == "user"
