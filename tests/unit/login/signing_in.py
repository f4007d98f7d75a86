"""What sign-in works with: ID tokens, really signed; a store in memory; a scripted Okta; events of API Gateway."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.errors import OktaGatewayError, StoreUnavailable
from okta_gateway.login.api_tokens import ApiToken, ApiTokens, OktaApiTokens, Person
from okta_gateway.login.cookies import digest
from okta_gateway.login.errors import KeyServiceUnavailable, SealBroken
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.login.sealing import Sealer
from okta_gateway.okta.oauth import OktaOAuth, TokenAnswer
from okta_gateway.store.pending_logins import PendingLogin, PendingLogins
from okta_gateway.store.sessions import Session, Sessions
from okta_gateway.tokens.issuer import authorization_server
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import (
    ABSENT,
    DOMAIN,
    ISSUER,
    NOW,
    SERVER_ID,
    USER_CLIENT_ID,
    FakeClock,
    base64url,
    key_set,
    okta_header,
    okta_profile,
    okta_token,
    sign,
)

GATEWAY = GatewayAddress("https://gateway.example.com", "/prod")
SERVER = authorization_server(f"https://{DOMAIN}", SERVER_ID)
UID = "00u1234567890abcdef"
NONCE = "the-nonce-of-this-sign-in"
ACCESS_TOKEN = okta_token()
SESSION_ID = "the-id-that-only-the-cookie-has"


def at_hash(access_token: str) -> str:
    """OpenID Connect Core, section 3.1.3.6."""
    return base64url(hashlib.sha256(access_token.encode("ascii")).digest()[:16])


def id_token(
    *,
    header: Mapping[str, Any] | None = None,
    key: Callable[[bytes], bytes] | bytes | None = None,
    access_token: str = ACCESS_TOKEN,
    **claims: Any,
) -> str:
    """An ID token as Okta makes it, really signed; `header` and `claims` change, add or leave out (ABSENT) values."""
    values = {
        "ver": 1,
        "jti": "ID.anIdToken",
        "iss": ISSUER,
        "aud": USER_CLIENT_ID,
        "sub": UID,
        "iat": NOW - 10,
        "exp": NOW + 3590,
        "auth_time": NOW - 20,
        "amr": ["pwd"],
        "nonce": NONCE,
        "at_hash": at_hash(access_token),
        "preferred_username": "ada@example.com",
        "email": "ada@example.com",
        "groups": ["registry-admins"],
    } | claims
    payload = {name: value for name, value in values.items() if value is not ABSENT}
    return sign(okta_header(**(header or {})), payload, key)


def id_tokens(clock: FakeClock, key: Callable[[str], Any] | None = None) -> IdTokenVerifier:
    return IdTokenVerifier(SERVER, USER_CLIENT_ID, key or parse_key_set(key_set()).get, clock=clock)


def okta_api_tokens(clock: FakeClock) -> ApiTokens:
    return OktaApiTokens(Verifier([okta_profile()], clock=clock))


def token_answer(**members: Any) -> TokenAnswer:
    """A good answer of the token endpoint; its ID token fits its access token."""
    access_token = members.get("access_token", ACCESS_TOKEN)
    values: dict[str, Any] = {
        "access_token": access_token,
        "id_token": id_token(access_token=access_token),
        "refresh_token": "the-second-refresh-token",
        "expires_in": 3600.0,
        "scope": "openid offline_access",
    }
    return TokenAnswer(**(values | members))


def api_token(**members: Any) -> ApiToken:
    person = Person(UID, "ada@example.com", "ada@example.com", ("registry-admins",))
    return ApiToken("the-first-api-token", NOW + 3600.0, person)._replace(**members)


def session(**fields: Any) -> Session:
    return Session(
        id_hash=digest(SESSION_ID),
        subject=UID,
        username="ada@example.com",
        groups=("registry-admins",),
        created_at=float(NOW),
        last_seen_at=float(NOW),
        expires_at=NOW + 28800.0,
        sealed=b"",
        token_expires_at=NOW + 3600.0,
        version=1,
    )._replace(**fields)


class SessionsInMemory(Sessions):
    """The store's promises without a database. `broken` is raised by every call; `calls` names those that came."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.rows: dict[str, Session] = {}
        self.leases: dict[str, tuple[str, float]] = {}
        self.calls: list[str] = []
        self.broken: OktaGatewayError | None = None

    def add(self, session: Session) -> None:
        self._called("add")
        self.rows[session.id_hash] = session

    def find(self, id_hash: str) -> Session | None:
        self._called("find")
        return self.rows.get(id_hash)

    def touch(self, id_hash: str) -> None:
        self._called("touch")
        self.rows[id_hash] = self.rows[id_hash]._replace(last_seen_at=self._clock())

    def delete(self, id_hash: str) -> bool:
        self._called("delete")
        return self.rows.pop(id_hash, None) is not None

    def take(self, id_hash: str) -> Session | None:
        self._called("take")
        return self.rows.pop(id_hash, None)

    def take_lease(self, id_hash: str, holder: str, seconds: float) -> bool:
        self._called("take_lease")
        if id_hash not in self.rows or self.lease_holder(id_hash):
            return False
        self.leases[id_hash] = (holder, self._clock() + seconds)
        return True

    def release_lease(self, id_hash: str, holder: str) -> None:
        self._called("release_lease")
        if self.leases.get(id_hash, ("", 0))[0] == holder:
            del self.leases[id_hash]

    def replace_tokens(self, session: Session, holder: str) -> bool:
        self._called("replace_tokens")
        stored = self.rows.get(session.id_hash)
        if not stored or stored.version != session.version or self.leases.get(session.id_hash, ("", 0))[0] != holder:
            return False
        self.rows[session.id_hash] = session._replace(version=session.version + 1)
        del self.leases[session.id_hash]
        return True

    def lease_holder(self, id_hash: str) -> str | None:
        """Who has a lease that has not run out."""
        holder, until = self.leases.get(id_hash, ("", 0.0))
        return holder if self._clock() < until else None

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.broken:
            raise self.broken


class PendingInMemory(PendingLogins):
    """Pending sign-ins without a database."""

    def __init__(self) -> None:
        self.rows: dict[str, PendingLogin] = {}
        self.broken: OktaGatewayError | None = None

    def add(self, pending: PendingLogin) -> None:
        if self.broken:
            raise self.broken
        self.rows[pending.state_hash] = pending

    def consume(self, state_hash: str, browser_hash: str) -> PendingLogin | None:
        if self.broken:
            raise self.broken
        found = self.rows.get(state_hash)
        return self.rows.pop(state_hash) if found and found.browser_hash == browser_hash else None


class TransparentSealer(Sealer):
    """Puts the associated data in front and encrypts nothing, so that tests can look. `unavailable`: KMS is away."""

    def __init__(self) -> None:
        self.unavailable = False

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        if self.unavailable:
            raise KeyServiceUnavailable("KMS does not answer")
        return associated + b"|" + plaintext

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        if self.unavailable:
            raise KeyServiceUnavailable("KMS does not answer")
        if not sealed.startswith(associated + b"|"):
            raise SealBroken("belongs to another session")
        return sealed.removeprefix(associated + b"|")


class ScriptedOkta(OktaOAuth):
    """Answers with `answer`, which may be an error; `during` happens while it is being asked."""

    def __init__(self, answer: TokenAnswer | OktaGatewayError | None = None) -> None:
        self.answer = answer or token_answer()
        self.during: Callable[[], object] = lambda: None
        self.exchanged: list[tuple[str, str, str]] = []
        self.refreshed: list[str] = []
        self.revoked: list[str] = []
        self.revocation: OktaGatewayError | None = None

    def exchange_code(self, code: str, code_verifier: str, redirect_uri: str) -> TokenAnswer:
        self.exchanged.append((code, code_verifier, redirect_uri))
        return self._answered()

    def refresh(self, refresh_token: str) -> TokenAnswer:
        self.refreshed.append(refresh_token)
        return self._answered()

    def revoke(self, refresh_token: str) -> None:
        self.revoked.append(refresh_token)
        if self.revocation:
            raise self.revocation

    def _answered(self) -> TokenAnswer:
        self.during()
        if isinstance(self.answer, OktaGatewayError):
            raise self.answer
        return self.answer


def proxy_event(
    path: str = "/oauth2/session",
    *,
    stage: str = "/prod",
    query: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, list[str]] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """The event of a REST API's proxy integration for the function's `{proxy+}` route, as execute-api sends it."""
    event: dict[str, Any] = {
        "resource": "/oauth2/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": {name: values[-1] for name, values in (headers or {}).items() if values} or None,
        "multiValueHeaders": dict(headers) if headers else None,
        "multiValueQueryStringParameters": dict(query) if query else None,
        "pathParameters": {"proxy": path.removeprefix("/oauth2/")},
        "requestContext": {
            "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "path": stage + path,
            "stage": stage.lstrip("/"),
            "requestId": "the-request-id",
        },
    }
    return event | members


DOWN = StoreUnavailable("no answer within 2 s")
