"""Signatures: malformed PKCS #1 blocks made with the real private key, edge values, signatures over other things."""

from collections.abc import Callable
from hashlib import sha1, sha256, sha384, sha512

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA384, SHA512, HashAlgorithm

from tests.tokens import GATEWAY_KEY, OKTA_KEY, STRANGER_KEY, base64url, okta_header, sign, signing_key
from tests.vectors.published_keys import BITS_3072, E1, E3, modulus, signed_by
from tests.vectors.rows import ACCEPTED, Forge, Row, changed, okta_signature

INVALID = "signature_invalid"
PKCS1 = "RFC 8017 8.2.2 and 9.2"
# DER of DigestInfo up to the digest (RFC 8017, section 9.2, note 1); the second lacks the NULL of the algorithm.
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
WITHOUT_NULL = bytes.fromhex("302f300b0609608648016503040201" + "0420")
SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
LONG_FORM_LENGTH = bytes.fromhex("308131300d060960864801650304020105000420")
LONG_NULL = bytes.fromhex("3033300f0609608648016503040201050241410420")


def _block(info: bytes, digest: bytes, *, kind: int = 1, garbage: bytes = b"") -> int:
    """A block of 256 bytes: 0, kind, at least eight FF, 0, DigestInfo, and what should not be there."""
    end = b"\0" + info + digest + garbage
    return int.from_bytes(bytes([0, kind]) + b"\xff" * (254 - len(end)) + end)


def _signed_block(block: Callable[[bytes], int]) -> Callable[[bytes], bytes]:
    """Whatever the block is, the private key is applied to it."""
    numbers = signing_key(OKTA_KEY).private_key.private_numbers()
    return lambda signing_input: pow(block(signing_input), numbers.d, modulus()).to_bytes(256)


def _hole(signing_input: bytes) -> int:
    """One byte of the padding is not FF."""
    return _block(SHA256_INFO, sha256(signing_input).digest()) & ~(0xFF << 1600)


def _short_padding(signing_input: bytes) -> int:
    """Eight bytes of padding, and the digest in front of garbage: Bleichenbacher's block."""
    start = b"\0\1" + b"\xff" * 8 + b"\0" + SHA256_INFO + sha256(signing_input).digest()
    return int.from_bytes(start.ljust(256, b"\x00"))


def _cube_root(signing_input: bytes) -> bytes:
    """Forged without any private key: a number whose cube begins as Bleichenbacher's block."""
    wanted = _short_padding(signing_input) | ((1 << 1500) - 1)
    low, high = 0, 1 << 700
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= wanted else (low, middle - 1)
    assert (low**3).to_bytes(256)[:62] == wanted.to_bytes(256)[:62]
    return low.to_bytes(256)


# With exponent one every block is its own signature.
def _own_signature(signing_input: bytes) -> bytes:
    return _block(SHA256_INFO, sha256(signing_input).digest()).to_bytes(256)


# Blocks that a lenient parser of DigestInfo takes for SHA-256 of the message.
BLOCKS: dict[str, tuple[str, Callable[[bytes], int]]] = {
    "DigestInfo without NULL": ("CVE-2022-24773", lambda m: _block(WITHOUT_NULL, sha256(m).digest())),
    "DigestInfo with a long length": ("CVE-2022-24771", lambda m: _block(LONG_FORM_LENGTH, sha256(m).digest())),
    "DigestInfo that hides bytes in NULL": ("CVE-2022-24771", lambda m: _block(LONG_NULL, sha256(m).digest())),
    "bytes after DigestInfo": ("CVE-2022-24772", lambda m: _block(SHA256_INFO, sha256(m).digest(), garbage=bytes(9))),
    "eight bytes of padding": ("CVE-2006-4339", _short_padding),
    "a hole in the padding": (PKCS1, _hole),
    "padding of an encrypted block": (PKCS1, lambda m: _block(SHA256_INFO, sha256(m).digest(), kind=2)),
    "padding of type 0": (PKCS1, lambda m: _block(SHA256_INFO, sha256(m).digest(), kind=0)),
    "the digest alone": (PKCS1, lambda m: _block(b"", sha256(m).digest())),
    "no padding at all": (PKCS1, lambda m: int.from_bytes(sha256(m).digest())),
    "SHA-1": ("RFC 8725 3.2", lambda m: _block(SHA1_INFO, sha1(m, usedforsecurity=False).digest())),
    "SHA-384 under the name of SHA-256": (PKCS1, lambda m: _block(SHA256_INFO, sha384(m).digest())),
    "half of SHA-512": (PKCS1, lambda m: _block(SHA256_INFO, sha512(m).digest()[:32])),
    "the digest cut short": (PKCS1, lambda m: _block(SHA256_INFO, sha256(m).digest()[:31])),
    "the digest of nothing": (PKCS1, lambda _: _block(SHA256_INFO, sha256(b"").digest())),
    "zeros": (PKCS1, lambda _: 0),
}  # fmt: skip


def _with_hash(algorithm: HashAlgorithm) -> Callable[[bytes], bytes]:
    return lambda m: signing_key(OKTA_KEY).private_key.sign(m, PKCS1v15(), algorithm)


def _number(change: Callable[[int, int], int], length: int = 256) -> Callable[[bytes], bytes]:
    """The good signature as a number, changed: f(signature, modulus)."""
    good = signing_key(OKTA_KEY)
    return lambda m: change(int.from_bytes(good(m)), modulus()).to_bytes(length)


VALUES: dict[str, tuple[str, Callable[[bytes], bytes] | bytes]] = {
    "zero": ("CVE-2022-21449", bytes(256)),
    "64 zeros": ("CVE-2022-21449", bytes(64)),
    "one": (PKCS1, (1).to_bytes(256)),
    "all bits": (PKCS1, b"\xff" * 256),
    "one byte": ("CVE-2020-28042", b"\0"),
    "the modulus": (PKCS1, _number(lambda _, n: n)),
    "the modulus less one": (PKCS1, _number(lambda _, n: n - 1)),
    "negated": (PKCS1, _number(lambda s, n: n - s)),
    "a modulus more": ("RFC 8017 5.2.2; CVE-2021-30246", _number(lambda s, n: s + n, 257)),
    "a zero in front": ("CVE-2020-14968", _number(lambda s, _: s, 257)),
    "a zero behind": (PKCS1, _number(lambda s, _: s << 8, 257)),
    "one bit changed": (PKCS1, _number(lambda s, _: s ^ 1)),
    "cut by a byte": ("CVE-2020-28042", lambda m: signing_key(OKTA_KEY)(m)[:-1]),
    "cut to 32 bytes": ("CVE-2020-28042", lambda m: signing_key(OKTA_KEY)(m)[:32]),
    "twice": (PKCS1, lambda m: signing_key(OKTA_KEY)(m) * 2),
    "backwards": (PKCS1, lambda m: signing_key(OKTA_KEY)(m)[::-1]),
    "in hexadecimal": (PKCS1, lambda m: signing_key(OKTA_KEY)(m).hex().encode()),
    "the digest": (PKCS1, lambda m: sha256(m).digest()),
    "the message": (PKCS1, lambda m: m),
    "RS384": ("RFC 7518 3.3", _with_hash(SHA384())),
    "RS512": ("RFC 7518 3.3", _with_hash(SHA512())),
    "RSA with SHA-1": ("RFC 8725 3.2", _with_hash(SHA1())),
    "over the payload alone": ("RFC 7515 5.1", lambda m: signing_key(OKTA_KEY)(m.split(b".")[1])),
    "over the header alone": ("RFC 7515 5.1", lambda m: signing_key(OKTA_KEY)(m.split(b".")[0])),
    "over a dot more": ("RFC 7515 5.1", lambda m: signing_key(OKTA_KEY)(m + b".")),
    "over nothing": ("RFC 7515 5.1", lambda _: signing_key(OKTA_KEY)(b"")),
    "over the digest": ("RFC 7515 5.1", lambda m: signing_key(OKTA_KEY)(sha256(m).digest())),
    "a stranger's": ("RFC 8725 3.3", signed_by(STRANGER_KEY)),
    "the gateway's": ("RFC 8725 3.8", signed_by(GATEWAY_KEY)),
}  # fmt: skip


def _begins_with_zero(forge: Forge) -> tuple[str, bytes]:
    """A good token whose signature happens to begin with a zero byte: one of 256 does."""
    for number in range(100_000):
        signing_input = sign(okta_header(), forge.claims(filler=number), b"x").rpartition(".")[0]
        if (signature := okta_signature(signing_input))[0] == 0:
            return signing_input, signature
    raise AssertionError("no signature begins with zero")


def _kept_zero(forge: Forge) -> str:
    signing_input, signature = _begins_with_zero(forge)
    return f"{signing_input}.{base64url(signature)}"


def _dropped_zero(forge: Forge) -> str:
    signing_input, signature = _begins_with_zero(forge)
    return f"{signing_input}.{base64url(signature[1:])}"


def _of_another_token(forge: Forge) -> str:
    """CVE-2021-22573: the signature is there, and nobody asks what it belongs to."""
    return f"{forge.token(sub='mallory').rpartition('.')[0]}.{forge.segments()[2]}"


def _payload_of_another_token(forge: Forge) -> str:
    header, _, signature = forge.segments()
    return f"{header}.{forge.token(groups=['admins']).split('.')[1]}.{signature}"


def _header_of_another_token(forge: Forge) -> str:
    _, payload, signature = forge.segments()
    return f"{forge.token(header={'typ': 'JWT'}).split('.')[0]}.{payload}.{signature}"


ROWS = [
    *(changed(f"block with {name}", source, INVALID, key=_signed_block(block))
      for name, (source, block) in BLOCKS.items()),
    *(changed(f"signature: {name}", source, INVALID, key=value) for name, (source, value) in VALUES.items()),
    changed("forged for exponent 3", "CVE-2006-4339", INVALID, header={"kid": E3}, key=_cube_root),
    changed("forged for exponent 1", "RFC 8017 3.1", "key_unfit", header={"kid": E1}, key=_own_signature),
    changed("by a key with exponent 3", "RFC 8017 3.1", ACCEPTED, header={"kid": E3}, key=signed_by(E3)),
    changed("by a key of 3072 bits", "RFC 7518 3.3", ACCEPTED, header={"kid": BITS_3072}, key=signed_by(BITS_3072)),
    Row("of another token", "CVE-2021-22573", _of_another_token, INVALID),
    Row("payload of another token", "RFC 7515 5.2", _payload_of_another_token, INVALID),
    Row("header of another token", "RFC 7515 5.2", _header_of_another_token, INVALID),
    Row("a zero in front dropped", "RFC 8017 8.2.2: as long as the modulus", _dropped_zero, INVALID),
    Row("a zero in front kept", "RFC 8017 8.2.2: as long as the modulus", _kept_zero, ACCEPTED),
]  # fmt: skip
