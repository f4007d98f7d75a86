"""Keys that may not verify, key sets of every shape, and tokens whose key is in one of them."""

import json
from collections.abc import Callable
from typing import Any

from tests.tokens import ABSENT, OKTA_KEY, OKTA_NEXT_KEY, key_set, signing_key
from tests.vectors.published_keys import (
    BITS_1024,
    BITS_2047,
    FIT,
    FOREIGN,
    TWICE,
    UNFIT,
    curve_jwk,
    published,
    signed_by,
)
from tests.vectors.rows import ACCEPTED, Forge, Row, changed

SHAPE = "RFC 7517 5"
UNAVAILABLE = "keys_unavailable"


def _keys(*members: Any, **others: Any) -> bytes:
    return json.dumps({"keys": list(members), **others}).encode()


def _okta(**overrides: Any) -> dict[str, Any]:
    return signing_key(OKTA_KEY).jwk(**overrides)


def _next() -> dict[str, Any]:
    return signing_key(OKTA_NEXT_KEY).jwk()


def _text(old: str, new: str) -> Callable[[], bytes]:
    return lambda: key_set().decode().replace(old, new, 1).encode()


# Bodies that the issuer's address may answer with status 200, and what a good token of OKTA_KEY is told then.
BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": (UNAVAILABLE, lambda: b""),
    "HTML": (UNAVAILABLE, lambda: b"<html>Sign in</html>"),
    "null": (UNAVAILABLE, lambda: b"null"),
    "an empty list": (UNAVAILABLE, lambda: b"[]"),
    "an empty object": (UNAVAILABLE, lambda: b"{}"),
    "a list of keys without the set": (UNAVAILABLE, lambda: json.dumps([_okta()]).encode()),
    "one key without the set": (UNAVAILABLE, lambda: json.dumps(_okta()).encode()),
    "no keys": (UNAVAILABLE, _keys),
    "keys null": (UNAVAILABLE, lambda: b'{"keys": null}'),
    "keys an object": (UNAVAILABLE, lambda: json.dumps({"keys": {OKTA_KEY: _okta()}}).encode()),
    "keys a string": (UNAVAILABLE, lambda: b'{"keys": "x"}'),
    "keys in upper case": (UNAVAILABLE, lambda: json.dumps({"KEYS": [_okta()]}).encode()),
    "keys twice": (UNAVAILABLE, lambda: b'{"keys": [], ' + key_set()[1:]),
    "n twice in a key": (UNAVAILABLE, _text('"kty"', '"n": "AQAB", "kty"')),
    "a member with NaN": (UNAVAILABLE, _text('"kty"', '"x": NaN, "kty"')),
    "cut short": (UNAVAILABLE, lambda: key_set()[:-2]),
    "twice": (UNAVAILABLE, lambda: key_set() * 2),
    "a byte order mark": (UNAVAILABLE, lambda: b"\xef\xbb\xbf" + key_set()),
    "UTF-16": (UNAVAILABLE, lambda: key_set().decode().encode("utf-16")),
    "a callback of JSONP": (UNAVAILABLE, lambda: b"callback(" + key_set() + b")"),
    "a hundred lists deep": (UNAVAILABLE, lambda: b'{"keys": ' + b"[" * 100_000),
    "101 keys": (UNAVAILABLE, lambda: _keys(*[_okta()] * 101)),
    "more than 256 kB": (UNAVAILABLE, lambda: _keys(_okta(), padding="x" * 270_000)),
    "only unfit keys": (UNAVAILABLE, lambda: _keys(_okta(use="enc"), curve_jwk())),
    "only the key of a kid that stands twice": (UNAVAILABLE, lambda: _keys(_okta(), _okta())),
    "only a curve's key": (UNAVAILABLE, lambda: _keys(curve_jwk())),
    "only keys without kid": (UNAVAILABLE, lambda: _keys(_okta(kid=ABSENT))),
    "half a surrogate pair": (UNAVAILABLE, _text('"kty"', '"x": "\\ud800", "kty"')),
    "the metadata of the server": (UNAVAILABLE, lambda: json.dumps({"issuer": "x", "jwks_uri": "y"}).encode()),
    "another key alone": ("no_matching_key", lambda: _keys(_next())),
    "a key without kid beside another": ("no_matching_key", lambda: _keys(_okta(kid=ABSENT), _next())),
    "a kid in another case": ("no_matching_key", lambda: _keys(_okta(kid=OKTA_KEY.upper()), _next())),
    "a kid with a space": ("no_matching_key", lambda: _keys(_okta(kid=f"{OKTA_KEY} "), _next())),
    "a kid that is a list": ("no_matching_key", lambda: _keys(_okta(kid=[OKTA_KEY]), _next())),
    "the other key under this kid": ("signature_invalid", lambda: _keys(_next() | {"kid": OKTA_KEY})),
    "both keys under this kid": ("key_unfit", lambda: _keys(_okta(), _next() | {"kid": OKTA_KEY}, _next())),
    "the key for encryption": ("key_unfit", lambda: _keys(_okta(use="enc"), _next())),
    "the key and junk": (ACCEPTED, lambda: _keys(None, [], "x", {}, curve_jwk(), _okta())),
    "members beside the keys": (ACCEPTED, lambda: _keys(_okta(), issuer="https://evil.example", next=None)),
    "a hundred keys": (ACCEPTED, lambda: _keys(_okta(), *[_okta(kid=f"k{number}") for number in range(99)])),
    "white space around": (ACCEPTED, lambda: b"\n " + key_set() + b"\r\n"),
}  # fmt: skip

SETS: dict[str, Callable[[], bytes]] = {"published": published} | {
    f"set-{number}": body for number, (_, body) in enumerate(BODIES.values())
}
"""Every key set by its name, which is also the id of the authorization server that serves it."""


def _good(forge: Forge) -> str:
    return forge.token()


ROWS = [
    *(changed(f"key {kid}", "RFC 7517 4; RFC 7518 6.3.1", "key_unfit", header={"kid": kid}) for kid in UNFIT),
    *(changed(f"key {kid}", "RFC 8017 3.1", "signature_invalid", header={"kid": kid}) for kid in FOREIGN),
    *(changed(f"key {kid[:30]}", "RFC 7517 4", ACCEPTED, header={"kid": kid}) for kid in FIT),
    changed("a key of 1024 bits", "RFC 7518 3.3; RFC 8725 3.5", "key_unfit", header={"kid": BITS_1024},
            key=signed_by(BITS_1024)),
    changed("a key of 2047 bits", "RFC 7518 3.3", "key_unfit", header={"kid": BITS_2047},
            key=signed_by(BITS_2047)),
    changed("a kid that stands twice", "RFC 7517 4.5", "key_unfit", header={"kid": TWICE}),
    changed("a kid of a member without a key", "RFC 7517 5", "key_unfit", header={"kid": "only-a-kid"}),
    *(Row(f"key set: {name}", SHAPE, _good, answer, keys=f"set-{number}")
      for number, (name, (answer, _)) in enumerate(BODIES.items())),
]  # fmt: skip
