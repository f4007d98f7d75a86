"""Algorithms: unsigned tokens, public keys used as HMAC secrets, and every other algorithm than RS256."""

import hmac
import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.tokens import ABSENT, OKTA_KEY, USER_CLIENT_ID, base64url, hs256, key_set, sign, signing_key
from tests.vectors.published_keys import CURVE_KEY, SECRET, SHARED_SECRET, curve_key, modulus
from tests.vectors.rows import Forge, Row, Signer, changed

REFUSED = "algorithm_refused"
MCLEAN = "McLean 2015, critical vulnerabilities in JSON Web Token libraries"


def _unsigned(alg: str) -> Callable[[Forge], str]:
    return lambda forge: forge.token(header={"alg": alg}, key=b"")


def _without_third_segment(forge: Forge) -> str:
    return forge.token(header={"alg": "none"}).rpartition(".")[0]


def _public_key(encoding: Encoding, form: PublicFormat) -> bytes:
    return signing_key(OKTA_KEY).private_key.public_key().public_bytes(encoding, form)


def _pem() -> bytes:
    return signing_key(OKTA_KEY).pem()


# What an attacker can know and a careless verifier takes for the HMAC secret (RFC 8725, section 2.1).
SECRETS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "PEM": ("CVE-2016-10555", _pem),
    "PEM without its last line break": ("CVE-2016-5431", lambda: _pem().rstrip(b"\n")),
    "PEM with CRLF": ("CVE-2015-9235", lambda: _pem().replace(b"\n", b"\r\n")),
    "PEM after white space": ("CVE-2026-34950", lambda: b" \n" + _pem()),
    "PEM of PKCS 1": ("CVE-2023-48223", lambda: _public_key(Encoding.PEM, PublicFormat.PKCS1)),
    "PKCS 1 in a library that knew only SPKI": (
        "CVE-2017-11424", lambda: _public_key(Encoding.PEM, PublicFormat.PKCS1).rstrip()),
    "DER": ("python-jose, advisory database pull request 7123", lambda: _public_key(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    "OpenSSH line": ("CVE-2022-29217", lambda: _public_key(Encoding.OpenSSH, PublicFormat.OpenSSH)),
    "OpenSSH line of the curve": ("CVE-2024-33663", lambda: curve_key().public_key().public_bytes(
        Encoding.OpenSSH, PublicFormat.OpenSSH)),
    "PEM of the curve": ("CVE-2024-37568", lambda: curve_key().public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    "modulus": ("CVE-2024-54150", lambda: modulus().to_bytes(256)),
    "JWK": ("CVE-2026-102273", lambda: json.dumps(signing_key(OKTA_KEY).jwk()).encode()),
    "key set": ("CVE-2026-22817", key_set),
    "empty": ("CVE-2026-44699", lambda: b""),
    "client id": ("RFC 8725 3.5", USER_CLIENT_ID.encode),
    "key id": ("RFC 8725 3.5", OKTA_KEY.encode),
    "word": ("RFC 8725 3.5", lambda: b"secret"),
}  # fmt: skip

NAMES_OF_NONE = ["none", "None", "NONE", "nOnE", "nonE", " none", "none ", "none\0", "n\uff4fne", ""]
LIKE_RS256 = ["rs256", "Rs256", "RS256 ", " RS256", "RS256\x00", "RS256\n", "RS-256", "RSA256", "SHA256withRSA",
              "\uff32\uff33256", "R\u0405256", "RS256,none", "RS0256", "RS256/none"]  # fmt: skip
NO_STRINGS = [None, True, False, 0, 256, 1.5, [], ["RS256"], ["none", "RS256"], {}, {"RS256": True}]
OTHERS = ["RS384", "RS512", "RS1", "PS384", "PS512", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "ML-DSA-65", "HS1",
          "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "dir", "A256KW", "PBES2-HS256+A128KW", "ECDH-ES"]  # fmt: skip


def _pss(signing_input: bytes) -> bytes:
    key = signing_key(OKTA_KEY).private_key
    return key.sign(signing_input, PSS(mgf=MGF1(SHA256()), salt_length=32), SHA256())


def _es256(signing_input: bytes) -> bytes:
    r, s = decode_dss_signature(curve_key().sign(signing_input, ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _hmac(algorithm: str, secret: Callable[[], bytes]) -> Signer:
    return lambda signing_input: hmac.digest(secret(), signing_input, algorithm)


def _confused(secret: Callable[[], bytes]) -> Callable[[Forge], str]:
    return lambda forge: forge.token(header={"alg": "HS256"}, key=hs256(secret()))


def _stripped_to_none(forge: Forge) -> str:
    """The signature of a good token stays, only `alg` changes."""
    _, payload, signature = forge.segments()
    header = base64url(json.dumps({"kid": OKTA_KEY, "alg": "none"}).encode())
    return f"{header}.{payload}.{signature}"


ROWS = [
    *(Row(f"alg {alg!r}, no signature", "CVE-2015-9235", _unsigned(alg), "token_malformed") for alg in NAMES_OF_NONE),
    *(changed(f"alg {alg!r}, a signature of Okta's", "RFC 8725 3.1; CVE-2018-1000531", REFUSED, header={"alg": alg})
      for alg in NAMES_OF_NONE),
    changed("alg none, one zero byte", "CVE-2022-23540", REFUSED, header={"alg": "none"}, key=b"\0"),
    Row("alg none, two segments", "CVE-2018-1000125", _without_third_segment, "token_malformed"),
    Row("alg changed to none, signature kept", "GHSA-4rr6-gf59-ggw5", _stripped_to_none, REFUSED),
    *(Row(f"HS256 with the public key: {name}", source, _confused(secret), REFUSED)
      for name, (source, secret) in SECRETS.items()),
    changed("HS384 with the PEM", "CVE-2016-10555", REFUSED, header={"alg": "HS384"}, key=_hmac("sha384", _pem)),
    changed("HS512 with the PEM", "CVE-2016-10555", REFUSED, header={"alg": "HS512"}, key=_hmac("sha512", _pem)),
    changed("HS256 with a secret that the set holds", "CVE-2022-23541", REFUSED,
            header={"alg": "HS256", "kid": SHARED_SECRET}, key=hs256(SECRET)),
    changed("an HMAC that calls itself RS256", MCLEAN, "signature_invalid", key=_hmac("sha256", _pem)),
    changed("an HMAC that calls itself RS256, its secret in the set", "CVE-2022-23541", "key_unfit",
            header={"kid": SHARED_SECRET}, key=hs256(SECRET)),
    changed("PS256 by Okta's own key", "RFC 8725 3.1", REFUSED, header={"alg": "PS256"}, key=_pss),
    changed("PSS that calls itself RS256", "RFC 7518 3.5; CVE-2026-48523", "signature_invalid", key=_pss),
    changed("ES256 by a key of the set", "RFC 8725 3.1", REFUSED, header={"alg": "ES256", "kid": CURVE_KEY},
            key=_es256),
    changed("ES256 that calls itself RS256", "CVE-2022-23539", "key_unfit", header={"kid": CURVE_KEY}, key=_es256),
    changed("ES256 of zeros", "CVE-2022-21449", REFUSED, header={"alg": "ES256", "kid": CURVE_KEY}, key=bytes(64)),
    changed("ES256 of zeros as DER", "CVE-2022-21449", REFUSED, header={"alg": "ES256", "kid": CURVE_KEY},
            key=bytes.fromhex("3006020100020100")),
    changed("alg missing", "RFC 7515 4.1.1", REFUSED, header={"alg": ABSENT}),
    *(changed(f"alg {alg!r}", "RFC 7515 4.1.1: alg is compared case-sensitively", REFUSED, header={"alg": alg})
      for alg in LIKE_RS256),
    *(changed(f"alg {alg!r} by type", "RFC 7515 4.1.1: alg is a string", REFUSED, header={"alg": alg})
      for alg in NO_STRINGS),
    *(changed(f"alg {alg}", "RFC 8725 3.1 and 3.2", REFUSED, header={"alg": alg}) for alg in OTHERS),
    Row("the header says ALG instead of alg", "RFC 7515 4: names are case-sensitive",
        lambda forge: sign({"kid": OKTA_KEY, "ALG": "RS256"}, forge.claims()), REFUSED),
]  # fmt: skip
