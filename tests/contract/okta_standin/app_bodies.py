"""Bodies that make apps, and what of the answers is compared with the recorded ones."""

from typing import Any

import httpx

from tests.contract.okta_standin.management import Management, recorded_samples, succeeded
from tests.contract.okta_standin.standin_client import CUSTOM, MACHINE_FORM, Standin

SERVICE: dict[str, Any] = {
    "name": "oidc_client",
    "label": "agent",
    "signOnMode": "OPENID_CONNECT",
    "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic", "pkce_required": False}},
    "settings": {
        "oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        }
    },
}
WEB: dict[str, Any] = {
    "name": "oidc_client",
    "label": "web app",
    "signOnMode": "OPENID_CONNECT",
    "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
    "settings": {
        "oauthClient": {
            "application_type": "web",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "redirect_uris": ["http://localhost:8888/oauth2/callback/okta"],
            "refresh_token": {"rotation_type": "ROTATE", "leeway": 20},
        }
    },
}


def with_settings(body: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """`body` with other members of `settings.oauthClient`; one of None is left out."""
    changed = {**body["settings"]["oauthClient"], **settings}
    return {**body, "settings": {"oauthClient": {name: value for name, value in changed.items() if value is not None}}}


def with_client(body: dict[str, Any], **client: Any) -> dict[str, Any]:
    """`body` with other members of `credentials.oauthClient`."""
    return {**body, "credentials": {"oauthClient": {**body["credentials"]["oauthClient"], **client}}}


def create_app(api: Management, body: dict[str, Any] = SERVICE, **query: str) -> dict[str, Any]:
    app: dict[str, Any] = succeeded(api.post("/apps", body, **query))
    return app


def secret_of(app: dict[str, Any]) -> str:
    return str(app["credentials"]["oauthClient"]["client_secret"])


def machine_token(okta: Standin, client_id: str, secret: str) -> httpx.Response:
    """The custom server's answer to client credentials."""
    return okta.request_token(MACHINE_FORM, CUSTOM, auth=(client_id, secret))


def works(response: httpx.Response) -> bool:
    """Whether a client got its token; False is `invalid_client`, and anything else fails."""
    if response.status_code == 200:
        return True
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client"), response.text
    return False


def recorded(method: str, path: str, status: int, sample: int = 0) -> dict[str, Any]:
    """One of Okta's own exchanges."""
    return recorded_samples(method, f"/api/v1{path}", status)[sample]


def recorded_refusal(method: str, path: str, status: int, sample: int = 0) -> tuple[int, str, list[str]]:
    """As `refusal` reads our own answers."""
    body = recorded(method, path, status, sample)["body"]
    return status, body["errorCode"], [cause["errorSummary"] for cause in body["errorCauses"]]


def shape(value: Any) -> Any:
    """The names of an answer's members, at every depth but in links."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items() if name != "_links"}
    if isinstance(value, list):
        return [shape(item) for item in value[:1] if isinstance(item, dict)]
    return None
