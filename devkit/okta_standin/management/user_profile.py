"""What a user's profile and credentials may be. Okta's texts where an answer shows them, else ours."""

import re
from collections.abc import Mapping
from typing import Any

from devkit.okta_standin.errors import duplicate, validation_failed
from devkit.okta_standin.management.user_document import PROFILE_FIELDS
from devkit.okta_standin.org import Org

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LENGTHS = {"login": (5, 100), "email": (5, 100), "firstName": (1, 50), "lastName": (1, 50), "countryCode": (0, 2)}
"""From the schema UserProfile of Okta's OpenAPI document."""
_REQUIRED = ("login", "email", "firstName", "lastName")
"""In the default profile of a new org."""
SHORTEST_PASSWORD = 8
"""In Okta's default password policy."""


def checked_profile(members: object, before: Mapping[str, str | None]) -> dict[str, str | None]:
    """`before` with what the request changes. Raises OktaRefusal (E0000001) naming the field that is wrong."""
    if not isinstance(members, dict):
        raise validation_failed("profile", "profile: The field cannot be left blank")
    for name, value in members.items():
        if name not in PROFILE_FIELDS:
            raise validation_failed("profile", f"{name}: The property is not defined in the user schema")
        if value is not None and not isinstance(value, str):
            raise validation_failed(name, f"{name}: Incorrect type of the value")
    profile = {**before, **members}
    for name in _REQUIRED:
        if not profile.get(name):
            raise validation_failed(name, f"{name}: The field cannot be left blank")
    for name, value in profile.items():
        _require_form(name, value)
    return profile


def _require_form(name: str, value: str | None) -> None:
    shortest, longest = _LENGTHS.get(name, (0, 4096))
    if value is not None and not shortest <= len(value) <= longest:
        raise validation_failed(name, f"{name}: The value must have {shortest} to {longest} characters")
    if name == "login" and not _EMAIL.fullmatch(value or ""):
        raise validation_failed("login", "login: Username must be in the form of an email address")
    if name == "email" and not _EMAIL.fullmatch(value or ""):
        raise validation_failed("email", "email: Does not match required pattern")


def require_free_login(login: str, org: Org, user_id: str | None = None) -> None:
    """Nobody else has this login. Raises OktaRefusal."""
    owner = org.user(login)
    if owner is not None and owner.id != user_id:
        raise duplicate("login")


def requested_password(body: Mapping[str, Any]) -> str | None:
    """The password in `credentials`, if there is one. Raises OktaRefusal for one that is too short."""
    credentials = body.get("credentials") or {}
    password = credentials.get("password") if isinstance(credentials, dict) else None
    if password is None:
        return None
    value = password.get("value") if isinstance(password, dict) else None
    if not isinstance(value, str) or len(value) < SHORTEST_PASSWORD:
        requirements = f"at least {SHORTEST_PASSWORD} characters"
        cause = f"password: Password requirements were not met. Password requirements: {requirements}."
        raise validation_failed("password", cause)
    return value
