"""What a request to create or replace an OIDC app must look like, and the app that it describes.

Where Okta's text is not recorded, the summary is Okta's form with our words.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devkit.okta_standin.clients import (
    BY_SECRET,
    PRIVATE_KEY_JWT,
    App,
    AppType,
    RefreshTokens,
    Rotation,
)
from devkit.okta_standin.errors import not_well_formed, validation_failed
from devkit.okta_standin.management.client_keys import client_key
from devkit.okta_standin.org_file import GRANT_TYPES, LEEWAY_SECONDS

OIDC = "oidc_client"
SIGN_ON_MODE = "OPENID_CONNECT"
LABEL_LENGTH = 100
SECRET_LENGTH = (14, 100)
"""Okta's OpenAPI document."""
APPLICATION_TYPES: tuple[AppType, ...] = ("web", "service")
_ACTED_ON = frozenset(
    (
        "application_type",
        "grant_types",
        "jwks",
        "post_logout_redirect_uris",
        "redirect_uris",
        "refresh_token",
        "response_types",
    )
)
"""The members of `settings.oauthClient` that the stand-in itself reads; the others it only shows again."""


def described_app(body: Mapping[str, Any], before: App, now: float) -> App:
    """`before` with all settings as `body` has them, and Okta's defaults for what it leaves out.

    Raises OktaRefusal: E0000003 for a member of another type, E0000001 for a wrong value.
    """
    _require_oidc(body)
    settings = section(section(body, "settings"), "oauthClient")
    client = section(section(body, "credentials"), "oauthClient")
    app = replace(
        before,
        label=_label(body),
        type=_choice(settings, "application_type", APPLICATION_TYPES, "web"),
        grant_types=texts(settings, "grant_types"),
        authentication=_choice(
            client, "token_endpoint_auth_method", (*BY_SECRET, PRIVATE_KEY_JWT), "client_secret_basic"
        ),
        jwks=_keys(settings, before, now),
        profile=section(body, "profile"),
        document=_shown_again(body, settings, client),
        redirect_uris=texts(settings, "redirect_uris"),
        post_logout_redirect_uris=texts(settings, "post_logout_redirect_uris"),
        pkce_required=_flag(client, "pkce_required", default=True),
        refresh_tokens=_refresh_tokens(settings, before),
        last_updated=now,
    )
    _require_consistent(app)
    _require_own_client_id(client, before)
    return app


def requested_secret(body: Mapping[str, Any]) -> str | None:
    """The secret that the caller brings along. Raises OktaRefusal (E0000001) when it is too short or too long."""
    client = section(section(body, "credentials"), "oauthClient")
    return own_secret(client)


def own_secret(members: Mapping[str, Any]) -> str | None:
    """The `client_secret` of `members`, if any. Raises OktaRefusal."""
    secret = text(members, "client_secret")
    shortest, longest = SECRET_LENGTH
    if secret is not None and not shortest <= len(secret) <= longest:
        raise validation_failed("client_secret", f"client_secret: It must have {shortest} to {longest} characters.")
    return secret


def section(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object called `name`; without one, an empty one. Raises OktaRefusal (E0000003) for anything else."""
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise not_well_formed()
    return value


def text(members: Mapping[str, Any], name: str) -> str | None:
    """The string called `name`, if any. Raises OktaRefusal (E0000003) for anything else."""
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise not_well_formed()
    return value


def texts(members: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The strings of the list called `name`, each one once. Raises OktaRefusal (E0000003) for anything else."""
    values = members.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise not_well_formed()
    return tuple(dict.fromkeys(values))


def _require(fits: bool, name: str, problem: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not fits:
        raise validation_failed(name, f"{name}: {problem}")


def _require_oidc(body: Mapping[str, Any]) -> None:
    _require(body.get("signOnMode") == SIGN_ON_MODE, "signOnMode", f"The stand-in has {SIGN_ON_MODE} apps only.")
    _require(body.get("name") == OIDC, "name", f"An app of this sign-on mode is called {OIDC}.")


def _label(body: Mapping[str, Any]) -> str:
    label = (text(body, "label") or "").strip()
    _require(label != "", "label", "The field cannot be left blank")
    _require(len(label) <= LABEL_LENGTH, "label", f"The field must have at most {LABEL_LENGTH} characters.")
    return label


def _choice[T: str](members: Mapping[str, Any], name: str, choices: tuple[T, ...], default: T) -> T:
    value = text(members, name)
    if value is None:
        return default
    for choice in choices:
        if choice == value:
            return choice
    raise validation_failed(name, f"{name}: The stand-in takes one of {', '.join(sorted(choices))}.")


def _flag(members: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = members.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise not_well_formed()
    return value


def _keys(settings: Mapping[str, Any], before: App, now: float) -> tuple[Mapping[str, Any], ...]:
    """The keys of `jwks`; one that the app has already keeps its id."""
    known = {key["kid"]: key for key in before.jwks}
    keys = section(settings, "jwks").get("keys") or []
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise not_well_formed()
    described = tuple(client_key(key, now, known.get(key.get("kid"))) for key in keys)
    _require(len({key["kid"] for key in described}) == len(described), "jwks", "Each key needs a `kid` of its own.")
    return described


def _refresh_tokens(settings: Mapping[str, Any], before: App) -> RefreshTokens:
    """What is not set stays as it was (Okta's reference of the refresh token object)."""
    given = section(settings, "refresh_token")
    if not given:
        return before.refresh_tokens
    low, high = LEEWAY_SECONDS
    leeway = given.get("leeway", RefreshTokens().leeway)
    _require(isinstance(leeway, int) and low <= leeway <= high, "leeway", f"It is a number from {low} to {high}.")
    _require("rotation_type" in given, "rotation_type", "It is required in `refresh_token`.")
    return RefreshTokens(_choice(given, "rotation_type", tuple(Rotation), Rotation.STATIC), leeway)


def _shown_again(
    body: Mapping[str, Any], settings: Mapping[str, Any], client: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    general = {name: value for name, value in section(body, "settings").items() if name != "oauthClient"}
    return {
        "accessibility": section(body, "accessibility"),
        "visibility": section(body, "visibility"),
        "settings": general,
        "oauthClient": {name: value for name, value in settings.items() if name not in _ACTED_ON},
        "responses": {"response_types": list(texts(settings, "response_types"))},
        "credentials": {"autoKeyRotation": _flag(client, "autoKeyRotation", default=True)},
    }


def _require_consistent(app: App) -> None:
    unknown = [grant for grant in app.grant_types if grant not in GRANT_TYPES]
    _require(bool(app.grant_types), "grant_types", "At least one grant type is required.")
    _require(not unknown, "grant_types", f"The stand-in knows {', '.join(GRANT_TYPES)}.")
    of_service = app.type != "service" or app.grant_types == ("client_credentials",)
    _require(of_service, "grant_types", "A service app has the grant type client_credentials and no other.")
    needs_address = "authorization_code" in app.grant_types
    _require(bool(app.redirect_uris) or not needs_address, "redirect_uris", "At least one is required for this grant.")
    needs_key = app.authentication == PRIVATE_KEY_JWT
    _require(bool(app.jwks) or not needs_key, "jwks", "At least one key is required for private_key_jwt.")
    bound = app.document["oauthClient"].get("dpop_bound_access_tokens", False)
    _require(not bound, "dpop_bound_access_tokens", "The stand-in issues bearer tokens only.")


def _require_own_client_id(client: Mapping[str, Any], before: App) -> None:
    given = text(client, "client_id")
    _require(given in (None, before.client_id), "client_id", "The stand-in takes the app's id, and no other.")
