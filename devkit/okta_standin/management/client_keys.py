"""The public keys of an app, as requests describe them and as Okta shows them."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from devkit.okta_standin.clients import App, Lifecycle
from devkit.okta_standin.errors import not_well_formed, validation_failed
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.management.credential_links import credential_links
from devkit.okta_standin.management.request import timestamp
from devkit.okta_standin.org import new_id

SHORTEST = 2048
"""Bits of an RSA key."""
TOO_SHORT = f"RSA key length in the 'jwks' is less than '{SHORTEST:,}' bits for the given key."
"""Recorded; also for a key without a modulus."""


def client_key(given: Mapping[str, Any], now: float, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The key that a request describes; `before` is the one with the same `kid`, whose id it keeps.

    Raises OktaRefusal: E0000003 for a member that is no string, E0000001 for a key that the stand-in cannot use.
    """
    members = {name: given.get(name) for name in ("kid", "kty", "alg", "use", "e", "n", "status")}
    if not all(value is None or isinstance(value, str) for value in members.values()):
        raise not_well_formed()
    _require_usable(members, given)
    known = before or {"id": new_id("pks"), "created": now, "status": Lifecycle.ACTIVE}
    return {
        "id": known["id"],
        "kid": members["kid"],
        "kty": "RSA",
        "alg": members["alg"],
        "use": members["use"],
        "e": members["e"],
        "n": members["n"],
        "status": _status(members["status"], known["status"]),
        "created": known["created"],
        "last_updated": now,
    }


def known_keys(app: App, keys: Keys) -> tuple[Mapping[str, Any], ...]:
    """The keys that an app may sign its assertions with; one of the org file has the pair that the stand-in made."""
    if app.jwks or app.has_secret:
        return app.jwks
    own = client_key(keys.app(app.client_id).jwk, app.created)
    return ({**own, "id": f"pks1{app.client_id[-16:]}"},)


def shown_key(key: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The key at `url` as Okta shows it."""
    members = {name: key[name] for name in ("id", "kid", "kty", "alg", "use", "e", "n", "status")}
    times = {"created": timestamp(key["created"]), "lastUpdated": timestamp(key["last_updated"])}
    return members | times | {"_links": credential_links(url, key["status"])}


def _status(given: str | None, before: Lifecycle) -> Lifecycle:
    if given is None:
        return before
    if given not in tuple(Lifecycle):
        raise validation_failed("status", f"status: One of {', '.join(Lifecycle)} is expected.")
    return Lifecycle(given)


def _require_usable(members: Mapping[str, str | None], given: Mapping[str, Any]) -> None:
    """Texts are ours but for the recorded one."""
    problems = {
        "kty: The stand-in takes RSA keys only.": members["kty"] != "RSA",
        "use: The stand-in takes keys for signatures only.": members["use"] not in (None, "sig"),
        "kid: The field cannot be left blank": not members["kid"],
        "d: Only the public half of the key is wanted.": "d" in given,
        TOO_SHORT: _bits(members["n"]) < SHORTEST,
        "e: The field cannot be left blank": not members["e"],
    }
    for problem, found in problems.items():
        if found:
            raise validation_failed("JsonWebKey", problem)


def _bits(modulus: str | None) -> int:
    text = modulus or ""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(data).bit_length()
