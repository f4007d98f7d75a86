"""Header parameters: keys that a token brings along, critical extensions, unencoded payloads, types."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.tokens import ABSENT, OKTA_KEY, STRANGER_KEY, base64url, hs256, sign, signing_key
from tests.vectors.rows import ACCEPTED, SAME, Forge, Row, changed, okta_signature

EVIL = "https://evil.example/keys"
CRITICAL = "critical_header_refused"


def _stranger() -> dict[str, Any]:
    return signing_key(STRANGER_KEY).jwk()


def _private() -> dict[str, Any]:
    numbers = signing_key(STRANGER_KEY).private_key.private_numbers()
    return _stranger() | {"d": base64url(numbers.d.to_bytes(256))}


def _certificate() -> list[str]:
    """A certificate that the stranger made out to Okta."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "okta.com")])
    key = signing_key(STRANGER_KEY).private_key
    years = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, *years)
    return [base64.b64encode(builder.sign(key, SHA256()).public_bytes(Encoding.DER)).decode()]


# What a token can say about its own key (RFC 7515, sections 4.1.2 to 4.1.8).
INJECTED: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "jwk": ("CVE-2018-0114", lambda: {"jwk": _stranger()}),
    "jwk with Okta's kid": ("CVE-2026-27962", lambda: {"jwk": _stranger() | {"kid": OKTA_KEY}}),
    "jwk with its private part": ("CVE-2018-0114", lambda: {"jwk": _private()}),
    "jwk as text": ("CVE-2018-0114", lambda: {"jwk": json.dumps(_stranger())}),
    "jku": ("RFC 8725 3.10", lambda: {"jku": EVIL}),
    "jku on Okta's host, so to speak": ("RFC 8725 3.10", lambda: {"jku": "https://dev-123456.okta.com@evil.example/"}),
    "jku of the instance metadata": ("RFC 8725 3.10", lambda: {"jku": "http://169.254.169.254/latest/meta-data/"}),
    "jku of a file": ("RFC 8725 3.10", lambda: {"jku": "file:///etc/passwd"}),
    "jku as a list": ("RFC 8725 3.10", lambda: {"jku": [EVIL]}),
    "x5u": ("RFC 8725 3.10", lambda: {"x5u": EVIL}),
    "x5u of data": ("RFC 8725 3.10", lambda: {"x5u": "data:application/pem-certificate-chain,MIIB"}),
    "x5c": ("RFC 8725 3.10; CVE-2018-0114", lambda: {"x5c": _certificate()}),
    "x5c that is no certificate": ("RFC 7515 4.1.6", lambda: {"x5c": ["MIIB", 7]}),
    "x5t": ("RFC 7515 4.1.7", lambda: {"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
    "x5t#S256": ("RFC 7515 4.1.8", lambda: {"x5t#S256": "A" * 43}),
}  # fmt: skip


def _injected(extra: Callable[[], dict[str, Any]], kid: Any, signer: str) -> Callable[[Forge], str]:
    return lambda forge: forge.token(header={"kid": kid, **extra()}, key=signing_key(signer))


def _symmetric_jwk(forge: Forge) -> str:
    """The key comes along as a shared secret."""
    jwk = {"kty": "oct", "k": base64url(b"mine"), "alg": "HS256"}
    return forge.token(header={"alg": "HS256", "jwk": jwk}, key=hs256(b"mine"))


def _unencoded(forge: Forge) -> str:
    """RFC 7797: the payload stands in the token as it is, and is signed so."""
    header = base64url(json.dumps({"alg": "RS256", "kid": OKTA_KEY, "b64": False, "crit": ["b64"]}).encode())
    payload = json.dumps(forge.claims()).replace(".", "\\u002e")
    return f"{header}.{payload}.{base64url(okta_signature(f'{header}.{payload}'))}"


def _detached(forge: Forge) -> str:
    """RFC 7515, appendix F: the payload is to be had elsewhere."""
    header, _, signature = forge.segments()
    return f"{header}..{signature}"


# Values of crit; none is understood, whatever it names (RFC 7515, section 4.1.11).
CRIT: dict[str, Any] = {
    "an unknown name": ["http://evil.example/ext"], "a name of the header": ["kid"], "exp": ["exp"], "alg": ["alg"],
    "b64": ["b64"], "cnf": ["cnf"], "an empty list": [], "a string": "exp", "null": None, "false": False, "a number": 0,
    "an object": {}, "a list of numbers": [1], "a name twice": ["exp", "exp"], "an empty name": [""],
}  # fmt: skip

# Values of typ: (token type, authorizer, callback).
TYPES: list[tuple[Any, str, str]] = [
    *((typ, "token_type_refused", "token_type_refused") for typ in (
        "jwt", "Jwt", "JWT ", "JOSE", "JOSE+JSON", "AT+JWT", "at+JWT", "at-jwt", "application/jwt", "id+jwt",
        "dpop+jwt",
        "logout+jwt", "secevent+jwt", "application/secevent+jwt", "client-authentication+jwt", "oauth-authz-req+jwt",
        "token-introspection+jwt", "entity-statement+jwt", "kb+jwt", "vc+sd-jwt", "dc+sd-jwt", "wallet-attestation+jwt",
        "rt+jwt", "trust_mark+jwt", "okta-internal-at+jwt", "", " ", "text/html", None, True, 0, [], ["JWT"],
        ["at+jwt"], {"typ": "JWT"})),
    ("application/okta-internal-at+jwt", "org_server_token", "org_server_token"),
    ("at+jwt", ACCEPTED, "token_type_refused"),
    ("application/at+jwt", ACCEPTED, "token_type_refused"),
    ("JWT", ACCEPTED, SAME),
]  # fmt: skip

ROWS = [
    *(Row(f"{name}, and Okta's kid", source, _injected(extra, OKTA_KEY, STRANGER_KEY), "signature_invalid")
      for name, (source, extra) in INJECTED.items()),
    *(Row(f"{name}, and its own kid", source, _injected(extra, STRANGER_KEY, STRANGER_KEY), "no_matching_key")
      for name, (source, extra) in INJECTED.items()),
    *(Row(f"{name}, and no kid", source, _injected(extra, ABSENT, STRANGER_KEY), "key_id_malformed")
      for name, (source, extra) in INJECTED.items()),
    *(Row(f"{name}, in a token that Okta signed", "RFC 7515 4.1: never looked at", _injected(extra, OKTA_KEY, OKTA_KEY),
          ACCEPTED) for name, (_, extra) in INJECTED.items()),
    Row("jwk of a shared secret", "CVE-2018-0114", _symmetric_jwk, "algorithm_refused"),
    *(changed(f"crit: {name}", "RFC 7515 4.1.11; CVE-2025-59420; CVE-2026-32597; CVE-2026-35042", CRITICAL,
              header={"crit": value, "cnf": {"jkt": "x"}}) for name, value in CRIT.items()),
    *(changed(f"b64 {value!r} alone", "RFC 7797 6", CRITICAL, header={"b64": value}) for value in (True, False, None)),
    Row("an unencoded payload", "RFC 7797 5.2", _unencoded, "authorization_repeated", "token_malformed"),
    Row("a detached payload", "RFC 7515 F; CVE-2026-48525", _detached, "token_malformed"),
    changed("Crit, which is not crit", "RFC 7515 4: names are case-sensitive", ACCEPTED, header={"Crit": ["x"]}),
    *(changed(f"typ {typ!r}", "RFC 8725 3.11; RFC 9068 4", answer, header={"typ": typ}, callback=callback)
      for typ, answer, callback in TYPES),
    changed("zip, which only JWE has", "RFC 7516 4.1.3; CVE-2024-33664", ACCEPTED, header={"zip": "DEF"}),
    changed("p2c, which only PBES2 has", "RFC 7518 4.8.1.2; CVE-2022-36083", ACCEPTED, header={"p2c": 2**53}),
    changed("cty text", "RFC 7515 4.1.10", ACCEPTED, header={"cty": "application/json"}),
    changed("nonce, which only ACME has", "RFC 8555 6.5.2", ACCEPTED, header={"nonce": "x"}),
    changed("url, which only ACME has", "RFC 8555 6.4.1", ACCEPTED, header={"url": EVIL}),
    Row("a header with nothing in it", "RFC 7515 4.1.1", lambda forge: sign({}, forge.claims()), "algorithm_refused"),
    Row("claims in the header count for nothing", "RFC 7519 5.3",
        lambda forge: sign({"alg": "RS256", "kid": OKTA_KEY, "iss": forge.issuer, "aud": forge.audience, "exp": 2**40},
                           forge.claims(iss=ABSENT)), "issuer_mismatch"),
]  # fmt: skip
