"""What a row of the table of hostile tokens says, and the forge that makes its token for each consumer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.tokens import AUDIENCE, ISSUER, NOW, OKTA_KEY, USER_CLIENT_ID, okta_header, sign, signing_key, user_claims
from tests.unit.login.signing_in import ACCESS_TOKEN, NONCE, UID, at_hash

ACCEPTED = "accepted"
SAME = "the same answer"
PUBLISHED = "published"
"""The key set of published_keys.py."""

type Signer = Callable[[bytes], bytes] | bytes | None


@dataclass(frozen=True, eq=False)
class Forge:
    """Makes tokens that would be good for one consumer, were it not for the change that a row wants."""

    issuer: str
    audience: str
    own_claims: Mapping[str, Any]

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The good claims with some changed, added or left out (ABSENT)."""
        return user_claims(**{"iss": self.issuer, "aud": self.audience, **self.own_claims, **changes})

    def token(self, *, header: Mapping[str, Any] | None = None, key: Signer = None, **claims: Any) -> str:
        """A token whose header and claims are changed so; signed by Okta's active key, or as `key` says."""
        return sign(okta_header(**(header or {})), self.claims(**claims), key)

    def texts(self, **claims: Any) -> tuple[str, str]:
        """Header and payload as JSON, to write over."""
        return json.dumps(okta_header()), json.dumps(self.claims(**claims))

    def segments(self) -> tuple[str, str, str]:
        """The three parts of a good token."""
        header, payload, signature = self.token().split(".")
        return header, payload, signature


ACCESS_TOKENS = Forge(ISSUER, AUDIENCE, {})
"""For the authorizer, at `tests.tokens.NOW`."""
ID_TOKENS = Forge(
    ISSUER, USER_CLIENT_ID, {"sub": UID, "jti": "ID.anIdToken", "nonce": NONCE, "at_hash": at_hash(ACCESS_TOKEN)}
)
"""For the callback, at `tests.tokens.NOW`; it came with ACCESS_TOKEN."""


class Row(NamedTuple):
    """One token, who showed that it matters, and what each consumer must answer."""

    id: str
    source: str
    make: Callable[[Forge], str]
    authorizer: str
    """ACCEPTED, or the code of our error."""
    callback: str | None = SAME
    """ACCEPTED, or how the reason begins; None where the row means nothing for an ID token."""
    keys: str = PUBLISHED

    @property
    def for_callback(self) -> str | None:
        return self.authorizer if self.callback == SAME else self.callback


def changed(
    id: str,  # noqa: A002 as pytest calls it
    source: str,
    answer: str,
    *,
    header: Mapping[str, Any] | None = None,
    key: Signer = None,
    callback: str | None = SAME,
    **claims: Any,
) -> Row:
    """A row whose token has some header parameters and claims changed."""
    return Row(id, source, lambda forge: forge.token(header=header, key=key, **claims), answer, callback)


def payload(id: str, source: str, answer: str, old: str, new: str, callback: str | None = SAME) -> Row:  # noqa: A002
    """A row whose payload's text has `old` replaced by `new`, signed by Okta; `{exp}` stands for the good time."""

    def make(forge: Forge) -> str:
        text = forge.texts()[1]
        assert old in text
        return sign(okta_header(), text.replace(old, new, 1).encode("utf-8", "surrogatepass"))

    return Row(id, source, make, answer, callback)


def okta_signature(signing_input: str) -> bytes:
    return signing_key(OKTA_KEY)(signing_input.encode("utf-8", "surrogatepass"))


ISSUED, EXPIRES = NOW - 10, NOW + 3590
"""`iat` and `exp` of the good tokens."""
