"""A user as Okta shows them, and what of them a search can ask for."""

from typing import Any

from devkit.okta_standin.management.request import ManagementRequest, timestamp
from devkit.okta_standin.people import User, UserStatus

USER_TYPE = "otyd1local0000000typ"
_SCHEMA = "oscd1local0000000sch"
PROFILE_FIELDS = (
    "login",
    "email",
    "secondEmail",
    "firstName",
    "lastName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "title",
    "displayName",
    "nickName",
    "profileUrl",
    "primaryPhone",
    "mobilePhone",
    "streetAddress",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "postalAddress",
    "preferredLanguage",
    "locale",
    "timezone",
    "userType",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
    "manager",
)
"""Okta's default user profile."""
_ALWAYS_SHOWN = ("firstName", "lastName", "mobilePhone", "secondEmail", "login", "email")
"""In the order of the recorded answers."""
_LIFECYCLE = {
    UserStatus.STAGED: ("activate",),
    UserStatus.PROVISIONED: ("reactivate", "deactivate"),
    UserStatus.ACTIVE: ("suspend", "deactivate"),
    UserStatus.RECOVERY: ("suspend", "deactivate"),
    UserStatus.PASSWORD_EXPIRED: ("suspend", "deactivate"),
    UserStatus.LOCKED_OUT: ("unlock", "deactivate"),
    UserStatus.SUSPENDED: ("unsuspend", "deactivate"),
    UserStatus.DEPROVISIONED: ("activate", "delete"),
}
_WITH_PASSWORD_LINKS = (UserStatus.ACTIVE, UserStatus.RECOVERY, UserStatus.PASSWORD_EXPIRED)


def short_user(user: User, request: ManagementRequest) -> dict[str, Any]:
    """A user in a list, which links to the user only."""
    return _members(user) | {"_links": {"self": {"href": request.url(f"/users/{user.id}")}}}


def full_user(user: User, request: ManagementRequest) -> dict[str, Any]:
    """A user alone, with links to all that can be done now."""
    return _members(user) | {"_links": _links(user, request.url(f"/users/{user.id}"), request)}


def _members(user: User) -> dict[str, Any]:
    times = user.times
    profile = {name: user.profile.get(name) for name in _ALWAYS_SHOWN}
    credentials: dict[str, Any] = {"password": {}} if user.password is not None else {}
    email = {"value": user.email, "status": "VERIFIED", "type": "PRIMARY"}
    return {
        "id": user.id,
        "status": user.status,
        "created": timestamp(times.created),
        "activated": timestamp(times.activated),
        "statusChanged": timestamp(times.status_changed),
        "lastLogin": timestamp(times.last_login),
        "lastUpdated": timestamp(times.last_updated),
        "passwordChanged": timestamp(times.password_changed),
        "type": {"id": USER_TYPE},
        "profile": profile | {name: value for name, value in user.profile.items() if value is not None},
        "credentials": credentials | {"emails": [email], "provider": {"type": "OKTA", "name": "OKTA"}},
    }


def _links(user: User, address: str, request: ManagementRequest) -> dict[str, Any]:
    links: dict[str, Any] = {"self": {"href": address}}
    for name in _LIFECYCLE[user.status]:
        links[name] = _lifecycle_link(name, address)
    links["schema"] = {"href": request.url(f"/meta/schemas/user/{_SCHEMA}")}
    links["type"] = {"href": request.url(f"/meta/types/user/{USER_TYPE}")}
    if user.status in _WITH_PASSWORD_LINKS:
        for name, path in (
            ("resetPassword", "lifecycle/reset_password"),
            ("expirePassword", "lifecycle/expire_password"),
            ("resetFactors", "lifecycle/reset_factors"),
            ("forgotPassword", "credentials/forgot_password"),
            ("changeRecoveryQuestion", "credentials/change_recovery_question"),
            ("changePassword", "credentials/change_password"),
        ):
            links[name] = {"href": f"{address}/{path}", "method": "POST"}
    return links


def _lifecycle_link(name: str, address: str) -> dict[str, str]:
    if name == "delete":
        return {"href": address, "method": "DELETE"}
    return {"href": f"{address}/lifecycle/{name}", "method": "POST"}


_TIMES = {
    "created": "created",
    "activated": "activated",
    "statusChanged": "status_changed",
    "lastUpdated": "last_updated",
}
SEARCHABLE = frozenset({"id", "status", "type.id", *_TIMES, *(f"profile.{name}" for name in PROFILE_FIELDS)})
"""What a search expression can name."""


def searched_value(user: User, name: str) -> object:
    """The value of a searchable attribute."""
    if name.startswith("profile."):
        return user.profile.get(name.removeprefix("profile."))
    if name in _TIMES:
        return timestamp(getattr(user.times, _TIMES[name]))
    return {"id": user.id, "status": user.status, "type.id": USER_TYPE}[name]
