"""Machine clients of the org: service apps and their secrets (Okta: "Applications API")."""

import logging
from collections.abc import Iterator, Mapping

from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.errors import OktaChangeRefused, OktaNotFound
from okta_gateway.okta.models import (
    ClientSecret,
    NewClientSecret,
    NewServiceApp,
    OktaApp,
    read_all,
    read_app,
    read_new_secret,
    read_new_service_app,
    read_secret,
)

PAGE_SIZE = 200
"""Okta's maximum for apps; without it a page has 20."""
_logger = logging.getLogger(__name__)
_READ_ONLY = {"id", "orn", "status", "created", "lastUpdated", "features", "_links", "_embedded"}
"""What a PUT does not carry (Okta's OpenAPI document: readOnly; the status has its own calls)."""


class OktaApps:
    """Every method raises what OktaApi raises; ids that cannot be one are a ValueError before anything is sent."""

    def __init__(self, api: OktaApi) -> None:
        self._api = api

    def create_service(self, label: str, profile: Mapping[str, str]) -> NewServiceApp:
        """A machine client with a secret and the client credentials grant (RFC 6749, section 4.4)."""
        answer = self._api.create("/apps", body=_service_app(label, profile), params={"activate": "true"})
        return answer.read(read_new_service_app)

    def find(self, app_id: str) -> OktaApp | None:
        try:
            return self._api.get("/apps/{}", app_id).read(read_app)
        except OktaNotFound:
            return None

    def all(self) -> Iterator[OktaApp]:
        """Every app of every kind, read page by page as they are asked for."""
        for page in self._api.pages("/apps", params={"limit": PAGE_SIZE}):
            yield from read_all(page, read_app)

    def labelled(self, label: str) -> list[OktaApp]:
        """The apps of exactly this label."""
        pages = self._api.pages("/apps", params={"q": label, "limit": PAGE_SIZE})
        return [app for page in pages for app in read_all(page, read_app) if app.label == label]

    def rename(self, app_id: str, label: str) -> OktaApp:
        """Two calls, since Okta replaces an app as a whole. Raises OktaNotFound."""
        app = self._api.get("/apps/{}", app_id).members()
        body = {name: value for name, value in app.items() if name not in _READ_ONLY}
        return self._api.put("/apps/{}", app_id, body=_without_secret(body) | {"label": label}).read(read_app)

    def activate(self, app_id: str) -> None:
        """One that is active already is no error."""
        self._become("/apps/{}/lifecycle/activate", app_id, active=True)

    def deactivate(self, app_id: str) -> None:
        """Its tokens end at Okta, and its secrets get no new ones. One that is inactive already is no error."""
        self._become("/apps/{}/lifecycle/deactivate", app_id, active=False)

    def _become(self, template: str, app_id: str, *, active: bool) -> None:
        """Change an app's state. A refusal is none when that is the state already, as after an answer that was lost.

        With which code Okta refuses that is not recorded, so the app itself tells.
        """
        try:
            self._api.post(template, app_id)
        except OktaChangeRefused:
            app = self.find(app_id)
            if app is None or app.active != active:
                raise

    def remove(self, app_id: str) -> None:
        """Deactivate and delete, since Okta deletes only what is inactive. One that is gone already is no error."""
        try:
            self.deactivate(app_id)
            self.delete(app_id)
        except OktaNotFound:
            _logger.info("the application %s was deleted already", app_id)

    def delete(self, app_id: str) -> None:
        """Raises OktaStateRefused for an app that is active (E0000056)."""
        self._api.delete("/apps/{}", app_id)

    def secrets(self, app_id: str) -> list[ClientSecret]:
        """Without their values, which Okta sends and nobody here reads."""
        return read_all(self._api.get("/apps/{}/credentials/secrets", app_id).records(), read_secret)

    def add_secret(self, app_id: str) -> NewClientSecret:
        """Raises OktaLimitReached when the app has two."""
        return self._api.create("/apps/{}/credentials/secrets", app_id, body={}).read(read_new_secret)

    def deactivate_secret(self, app_id: str, secret_id: str) -> None:
        self._api.post("/apps/{}/credentials/secrets/{}/lifecycle/deactivate", app_id, secret_id)

    def delete_secret(self, app_id: str, secret_id: str) -> None:
        """Okta refuses it for a secret that is active."""
        self._api.delete("/apps/{}/credentials/secrets/{}", app_id, secret_id)


def _service_app(label: str, profile: Mapping[str, str]) -> dict[str, object]:
    return {
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "oauthClient": {
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": False,
                "autoKeyRotation": True,
            }
        },
        "settings": {
            "oauthClient": {
                "application_type": "service",
                "grant_types": ["client_credentials"],
                "response_types": ["token"],
                # The authorizer takes plain bearer tokens only.
                "dpop_bound_access_tokens": False,
            }
        },
        "profile": dict(profile),
    }


def _without_secret(app: Mapping[str, object]) -> dict[str, object]:
    """Okta keeps what a PUT leaves out, and a secret travels no more often than it must."""
    credentials = app.get("credentials")
    client = credentials.get("oauthClient") if isinstance(credentials, dict) else None
    if not isinstance(credentials, dict) or not isinstance(client, dict):
        return dict(app)
    kept = {name: value for name, value in client.items() if name != "client_secret"}
    return {**app, "credentials": {**credentials, "oauthClient": kept}}
