"""A gateway whose org, settings and store are all right, and the doctor's word on it once something was broken."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pymongo

from devkit.doctor import CHECKS, Case, Examined, examine
from devkit.doctor.findings import Result
from devkit.okta_standin import create_app, load_org
from devkit.okta_standin.clients import App
from devkit.okta_standin.org import Org
from devkit.okta_standin.servers import AuthorizationServer
from devkit.serving import serve
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

ORG = Path(__file__).with_name("org.yml")
SERVER, WEB_APP, MACHINE = "aus1234567890abcdef", "0oa1234567890abcdef", "0oa0987654321fedcba"
REDIRECT_URI = "http://localhost:8888/oauth2/callback/okta"
SETTINGS = {
    "AUTH_PROVIDER": "okta",
    "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
    "OKTA_AUTH_SERVER_ID": SERVER,
    "OKTA_AUDIENCE": "api://ai-registry",
    "OKTA_CLIENT_ID": WEB_APP,
    "OKTA_CLIENT_SECRET": "local-web-secret-not-for-production",
    "OKTA_M2M_CLIENT_ID": MACHINE,
    "OKTA_M2M_CLIENT_SECRET": "local-agent-secret-not-for-production",
    "OKTA_API_TOKEN": "local-api-token-not-for-production",
    "GATEWAY_URL": "http://localhost:8888",
    "SCOPES_FILE": str(Path(__file__).parents[3] / "layers" / "policies" / "scopes.yml"),
}

type BreakOrg = Callable[[Org], None]
type Look = Callable[[Case], list[Examined]]


@dataclass
class Patient:
    """What a test may break. `minted` orders a token from the stand-in, `rewritten` changes Okta's answers."""

    key_folder: Path
    store_uri: str
    database: str
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    org: Org = field(default_factory=lambda: load_org(ORG))
    base_url: str | None = None
    clock: Callable[[], float] | None = None
    minted: Mapping[str, object] | None = None
    token: str = ""
    fault: Mapping[str, object] | None = None
    rate_limit: Mapping[str, object] | None = None
    rewritten: Callable[[str, Any], Any] | None = None

    def set(self, **settings: str) -> None:
        self.settings |= settings

    def server(self, **changes: Any) -> None:
        """Change the authorization server of the settings."""
        server = self.org.custom_server(SERVER)
        assert server
        self.org.change_server(replace(server, **changes))

    @property
    def its_server(self) -> AuthorizationServer:
        server = self.org.custom_server(SERVER)
        assert server
        return server

    def app(self, client_id: str = WEB_APP, **changes: Any) -> None:
        self.org.change_app(replace(self.its_app(client_id), **changes))

    def its_app(self, client_id: str = WEB_APP) -> App:
        app = self.org.app(client_id)
        assert app
        return app

    def make_store(self) -> None:
        """A store as the functions leave it, with the machine in it."""
        with pymongo.MongoClient[Document](self.store_uri) as client:
            registry = M2MRegistry(client[self.database])
            registry.ensure_indexes()
            registry.add(M2MRecord(MACHINE, "ai-agent-3", ("public-mcp-users",)))

    def examined(self) -> dict[str, Examined]:
        """What each check says, by its name."""
        app = create_app(self.org, key_folder=self.key_folder, base_url=self.base_url)
        with serve(app) as address:
            if self.fault:
                httpx.post(f"{address}/_standin/faults", json=self.fault).raise_for_status()
            if self.rate_limit:
                httpx.post(f"{address}/_standin/rate_limits", json=self.rate_limit).raise_for_status()
            if self.minted:
                answer = httpx.post(f"{address}/_standin/tokens", json=self.minted).raise_for_status()
                self.token = answer.json()["token"]
            store = {"DOCUMENTDB_URI": self.store_uri, "DOCUMENTDB_DATABASE": self.database}
            settings = {"OKTA_DOMAIN": address, **store, **self.settings}
            settings = {name: value for name, value in settings.items() if value}
            case = Case(settings, token=self.token, transport=_Rewriting(self.rewritten), **self._time())
            return {each.check.name: each for each in examine(case, CHECKS)}

    def _time(self) -> dict[str, Any]:
        return {"clock": self.clock} if self.clock else {}


class _Rewriting(httpx.HTTPTransport):
    """Okta's own answers, but for what the stand-in cannot be: a DPoP application, encrypted tokens."""

    def __init__(self, rewritten: Callable[[str, Any], Any] | None) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))
        self._rewritten = rewritten

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if not self._rewritten:
            return response
        response.read()
        body = self._rewritten(request.url.path, json.loads(response.content))
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx.Response(response.status_code, headers=headers, content=json.dumps(body).encode())


def with_result(examined: Mapping[str, Examined], *results: Result) -> list[str]:
    """The names of the checks with such a result."""
    return [name for name, each in examined.items() if each.finding.result in results]
