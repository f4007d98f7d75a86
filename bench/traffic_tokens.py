"""Signs the tokens of the load: genuine ones of several callers, as the local Okta would, and hostile ones."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devkit.okta_standin import load_org
from devkit.okta_standin.keys import Keys, base64url
from devkit.okta_standin.servers import ORG_SERVER_ID
from devkit.okta_standin.tokens import Draft, Grant, TokenIssuer
from devkit.stack.seeds import ADMIN, AGENT, AUTH_SERVER_ID, KEY_AGENT_ID, MACHINE_SCOPE, READERS, UNREGISTERED, USER

OTHER_SERVER_ID = "default"
ALLOWED = "none"
"""How the authorizer's log writes that there is no error."""
NOT_ASKED = ""
"""Instead of a code: the gateway answers by itself, and the authorizer logs nothing."""
HOUR = 3600  # seconds


class Caller(NamedTuple):
    """A person or a machine, what the authorizer makes of them, and what the backend must be told about them."""

    name: str
    """A login or a client id of devkit/okta_standin/org.yml."""
    rights: str
    """`admin`, `reader` or `nothing`."""
    code: str = ALLOWED
    groups: str = "-"

    @property
    def is_machine(self) -> bool:
        """Whether it is a client that acts for itself."""
        return "@" not in self.name


CALLERS = (
    Caller(USER, "reader", groups=READERS),
    Caller(ADMIN, "admin", groups="registry-admins,mcp-book-club"),
    Caller("sam@example.com", "nothing", "no_groups"),
    Caller("max@example.com", "nothing", "groups_without_scopes"),
    Caller(AGENT.client_id, "reader", groups=READERS),
    Caller(KEY_AGENT_ID, "reader", groups=READERS),
    Caller(UNREGISTERED.client_id, "nothing", "client_not_registered"),
)
"""Max has 120 groups of which none opens anything; the machines' groups come from the document store."""


class Mint:
    """Drafts what the local Okta at `address` would issue, with its own keys, which are in `key_folder`.

    Here and not at the local Okta, which runs in the process that is measured.
    """

    def __init__(self, address: str, key_folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.keys = Keys((ORG_SERVER_ID, AUTH_SERVER_ID, OTHER_SERVER_ID), key_folder)
        self._address = address
        self._clock = clock
        self._org = load_org()
        self._issuer = TokenIssuer(self.keys)

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self._clock())

    def access_token(self, name: str, server: str = AUTH_SERVER_ID) -> Draft:
        """An access token of this login or client id, each with a `jti` of its own."""
        return self._issuer.access_token(self._grant(name, server), self._address, self.now())

    def id_token(self, login: str) -> Draft:
        """An ID token, with the `at_hash` and the nonce of a sign-in."""
        draft = self._issuer.id_token(self._grant(login), self._address, self.now(), "an access token")
        return draft.changed({}, {"nonce": "n-0S6_WzA2Mj"})

    def token(self, caller: Caller) -> str:
        """A genuine token that nobody has seen yet."""
        return self.access_token(caller.name).signed()

    def _grant(self, name: str, server_id: str = AUTH_SERVER_ID) -> Grant:
        server = next(server for server in self._org.servers if server.id == server_id)
        user = self._org.user(name)
        app = self._org.app(name if user is None else next(app.id for app in self._org.apps if app.type == "web"))
        if app is None:
            raise LookupError(f"org.yml has nobody with the login or client id {name!r}")
        scopes = ("openid", "profile", "email") if user else (MACHINE_SCOPE,)
        return Grant(server, app, scopes, "authorization_code" if user else "client_credentials", user)


@dataclass(frozen=True)
class Hostile:
    """A class of bad requests: how the Authorization headers are made, and the code that the authorizer must log."""

    name: str
    code: str
    authorization: Callable[[Mint], tuple[str, ...]]


def _bearer(make: Callable[[Mint], str]) -> Callable[[Mint], tuple[str, ...]]:
    return lambda mint: (f"Bearer {make(mint)}",)


def _admin(claims: Callable[[int], Mapping[str, Any]] | None = None, **header: object) -> Callable[[Mint], str]:
    """An administrator's token with claims and header parameters changed, really signed; `claims` get the time."""
    return lambda mint: mint.access_token(ADMIN).changed(header, claims(mint.now()) if claims else {}).signed()


def _by_stranger(mint: Mint) -> str:
    draft = mint.access_token(ADMIN)
    return Draft(draft.header, draft.claims, mint.keys.stranger).signed()


def _with_own_key(mint: Mint) -> str:
    """RFC 8725, section 3.10: a key that the token brings along proves nothing."""
    draft = mint.access_token(ADMIN)
    return Draft({**draft.header, "jwk": mint.keys.stranger.jwk}, draft.claims, mint.keys.stranger).signed()


def _promoted(mint: Mint) -> str:
    """A reader's genuine token whose payload was rewritten."""
    draft = mint.access_token(USER)
    header, _, signature = draft.signed().split(".")
    return f"{header}.{_segment({**draft.claims, 'groups': ['registry-admins']})}.{signature}"


def _unsigned(mint: Mint, alg: str = "none") -> str:
    draft = mint.access_token(ADMIN)
    return f"{_segment({**draft.header, 'alg': alg})}.{_segment(draft.claims)}."


def _hmac_by_public_key(mint: Mint) -> str:
    """RFC 8725, section 2.1: the public key taken for an HMAC secret."""
    draft = mint.access_token(ADMIN)
    public = mint.keys.server(AUTH_SERVER_ID).active.private.public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{_segment({**draft.header, 'alg': 'HS256'})}.{_segment(draft.claims)}"
    return f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def _segment(members: Mapping[str, Any]) -> str:
    return base64url(json.dumps(members, separators=(",", ":")).encode())


HOSTILE = (
    Hostile("expired", "token_expired", _bearer(_admin(lambda now: {"iat": now - 2 * HOUR, "exp": now - HOUR}))),
    Hostile("not yet valid", "token_not_yet_valid", _bearer(_admin(lambda now: {"iat": now + HOUR}))),
    Hostile("lives a year", "token_lifetime_refused", _bearer(_admin(lambda now: {"exp": now + 365 * 24 * HOUR}))),
    Hostile("other audience", "audience_mismatch", _bearer(_admin(lambda _: {"aud": "api://payroll"}))),
    Hostile("other issuer", "issuer_mismatch", _bearer(_admin(lambda _: {"iss": "https://evil.example/oauth2/x"}))),
    Hostile("same kid, stranger's signature", "signature_invalid", _bearer(_by_stranger)),
    Hostile("brings its own key", "signature_invalid", _bearer(_with_own_key)),
    Hostile("payload rewritten", "signature_invalid", _bearer(_promoted)),
    Hostile("alg none, unsigned", "token_malformed", _bearer(_unsigned)),
    Hostile("alg RS256, unsigned", "token_malformed", _bearer(lambda mint: _unsigned(mint, "RS256"))),
    Hostile("alg none", "algorithm_refused", _bearer(_admin(alg="none"))),
    Hostile("HS256 by the public key", "algorithm_refused", _bearer(_hmac_by_public_key)),
    Hostile("signature cut short", "token_malformed", _bearer(lambda mint: _admin()(mint)[:-9])),
    Hostile("critical header", "critical_header_refused", _bearer(_admin(crit=["exp"]))),
    Hostile("unknown kid", "no_matching_key", _bearer(_admin(kid="nobody-has-this-key"))),
    Hostile("without kid", "key_id_malformed", _bearer(_admin(kid=None))),
    Hostile("ID token", "id_token_refused", _bearer(lambda mint: mint.id_token(ADMIN).signed())),
    Hostile(
        "org server's token", "org_server_token", _bearer(lambda mint: mint.access_token(ADMIN, ORG_SERVER_ID).signed())
    ),
    Hostile(
        "another server's token",
        "no_matching_key",
        _bearer(lambda mint: mint.access_token(ADMIN, OTHER_SERVER_ID).signed()),
    ),
    Hostile("encrypted", "token_encrypted", _bearer(lambda mint: f"{_admin()(mint)}.AAAA.BBBB")),
    Hostile("three words that are no token", "token_malformed", _bearer(lambda _: "not.a.token")),
    Hostile("garbage", NOT_ASKED, _bearer(lambda _: "%00\x7f'; DROP TABLE tokens; --")),
    Hostile("payload missing", NOT_ASKED, _bearer(lambda mint: _admin()(mint).rpartition(".")[0])),
    Hostile("no Authorization", NOT_ASKED, lambda _: ()),
    Hostile("empty Authorization", NOT_ASKED, lambda _: ("",)),
    Hostile("Basic", NOT_ASKED, lambda _: ("Basic YWRhOmFkYQ==",)),
    Hostile("two Authorization headers", NOT_ASKED, lambda mint: (f"Bearer {_admin()(mint)}", "Bearer not.a.token")),
)
"""Each would be an administrator's token, were it not for what its name says."""
