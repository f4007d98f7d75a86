"""ID tokens: each check of OpenID Connect Core, 3.1.3.7, by a token that is really signed and wrong in one way."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.errors import KeysUnavailable
from okta_gateway.login.errors import IdTokenInvalid
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.tokens.claims import LEEWAY_SECONDS, MAX_LIFETIME_SECONDS
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    DOMAIN,
    ISSUER,
    NOW,
    OKTA_NEXT_KEY,
    STRANGER_KEY,
    USER_CLIENT_ID,
    FakeClock,
    base64url,
    hs256,
    okta_token,
    sign,
    signing_key,
)
from tests.unit.login.signing_in import ACCESS_TOKEN, NONCE, UID, at_hash, id_token, id_tokens

OTHER_CLIENT = "0oaSomebodyElse"


@pytest.fixture
def verifier(clock: FakeClock) -> IdTokenVerifier:
    return id_tokens(clock)


def verify_first(verifier: IdTokenVerifier, token: str, **checks: Any) -> dict[str, Any]:
    return verifier.verify_first(token, **({"nonce": NONCE, "access_token": ACCESS_TOKEN} | checks))


def refusal(verifier: IdTokenVerifier, token: str, **checks: Any) -> str:
    with pytest.raises(IdTokenInvalid) as failure:
        verify_first(verifier, token, **checks)
    assert failure.value.status == 401
    assert token not in str(failure.value)
    assert NONCE not in str(failure.value)
    return failure.value.detail


GOOD: dict[str, dict[str, Any]] = {
    "as Okta makes it": {},
    "typ JWT": {"header": {"typ": "JWT"}},
    "the next key": {"header": {"kid": OKTA_NEXT_KEY}, "key": signing_key(OKTA_NEXT_KEY)},
    "aud a list of one": {"aud": [USER_CLIENT_ID]},
    "azp ours": {"azp": USER_CLIENT_ID},
    "two audiences and azp ours": {"aud": [OTHER_CLIENT, USER_CLIENT_ID], "azp": USER_CLIENT_ID},
    "no at_hash": {"at_hash": ABSENT},
    "no auth_time": {"auth_time": ABSENT},
    "no groups, no name": {"groups": ABSENT, "preferred_username": ABSENT, "email": ABSENT},
    "exp within the leeway": {"iat": NOW - 3600, "exp": NOW - LEEWAY_SECONDS + 1},
    "iat within the leeway": {"iat": NOW + LEEWAY_SECONDS},
    "nbf within the leeway": {"nbf": NOW + LEEWAY_SECONDS},
    "a day long": {"iat": NOW, "exp": NOW + MAX_LIFETIME_SECONDS},
    "fractions of a second": {"iat": NOW - 0.5, "exp": NOW + 0.5},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
def test_a_good_token_gives_its_claims(verifier: IdTokenVerifier, changes: dict[str, Any]) -> None:
    token = id_token(**changes)
    assert verify_first(verifier, token)["sub"] == UID
    assert verifier.verify_refreshed(token, access_token=ACCESS_TOKEN)["sub"] == UID


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "alg none, no signature": ({"header": {"alg": "none"}, "key": b""}, "token_malformed"),
    "alg none, a signature": ({"header": {"alg": "none"}}, "algorithm_refused"),
    "alg HS256 with the public key": (
        {"header": {"alg": "HS256"}, "key": hs256(signing_key("okta-active").pem())}, "algorithm_refused"),
    "alg HS256 with the client's id": (
        {"header": {"alg": "HS256"}, "key": hs256(USER_CLIENT_ID.encode())}, "algorithm_refused"),
    "alg missing": ({"header": {"alg": ABSENT}}, "algorithm_refused"),
    "alg RS512": ({"header": {"alg": "RS512"}}, "algorithm_refused"),
    "crit": ({"header": {"crit": ["exp"]}}, "critical_header_refused"),
    "typ at+jwt": ({"header": {"typ": "at+jwt"}}, "token_type_refused"),
    "typ application/at+jwt": ({"header": {"typ": "application/at+jwt"}}, "token_type_refused"),
    "typ logout+jwt": ({"header": {"typ": "logout+jwt"}}, "token_type_refused"),
    "typ null": ({"header": {"typ": None}}, "token_type_refused"),
    "typ of the org server's access tokens": (
        {"header": {"typ": "application/okta-internal-at+jwt"}}, "org_server_token"),
    "kid missing": ({"header": {"kid": ABSENT}}, "key_id_malformed"),
    "kid unknown": ({"header": {"kid": STRANGER_KEY}, "key": signing_key(STRANGER_KEY)}, "no_matching_key"),
    "a stranger's signature": ({"key": signing_key(STRANGER_KEY)}, "signature_invalid"),
    "another key's kid": ({"header": {"kid": OKTA_NEXT_KEY}}, "signature_invalid"),
    "an empty signature": ({"key": b""}, "token_malformed"),
    "iss missing": ({"iss": ABSENT}, "issuer_mismatch"),
    "iss of the org server": ({"iss": f"https://{DOMAIN}"}, "issuer_mismatch"),
    "iss of another server": ({"iss": f"https://{DOMAIN}/oauth2/default"}, "issuer_mismatch"),
    "iss with a slash": ({"iss": f"{ISSUER}/"}, "issuer_mismatch"),
    "iss a list": ({"iss": [ISSUER]}, "issuer_mismatch"),
    "aud missing": ({"aud": ABSENT}, "audience_mismatch"),
    "aud of another client": ({"aud": OTHER_CLIENT}, "audience_mismatch"),
    "aud of the API": ({"aud": AUDIENCE}, "audience_mismatch"),
    "aud empty": ({"aud": []}, "audience_mismatch"),
    "aud list of others": ({"aud": [OTHER_CLIENT, AUDIENCE], "azp": USER_CLIENT_ID}, "audience_mismatch"),
    "aud list with a number": ({"aud": [USER_CLIENT_ID, 1], "azp": USER_CLIENT_ID}, "audience_mismatch"),
    "aud in another case": ({"aud": USER_CLIENT_ID.upper()}, "audience_mismatch"),
    "exp reached with its leeway": ({"iat": NOW - 3600, "exp": NOW - LEEWAY_SECONDS}, "token_expired"),
    "exp missing": ({"exp": ABSENT}, "claim_malformed"),
    "exp a string": ({"exp": str(NOW + 60)}, "claim_malformed"),
    "exp true": ({"exp": True}, "claim_malformed"),
    "iat missing": ({"iat": ABSENT}, "claim_malformed"),
    "iat ahead": ({"iat": NOW + LEEWAY_SECONDS + 1}, "token_not_yet_valid"),
    "nbf ahead": ({"nbf": NOW + LEEWAY_SECONDS + 1}, "token_not_yet_valid"),
    "nbf null": ({"nbf": None}, "claim_malformed"),
    "longer than a day": ({"iat": NOW, "exp": NOW + MAX_LIFETIME_SECONDS + 1}, "token_lifetime_refused"),
    "sub missing": ({"sub": ABSENT}, "claim_malformed"),
    "sub empty": ({"sub": ""}, "claim_malformed"),
    "sub a number": ({"sub": 7}, "claim_malformed"),
    "several audiences and no azp": ({"aud": [USER_CLIENT_ID, OTHER_CLIENT]}, "several audiences and no azp"),
    "azp of another client": ({"azp": OTHER_CLIENT}, "azp is another client"),
    "azp null": ({"azp": None}, "azp is another client"),
    "azp a list": ({"azp": [USER_CLIENT_ID]}, "azp is another client"),
    "several audiences and azp of another": (
        {"aud": [USER_CLIENT_ID, OTHER_CLIENT], "azp": OTHER_CLIENT}, "azp is another client"),
    "at_hash of another token": ({"at_hash": at_hash("another.access.token")}, "at_hash is not that"),
    "at_hash padded": ({"at_hash": at_hash(ACCESS_TOKEN) + "=="}, "at_hash is not that"),
    "at_hash empty": ({"at_hash": ""}, "at_hash is not that"),
    "at_hash null": ({"at_hash": None}, "at_hash is not that"),
    "at_hash a list": ({"at_hash": [at_hash(ACCESS_TOKEN)]}, "at_hash is not that"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "reason"), BAD.values(), ids=BAD.keys())
def test_a_token_that_is_wrong_in_one_way_is_refused(
    verifier: IdTokenVerifier, changes: dict[str, Any], reason: str
) -> None:
    token = id_token(**changes)
    assert reason in refusal(verifier, token)
    with pytest.raises(IdTokenInvalid, match=reason):
        verifier.verify_refreshed(token, access_token=ACCESS_TOKEN)


@pytest.mark.parametrize(
    "nonce",
    [ABSENT, None, "", NONCE[:-1], f"{NONCE}x", NONCE.upper(), f" {NONCE}", [NONCE], {"nonce": NONCE}, 0, True, "ü"],
)
def test_a_token_of_another_sign_in_is_refused(verifier: IdTokenVerifier, nonce: Any) -> None:
    assert "nonce" in refusal(verifier, id_token(nonce=nonce))


def test_a_refreshed_token_needs_no_nonce(verifier: IdTokenVerifier) -> None:
    assert verifier.verify_refreshed(id_token(nonce=ABSENT), access_token=ACCESS_TOKEN)["sub"] == UID


TEXTS = ["", "x", "a.b", "a.b.c", "a.b.c.d.e", f"{id_token()}=", f" {id_token()}", "ü" * 9, id_token(filler="x" * 9000)]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_is_no_compact_jws_is_refused(verifier: IdTokenVerifier, text: str) -> None:
    with pytest.raises(IdTokenInvalid, match=r"token_(malformed|encrypted|too_long)"):
        verify_first(verifier, text)


def test_claims_that_stand_twice_are_refused(verifier: IdTokenVerifier) -> None:
    payload = f'{{"iss":"{ISSUER}","nonce":"{NONCE}","nonce":"{NONCE}"}}'.encode()
    assert "token_malformed" in refusal(verifier, sign({"alg": "RS256", "kid": "okta-active"}, payload))


def test_an_access_token_is_no_id_token(verifier: IdTokenVerifier) -> None:
    assert "audience_mismatch" in refusal(verifier, ACCESS_TOKEN)
    of_the_org = okta_token(header={"typ": "application/okta-internal-at+jwt"}, aud=USER_CLIENT_ID, nonce=NONCE)
    assert "org_server_token" in refusal(verifier, of_the_org)
    assert "nonce" in refusal(verifier, okta_token(aud=USER_CLIENT_ID))


def test_the_hash_of_the_access_token_is_of_the_one_that_came_along(verifier: IdTokenVerifier) -> None:
    other = okta_token(jti="AT.another")
    assert "at_hash" in refusal(verifier, id_token(), access_token=other)
    assert verify_first(verifier, id_token(access_token=other), access_token=other)["sub"] == UID
    assert "at_hash" in refusal(verifier, id_token(), access_token="ü")


def test_the_hash_is_the_left_half_of_sha_256(verifier: IdTokenVerifier) -> None:
    """The example of OpenID Connect Core, appendix A.3."""
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    claims = verify_first(verifier, id_token(at_hash="77QmUPtjPfzWtF2AnpK9RQ"), access_token=token)
    assert claims["at_hash"] == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize("seconds", [0, 1, 300, 300 + LEEWAY_SECONDS])
def test_a_recent_sign_in_at_okta_is_enough_for_max_age(verifier: IdTokenVerifier, seconds: int) -> None:
    verify_first(verifier, id_token(auth_time=NOW - seconds), max_age=300)


@pytest.mark.parametrize("auth_time", [NOW - 301 - LEEWAY_SECONDS, 0, ABSENT, None, str(NOW), True, [NOW]])
def test_with_max_age_an_old_or_unknown_sign_in_is_refused(verifier: IdTokenVerifier, auth_time: Any) -> None:
    token = id_token(auth_time=auth_time)
    reason = refusal(verifier, token, max_age=300)
    assert "auth_time is missing" in reason or "too long ago" in reason
    verify_first(verifier, token)


def test_max_age_zero_is_a_demand_too(verifier: IdTokenVerifier) -> None:
    assert "too long ago" in refusal(verifier, id_token(auth_time=NOW - LEEWAY_SECONDS - 1), max_age=0)


def test_a_key_that_cannot_be_had_is_no_verdict_about_the_token(clock: FakeClock) -> None:
    def unavailable(kid: str) -> RSAPublicKey:
        raise KeysUnavailable("Okta's key set does not answer")

    verifier = id_tokens(clock, unavailable)
    with pytest.raises(KeysUnavailable):
        verify_first(verifier, id_token())
    with pytest.raises(KeysUnavailable):
        verifier.verify_refreshed(id_token(), access_token=ACCESS_TOKEN)


def test_time_passes(verifier: IdTokenVerifier, clock: FakeClock) -> None:
    token = id_token()
    clock.advance(3590 + LEEWAY_SECONDS - 1)
    verify_first(verifier, token)
    clock.advance(1)
    assert "token_expired" in refusal(verifier, token)


def test_a_changed_claim_breaks_the_signature(verifier: IdTokenVerifier) -> None:
    header, payload, signature = id_token().split(".")
    other = id_token(sub="00uMallory").split(".")[1]
    assert "signature_invalid" in refusal(verifier, f"{header}.{other}.{signature}")
    assert "signature_invalid" in refusal(verifier, f"{header}.{payload}.{base64url(b'0' * 256)}")
