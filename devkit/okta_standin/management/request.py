"""What an endpoint of the management API gets, and what is done for each of them before and after."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.browser_sessions import BrowserSessions
from devkit.okta_standin.deviations import Deviations
from devkit.okta_standin.errors import (
    NO_STORE,
    OktaRefusal,
    invalid_session,
    invalid_token,
    not_well_formed,
    okta_response,
    permission_missing,
    unsupported_media_type,
)
from devkit.okta_standin.introspection import is_fresh, verified_claims
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.management.rate_limits import RateLimits
from devkit.okta_standin.management.search_index import SearchIndexes
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.org import Org
from devkit.okta_standin.servers import ORG_SERVER_ID
from devkit.okta_standin.sign_ins import SignIns

PREFIX = "/api/v1"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: an API token or an app; `permissions` are named like the okta.* scopes."""

    id: str
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether the caller has a permission; to manage something includes to read it."""
        return permission in self.permissions or permission.removesuffix(".read") + ".manage" in self.permissions


@dataclass(frozen=True, slots=True)
class ManagementRequest:
    """An authenticated and permitted call."""

    actor: Actor
    origin: str
    """The org's address, which links in bodies start with."""
    link_origin: str
    """What Link headers start with, which may be another host at Okta (recorded answers)."""
    path: str
    """Such as `/api/v1/apps`."""
    path_params: Mapping[str, str]
    query: Mapping[str, str]
    _request: Request

    def url(self, path: str) -> str:
        """The absolute URL of something below `/api/v1`."""
        return f"{self.origin}{PREFIX}{path}"

    def flag(self, name: str, *, default: bool) -> bool:
        """A query parameter that is true or false."""
        return self.query.get(name, str(default)).lower() == "true"

    async def json_object(self) -> dict[str, Any]:
        """The members of the body. Raises OktaRefusal for another media type or for anything but a JSON object."""
        if self._request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise unsupported_media_type("E0000019")
        try:
            body = json.loads(await self._request.body())
        except ValueError as error:
            raise not_well_formed() from error
        if not isinstance(body, dict):
            raise not_well_formed()
        return body

    async def optional_json_object(self) -> dict[str, Any]:
        """The members of the body; none when it is empty. Raises OktaRefusal as json_object."""
        return await self.json_object() if await self._request.body() else {}


type Function = Callable[[ManagementRequest], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ManagementApi:
    """What all endpoints share."""

    site: Site
    keys: Keys
    sessions: BrowserSessions
    sign_ins: SignIns
    search: SearchIndexes
    limits: RateLimits
    deviations: Deviations
    clock: Callable[[], float]

    @property
    def org(self) -> Org:
        """The org that is managed."""
        return self.site.org

    def endpoint(self, permission: str, function: Function) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that lets callers with `permission` (such as okta.apps.manage) through to `function`."""

        async def answer_call(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                if lacks_length(request):
                    return Response(status_code=411)
                actor = self._actor(request)
                headers = self.limits.count(actor.id, request.scope["path"])
                if not actor.may(permission):
                    raise permission_missing()
                await request.body()  # now, so that no other call comes between what `function` looks up and saves
                response = await function(self._management_request(request, actor))
            except OktaRefusal as refusal:
                response = okta_response(refusal)
            for name, value in headers.items():
                response.headers.setdefault(name, value)
            return response

        return answer_call

    def _management_request(self, request: Request, actor: Actor) -> ManagementRequest:
        return ManagementRequest(
            actor=actor,
            origin=self.site.origin(request),
            link_origin=self.deviations.link_origin or self.site.origin(request),
            path=request.scope["path"],
            path_params=request.path_params,
            query=dict(request.query_params),
            _request=request,
        )

    def _actor(self, request: Request) -> Actor:
        """Who makes a request. Raises OktaRefusal (E0000005 without a token, E0000011 with a wrong one)."""
        authorization = request.headers.get("authorization", "")
        if authorization[:4].lower() == "ssws":
            # Okta's own Python client sends no space after the scheme, and works.
            return self._owner(authorization[4:].strip())
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise invalid_session()
        return self._client(token.strip(), self.site.origin(request))

    def _owner(self, token: str) -> Actor:
        for known in self.org.api_tokens:
            if hmac.compare_digest(known.value.encode(), token.encode()):
                return Actor(known.name, frozenset(known.permissions))
        raise invalid_token()

    def _client(self, token: str, origin: str) -> Actor:
        """The app that an access token of the org server was issued to (OAuth 2.0 for Okta APIs)."""
        claims = verified_claims(token, self.keys.server(ORG_SERVER_ID), self.org.org_server.issuer(origin))
        if claims is None or not is_fresh(claims, self.clock()) or self.sign_ins.is_revoked(claims):
            raise invalid_token()
        app = self.org.active_app(str(claims.get("cid")))
        if app is None:
            raise invalid_token()
        return Actor(app.client_id, frozenset(claims.get("scp", ())))


def lacks_length(request: Request) -> bool:
    """Whether a POST or PUT says nothing of its body, which Okta answers with 411; an empty body has length 0."""
    said = "content-length" in request.headers or "transfer-encoding" in request.headers
    return request.method in ("POST", "PUT") and not said


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return JSONResponse(body, status, NO_STORE)


def no_content() -> Response:
    """An answer without a body."""
    return Response(status_code=204, headers=NO_STORE)


def timestamp(moment: float | None) -> str | None:
    """Epoch seconds as Okta writes them, such as `2026-01-06T19:50:58.000Z`."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
