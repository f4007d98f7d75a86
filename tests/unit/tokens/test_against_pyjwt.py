"""PyJWT as the second opinion: whatever our verifier accepts, PyJWT accepts too."""

import json
from datetime import UTC, datetime, tzinfo
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from okta_gateway.access.principal import identify
from okta_gateway.errors import TokenRefused
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    DOMAIN,
    ISSUER,
    NOW,
    OKTA_KEY,
    OKTA_NEXT_KEY,
    STRANGER_KEY,
    base64url,
    hs256,
    machine_claims,
    okta_header,
    okta_profile,
    sign,
    signing_key,
    user_claims,
)

VERIFIER = Verifier([okta_profile()], clock=lambda: NOW)
PUBLIC_KEYS = {name: signing_key(name).private_key.public_key() for name in (OKTA_KEY, OKTA_NEXT_KEY)}
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class _Now(datetime):
    """PyJWT has no clock to set: it asks `datetime.now`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Now":
        return cls.fromtimestamp(NOW, tz)


@pytest.fixture(autouse=True, scope="module")
def _pyjwt_at_our_time() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jwt.api_jwt.datetime", _Now)
        yield


def pyjwt_accepts(token: str) -> bool:
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        claims = jwt.decode(
            token,
            PUBLIC_KEYS[kid],
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=60,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, KeyError):
        return False
    return isinstance(claims["sub"], str)


def we_accept(token: str) -> bool:
    """Any other exception than a refusal of the token fails the test."""
    try:
        identify(VERIFIER.verify(token))
    except TokenRefused:
        return False
    return True


def compare(token: str) -> None:
    accepted = we_accept(token)
    event("accepted" if accepted else "refused")
    if accepted:
        assert pyjwt_accepts(token)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
# Whole seconds, since PyJWT cuts fractions off: just there it would refuse exp up to a second earlier than it says.
moments = st.integers(NOW - 90_000, NOW + 90_000) | st.sampled_from([NOW + side * 60 + by for side in (-1, 1)
                                                                     for by in (-1, 0, 1)])  # fmt: skip
times = moments | moments.map(float) | moments.map(str)
likely = {
    "iss": st.sampled_from([ISSUER, f"{ISSUER}/", f"https://{DOMAIN}", [ISSUER], ""]),
    "aud": st.sampled_from([AUDIENCE, [AUDIENCE], [AUDIENCE, "x"], [AUDIENCE, 1], [], "", f"{AUDIENCE}/"]),
    "exp": times,
    "iat": times,
    "nbf": times,
    "sub": st.sampled_from(["ada@example.com", "", "0oa0987654321fedcba"]),
    "uid": st.sampled_from(["00u1234567890abcdef", ""]),
    "jti": st.sampled_from(["AT.x", "ID.x"]),
}
claims = st.sampled_from([*sorted(user_claims()), "nbf", "nonce", "cnf", "x"])
changed_claim = claims.flatmap(
    lambda name: st.tuples(st.just(name), likely.get(name, json_values) | json_values | st.just(ABSENT))
)
changed_header = st.tuples(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "cty", "x"]),
    st.sampled_from(["RS256", "RS384", "HS256", "none", OKTA_KEY, OKTA_NEXT_KEY, "JWT", "at+jwt", ["b64"], ABSENT, ""])
    | json_values,
)
signers = st.sampled_from(
    [signing_key(OKTA_KEY)] * 5
    + [signing_key(OKTA_NEXT_KEY), signing_key(STRANGER_KEY), hs256(signing_key(OKTA_KEY).pem())]
)
good_claims = st.sampled_from([user_claims(), machine_claims()])


def merged(values: dict[str, Any], changes: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in (values | dict(changes)).items() if value is not ABSENT}


@MANY
@given(good_claims, st.lists(changed_claim, max_size=2), st.lists(changed_header, max_size=1), signers)
def test_with_changed_claims_and_header_signed_again(
    claims: dict[str, Any], claim_changes: Any, header_changes: Any, signer: Any
) -> None:
    compare(sign(merged(okta_header(), header_changes), merged(claims, claim_changes), signer))


@MANY
@given(good_claims, st.data())
def test_with_single_characters_changed_inserted_or_dropped(claims: dict[str, Any], data: st.DataObject) -> None:
    token = sign(okta_header(), claims)
    position = data.draw(st.integers(0, len(token) - 1) | st.integers(len(token) - 3, len(token) - 1))
    inserted = data.draw(st.text(max_size=2) | st.sampled_from("ABQgwxyz0189-_.=+/ \n"))
    dropped = data.draw(st.integers(0, 2))
    mutated = token[:position] + inserted + token[position + dropped :]
    assert we_accept(mutated) == (mutated == token)


@MANY
@given(good_claims, st.data())
def test_with_bytes_of_the_json_changed_and_signed_again(claims: dict[str, Any], data: st.DataObject) -> None:
    texts = [json.dumps(okta_header()).encode(), json.dumps(claims).encode()]
    part = data.draw(st.integers(0, 1))
    position = data.draw(st.integers(0, len(texts[part])))
    inserted = data.draw(
        st.binary(max_size=3)
        | st.sampled_from([b'"', b"}", b"{", b",", b" ", b"\0", b"\\", b"\\ud800", b'"x":1,', b'"iss":1,', b"NaN"])
    )
    dropped = data.draw(st.integers(0, 3))
    texts[part] = texts[part][:position] + inserted + texts[part][position + dropped :]
    compare(sign(texts[0], texts[1]))


@MANY
@given(st.lists(st.sampled_from(".".join([sign(okta_header(), user_claims()), sign(okta_header(), machine_claims()),
                                          base64url(b"{}"), ""]).split(".")), max_size=6))  # fmt: skip
def test_with_segments_swapped_repeated_and_left_out(segments: list[str]) -> None:
    compare(".".join(segments))


@MANY
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")) | st.text("eyJ.AQ_-", max_size=40))
def test_with_any_text_at_all(token: str) -> None:
    assert not we_accept(token)


@MANY
@given(json_values, json_values)
def test_with_any_json_at_all(header: Any, payload: Any) -> None:
    compare(sign(header if header.__class__ is not str else [header], payload if payload.__class__ is not str else 1))


@pytest.mark.parametrize("claims", [user_claims(), machine_claims(), user_claims(aud=["x", AUDIENCE], nbf=NOW + 60)])
@pytest.mark.parametrize("typ", [ABSENT, "JWT", "at+jwt"])
def test_both_accept_good_tokens(claims: dict[str, Any], typ: Any) -> None:
    token = sign(okta_header(typ=typ), claims)
    assert we_accept(token)
    assert pyjwt_accepts(token)


def test_the_second_opinion_is_given_at_our_time() -> None:
    """Its clock is changed through a name of PyJWT's own, which a new version may drop."""
    assert _Now.now(UTC).timestamp() == NOW
    assert pyjwt_accepts(sign(okta_header(), user_claims(exp=NOW - 59)))
    assert not pyjwt_accepts(sign(okta_header(), user_claims(exp=NOW - 60)))
    assert not pyjwt_accepts(sign(okta_header(), user_claims(aud="x")))
    assert not pyjwt_accepts(sign(okta_header(), user_claims(), signing_key(STRANGER_KEY)))
