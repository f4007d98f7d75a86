"""The applications of an org, as plain data. Times are epoch seconds."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from devkit.okta_standin.people import User
from devkit.okta_standin.seeds import SEEDED_AT
from devkit.okta_standin.servers import Claim

type AppType = Literal["web", "service", "browser", "native"]

PRIVATE_KEY_JWT = "private_key_jwt"
BY_SECRET = frozenset({"client_secret_basic", "client_secret_post", "client_secret_jwt"})


class Lifecycle(StrEnum):
    """Whether an app or one of its secrets works."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class Rotation(StrEnum):
    """What happens to a refresh token that has been used (Okta's `rotation_type`)."""

    ROTATE = "ROTATE"
    STATIC = "STATIC"


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """How an app's refresh tokens behave (Okta's `settings.oauthClient.refresh_token`); leeway in seconds.

    The default is Okta's for web apps: persistent ones.
    """

    rotation: Rotation = Rotation.STATIC
    leeway: int = 30


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """One of an app's client secrets, of which Okta allows two."""

    id: str
    value: str = field(repr=False)
    status: Lifecycle = Lifecycle.ACTIVE
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT


@dataclass(frozen=True, slots=True)
class App:
    """An application, whose id is its client id."""

    client_id: str
    label: str
    type: AppType
    grant_types: tuple[str, ...]
    authentication: str = "client_secret_basic"
    """Okta's `token_endpoint_auth_method`."""
    secrets: tuple[ClientSecret, ...] = ()
    jwks: tuple[Mapping[str, Any], ...] = ()
    """Public keys that an administrator has given to the app; without any, the stand-in makes a pair itself."""
    status: Lifecycle = Lifecycle.ACTIVE
    profile: Mapping[str, Any] = MappingProxyType({})
    document: Mapping[str, Any] = MappingProxyType({})
    """What an administrator has set, and the stand-in shows again without acting on it."""
    okta_scopes: tuple[str, ...] = ()
    """Scopes of Okta's own API granted to the app: all that it gets from the org server."""
    groups_claim: Claim | None = None
    """Groups in the app's ID tokens of the org server (the app's Sign On tab)."""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    pkce_required: bool = True
    refresh_tokens: RefreshTokens = RefreshTokens()
    assigned_users: tuple[str, ...] = ()
    """By login."""
    assigned_groups: tuple[str, ...] = ()
    """By name."""
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT

    @property
    def id(self) -> str:
        """The app's id, which Okta uses as the client id too."""
        return self.client_id

    @property
    def active(self) -> bool:
        """Whether the app works."""
        return self.status is Lifecycle.ACTIVE

    @property
    def has_secret(self) -> bool:
        """Whether the app authenticates by a client secret."""
        return self.authentication in BY_SECRET

    @property
    def client_secret(self) -> str | None:
        """The first of the active secrets."""
        return next((secret.value for secret in self.secrets if secret.status is Lifecycle.ACTIVE), None)

    def accepts(self, secret: str) -> bool:
        """Whether `secret` is one of the app's active ones."""
        active = [known.value for known in self.secrets if known.status is Lifecycle.ACTIVE]
        return any(hmac.compare_digest(secret.encode(), known.encode()) for known in active)

    def is_assigned(self, user: User) -> bool:
        """Whether the user may sign in to the app, by name or as a member of a group."""
        return user.login in self.assigned_users or not set(user.all_groups).isdisjoint(self.assigned_groups)
