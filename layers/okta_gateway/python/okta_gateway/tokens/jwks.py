"""JSON Web Key Sets: which public keys an issuer publishes, and which of them may verify an RS256 signature."""

from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from okta_gateway.errors import KeysUnavailable, KeyUnfit, NoMatchingKey, TokenMalformed
from okta_gateway.tokens.jws import decode_base64url, parse_json_object

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
MAX_KEYS = 100
MAX_KEY_ID_LENGTH = 256


class UnfitKey(NamedTuple):
    """A published key that must not verify RS256 signatures, and why."""

    reason: str


class KeySet:
    """The keys of one issuer by their `kid`; immutable."""

    def __init__(self, keys: dict[str, RSAPublicKey | UnfitKey]) -> None:
        self._keys = keys

    def __contains__(self, kid: str) -> bool:
        return kid in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, kid: str) -> RSAPublicKey:
        """The key named `kid`. Raises NoMatchingKey when it is not in the set, KeyUnfit when it may not be used."""
        key = self._keys.get(kid)
        if key is None:
            raise NoMatchingKey(f"no key {kid!r}")
        if isinstance(key, UnfitKey):
            raise KeyUnfit(f"the key {kid!r} cannot be used: {key.reason}")
        return key

    def has_usable_key(self) -> bool:
        return any(not isinstance(key, UnfitKey) for key in self._keys.values())


def parse_key_set(body: bytes) -> KeySet:
    """Parse a JWK Set (RFC 7517, section 5).

    Members that are no keys with a `kid` are passed over, as the RFC asks; keys that may not verify RS256 are kept
    with the reason, so that a token signed by one is refused for that. Raises KeysUnavailable for anything without
    one usable key.
    """
    try:
        members = parse_json_object(body, "key set").get("keys")
    except TokenMalformed as error:
        raise KeysUnavailable(error.detail) from None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise KeysUnavailable(f"the key set has no list of at most {MAX_KEYS} keys")
    key_set = KeySet(_by_key_id(members))
    if not key_set.has_usable_key():
        raise KeysUnavailable("the key set has no key that may verify RS256 signatures")
    return key_set


def _by_key_id(members: list[Any]) -> dict[str, RSAPublicKey | UnfitKey]:
    keys: dict[str, RSAPublicKey | UnfitKey] = {}
    for member in members:
        kid = member.get("kid") if isinstance(member, dict) else None
        if isinstance(kid, str) and 0 < len(kid) <= MAX_KEY_ID_LENGTH:
            keys[kid] = UnfitKey("its kid stands twice in the key set") if kid in keys else _parse_key(member)
    return keys


def _parse_key(member: dict[str, Any]) -> RSAPublicKey | UnfitKey:
    if member.get("kty") != "RSA":
        return UnfitKey("kty is not RSA")
    if member.get("use", "sig") != "sig":
        return UnfitKey("use is not sig")
    if member.get("alg", "RS256") != "RS256":
        return UnfitKey("alg is not RS256")
    if "d" in member:
        return UnfitKey("its private part is published, so anybody may have signed")
    if "key_ops" in member and member["key_ops"] != ["verify"]:
        return UnfitKey("key_ops is not verify alone")
    return _parse_rsa_numbers(member)


def _parse_rsa_numbers(member: dict[str, Any]) -> RSAPublicKey | UnfitKey:
    """The modulus and exponent of RFC 7518, section 6.3.1."""
    try:
        modulus = _parse_number(member.get("n"))
        if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
            return UnfitKey(f"{modulus.bit_length()} bits, {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted")
        return RSAPublicNumbers(_parse_number(member.get("e")), modulus).public_key()
    except (TokenMalformed, ValueError):
        return UnfitKey("n and e are not an RSA public key")


def _parse_number(value: object) -> int:
    if not isinstance(value, str):
        raise TokenMalformed("a number of the key is not a string")
    try:
        return int.from_bytes(decode_base64url(value.encode("ascii"), "number"))
    except UnicodeEncodeError:
        raise TokenMalformed("a number of the key is not ASCII") from None
