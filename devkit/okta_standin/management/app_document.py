"""An OIDC app as Okta's API shows it (recorded answers): null for what is unset, and no secret but in one answer."""

from collections.abc import Mapping
from typing import Any

from devkit.okta_standin.clients import App
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.management.app_request import OIDC, SIGN_ON_MODE
from devkit.okta_standin.management.client_keys import known_keys
from devkit.okta_standin.management.request import ManagementRequest, timestamp
from devkit.okta_standin.servers import ORG_SERVER_ID
from devkit.okta_standin.tokens import IDENTITY_PROVIDER

_LINK_PAGE = "aln177a159h7Zf52X0g8"
"""The end of a recorded link to an OIDC app's own page."""
_ACCESSIBILITY: dict[str, Any] = {"selfService": False, "errorRedirectUrl": None, "loginRedirectUrl": None}
_VISIBILITY: dict[str, Any] = {
    "autoLaunch": False,
    "autoSubmitToolbar": False,
    "hide": {"iOS": True, "web": True},
    "appLinks": {f"{OIDC}_link": True},
}


def app_document(app: App, request: ManagementRequest, keys: Keys) -> dict[str, Any]:
    """The app without its secrets."""
    document: dict[str, Any] = {
        "id": app.id,
        "orn": f"orn:okta:idp:{IDENTITY_PROVIDER}:apps:{OIDC}:{app.id}",
        "name": OIDC,
        "label": app.label,
        "status": app.status,
        "lastUpdated": timestamp(app.last_updated),
        "created": timestamp(app.created),
        "accessibility": _ACCESSIBILITY | _set(app, "accessibility"),
        "visibility": _VISIBILITY | _set(app, "visibility"),
        "features": [],
        "signOnMode": SIGN_ON_MODE,
        "credentials": _credentials(app, keys),
        "universalLogout": None,
        "settings": _settings(app, keys),
        "_links": _links(app, request),
    }
    return document | ({"profile": dict(app.profile)} if app.profile else {})


def with_secret(document: dict[str, Any], secret: str) -> dict[str, Any]:
    """The document with a client secret in clear, which Okta shows when it has made the app."""
    document["credentials"]["oauthClient"]["client_secret"] = secret
    return document


def _set(app: App, part: str) -> dict[str, Any]:
    """What an administrator has set in a part of the document."""
    return dict(app.document.get(part, {}))


def _credentials(app: App, keys: Keys) -> dict[str, Any]:
    return {
        "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
        "signing": {"kid": keys.server(ORG_SERVER_ID).active.kid},
        "oauthClient": {
            "autoKeyRotation": True,
            **_set(app, "credentials"),
            "client_id": app.client_id,
            "token_endpoint_auth_method": app.authentication,
            "pkce_required": app.pkce_required,
        },
    }


def _settings(app: App, keys: Keys) -> dict[str, Any]:
    network = {"connection": "DISABLED"}
    return {
        "app": {},
        "notifications": {"vpn": {"network": network, "message": None, "helpUrl": None}},
        "manualProvisioning": False,
        "implicitAssignment": False,
        "notes": {"admin": None, "enduser": None},
        **_set(app, "settings"),
        "oauthClient": _oauth_client(app, keys),
    }


def _oauth_client(app: App, keys: Keys) -> dict[str, Any]:
    responses = _set(app, "responses").get("response_types") or [_response_type(app)]
    members: dict[str, Any] = {
        "client_uri": None,
        "logo_uri": None,
        "redirect_uris": list(app.redirect_uris),
        "post_logout_redirect_uris": list(app.post_logout_redirect_uris),
        "response_types": responses,
        "grant_types": list(app.grant_types),
        "application_type": app.type,
        "consent_method": "TRUSTED",
        "issuer_mode": "DYNAMIC",
        "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
        "wildcard_redirect": "DISABLED",
        "dpop_bound_access_tokens": False,
        **_set(app, "oauthClient"),
    }
    if not app.post_logout_redirect_uris:
        del members["post_logout_redirect_uris"]
    if "refresh_token" in app.grant_types:
        members["refresh_token"] = {
            "rotation_type": app.refresh_tokens.rotation,
            "leeway": app.refresh_tokens.leeway,
        }
    if own := known_keys(app, keys):
        members["jwks"] = {"keys": [_key(key) for key in own]}
    return members


def _response_type(app: App) -> str:
    """What the grants call for."""
    return "code" if "authorization_code" in app.grant_types else "token"


def _key(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: key[name] for name in ("kty", "kid", "use", "e", "n")}


def _links(app: App, request: ManagementRequest) -> dict[str, Any]:
    at = request.url(f"/apps/{app.id}")
    change = "deactivate" if app.active else "activate"
    links = {
        "appLinks": [
            {
                "name": f"{OIDC}_link",
                "href": f"{request.origin}/home/{OIDC}/{app.id}/{_LINK_PAGE}",
                "type": "text/html",
            }
        ],
        "groups": {"href": f"{at}/groups"},
        "users": {"href": f"{at}/users"},
        change: {"href": f"{at}/lifecycle/{change}"},
    }
    secrets = [{"name": "secrets", "href": f"{at}/credentials/secrets"}]
    return links | ({"clientCredentials": secrets} if app.has_secret else {})
