"""What the gateway knows of Okta's users, groups and apps, read tolerantly: one odd record never fails a page."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

_logger = logging.getLogger(__name__)


class OktaUser(NamedTuple):
    """A user. Times are as Okta writes them (ISO 8601), empty where it has none."""

    id: str
    status: str
    """ACTIVE, STAGED, PROVISIONED, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, SUSPENDED or DEPROVISIONED."""
    login: str
    email: str
    first_name: str
    last_name: str
    created: str
    last_login: str | None

    @property
    def active(self) -> bool:
        return self.status == "ACTIVE"


class OktaGroup(NamedTuple):
    """A group; only those of type OKTA_GROUP can be changed."""

    id: str
    name: str
    description: str | None
    type: str
    """OKTA_GROUP, APP_GROUP (from a directory) or BUILT_IN."""
    profile: Mapping[str, Any]
    """The whole profile, with what an administrator added to its schema."""


class OktaApp(NamedTuple):
    """An application."""

    id: str
    label: str
    status: str
    """ACTIVE or INACTIVE."""
    client_id: str | None
    """None: no OAuth client (SAML, bookmarks)."""
    is_service: bool
    """A machine client: of application type `service`, with the client credentials grant."""
    profile: Mapping[str, Any]

    @property
    def active(self) -> bool:
        return self.status == "ACTIVE"


class ClientSecret(NamedTuple):
    """A secret of an app, without the secret, which Okta shows to everybody who may read it."""

    id: str
    status: str
    created: str

    @property
    def active(self) -> bool:
        return self.status == "ACTIVE"


class NewClientSecret(NamedTuple):
    """A secret just made."""

    id: str
    value: str

    def __repr__(self) -> str:
        return f"NewClientSecret(id={self.id!r}, value=...)"


class NewServiceApp(NamedTuple):
    """A machine client just made."""

    id: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"NewServiceApp(id={self.id!r}, client_id={self.client_id!r}, client_secret=...)"


class Page[T](NamedTuple):
    """A page of a list; `next` is the cursor of the one after it."""

    items: list[T]
    next: str | None


class Unreadable(ValueError):
    """A record lacks what it must have. The message names the member, never its value."""


def read_all[T](records: Iterable[object], read: Callable[[object], T]) -> list[T]:
    """The records that can be read. The others are counted in the log, without their content."""
    items: list[T] = []
    odd = 0
    for record in records:
        try:
            items.append(read(record))
        except Unreadable:
            odd += 1
    if odd:
        _logger.warning(
            "%s: skipped %d of %d records of Okta that cannot be read", read.__name__, odd, odd + len(items)
        )
    return items


def read_user(record: object) -> OktaUser:
    """Raises Unreadable without an id, a status or a login."""
    members = _object(record)
    profile = _object(members.get("profile"))
    return OktaUser(
        id=_required(members, "id"),
        status=_required(members, "status"),
        login=_required(profile, "login"),
        email=_text(profile, "email") or "",
        first_name=_text(profile, "firstName") or "",
        last_name=_text(profile, "lastName") or "",
        created=_text(members, "created") or "",
        last_login=_text(members, "lastLogin"),
    )


def read_group(record: object) -> OktaGroup:
    """Raises Unreadable without an id or a name."""
    members = _object(record)
    profile = _object(members.get("profile"))
    return OktaGroup(
        id=_required(members, "id"),
        name=_required(profile, "name"),
        description=_text(profile, "description"),
        type=_text(members, "type") or "",
        profile=profile,
    )


def read_app(record: object) -> OktaApp:
    """Raises Unreadable without an id, a label or a status. The client id may differ from the id (recorded answers)."""
    members = _object(record)
    client = _object(_object(members.get("credentials")).get("oauthClient"))
    settings = _object(_object(members.get("settings")).get("oauthClient"))
    grants = settings.get("grant_types")
    is_machine = isinstance(grants, list) and "client_credentials" in grants
    return OktaApp(
        id=_required(members, "id"),
        label=_required(members, "label"),
        status=_required(members, "status"),
        client_id=_text(client, "client_id"),
        is_service=is_machine and settings.get("application_type") == "service",
        profile=_object(members.get("profile")),
    )


def read_secret(record: object) -> ClientSecret:
    """Raises Unreadable without an id or a status."""
    members = _object(record)
    return ClientSecret(_required(members, "id"), _required(members, "status"), _text(members, "created") or "")


def read_new_secret(record: object) -> NewClientSecret:
    """Raises Unreadable without an id or the secret."""
    members = _object(record)
    return NewClientSecret(_required(members, "id"), _required(members, "client_secret"))


def read_new_service_app(record: object) -> NewServiceApp:
    """Raises Unreadable without an id, a client id or a secret."""
    members = _object(record)
    client = _object(_object(members.get("credentials")).get("oauthClient"))
    return NewServiceApp(_required(members, "id"), _required(client, "client_id"), _required(client, "client_secret"))


def _object(value: object) -> Mapping[str, Any]:
    """Okta writes null for what is not set (recorded answers)."""
    return value if isinstance(value, dict) else {}


def _required(members: Mapping[str, Any], name: str) -> str:
    text = _text(members, name)
    if not text:
        raise Unreadable(f"{name} is missing or no text")
    return text


def _text(members: Mapping[str, Any], name: str) -> str | None:
    """None for what is no text, and for half a surrogate pair, which nobody could write on."""
    value = members.get(name)
    if not isinstance(value, str):
        return None
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return value
