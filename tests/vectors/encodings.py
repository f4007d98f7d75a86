"""Encodings of the three segments: padding, white space, other alphabets, stray bits, and bytes that are no UTF-8."""

import base64
import json
import zlib
from collections.abc import Callable

from tests.tokens import base64url, okta_header, sign
from tests.vectors.rows import ACCEPTED, SAME, Forge, Row, okta_signature

MALFORMED = "token_malformed"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CANONICAL = "RFC 4648 3.5"

type Rewrite = Callable[[str], str]


def _written(part: int, rewrite: Rewrite) -> Callable[[Forge], str]:
    """One segment written in another way, and all of it signed again: the signature is never what is wrong."""

    def make(forge: Forge) -> str:
        segments = list(forge.segments())
        segments[part] = rewrite(segments[part])
        if part < 2:
            segments[2] = base64url(okta_signature(".".join(segments[:2])))
        return ".".join(segments)

    return make


def _last_bit(segment: str) -> str:
    """The same bytes to a lenient decoder: a bit changed that belongs to none of them."""
    return segment[:-1] + ALPHABET[ALPHABET.index(segment[-1]) + 1]


def _at_third(what: str) -> Rewrite:
    return lambda segment: segment[:3] + what + segment[3:]


SEGMENTS = ("header", "payload", "signature")
REWRITTEN: dict[str, tuple[str, Rewrite]] = {
    "one =": ("RFC 7515 2", lambda s: s + "="),
    "two =": ("RFC 7515 2", lambda s: s + "=="),
    "four =": ("RFC 7515 2", lambda s: s + "===="),
    "a line break": ("RFC 7515 2", _at_third("\n")),
    "a line break of Windows": ("RFC 7515 2", _at_third("\r\n")),
    "a space": ("RFC 7515 2", _at_third(" ")),
    "a tab": ("RFC 7515 2", _at_third("\t")),
    "NUL": ("RFC 7515 2", _at_third("\0")),
    "a percent": ("RFC 7515 2", _at_third("%41")),
    "a plus": ("RFC 4648 5", _at_third("+")),
    "a slash": ("RFC 4648 5", _at_third("/")),
    "a letter beyond ASCII": ("RFC 7515 2", _at_third("\u00fc")),
    "a full-width letter": ("RFC 7515 2", _at_third("\uff21")),
    "half a surrogate pair": ("RFC 7515 2", _at_third("\ud800")),
    "quotes around it": ("RFC 7515 2", lambda s: f'"{s}"'),
    "a character that ends no byte": ("RFC 4648 3.5", lambda s: s[: len(s) // 4 * 4] + "A"),
}  # fmt: skip


def _standard_alphabet(part: int) -> Callable[[Forge], str]:
    """Plain base64 with `+` or `/` in it."""

    def make(forge: Forge) -> str:
        for filler in ("\u00fb\u00ff", "\u00fe>?", "?>?~~~\u00ff"):
            segments = list(forge.token(filler=filler * 3, header={"filler": filler * 3}).split("."))
            segments[part] = segments[part].replace("-", "+").replace("_", "/")
            if not {"+", "/"}.isdisjoint(segments[part]):
                segments[2] = segments[2] if part == 2 else base64url(okta_signature(".".join(segments[:2])))
                return ".".join(segments)
        return forge.token().rpartition(".")[0] + ".+/+/"

    return make


def _stray_bits(part: int) -> Callable[[Forge], str]:
    def make(forge: Forge) -> str:
        """With a filler that leaves bits over in the segment."""
        for length in range(3):
            segments = list(forge.token(filler="x" * length, header={"filler": "x" * length}).split("."))
            if len(segments[part]) % 4:
                segments[part] = _last_bit(segments[part])
                segments[2] = segments[2] if part == 2 else base64url(okta_signature(".".join(segments[:2])))
                return ".".join(segments)
        raise AssertionError("no length leaves bits over")

    return make


def _encoded(part: int, encode: Callable[[str], bytes]) -> Callable[[Forge], str]:
    """One of the JSON texts as other bytes than UTF-8's."""

    def make(forge: Forge) -> str:
        texts = [text.encode() for text in forge.texts()]
        texts[part] = encode(forge.texts()[part])
        return sign(texts[0], texts[1])

    return make


def _raw(change: Callable[[bytes], bytes]) -> Callable[[str], bytes]:
    return lambda text: change(text.encode("utf-8"))


# In the key of an added member, so that nothing else about the text is wrong.
def _with_bytes(data: bytes) -> Callable[[str], bytes]:
    return lambda text: b'{"' + data + b'": 1, ' + text.encode("utf-8")[1:]


BYTES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "UTF-16": ("RFC 8259 8.1", lambda text: text.encode("utf-16")),
    "UTF-16, little end": ("RFC 8259 8.1", lambda text: text.encode("utf-16-le")),
    "UTF-16, big end": ("RFC 8259 8.1", lambda text: text.encode("utf-16-be")),
    "UTF-32": ("RFC 8259 8.1", lambda text: text.encode("utf-32")),
    "UTF-32, little end": ("RFC 8259 8.1", lambda text: text.encode("utf-32-le")),
    "EBCDIC": ("RFC 8259 8.1", lambda text: text.encode("cp500")),
    "a byte order mark": ("RFC 8259 8.1", lambda text: text.encode("utf-8-sig")),
    "an overlong slash": ("RFC 3629 10", _with_bytes(b"\xc0\xaf")),
    "an overlong NUL": ("RFC 3629 10", _with_bytes(b"\xc0\x80")),
    "an overlong letter of three bytes": ("RFC 3629 10", _with_bytes(b"\xe0\x81\x81")),
    "a surrogate in UTF-8": ("RFC 3629 3", _with_bytes(b"\xed\xa0\x80")),
    "a pair of surrogates in UTF-8": ("RFC 3629 3; CESU-8", _with_bytes(b"\xed\xa0\xbd\xed\xb8\x80")),
    "beyond Unicode": ("RFC 3629 3", _with_bytes(b"\xf4\x90\x80\x80")),
    "a byte alone": ("RFC 3629 3", _with_bytes(b"\xff")),
    "half a character": ("RFC 3629 3", _with_bytes(b"\xc3")),
    "Latin 1": ("RFC 8259 8.1", _with_bytes("\u00fc".encode("latin-1"))),
    "deflated": ("RFC 7516 4.1.3; CVE-2024-33664", _raw(zlib.compress)),
    "base64 once more": ("RFC 7515 3.1", _raw(base64.b64encode)),
    "NUL behind": ("RFC 8259 2", _raw(lambda data: data + b"\0")),
    "NUL in front": ("RFC 8259 2", _raw(lambda data: b"\0" + data)),
    "a second text behind": ("RFC 8259 2", _raw(lambda data: data + data)),
    "a letter behind": ("RFC 8259 2", _raw(lambda data: data + b"x")),
    "nothing": ("RFC 8259 2", lambda _: b""),
    "white space alone": ("RFC 8259 2", lambda _: b" \n"),
}  # fmt: skip

_around: list[tuple[str, Rewrite, str]] = [
    ("itself behind a dot", lambda token: f"{token}.{token}", MALFORMED),
    ("a space behind", lambda token: token + " ", ACCEPTED),
    ("a space in front", lambda token: " " + token, ACCEPTED),
    ("a line break behind", lambda token: token + "\n", MALFORMED),
    ("a tab in front", lambda token: "\t" + token, MALFORMED),
    ("a no-break space behind", lambda token: token + "\u00a0", MALFORMED),
    ("NUL behind", lambda token: token + "\0", MALFORMED),
    ("quotes", lambda token: f'"{token}"', MALFORMED),
    ("angle brackets", lambda token: f"<{token}>", MALFORMED),
    ("a semicolon behind", lambda token: token + ";", MALFORMED),
    ("the scheme once more", lambda token: "Bearer " + token, MALFORMED),
    ("itself once more", lambda token: f"{token} {token}", "token_encrypted"),
    ("a dot in front", lambda token: "." + token, MALFORMED),
    ("a dot behind", lambda token: token + ".", MALFORMED),
    ("two dots behind", lambda token: token + "..", "token_encrypted"),
    ("an empty segment inside", lambda token: token.replace(".", "..", 1), MALFORMED),
    ("a dot written as %2e", lambda token: token.replace(".", "%2e", 1), MALFORMED),
    ("a full-width dot", lambda token: token.replace(".", "\uff0e", 1), MALFORMED),
    ("upper case", str.upper, MALFORMED),
    ("its first segment alone", lambda token: token.partition(".")[0], MALFORMED),
    ("its last segment missing", lambda token: token.rpartition(".")[0], MALFORMED),
    ("its last segment empty", lambda token: token.rpartition(".")[0] + ".", MALFORMED),
    ("its first segment empty", lambda token: "." + token.partition(".")[2], MALFORMED),
]  # fmt: skip


def _whole(rewrite: Rewrite) -> Callable[[Forge], str]:
    return lambda forge: rewrite(forge.token())


def _of_length(length: int) -> Callable[[Forge], str]:
    """A good token of so many characters, which must be one that base64url can have."""

    def make(forge: Forge) -> str:
        for filler in range(length):
            token = forge.token(filler="x" * (length * 3 // 4 - 700 + filler))
            if len(token) >= length:
                return token
        raise AssertionError("no token is that long")

    return make


ROWS = [
    *(Row(f"{SEGMENTS[part]} with {name}", f"{source}; CVE-2022-25898", _written(part, rewrite), MALFORMED)
      for part in range(3) for name, (source, rewrite) in REWRITTEN.items()),
    *(Row(f"{name} in the standard alphabet", "RFC 4648 5", _standard_alphabet(part), MALFORMED)
      for part, name in enumerate(SEGMENTS)),
    *(Row(f"{name} with stray bits", CANONICAL, _stray_bits(part), MALFORMED) for part, name in enumerate(SEGMENTS)),
    *(Row(f"{SEGMENTS[part]} as bytes: {name}", source, _encoded(part, encode), MALFORMED)
      for part in range(2) for name, (source, encode) in BYTES.items()),
    *(Row(f"token with {name}", "RFC 6750 2.1; RFC 7515 7.1", _whole(rewrite), answer,
          MALFORMED if answer == ACCEPTED else SAME) for name, rewrite, answer in _around),
    Row("itself behind a comma", "RFC 9110 5.3", _whole(lambda token: f"{token},{token}"), "authorization_repeated",
        "token_encrypted"),
    Row("5000 dots behind", "CVE-2025-27144", _whole(lambda token: token + "." * 5000), MALFORMED),
    Row("10,000 characters", "AWS quotas: 10,240 bytes of headers", _of_length(10_000), ACCEPTED),
    Row("10,241 characters and a few", "CVE-2025-61920; AWS quotas", _of_length(10_241), "token_too_long"),
    Row("200,000 characters", "CVE-2025-61920", _of_length(200_000), "token_too_long"),
    Row("200,000 dots", "CVE-2025-30204", lambda _: "." * 200_000, "token_too_long"),
    Row("nothing", "RFC 6750 2.1", lambda _: "", "authorization_missing", MALFORMED),
    Row("two dots", "RFC 7515 7.1", lambda _: "..", MALFORMED),
    Row("JSON instead of segments", "RFC 7515 7.2", lambda _: '{"sub":"ada"}', MALFORMED),
    Row("white space within the JSON", "RFC 8259 2",
        lambda forge: sign(b" {\n\t" + forge.texts()[0].encode()[1:], forge.texts()[1].encode() + b"\r\n "), ACCEPTED),
    Row("letters beyond ASCII in UTF-8", "RFC 8259 8.1",
        lambda forge: sign(json.dumps(okta_header(note="\u00fc\U0001f600"), ensure_ascii=False).encode(),
                           json.dumps(forge.claims(note="\u00fc\U0001f600"), ensure_ascii=False).encode()), ACCEPTED),
]  # fmt: skip
