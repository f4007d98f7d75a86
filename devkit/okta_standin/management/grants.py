"""Scopes of Okta's own API that an administrator grants to an app: `/api/v1/apps/{id}/grants`."""

from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import not_found, validation_failed
from devkit.okta_standin.management.app_request import text
from devkit.okta_standin.management.path_names import app_of_path
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content, timestamp
from devkit.okta_standin.org import new_id

SUBJECT = "OAuth2ScopeConsentGrant"
PREFIX = "okta."


@dataclass(frozen=True, slots=True)
class Consent:
    """A scope granted to an app, by whom and when (epoch seconds)."""

    id: str
    scope: str
    granted_by: str
    created: float


@dataclass(frozen=True, slots=True)
class Grants:
    """The endpoints; App.okta_scopes is what counts, the rest of a grant is kept here."""

    api: ManagementApi
    _consents: dict[tuple[str, str], Consent] = field(default_factory=dict)
    """By app and scope."""

    async def list_grants(self, request: ManagementRequest) -> Response:
        """`GET …/grants`: all of them on one page (recorded)."""
        app = app_of_path(self.api.org, request)
        embed = request.query.get("expand") == "scope"
        return answer([_shown(app, self._consent(app, scope), request, embed=embed) for scope in app.okta_scopes])

    async def add(self, request: ManagementRequest) -> Response:
        """`POST …/grants`: 200 (recorded), though the document says 201; a scope granted before stays as it is."""
        app = app_of_path(self.api.org, request)
        body = await request.json_object()
        if text(body, "issuer") != request.origin:
            # Not documented; the text is ours.
            raise validation_failed("issuer", "issuer: The issuer must be the org authorization server.")
        scope = text(body, "scopeId") or ""
        if not scope.startswith(PREFIX):
            raise validation_failed("scopeId", "scopeId: A scope of Okta's own API is expected.")
        if scope not in app.okta_scopes:
            self._consents[app.id, scope] = Consent(new_id("oag"), scope, request.actor.id, self.api.clock())
            app = replace(app, okta_scopes=(*app.okta_scopes, scope))
            self.api.org.change_app(app)
        return answer(_shown(app, self._consent(app, scope), request, embed=True))

    async def get(self, request: ManagementRequest) -> Response:
        """`GET …/grants/{id}`."""
        app = app_of_path(self.api.org, request)
        return answer(_shown(app, self._found(app, request), request, embed=request.query.get("expand") == "scope"))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE …/grants/{id}`: the app gets no more tokens with the scope."""
        app = app_of_path(self.api.org, request)
        consent = self._found(app, request)
        del self._consents[app.id, consent.scope]
        scopes = tuple(scope for scope in app.okta_scopes if scope != consent.scope)
        self.api.org.change_app(replace(app, okta_scopes=scopes))
        return no_content()

    def _consent(self, app: App, scope: str) -> Consent:
        """What is kept of a grant; one of the org file gets its id when it is first asked for."""
        seeded = Consent(new_id("oag"), scope, "org-file", app.created)
        return self._consents.setdefault((app.id, scope), seeded)

    def _found(self, app: App, request: ManagementRequest) -> Consent:
        grant_id = request.path_params["grant_id"]
        for scope in app.okta_scopes:
            if (consent := self._consent(app, scope)).id == grant_id:
                return consent
        raise not_found(grant_id, SUBJECT)


def _shown(app: App, consent: Consent, request: ManagementRequest, *, embed: bool) -> dict[str, Any]:
    at = request.url(f"/apps/{app.id}")
    own = {"href": f"{at}/grants/{consent.id}", "hints": {"allow": ["GET", "DELETE"]}}
    document = {
        "id": consent.id,
        "status": "ACTIVE",
        "created": timestamp(consent.created),
        "createdBy": {"id": consent.granted_by, "type": "User"},
        "lastUpdated": timestamp(consent.created),
        "issuer": request.origin,
        "clientId": app.client_id,
        "scopeId": consent.scope,
        "source": "ADMIN",
    }
    links = {
        "app": {"href": at, "title": app.label},
        "self": own,
        "client": {"href": f"{request.origin}/oauth2/v1/clients/{app.client_id}", "title": app.label},
    }
    embedded = {"_embedded": {"scope": {"id": consent.scope}}} if embed else {}
    return document | embedded | {"_links": links}


def routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes of grants; the permissions are those of Okta's OpenAPI document."""
    grants = Grants(api)
    read, manage = "okta.appGrants.read", "okta.appGrants.manage"
    every, one = "/apps/{app_id}/grants", "/apps/{app_id}/grants/{grant_id}"
    return [
        Route(every, api.endpoint(read, grants.list_grants), methods=["GET"]),
        Route(every, api.endpoint(manage, grants.add), methods=["POST"]),
        Route(one, api.endpoint(read, grants.get), methods=["GET"]),
        Route(one, api.endpoint(manage, grants.delete), methods=["DELETE"]),
    ]
