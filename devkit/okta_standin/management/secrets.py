"""Client secrets of the management API: `/api/v1/apps/{id}/credentials/secrets`, at most two for an app."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.clients import App, ClientSecret, Lifecycle
from devkit.okta_standin.errors import not_found, validation_failed
from devkit.okta_standin.keys import base64url
from devkit.okta_standin.management.app_request import own_secret, text
from devkit.okta_standin.management.credential_links import credential_links
from devkit.okta_standin.management.path_names import app_of_path
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content, timestamp
from devkit.okta_standin.org import new_id

MOST = 2
TOO_MANY = "You have reached the maximum number of client secrets per client."
"""As Okta answered in public logs."""
SUBJECT = "OAuth2ClientSecretMediated"
"""Okta's name for a secret in that answer."""


def new_secret(now: float, value: str | None = None) -> ClientSecret:
    """A secret of 64 characters, as long as Okta's, or the one that the caller has brought along."""
    return ClientSecret(new_id("ocs"), value or secrets.token_urlsafe(48), created=now, last_updated=now)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The endpoints."""

    api: ManagementApi

    async def list_secrets(self, request: ManagementRequest) -> Response:
        """`GET …/secrets`: all of them, in clear (recorded)."""
        app = app_of_path(self.api.org, request)
        return answer([_shown(app, secret, request) for secret in app.secrets])

    async def add(self, request: ManagementRequest) -> Response:
        """`POST …/secrets`: a second secret, which works beside the first. The body may be empty (recorded)."""
        app = app_of_path(self.api.org, request)
        body = await request.optional_json_object()
        if not app.has_secret:
            # Not documented; the text is ours.
            raise validation_failed(SUBJECT, f"The client authenticates by {app.authentication}.")
        own, status = own_secret(body), _requested_status(body)
        if len(app.secrets) >= MOST:
            raise validation_failed(SUBJECT, TOO_MANY)
        secret = replace(new_secret(self.api.clock(), own), status=status)
        self._keep(app, (*app.secrets, secret))
        return answer(_shown(app, secret, request), 201)

    async def get(self, request: ManagementRequest) -> Response:
        """`GET …/secrets/{id}`."""
        app = app_of_path(self.api.org, request)
        return answer(_shown(app, _found(app, request), request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE …/secrets/{id}`: only an inactive one (Okta's reference); the text of the refusal is ours."""
        app = app_of_path(self.api.org, request)
        secret = _found(app, request)
        if secret.status is Lifecycle.ACTIVE:
            raise validation_failed(SUBJECT, "You can delete an inactive client secret only.")
        self._keep(app, tuple(other for other in app.secrets if other.id != secret.id))
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST …/secrets/{id}/lifecycle/activate`."""
        app = app_of_path(self.api.org, request)
        return self._set_status(app, _found(app, request), Lifecycle.ACTIVE, request)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST …/secrets/{id}/lifecycle/deactivate`: not the only one (Okta's reference); the text is ours."""
        app = app_of_path(self.api.org, request)
        secret = _found(app, request)
        if len(app.secrets) == 1:
            raise validation_failed(SUBJECT, "You can't deactivate the only client secret of the client.")
        return self._set_status(app, secret, Lifecycle.INACTIVE, request)

    def _set_status(self, app: App, secret: ClientSecret, status: Lifecycle, request: ManagementRequest) -> Response:
        changed = replace(secret, status=status, last_updated=self.api.clock())
        self._keep(app, tuple(changed if other.id == changed.id else other for other in app.secrets))
        return answer(_shown(app, changed, request))

    def _keep(self, app: App, changed: tuple[ClientSecret, ...]) -> None:
        self.api.org.change_app(replace(app, secrets=changed))


def _found(app: App, request: ManagementRequest) -> ClientSecret:
    secret_id = request.path_params["secret_id"]
    for secret in app.secrets:
        if secret.id == secret_id:
            return secret
    raise not_found(secret_id, SUBJECT)


def _requested_status(body: dict[str, Any]) -> Lifecycle:
    status = text(body, "status") or Lifecycle.ACTIVE
    if status not in tuple(Lifecycle):
        raise validation_failed("status", f"status: One of {', '.join(Lifecycle)} is expected.")
    return Lifecycle(status)


def _shown(app: App, secret: ClientSecret, request: ManagementRequest) -> dict[str, Any]:
    """A secret as recorded; Okta does not say how the hash is made, so this is a hash of ours."""
    digest = hashlib.sha256(secret.value.encode()).digest()
    return {
        "id": secret.id,
        "created": timestamp(secret.created),
        "lastUpdated": timestamp(secret.last_updated),
        "status": secret.status,
        "client_secret": secret.value,
        "secret_hash": base64url(digest[:16]),
        "_links": credential_links(request.url(f"/apps/{app.id}/credentials/secrets/{secret.id}"), secret.status),
    }


def routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes of client secrets."""
    endpoints = Secrets(api)
    read, manage = "okta.apps.read", "okta.apps.manage"
    every, one = "/apps/{app_id}/credentials/secrets", "/apps/{app_id}/credentials/secrets/{secret_id}"
    return [
        Route(every, api.endpoint(read, endpoints.list_secrets), methods=["GET"]),
        Route(every, api.endpoint(manage, endpoints.add), methods=["POST"]),
        Route(one, api.endpoint(read, endpoints.get), methods=["GET"]),
        Route(one, api.endpoint(manage, endpoints.delete), methods=["DELETE"]),
        Route(f"{one}/lifecycle/activate", api.endpoint(manage, endpoints.activate), methods=["POST"]),
        Route(f"{one}/lifecycle/deactivate", api.endpoint(manage, endpoints.deactivate), methods=["POST"]),
    ]
