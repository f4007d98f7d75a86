"""The verifier's steps, one by one and in its order, each with what it found."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from devkit.explain.steps import Check
from okta_gateway.access.principal import MACHINE, Principal, identify
from okta_gateway.tokens import claims
from okta_gateway.tokens.issuer import IssuerProfile, Kind
from okta_gateway.tokens.jws import JsonObject, Jws, parse, verify_signature
from okta_gateway.tokens.verifier import VerifiedToken, find_key, verify_header


@dataclass
class TokenSubject:
    """A token on its way through the checks; each adds what the next ones need."""

    token: str
    profile_of: Callable[[Jws], IssuerProfile]
    now: float
    jws: Jws = field(init=False)
    profile: IssuerProfile = field(init=False)
    key: RSAPublicKey = field(init=False)
    principal: Principal = field(init=False)

    def __repr__(self) -> str:
        return "TokenSubject(...)"

    @property
    def claims(self) -> JsonObject:
        return self.jws.payload


def _shape(subject: TokenSubject) -> str:
    subject.jws = parse(subject.token)
    subject.profile = subject.profile_of(subject.jws)
    issuer = "the gateway" if subject.profile.kind is Kind.GATEWAY else "Okta"
    return f"a signed token of {len(subject.token)} characters, judged as one of {issuer}"


def _header(subject: TokenSubject) -> str:
    verify_header(subject.jws, subject.profile)
    header = subject.jws.header
    return f"alg {header['alg']}, {f'typ {header["typ"]}' if 'typ' in header else 'no typ'}"


def _key(subject: TokenSubject) -> str:
    subject.key = find_key(subject.jws, subject.profile)
    return f"the issuer publishes kid {subject.jws.header['kid']}, RSA with {subject.key.key_size} bits"


def _signature(subject: TokenSubject) -> str:
    verify_signature(subject.jws, subject.key)
    return "made by that key over this header and payload"


def _not_an_id_token(subject: TokenSubject) -> str:
    claims.refuse_id_token(subject.claims)
    return "an access token, no ID token"


def _not_bound(subject: TokenSubject) -> str:
    claims.refuse_sender_constrained(subject.claims)
    return "bound to no key of a client"


def _issuer(subject: TokenSubject) -> str:
    claims.verify_issuer(subject.claims, subject.profile)
    return f"iss {subject.claims['iss']}"


def _audience(subject: TokenSubject) -> str:
    claims.verify_audience(subject.claims, subject.profile)
    audience = subject.claims["aud"]
    return f"aud {', '.join(audience) if isinstance(audience, list) else audience}"


def _times(subject: TokenSubject) -> str:
    claims.verify_times(subject.claims, subject.now)
    age, rest = subject.now - subject.claims["iat"], subject.claims["exp"] - subject.now
    return f"issued {_span(age)} ago, expires in {_span(rest)}"


def _subject(subject: TokenSubject) -> str:
    claims.verify_subject(subject.claims)
    return f"sub {subject.claims['sub']}"


def _token_id(subject: TokenSubject) -> str:
    claims.verify_token_id(subject.claims)
    return f"jti {subject.claims['jti']}" if "jti" in subject.claims else "no jti, which is allowed"


def _client(subject: TokenSubject) -> str:
    claims.verify_client(subject.claims, subject.profile)
    allowed = subject.profile.allowed_clients
    return f"one of {len(allowed)} in OKTA_ALLOWED_CLIENT_IDS" if allowed else "every client may call"


def _principal(subject: TokenSubject) -> str:
    subject.principal = identify(VerifiedToken(subject.profile.kind, subject.claims))
    kind = "the machine client" if subject.principal.kind == MACHINE else "the user"
    return f"{kind} {subject.principal.id}"


TOKEN_CHECKS: tuple[Check[TokenSubject], ...] = (
    Check("shape", "Shape", _shape),
    Check("header", "Header", _header),
    Check("key", "Signing key", _key),
    Check("signature", "Signature", _signature),
    Check("id_token", "Kind of token", _not_an_id_token, stands_alone=True),
    Check("binding", "Bearer token", _not_bound, stands_alone=True),
    Check("issuer", "Issuer", _issuer, stands_alone=True),
    Check("audience", "Audience", _audience, stands_alone=True),
    Check("times", "Times", _times, stands_alone=True),
    Check("subject", "Subject", _subject, stands_alone=True),
    Check("token_id", "Token id", _token_id, stands_alone=True),
    Check("client", "Client", _client, stands_alone=True),
    Check("principal", "Principal", _principal),
)


def _span(seconds: float) -> str:
    """Such as `59 min`; leeway lets both ends of a token's life lie a minute on the wrong side."""
    whole = round(seconds)
    if abs(whole) < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if abs(whole) < 7200 else f"{whole / 3600:.1f} h"
