"""JSON: names that stand twice, what is no JSON, surrogates, depth, and values that are no objects."""

import json
from collections.abc import Callable

from tests.tokens import OKTA_KEY, okta_header, sign
from tests.vectors.rows import ACCEPTED, Forge, Row

MALFORMED = "token_malformed"
UNIQUE = "RFC 7515 4; RFC 7519 4; RFC 8725 2.4"

type Write = Callable[[str], str]


def _header(write: Write) -> Callable[[Forge], str]:
    return lambda forge: sign(write(forge.texts()[0]).encode("utf-8", "surrogatepass"), forge.claims())


def _payload(write: Write) -> Callable[[Forge], str]:
    return lambda forge: sign(okta_header(), write(forge.texts()[1]).encode("utf-8", "surrogatepass"))


def _first(member: str) -> Write:
    return lambda text: "{" + member + ", " + text[1:]


def _last(member: str) -> Write:
    return lambda text: text[:-1] + ", " + member + "}"


def _deep(depth: int, opening: str = "[", closing: str = "]") -> str:
    return f'"deep": {opening * depth}1{closing * depth}'


# Names that stand twice; in some the good value is the last one, in others the first.
HEADERS_TWICE = {
    "alg, none first": _first('"alg": "none"'),
    "alg, none last": _last('"alg": "none"'),
    "alg, the same": _last('"alg": "RS256"'),
    "alg written with an escape": _last('"\\u0061lg": "none"'),
    "kid": _last('"kid": "stranger"'),
    "crit": _last('"crit": ["x"], "crit": []'),
    "typ": _last('"typ": "JWT", "typ": "dpop+jwt"'),
    "an unknown parameter": _last('"x": 1, "x": 1'),
    "within an unknown parameter": _last('"x": {"y": {"z": 1, "z": 2}}'),
}  # fmt: skip
CLAIMS_TWICE = {
    "iss, evil first": _first('"iss": "https://evil.example"'),
    "iss, evil last": _last('"iss": "https://evil.example"'),
    "aud, ours last": _last('"aud": "api://ai-registry"'),
    "exp, later last": _last('"exp": 4102444800'),
    "exp, later first": _first('"exp": 4102444800'),
    "sub": _last('"sub": "admin@example.com"'),
    "uid": _last('"uid": "x", "uid": "y"'),
    "groups, more last": _last('"groups": ["registry-admins"], "groups": []'),
    "groups written with an escape": _last('"group\\u0073": ["admins"], "groups": []'),
    "nonce": _last('"nonce": "a", "nonce": "b"'),
    "an unknown claim": _last('"x": null, "x": null'),
    "within a list of an unknown claim": _last('"x": [{"y": 1, "y": 1}]'),
    "the empty name": _last('"": 1, "": 2'),
}  # fmt: skip

# What parsers let through that JSON does not have (RFC 8259).
NO_JSON: dict[str, Write] = {
    "NaN": _last('"x": NaN'),
    "Infinity": _last('"x": Infinity'),
    "minus Infinity": _last('"x": -Infinity'),
    "undefined": _last('"x": undefined'),
    "a comma too many": lambda text: text[:-1] + ",}",
    "a comma too few": lambda text: text.replace(", ", " ", 1),
    "a comment": lambda text: "/* */" + text,
    "a comment behind": lambda text: text + "// x",
    "single quotes": lambda text: text.replace('"', "'"),
    "a name without quotes": _last("x: 1"),
    "a number as a name": _last("1: 1"),
    "a number in hexadecimal": _last('"x": 0x10'),
    "a number with zeros in front": _last('"x": 007'),
    "a number with a plus": _last('"x": +1'),
    "a number that ends with a dot": _last('"x": 1.'),
    "a number with underscores": _last('"x": 1_000'),
    "a number of 5000 digits": _last('"x": ' + "9" * 5000),
    "a line break in a string": _last('"x": "a\nb"'),
    "NUL in a string": _last('"x": "a\0b"'),
    "an unknown escape": _last('"x": "\\x41"'),
    "half an escape": _last('"x": "\\u00"'),
    "True of Python": _last('"x": True'),
    "an end too early": lambda text: text[:-1],
    "a brace too many": lambda text: text + "}",
    "lists without an end": _last('"x": ' + "[" * 4000),
    "a prefix against scripts": lambda text: ")]}'\n" + text,
    "no-break spaces": lambda text: text.replace(", ", ",\u00a0"),
}  # fmt: skip

SURROGATES = {
    "the first half": _last('"x": "\\ud800"'),
    "the second half": _last('"x": "\\udc00"'),
    "both in the wrong order": _last('"x": "\\udc00\\ud800"'),
    "half as a name": _last('"\\udbff": 1'),
    "half in a list in an object": _last('"x": [{"y": "\\udfff"}]'),
}  # fmt: skip

# A whole segment that is JSON and no object; CVE-2026-107723 is a list of claims whose checks were passed over.
NO_OBJECTS = {
    "null": "null", "true": "true", "a number": "1", "a string": '"x"', "an empty list": "[]", "JSON in quotes": '"{}"'
}  # fmt: skip


def _only(text: str) -> Write:
    return lambda _: text


def _in_list(text: str) -> str:
    return f"[{text}]"


ROWS = [
    *(Row(f"header twice: {name}", UNIQUE, _header(write), MALFORMED) for name, write in HEADERS_TWICE.items()),
    *(Row(f"claim twice: {name}", UNIQUE, _payload(write), MALFORMED) for name, write in CLAIMS_TWICE.items()),
    *(Row(f"payload with {name}", "RFC 8259", _payload(write), MALFORMED) for name, write in NO_JSON.items()),
    *(Row(f"header with {name}", "RFC 8259", _header(NO_JSON[name]), MALFORMED)
      for name in ("NaN", "a comma too many", "a comment", "single quotes", "a number of 5000 digits",
                   "an end too early", "lists without an end")),
    *(Row(f"payload with a surrogate: {name}", "RFC 8259 8.2", _payload(write), MALFORMED)
      for name, write in SURROGATES.items()),
    *(Row(f"header with a surrogate: {name}", "RFC 8259 8.2", _header(write), MALFORMED)
      for name, write in SURROGATES.items()),
    *(Row(f"header that is {name}", "RFC 7515 4; CVE-2026-107723", _header(_only(text)), MALFORMED)
      for name, text in NO_OBJECTS.items()),
    *(Row(f"payload that is {name}", "RFC 7519 7.2; CVE-2026-107723", _payload(_only(text)), MALFORMED)
      for name, text in NO_OBJECTS.items()),
    Row("header in a list", "CVE-2026-107723", _header(_in_list), MALFORMED),
    Row("payload in a list", "CVE-2026-107723", _payload(_in_list), MALFORMED),
    Row("header with nothing", "RFC 7515 4.1.1", lambda forge: sign(b"{}", forge.claims()), "algorithm_refused"),
    Row("payload with nothing", "RFC 7519 7.2", lambda _: sign(okta_header(), b"{}"), "issuer_mismatch"),
    Row("lists 3000 deep", "RFC 8259 9", _payload(_last(_deep(3000))), ACCEPTED),
    Row("objects 900 deep", "RFC 8259 9", _payload(_last(_deep(900, '{"a":', "}"))), ACCEPTED),
    Row("an iss that is 3000 lists", "RFC 8259 9",
        lambda forge: sign(okta_header(), {"iss": json.loads("[" * 3000 + "]" * 3000)}), "issuer_mismatch"),
    Row("an alg that is 3000 lists", "RFC 8259 9",
        lambda forge: sign(('{"kid": "' + OKTA_KEY + '", "alg": ' + "[" * 3000 + "]" * 3000 + "}").encode(),
                           forge.claims()), "algorithm_refused"),
    Row("400 claims more", "RFC 7519 4: unknown claims are ignored",
        _payload(_last(", ".join(f'"x{number}": {number}' for number in range(400)))), ACCEPTED),
    Row("a whole surrogate pair", "RFC 8259 7", _payload(_last('"x": "\\ud83d\\ude00"')), ACCEPTED),
    Row("names of parameters in the payload", "RFC 7515 4",
        _payload(_last('"alg": "none", "kid": 1, "crit": []')), ACCEPTED),
    Row("the prototype as a claim", "CWE-1321",
        _payload(_last('"__proto__": {"groups": ["registry-admins"]}')), ACCEPTED),
    Row("an escaped name that stands once", "RFC 8259 7",
        _payload(lambda text: text.replace('"exp"', '"\\u0065xp"')), ACCEPTED),
    Row("a slash that is escaped", "RFC 8259 7", _payload(lambda text: text.replace("/", "\\/")), ACCEPTED),
    Row("a number of 4000 digits in an unknown claim", "RFC 8259 6", _payload(_last('"x": ' + "9" * 4000)), ACCEPTED),
    Row("1e400 in an unknown claim", "RFC 8259 6", _payload(_last('"x": 1e400')), ACCEPTED),
]  # fmt: skip
