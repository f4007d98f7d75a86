"""The gateway's own tokens: what they say, that our verifier and PyJWT accept them, also while keys are rotated."""

import json
from collections.abc import Sequence
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from okta_gateway.access.principal import Principal, identify
from okta_gateway.errors import ConfigurationInvalid, KeysUnavailable, NoMatchingKey, TokenExpired
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.login.signing_keys import PemSigningKey, SigningKey, key_set
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import GATEWAY_URL, NOW, USER_CLIENT_ID, FakeClock, gateway_profile, signing_key

SUBJECT = "00u1234567890abcdef"
GROUPS = ("registry-admins", "späte Schicht", "a,b")


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return pem_key(tmp_path, "gateway-1")


@pytest.fixture
def other_key(tmp_path: Path) -> SigningKey:
    return pem_key(tmp_path, "gateway-2")


def pem_key(folder: Path, name: str) -> SigningKey:
    path = folder / f"{name}.pem"
    private_key = signing_key(name).private_key
    path.write_bytes(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return PemSigningKey(path)


def issue(keys: Sequence[SigningKey], *, now: float = NOW, groups: Sequence[str] = GROUPS) -> str:
    tokens = GatewayTokens(keys, issuer=GATEWAY_URL, clock=lambda: now)
    return ada(tokens, groups=groups)[0]


def ada(
    tokens: GatewayTokens, *, email: str | None = "ada@example.com", groups: Sequence[str] = GROUPS
) -> tuple[str, float]:
    return tokens.issue(
        subject=SUBJECT, username="ada@example.com", email=email, groups=groups, client_id=USER_CLIENT_ID
    )


def verify(token: str, published: Sequence[SigningKey], *, now: float = NOW) -> Principal:
    """As the authorizer does it, with the published key set."""
    profile = gateway_profile(json.dumps(key_set(published)).encode())
    return identify(Verifier([profile], clock=lambda: now).verify(token))


def test_a_token_says_who_may_be_served_by_whom_and_how_long(key: SigningKey) -> None:
    tokens = GatewayTokens([key], issuer=GATEWAY_URL, clock=FakeClock(NOW + 0.9), new_id=lambda: "id-1")
    token, expires_at = ada(tokens)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "at+jwt", "kid": key.kid}
    assert jwt.decode(token, options={"verify_signature": False}) == {
        "iss": GATEWAY_URL,
        "aud": GATEWAY_URL,
        "sub": SUBJECT,
        "username": "ada@example.com",
        "email": "ada@example.com",
        "groups": list(GROUPS),
        "client_id": USER_CLIENT_ID,
        "jti": "id-1",
        "iat": NOW,
        "exp": NOW + 900,
    }
    assert expires_at == NOW + 900


def test_our_verifier_accepts_it_and_knows_its_holder(key: SigningKey) -> None:
    principal = verify(issue([key]), [key])
    assert (principal.kind, principal.id, principal.username) == ("user", SUBJECT, "ada@example.com")
    assert (principal.client_id, principal.groups, principal.auth_method) == (USER_CLIENT_ID, GROUPS, "gateway")
    assert principal.expires_at == NOW + 900


def test_pyjwt_accepts_it(key: SigningKey) -> None:
    published = jwt.PyJWK(key_set([key])["keys"][0])
    token, _ = ada(GatewayTokens([key], issuer=GATEWAY_URL))
    claims = jwt.decode(token, published, algorithms=["RS256"], audience=GATEWAY_URL, issuer=GATEWAY_URL)
    assert claims["sub"] == SUBJECT


def test_it_lasts_as_long_as_it_was_told_to(key: SigningKey) -> None:
    tokens = GatewayTokens([key], issuer=GATEWAY_URL, lifetime_seconds=300, clock=FakeClock())
    token, expires_at = ada(tokens)
    assert expires_at == NOW + 300
    verify(token, [key], now=expires_at - 1)
    with pytest.raises(TokenExpired):
        verify(token, [key], now=expires_at + 60)


def test_every_token_has_an_id_of_its_own(key: SigningKey) -> None:
    tokens = GatewayTokens([key], issuer=GATEWAY_URL)
    ids = {jwt.decode(ada(tokens)[0], options={"verify_signature": False})["jti"] for _ in range(20)}
    assert len(ids) == 20
    assert {len(new_id) for new_id in ids} == {22}


def test_an_unknown_email_address_is_left_out(key: SigningKey) -> None:
    token, _ = ada(GatewayTokens([key], issuer=GATEWAY_URL, clock=FakeClock()), email=None)
    assert "email" not in jwt.decode(token, options={"verify_signature": False})
    verify(token, [key])


def test_a_user_without_groups_has_an_empty_list(key: SigningKey) -> None:
    token = issue([key], groups=())
    assert jwt.decode(token, options={"verify_signature": False})["groups"] == []
    assert verify(token, [key]).groups == ()


def test_during_a_rotation_tokens_of_both_keys_are_good(key: SigningKey, other_key: SigningKey) -> None:
    """Publish the new key, sign with it, take the old one back: no valid token is refused on the way."""
    before = issue([key])
    announced, signing, after = [key, other_key], [other_key, key], [other_key]
    for published in (announced, signing):
        verify(before, published)
        verify(issue(published), published)
    assert jwt.get_unverified_header(issue(announced))["kid"] == key.kid
    assert jwt.get_unverified_header(issue(signing))["kid"] == other_key.kid
    verify(issue(signing), announced)
    verify(issue(after), signing)
    with pytest.raises(NoMatchingKey):
        verify(before, after)


def test_without_a_key_nothing_is_issued() -> None:
    with pytest.raises(ConfigurationInvalid, match="GATEWAY_SIGNING_KEYS is not set: write ARNs of RSA keys in KMS"):
        GatewayTokens([], issuer=GATEWAY_URL)


def test_a_key_that_cannot_sign_now_is_a_failed_check(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_message: bytes) -> bytes:
        raise KeysUnavailable("no answer")

    monkeypatch.setattr(key, "sign", fail)
    with pytest.raises(KeysUnavailable):
        issue([key])


def test_no_key_shows_in_a_repr(key: SigningKey) -> None:
    assert "PRIVATE" not in repr(GatewayTokens([key], issuer=GATEWAY_URL))
