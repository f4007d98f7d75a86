"""Public keys of the management API: `/api/v1/apps/{id}/credentials/jwks`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.clients import App, Lifecycle
from devkit.okta_standin.errors import not_found, validation_failed
from devkit.okta_standin.management.client_keys import client_key, known_keys, shown_key
from devkit.okta_standin.management.path_names import app_of_path
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content

SUBJECT = "JsonWebKey"


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """The endpoints."""

    api: ManagementApi

    async def list_keys(self, request: ManagementRequest) -> Response:
        """`GET …/jwks`."""
        app = app_of_path(self.api.org, request)
        return answer([_shown(app, key, request) for key in self._keys(app)])

    async def add(self, request: ManagementRequest) -> Response:
        """`POST …/jwks`: one more key, which works beside the others."""
        app = app_of_path(self.api.org, request)
        key = client_key(await request.json_object(), self.api.clock())
        keys = self._keys(app)
        if any(other["kid"] == key["kid"] for other in keys):
            # Not documented; the text is ours.
            raise validation_failed(SUBJECT, "kid: The client has a key with this id already.")
        self._keep(app, (*keys, key))
        return answer(_shown(app, key, request), 201)

    async def get(self, request: ManagementRequest) -> Response:
        """`GET …/jwks/{id}`."""
        app = app_of_path(self.api.org, request)
        return answer(_shown(app, self._found(app, request), request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE …/jwks/{id}`: only an inactive one (Okta's reference); the text of the refusal is ours."""
        app = app_of_path(self.api.org, request)
        key = self._found(app, request)
        if key["status"] is Lifecycle.ACTIVE:
            raise validation_failed(SUBJECT, "You can delete an inactive key only.")
        self._keep(app, tuple(other for other in self._keys(app) if other["id"] != key["id"]))
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST …/jwks/{id}/lifecycle/activate`."""
        app = app_of_path(self.api.org, request)
        return self._set_status(app, self._found(app, request), Lifecycle.ACTIVE, request)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST …/jwks/{id}/lifecycle/deactivate`."""
        app = app_of_path(self.api.org, request)
        return self._set_status(app, self._found(app, request), Lifecycle.INACTIVE, request)

    def _keys(self, app: App) -> tuple[Mapping[str, Any], ...]:
        return known_keys(app, self.api.keys)

    def _found(self, app: App, request: ManagementRequest) -> Mapping[str, Any]:
        key_id = request.path_params["key_id"]
        for key in self._keys(app):
            if key["id"] == key_id:
                return key
        raise not_found(key_id, SUBJECT)

    def _set_status(self, app: App, key: Mapping[str, Any], status: Lifecycle, request: ManagementRequest) -> Response:
        changed = {**key, "status": status, "last_updated": self.api.clock()}
        self._keep(app, tuple(changed if other["id"] == key["id"] else other for other in self._keys(app)))
        return answer(_shown(app, changed, request))

    def _keep(self, app: App, changed: tuple[Mapping[str, Any], ...]) -> None:
        self.api.org.change_app(replace(app, jwks=changed))


def _shown(app: App, key: Mapping[str, Any], request: ManagementRequest) -> dict[str, Any]:
    return shown_key(key, request.url(f"/apps/{app.id}/credentials/jwks/{key['id']}"))


def routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes of public keys."""
    endpoints = ClientKeys(api)
    read, manage = "okta.apps.read", "okta.apps.manage"
    every, one = "/apps/{app_id}/credentials/jwks", "/apps/{app_id}/credentials/jwks/{key_id}"
    return [
        Route(every, api.endpoint(read, endpoints.list_keys), methods=["GET"]),
        Route(every, api.endpoint(manage, endpoints.add), methods=["POST"]),
        Route(one, api.endpoint(read, endpoints.get), methods=["GET"]),
        Route(one, api.endpoint(manage, endpoints.delete), methods=["DELETE"]),
        Route(f"{one}/lifecycle/activate", api.endpoint(manage, endpoints.activate), methods=["POST"]),
        Route(f"{one}/lifecycle/deactivate", api.endpoint(manage, endpoints.deactivate), methods=["POST"]),
    ]
