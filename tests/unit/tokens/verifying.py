"""Verify a token as the authorizer does, at `tests.tokens.NOW`; compare keys."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.access.principal import Principal, identify
from okta_gateway.errors import TokenRefused
from okta_gateway.tokens.issuer import IssuerProfile
from okta_gateway.tokens.verifier import VerifiedToken, Verifier
from tests.tokens import NOW, okta_profile, signing_key


def verify(token: str, *profiles: IssuerProfile, now: float = NOW) -> VerifiedToken:
    """Verify by the profiles (default: the custom authorization server's)."""
    return Verifier(profiles or (okta_profile(),), clock=lambda: now).verify(token)


def holder(token: str, *profiles: IssuerProfile, now: float = NOW) -> Principal:
    """The holder of an accepted token."""
    return identify(verify(token, *profiles, now=now))


def refuse(token: str, expected: type[TokenRefused], *profiles: IssuerProfile, now: float = NOW) -> TokenRefused:
    """Assert that the token is refused with exactly this error, which tells the caller nothing; return it."""
    with pytest.raises(TokenRefused) as refusal:
        holder(token, *profiles, now=now)
    assert type(refusal.value) is expected, str(refusal.value)
    assert (refusal.value.status, refusal.value.public) == (401, "Unauthorized")
    assert not token or token not in str(refusal.value)
    return refusal.value


def is_key(name: str, found: RSAPublicKey) -> bool:
    """Whether it is the public key of `signing_key(name)`."""
    return found.public_numbers() == signing_key(name).private_key.public_key().public_numbers()
