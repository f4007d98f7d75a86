"""Other things than an access token or an ID token: encrypted, nested, of another server, of another purpose."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tests.tokens import (
    ABSENT,
    AUDIENCE,
    DOMAIN,
    GATEWAY_URL,
    ISSUER,
    NOW,
    OKTA_KEY,
    STRANGER_KEY,
    USER_CLIENT_ID,
    base64url,
    gateway_token,
    okta_header,
    sign,
    signing_key,
)
from tests.unit.login.signing_in import NONCE, id_token
from tests.vectors.rows import ACCESS_TOKENS, Forge, Row, changed, okta_signature

ENCRYPTED, MALFORMED, TYPE = "token_encrypted", "token_malformed", "token_type_refused"


def _encrypted(inner: str, **header: Any) -> str:
    """A real JWE for Okta's public key (RFC 7516, section 5.1), whose inner token nobody signed or anybody."""
    key, iv = sha256(b"content key").digest(), bytes(12)
    members = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": OKTA_KEY, "cty": "JWT"} | header
    protected = base64url(json.dumps(members).encode())
    wrapped = signing_key(OKTA_KEY).private_key.public_key().encrypt(key, OAEP(MGF1(SHA256()), SHA256(), None))
    sealed = AESGCM(key).encrypt(iv, inner.encode(), protected.encode())
    parts = (wrapped, iv, sealed[:-16], sealed[-16:])
    return ".".join([protected, *map(base64url, parts)])


def _plain(forge: Forge) -> str:
    return f"{base64url(b'{"alg":"none"}')}.{base64url(json.dumps(forge.claims()).encode())}."


def _json_serialization(forge: Forge) -> dict[str, Any]:
    header, payload, signature = forge.segments()
    return {"payload": payload, "signatures": [{"protected": header, "signature": signature}]}


def _mixed_serializations(forge: Forge) -> str:
    """CVE-2022-39227: one reader sees JSON, the other a compact token in it."""
    header, payload, signature = forge.segments()
    forged = base64url(json.dumps(forge.claims(sub="mallory")).encode())
    members = {f"  {header}.{forged}.": "", "protected": header, "payload": payload, "signature": signature}
    return json.dumps(members)


def _nested(forge: Forge) -> str:
    """RFC 7519, section 5.2: the payload is a good token, not claims."""
    return sign(okta_header(cty="JWT"), forge.token().encode())


def _text(text: str) -> Callable[[Forge], str]:
    return lambda _: text


def _signed_text(text: bytes) -> Callable[[Forge], str]:
    return lambda _: sign(okta_header(), text)


def _dpop_proof(forge: Forge) -> str:
    key = signing_key(STRANGER_KEY)
    claims = {"jti": "x", "htm": "GET", "htu": forge.audience, "iat": NOW}
    return sign({"typ": "dpop+jwt", "alg": "RS256", "jwk": key.jwk()}, claims, key)


def _logout_token(forge: Forge, **header: Any) -> str:
    """OpenID Connect Back-Channel Logout 1.0, section 2.4."""
    claims = {
        "iss": forge.issuer,
        "aud": forge.audience,
        "sub": "x",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "x",
        "sid": "x",
    }
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return sign(okta_header(**header), claims | {"events": event})


def _client_assertion(forge: Forge) -> str:
    """RFC 7523, section 3: the client signed it for the token endpoint."""
    claims = {"iss": USER_CLIENT_ID, "sub": USER_CLIENT_ID, "aud": f"{ISSUER}/v1/token", "iat": NOW, "exp": NOW + 60}
    return sign(okta_header(), claims, signing_key(STRANGER_KEY))


def _event_of_okta(forge: Forge) -> str:
    """RFC 8417: a security event, signed by the issuer's own key and meant for the same audience."""
    claims = {"iss": forge.issuer, "aud": forge.audience, "iat": NOW, "jti": "x", "events": {"urn:x": {}}}
    return sign(okta_header(typ="secevent+jwt"), claims)


TEXTS = {
    "an opaque token": "mF_9.B5f-4.1JqM", "a refresh token of Okta's": "xrKrVbUbWVPnBJKbVC5DbMZzAXUWyJgdSGY3n5ebxyz",
    "an API token of Okta's": "00QCjAl4MlV-WPXM-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a UUID": "123e4567-e89b-12d3-a456-426614174000",
    "a Basic credential": base64.b64encode(b"user:password").decode(), "PASETO": "v4.public.eyJzdWIiOiJhZGEifQ",
    "a macaroon": "MDAxY2xvY2F0aW9uIGh0dHA6Ly9teWJhbmsvCg", "SAML": base64.b64encode(b"<saml:Assertion/>").decode(),
    "a session cookie": "okta-gateway-session=abc", "JSON": '{"access_token":"x"}', "null": "null",
    "undefined": "undefined",
    "the object of JavaScript": "[object Object]", "a template": "{{access_token}}", "a shell variable": "$TOKEN",
}  # fmt: skip

ROWS = [
    *(Row(f"text: {name}", "RFC 6750 2.1", _text(text), MALFORMED) for name, text in TEXTS.items()),
    Row("JWE around an unsigned token", "CVE-2026-29000", lambda forge: _encrypted(_plain(forge)), ENCRYPTED),
    Row("JWE around a good token", "RFC 7516 3", lambda forge: _encrypted(forge.token()), ENCRYPTED),
    Row("JWE with zip", "CVE-2024-33664", lambda forge: _encrypted(forge.token(), zip="DEF"), ENCRYPTED),
    Row("JWE that says RS256", "RFC 7516 9", lambda forge: _encrypted(forge.token(), alg="RS256"), ENCRYPTED),
    Row("JWE of dir, its key part empty", "RFC 7518 4.5", lambda forge: _encrypted("x").replace(".", "..", 1)
        .rpartition(".")[0], ENCRYPTED),
    Row("JWE with PBES2 and a huge count", "CVE-2022-36083", lambda forge: _encrypted(
        "x", alg="PBES2-HS256+A128KW", p2c=2**31 - 1, p2s="AAAAAAAA"), ENCRYPTED),
    Row("JWE with a curve's key", "CVE-2017-16007", lambda forge: _encrypted(
        "x", alg="ECDH-ES", epk={"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}), ENCRYPTED),
    Row("four segments", "RFC 7515 7.1", lambda forge: forge.token() + ".x", MALFORMED),
    Row("six segments", "RFC 7516 7.1", lambda forge: forge.token() + ".a.b.c", MALFORMED),
    Row("JSON serialization", "RFC 7515 7.2.1", lambda forge: json.dumps(_json_serialization(forge)),
        "authorization_repeated", MALFORMED),
    Row("JSON serialization in base64url", "RFC 7515 7.2", lambda forge: base64url(
        json.dumps(_json_serialization(forge)).encode()), MALFORMED),
    Row("JSON and compact in one", "CVE-2022-39227", _mixed_serializations, "authorization_repeated", MALFORMED),
    Row("a token in a token", "RFC 7519 5.2", _nested, MALFORMED),
    Row("a token in a token, as a string", "RFC 7519 5.2",
        lambda forge: sign(okta_header(cty="JWT"), json.dumps(forge.token()).encode()), MALFORMED),
    Row("a signed sentence", "RFC 7515 3", _signed_text(b"It is a dangerous business"), MALFORMED),
    Row("a signed form", "RFC 7515 3", _signed_text(b"iss=x&sub=ada"), MALFORMED),
    Row("a signed picture", "RFC 7515 3", _signed_text(bytes(range(256))), MALFORMED),
    Row("SD-JWT", "RFC 9901 4", lambda forge: forge.token() + "~WyJzYWx0Iiwic3ViIiwiYWRhIl0~", MALFORMED),
    Row("an ID token", "RFC 8725 3.12", lambda _: id_token(), "id_token_refused", None),
    Row("an ID token for the API's audience", "RFC 8725 3.12", lambda _: id_token(aud=AUDIENCE, cid=USER_CLIENT_ID),
        "id_token_refused", None),
    changed("an access token with nonce", "OpenID Connect Core 2", "id_token_refused", nonce=NONCE, callback=None),
    changed("an access token with a nonce of null", "OpenID Connect Core 2", "id_token_refused", nonce=None,
            callback=None),
    changed("an access token with at_hash", "OpenID Connect Core 2", "id_token_refused", at_hash="x", callback=None),
    changed("an access token whose jti is an ID token's", "Okta: ID tokens", "id_token_refused", jti="ID.x",
            callback=None),
    Row("an access token as an ID token", "RFC 8725 3.12", lambda _: ACCESS_TOKENS.token(), "accepted",
        "audience_mismatch"),
    Row("an access token for the client, as an ID token", "RFC 8725 3.12",
        lambda _: ACCESS_TOKENS.token(aud=USER_CLIENT_ID), "audience_mismatch", "the nonce is not"),
    Row("a token of the org server", "Okta: org access tokens are opaque to you", lambda forge: forge.token(
        header={"typ": "application/okta-internal-at+jwt"}, iss=f"https://{DOMAIN}", aud=f"https://{DOMAIN}"),
        "org_server_token"),
    Row("a token of this gateway", "RFC 8725 3.8", lambda _: gateway_token(), "no_matching_key", TYPE),
    Row("a token of another gateway", "RFC 8725 3.8", lambda _: gateway_token(
        iss="https://other.example.com", aud="https://other.example.com"), "no_matching_key", TYPE),
    Row("a gateway's token that Okta's key signed", "RFC 8725 3.8", lambda _: sign(
        okta_header(typ="at+jwt"), {"iss": GATEWAY_URL, "aud": GATEWAY_URL, "sub": "x", "iat": NOW, "exp": NOW + 60}),
        "issuer_mismatch", TYPE),
    Row("a DPoP proof", "RFC 9449 4.2", _dpop_proof, TYPE),
    Row("a logout token", "OpenID Back-Channel Logout 2.4", lambda forge: _logout_token(forge, typ="logout+jwt"), TYPE),
    Row("a logout token without typ", "OpenID Back-Channel Logout 4.1", _logout_token, "claim_malformed",
        "the nonce is not"),
    Row("a client assertion", "RFC 7523 3", _client_assertion, "signature_invalid"),
    Row("a security event", "RFC 8417 2.3", _event_of_okta, TYPE),
    Row("a userinfo answer", "OpenID Connect Core 5.3.2", lambda forge: sign(
        okta_header(), {"iss": forge.issuer, "aud": forge.audience, "sub": "x", "name": "Ada"}), "claim_malformed"),
    Row("an authorization response", "JARM 2.1", lambda forge: sign(
        okta_header(), {"iss": forge.issuer, "aud": forge.audience, "exp": NOW + 60, "code": "x", "state": "y"}),
        "claim_malformed"),
    Row("a request object", "RFC 9101 10.8", lambda forge: sign(
        okta_header(typ="oauth-authz-req+jwt"), {"iss": USER_CLIENT_ID, "aud": forge.issuer, "client_id": "x"}),
        TYPE),
    Row("a logout hint of another client", "OpenID RP-Initiated Logout 2", lambda _: id_token(aud="0oaSomebodyElse"),
        "id_token_refused", "audience_mismatch"),
    Row("a token signed over its JSON instead of its segments", "RFC 7797 3", lambda forge: ".".join(
        [*forge.segments()[:2], base64url(okta_signature(json.dumps(forge.claims())))]), "signature_invalid"),
    changed("an ID token with the nonce of another sign-in", "RFC 9700 4.5.3.2", "id_token_refused", nonce="x",
            callback="the nonce is not"),
    changed("an ID token without a nonce", "RFC 9700 4.5.3.2", "accepted", nonce=ABSENT, callback="the nonce is not"),
    changed("an ID token with at_hash of another access token", "OpenID Connect Core 3.1.3.8", "id_token_refused",
            at_hash="77QmUPtjPfzWtF2AnpK9RQ", callback="at_hash is not"),
    changed("an ID token of another party", "OpenID Connect Core 3.1.3.7", "accepted", azp="0oaSomebodyElse",
            callback="azp is another client"),
    Row("an ID token for several, of nobody", "OpenID Connect Core 3.1.3.7", lambda forge: forge.token(
        aud=[forge.audience, "x"]), "accepted", "several audiences"),
]  # fmt: skip
