"""The Okta stand-in behind a pane of glass: what the gateway asks it is seen, and what it answers can be changed."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WATCHED = ("token", "revoke")
WEB_APP = "0oa1234567890abcdef"
WEB_SECRET = "local-web-secret-not-for-production"
AGENT = ("0oa0987654321fedcba", "local-agent-secret-not-for-production")
SERVER = "aus1234567890abcdef"
AUDIENCE = "api://ai-registry"


@dataclass(frozen=True)
class Exchange:
    """One request of the gateway to Okta, and the answer as Okta gave it."""

    path: str
    form: dict[str, str] = field(repr=False)
    status: int
    answer: dict[str, Any] = field(repr=False)


@dataclass
class Watch:
    """What was seen, and what to change in the answers of the token endpoint: members replaced, None removes one."""

    exchanges: list[Exchange] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    before_answer: Callable[[], None] = field(default=lambda: None)
    """Called in Okta's event loop once an answer is ready and nobody has got it yet."""


class WatchedOkta:
    """ASGI middleware in front of the stand-in."""

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rpartition("/")[2] not in WATCHED:
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        answer = _Collected()
        await self._app(scope, _replayed(body), answer)
        members: dict[str, Any] = json.loads(answer.body) if answer.body.startswith(b"{") else {}
        form = dict(parse_qsl(body.decode()))
        self._watch.exchanges.append(Exchange(scope["path"], form, answer.status, members))
        self._watch.before_answer()
        if answer.status == 200 and scope["path"].endswith("/token") and self._watch.changes:
            changed = {**members, **self._watch.changes}
            answer.replace_body({name: value for name, value in changed.items() if value is not None})
        for message in answer.messages:
            await send(message)


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


class _Collected:
    """An answer that is held back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(bytes(message.get("body", b"")) for message in self.messages)

    def replace_body(self, members: dict[str, Any]) -> None:
        body = json.dumps(members).encode()
        start = self.messages[0]
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        start["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
        self.messages[1:] = [{"type": "http.response.body", "body": body}]


@dataclass(frozen=True)
class Okta:
    """The served stand-in, as an administrator and as a test see it."""

    address: str
    watch: Watch
    http: httpx.Client = field(repr=False)

    def control(self, path: str, /, **members: Any) -> Any:
        response = self.http.post(f"{self.address}/_standin/{path}", json=members)
        assert response.status_code == 200, response.text
        return response.json()

    def fault(self, path: str, fault: str | None, seconds: float = 5) -> None:
        self.control("faults", path=path, fault=fault, seconds=seconds)

    def refuse(self, path: str, error: str, description: str) -> None:
        """All valid requests to `authorize` or `token` are refused."""
        self.control("deviations", refusal={"path": path, "error": error, "error_description": description})

    def token_lifetime(self, seconds: int | None) -> None:
        self.control("deviations", access_token_seconds=seconds)

    def mint(self, **body: Any) -> str:
        return str(self.control("tokens", **body)["token"])

    def register(self, gateway_url: str) -> None:
        """What the setup guide does in the Admin Console."""
        self.control(
            f"apps/{WEB_APP}",
            redirect_uris=[f"{gateway_url}/oauth2/callback/okta"],
            post_logout_redirect_uris=[f"{gateway_url}/oauth2/"],
        )

    def requests(self) -> dict[str, int]:
        """How often each path was asked for."""
        counts: dict[str, int] = self.http.get(f"{self.address}/_standin/requests").json()
        return counts

    def is_active(self, token: str, server: str = SERVER) -> bool:
        base = "/oauth2" if server == "org" else f"/oauth2/{server}"
        response = self.http.post(f"{self.address}{base}/v1/introspect", data={"token": token}, auth=AGENT)
        return bool(response.json()["active"])

    def grants(self, grant_type: str) -> list[Exchange]:
        """The token requests with this grant, oldest first."""
        return [exchange for exchange in self.watch.exchanges if exchange.form.get("grant_type") == grant_type]

    def back_to_normal(self) -> None:
        self.watch.changes = {}
        self.watch.before_answer = lambda: None
        self.fault("all", None)
        self.control("deviations", refusal=None, access_token_seconds=None, issuer_parameter=None)
        for user, groups in (
            ("ada@example.com", ["registry-admins", "mcp-book-club", "Finance"]),
            ("pat@example.com", ["public-mcp-users"]),
        ):
            self.control(f"users/{user}", active=True, groups=groups)
        self.control(f"apps/{WEB_APP}", refresh_token={"rotation_type": "ROTATE", "leeway": 30})

    def secrets(self) -> set[str]:
        """Everything that went between gateway and Okta and that nobody else may read."""
        names = ("code", "code_verifier", "refresh_token", "token", "access_token", "id_token")
        found = {WEB_SECRET, base64.b64encode(f"{WEB_APP}:{WEB_SECRET}".encode()).decode()}
        for exchange in self.watch.exchanges:
            for members in (exchange.form, exchange.answer):
                found |= {members[name] for name in names if members.get(name)}
        return found


def query(url: str) -> dict[str, str]:
    """The parameters in the query of an address."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
