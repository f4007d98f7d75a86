"""The shape of a token: everything here is signed by the issuer's own key over exactly what is sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from okta_gateway.errors import TokenEncrypted, TokenMalformed, TokenRefused, TokenTooLong
from tests.tokens import base64url, okta_header, okta_token, sign, user_claims
from tests.unit.tokens.verifying import refuse, verify

MAX_LENGTH = 10_240
HEADER = json.dumps(okta_header()).encode()
PAYLOAD = json.dumps(user_claims()).encode()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def token_of_length(length: int) -> str:
    """Not every length is possible with one filler: base64url has no segments of 4n + 1 characters."""
    rest = length - len(okta_token(header={"x": ""}, x=""))
    for in_header in range(4):
        for in_payload in range(rest * 3 // 4 - 8, rest * 3 // 4 + 8):
            token = f"{base64url(json.dumps(okta_header(x='x' * in_header)).encode())}."
            if len(token) + 1 + 342 + -(-(len(json.dumps(user_claims(x="x" * in_payload))) * 4) // 3) == length:
                return okta_token(header={"x": "x" * in_header}, x="x" * in_payload)
    raise AssertionError(f"no token has {length} characters")


def test_the_token_that_all_others_differ_from_is_accepted() -> None:
    assert verify(okta_token()).claims == user_claims()


def test_a_token_of_the_greatest_length_is_accepted() -> None:
    token = token_of_length(MAX_LENGTH)
    assert len(token) == MAX_LENGTH
    verify(token)


def test_a_longer_token_is_refused() -> None:
    token = token_of_length(MAX_LENGTH + 1)
    assert len(token) == MAX_LENGTH + 1
    refuse(token, TokenTooLong)


def test_a_huge_token_is_refused_before_anything_is_decoded() -> None:
    refuse("." * 10_000_000, TokenTooLong)


@pytest.mark.parametrize("segments", [0, 1, 2, 4, 6, 7])
def test_any_number_of_segments_but_three_is_refused(segments: int) -> None:
    parts = (okta_token().split(".") * 3)[:segments]
    refuse(".".join(parts), TokenMalformed)


@pytest.mark.parametrize("token", [".".join(okta_token().split(".")[i % 3] for i in range(5)), "e30....AA", "...."])
def test_five_segments_are_refused_as_an_encrypted_token(token: str) -> None:
    refuse(token, TokenEncrypted)


@pytest.mark.parametrize("empty", [0, 1, 2], ids=["header", "payload", "signature"])
def test_an_empty_segment_is_refused(empty: int) -> None:
    segments = okta_token().split(".")
    segments[empty] = ""
    refuse(".".join(segments), TokenMalformed)


@pytest.mark.parametrize("part", [0, 1], ids=["header", "payload"])
@pytest.mark.parametrize(
    "change",
    [
        lambda segment: segment + "=",
        lambda segment: segment + "==",
        lambda segment: segment + "A==",
        lambda segment: " " + segment,
        lambda segment: segment + " ",
        lambda segment: segment + "\n",
        lambda segment: segment[:8] + "\r\n" + segment[8:],
        lambda segment: segment[:8] + "\t" + segment[8:],
        lambda segment: segment[:8] + "\0" + segment[8:],
        lambda segment: segment[:8] + "é" + segment[8:],
        lambda segment: segment[:8] + "\ud800" + segment[8:],
        lambda segment: segment[:8] + "%2d" + segment[8:],
        lambda segment: segment[:8] + "*" + segment[8:],
        lambda segment: segment + "A" * (5 - len(segment) % 4),
    ],
    ids=["pad", "pad-2", "pad-3", "leading-space", "trailing-space", "trailing-newline", "inner-newline", "tab", "nul",
         "latin", "surrogate", "percent", "star", "4n+1"],
)  # fmt: skip
def test_a_segment_with_more_than_base64url_is_refused(part: int, change: Callable[[str], str]) -> None:
    segments = [base64url(HEADER), base64url(PAYLOAD)]
    segments[part] = change(segments[part])
    refuse(sign(segments[0], segments[1]), TokenMalformed)


@pytest.mark.parametrize("change", ["=", "==", "\n", " ", "AAA", "A===", "\x7f"])
def test_a_signature_with_more_than_base64url_is_refused(change: str) -> None:
    refuse(okta_token() + change, TokenMalformed)


@pytest.mark.parametrize("around", [" {}", "{} ", "\n{}", "{}\n", "\t{}", "'{}'", '"{}"', "Bearer {}", "\ufeff{}"])
def test_nothing_is_trimmed_from_a_token(around: str) -> None:
    refuse(around.format(okta_token()), TokenMalformed)


def test_standard_base64_is_refused_where_base64url_is_accepted() -> None:
    payload = json.dumps(user_claims(x="~~~???>>>~~~"), ensure_ascii=False).encode()
    segment = base64url(payload)
    assert {"-", "_"} & set(segment)
    verify(sign(okta_header(), segment))
    refuse(sign(okta_header(), segment.replace("-", "+").replace("_", "/")), TokenMalformed)


@pytest.mark.parametrize("filler", ["", " ", "  "], ids=["0", "1", "2"])
def test_every_way_to_write_one_payload_but_the_canonical_one_is_refused(filler: str) -> None:
    segment = base64url(PAYLOAD + filler.encode())
    verify(sign(okta_header(), segment))
    unused_bits = {0: 0, 2: 4, 3: 2}[len(segment) % 4]
    first = ALPHABET.index(segment[-1])
    assert first % (1 << unused_bits) == 0
    for stray in range(1, 1 << unused_bits):
        refuse(sign(okta_header(), segment[:-1] + ALPHABET[first + stray]), TokenMalformed)


def test_every_way_to_write_one_signature_but_the_canonical_one_is_refused() -> None:
    token = okta_token()
    first = ALPHABET.index(token[-1])
    for stray in range(1, 16):
        refuse(token[:-1] + ALPHABET[first + stray], TokenMalformed)


def replaced(text: bytes, old: bytes, new: bytes) -> bytes:
    assert old in text
    return text.replace(old, new, 1)


NOT_STRICT_JSON: dict[str, Callable[[bytes], bytes]] = {
    "empty text": lambda text: b" ",
    "no JSON": lambda text: b"hello",
    "null": lambda text: b"null",
    "number": lambda text: b"1",
    "string": lambda text: json.dumps(text.decode()).encode(),
    "array": lambda text: b"[" + text + b"]",
    "two objects": lambda text: text + text,
    "cut short": lambda text: text[:-1],
    "something after it": lambda text: text + b"x",
    "NUL after it": lambda text: text + b"\0",
    "no-break space after it": lambda text: text + b"\xc2\xa0",
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-16 without mark": lambda text: text.decode().encode("utf-16-be"),
    "UTF-32": lambda text: text.decode().encode("utf-32"),
    "Latin-1": lambda text: text[:-1] + ', "x": "é"}'.encode("latin-1"),
    "overlong UTF-8": lambda text: text[:-1] + b', "x": "\xc0\xaf"}',
    "surrogate as UTF-8": lambda text: text[:-1] + b', "x": "\xed\xa0\x80"}',
    "half a pair": lambda text: text[:-1] + b', "x": "\\ud83d"}',
    "half a pair, second": lambda text: text[:-1] + b', "x": "\\ude00 \\ud83d"}',
    "half a pair in a name": lambda text: text[:-1] + b', "\\uD83D": 1}',
    "half a pair inside": lambda text: text[:-1] + b', "x": [{"y": ["\\udc00"]}]}',
    "member twice": lambda text: text[:-1] + b', "x": 1, "x": 1}',
    "first member twice": lambda text: replaced(text, b"{", b'{"kid": "okta-active", "iss": 1, "kid": "okta-active", '),
    "member twice inside": lambda text: text[:-1] + b', "x": {"y": 1, "y": 2}}',
    "member twice in a list": lambda text: text[:-1] + b', "x": [[{"y": 1, "y": 1}]]}',
    "member twice, one escaped": lambda text: text[:-1] + b', "x": 1, "\\u0078": 2}',
    "NaN": lambda text: text[:-1] + b', "x": NaN}',
    "Infinity": lambda text: text[:-1] + b', "x": Infinity}',
    "-Infinity": lambda text: text[:-1] + b', "x": [-Infinity]}',
    "trailing comma": lambda text: text[:-1] + b",}",
    "single quotes": lambda text: text.replace(b'"', b"'"),
    "comment": lambda text: text[:-1] + b"/**/}",
    "raw newline in a string": lambda text: text[:-1] + b', "x": "\n"}',
    "raw NUL in a string": lambda text: text[:-1] + b', "x": "\0"}',
    "unknown escape": lambda text: text[:-1] + b', "x": "\\x41"}',
    "octal": lambda text: text[:-1] + b', "x": 010}',
    "plus sign": lambda text: text[:-1] + b', "x": +1}',
    "hexadecimal": lambda text: text[:-1] + b', "x": 0x10}',
    "5000 digits": lambda text: text[:-1] + b', "x": ' + b"9" * 5000 + b"}",
    "True": lambda text: text[:-1] + b', "x": True}',
}  # fmt: skip


@pytest.mark.parametrize("change", NOT_STRICT_JSON.values(), ids=NOT_STRICT_JSON.keys())
@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_segment_that_is_not_one_strict_json_object_is_refused(part: str, change: Callable[[bytes], bytes]) -> None:
    token = sign(change(HEADER), PAYLOAD) if part == "header" else sign(HEADER, change(PAYLOAD))
    refuse(token, TokenMalformed)


@pytest.mark.parametrize(
    "payload",
    [
        b" \r\n\t" + PAYLOAD + b"\n ",
        json.dumps(user_claims(x="äöü \U0001f600"), ensure_ascii=False).encode(),
        json.dumps(user_claims(x="äöü \U0001f600"), ensure_ascii=True).encode(),
        json.dumps(user_claims(x=[{"y": 1}, {"y": 1}], y=2)).encode(),
        json.dumps(user_claims(x=10**3000)).encode(),
        PAYLOAD.replace(b"/", b"\\/"),
    ],
    ids=["white-space", "utf-8", "whole-pair", "same-name-elsewhere", "3000-digits", "escaped-slash"],
)
def test_unusual_but_strict_json_is_accepted(payload: bytes) -> None:
    verify(sign(HEADER, payload))


DEEP = json.loads("[" * 3300 + "]" * 3300)


@pytest.mark.parametrize("name", ["alg", "kid", "typ", "crit", "jwk", "x"])
@pytest.mark.parametrize("escape", ["", "\ud83d\ude00"], ids=["plain", "escaped"])
def test_nesting_in_the_header_as_deep_as_a_token_can_hold_gets_a_verdict(name: str, escape: str) -> None:
    gets_a_verdict(okta_token(header={name: DEEP, "y": escape}))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "cid", "uid", "exp", "iat", "nbf", "jti", "groups", "x"])
@pytest.mark.parametrize("escape", ["", "\ud83d\ude00"], ids=["plain", "escaped"])
def test_nesting_in_the_payload_as_deep_as_a_token_can_hold_gets_a_verdict(name: str, escape: str) -> None:
    gets_a_verdict(okta_token(**{name: DEEP, "y": escape}))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b"[{"], ids=["arrays", "objects", "both"])
def test_endless_nesting_is_refused(opening: bytes) -> None:
    refuse(sign(HEADER, opening * (7000 // len(opening))), TokenMalformed)


def gets_a_verdict(token: str) -> None:
    assert len(token) <= MAX_LENGTH
    try:
        verify(token)
    except TokenRefused as error:
        assert str(error)  # noqa: PT017 either verdict is right, another exception is not


@pytest.mark.parametrize(
    "value", [okta_token(), "", ".", "..", "a.b", "null.null.null", "e30.e30.AA", "\ud800", "\0" * 100]
)
def test_neither_an_error_nor_a_representation_shows_the_token(value: str) -> None:
    from okta_gateway.tokens.jws import parse

    shown: Any
    try:
        shown = (repr(parse(value)), repr(verify(value)))
    except TokenRefused as error:
        shown = (str(error), repr(error))
    for text in shown:
        assert len(value) < 5 or value not in text
        assert "ada@example.com" not in text
