"""Compact JWS: from the characters of a token to a header, a payload and a verified signature, strictly (RFC 7515)."""

import json
from binascii import Error as NotBase64
from binascii import a2b_base64
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from okta_gateway.errors import SignatureInvalid, TokenEncrypted, TokenMalformed, TokenTooLong

MAX_TOKEN_LENGTH = 10_240
"""Characters. API Gateway delivers no more than this in request line and headers together (AWS quotas)."""

_BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# To the alphabet that a2b_base64 reads; what base64url does not have becomes what base64 does not have either.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
# Of the last character of a segment only the first 2 or 4 bits count; the rest must be zero, or two different strings
# would be one token (RFC 4648, section 3.5). Index: length of the segment modulo 4.
_LAST_CHARACTERS: tuple[bytes, bytes, bytes, bytes] = (_BASE64URL, b"", b"AQgw", b"AEIMQUYcgkosw048")
_PADDING = (b"", b"", b"==", b"=")
_RS256_PADDING = PKCS1v15()
_RS256_HASH = SHA256()

type JsonObject = dict[str, Any]


class Jws(NamedTuple):
    """A well-formed compact JWS whose signature nobody has verified yet."""

    header: JsonObject
    payload: JsonObject
    signing_input: bytes
    signature: bytes

    def __repr__(self) -> str:
        return "Jws(...)"


def parse(token: str) -> Jws:
    """Parse a compact JWS (RFC 7515, section 7.1) whose header and payload are JSON objects.

    Stricter than the RFC demands: base64url without padding, white space or stray bits; no member twice; no NaN.
    Raises TokenTooLong, TokenEncrypted or TokenMalformed.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenTooLong(f"{len(token)} characters, at most {MAX_TOKEN_LENGTH} are read")
    try:
        header, payload, signature = token.encode("ascii").split(b".")
    except ValueError:
        raise _not_three(token) from None
    return Jws(
        _parse_header(header),
        parse_json_object(decode_base64url(payload, "payload"), "payload"),
        header + b"." + payload,
        decode_base64url(signature, "signature"),
    )


def verify_signature(jws: Jws, key: RSAPublicKey) -> None:
    """Verify an RS256 signature (RFC 7518, section 3.3). Raises SignatureInvalid."""
    try:
        key.verify(jws.signature, jws.signing_input, _RS256_PADDING, _RS256_HASH)
    except InvalidSignature:
        raise SignatureInvalid("the signature does not fit the key named by kid") from None


def parse_json_object(text: bytes, what: str) -> JsonObject:
    """Parse strict JSON (RFC 8259; names unique, as RFC 7515 section 4 demands of headers). Raises TokenMalformed."""
    try:
        value = _decoded(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # The parser's own message may quote the token; its type says enough.
        raise TokenMalformed(f"the {what} is not strict JSON ({type(error).__name__})") from None
    if type(value) is not dict:
        raise TokenMalformed(f"the {what} is not a JSON object")
    if b"\\u" in text:
        _refuse_lone_surrogates(value, what)
    return value


def decode_base64url(segment: bytes, what: str) -> bytes:
    """Decode canonical base64url without padding (RFC 7515, section 2). Raises TokenMalformed, which names `what`."""
    remainder = len(segment) % 4
    if not segment:
        raise TokenMalformed(f"the {what} is empty")
    if segment[-1] not in _LAST_CHARACTERS[remainder]:
        raise TokenMalformed(f"the {what} does not end as base64url does: cut off, padded, or with bits left over")
    try:
        return a2b_base64(segment.translate(_TO_BASE64) + _PADDING[remainder], strict_mode=True)
    except NotBase64:
        raise TokenMalformed(f"the {what} has characters outside base64url") from None


@lru_cache(maxsize=32)
def _parse_header(segment: bytes) -> JsonObject:
    """All tokens of one signing key have the same header. The result is shared: do not change it."""
    return parse_json_object(decode_base64url(segment, "header"), "header")


def _decoded(text: str) -> object:
    """As the decoder's decode, without its search for the white space around an object that tokens do not have."""
    if text.startswith("{"):
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    return _decoder.decode(text)


def _not_three(token: str) -> TokenMalformed | TokenEncrypted:
    if not token.isascii():
        return TokenMalformed("a character outside ASCII")
    segments = token.count(".") + 1
    return TokenEncrypted("five segments") if segments == 5 else TokenMalformed(f"{segments} segments instead of three")


def _unique_members(members: list[tuple[str, Any]]) -> JsonObject:
    value = dict(members)
    if len(value) != len(members):
        raise ValueError("a member stands twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_lone_surrogates(value: JsonObject, what: str) -> None:
    """Half a surrogate pair is no character: nothing that comes later could write it to a header or a log."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise TokenMalformed(f"the {what} has half a surrogate pair, or is nested too deep") from None


_decoder = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_refuse_constant)
