"""Users of the Okta org: find, create, change, deactivate, delete."""

import logging
from typing import Any

from okta_gateway.iam.actor import Actor
from okta_gateway.iam.administrators import Administrators, refuse_self, without_user
from okta_gateway.iam.answers import Changed, ChangedUser, CreatedUser, User, UserPage
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.bodies import UserChange, UserCreation
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.errors import UserExists
from okta_gateway.iam.names import demand_editable, find_groups, find_user
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.okta.errors import OktaDuplicate, OktaNotFound
from okta_gateway.okta.models import OktaUser
from okta_gateway.okta.users import OktaUsers

DEPROVISIONED = "DEPROVISIONED"
"""Okta's status of a deactivated user, who can then be deleted."""
_logger = logging.getLogger(__name__)


class Users:
    """What administrators do with users."""

    def __init__(self, okta: OktaNeeded, administrators: Administrators, audit: AuditTrail, effects: Effects) -> None:
        self._okta = okta
        self._administrators = administrators
        self._audit = audit
        self._effects = effects

    def page(self, search: str | None, limit: int, after: str | None) -> UserPage:
        """One page, by one call to Okta."""
        page = self._okta().users.search(search, limit, after)
        return UserPage(users=[User(**user_members(user)) for user in page.items], next=page.next)

    def get(self, text: str) -> User:
        return User(**user_members(find_user(self._okta().users, text)))

    def create(self, actor: Actor, body: UserCreation) -> CreatedUser:
        """Create a user with their groups, in one call: Okta makes both or nothing."""
        okta = self._okta()
        groups = find_groups(okta.groups, body.groups)
        demand_editable(groups)
        if (existing := okta.users.named(body.username)) is not None:
            raise UserExists(f"{body.username} is the login of the user {existing.id}, who is {existing.status}")
        profile = _profile(body.model_dump(exclude={"groups", "password"}))
        names = [group.name for group in groups]
        with self._audit.change(actor, "user.create", body.username) as change:
            try:
                user = okta.users.create(profile, [group.id for group in groups], body.password, activate=True)
            except OktaDuplicate as error:
                raise UserExists(f"{body.username}: {error.detail}") from None
            change.after = {**user_members(user), "groups": names}
        return CreatedUser(**user_members(user), groups=names, takes_effect=self._effects.of_user_change())

    def change(self, actor: Actor, text: str, body: UserChange) -> ChangedUser:
        okta = self._okta()
        user = find_user(okta.users, text)
        profile = _profile(body.model_dump(exclude_unset=True))
        with self._audit.change(actor, "user.change", user.id, user_members(user)) as change:
            try:
                changed = okta.users.update(user.id, profile)
            except OktaDuplicate as error:
                raise UserExists(f"{profile.get('login', user.login)}: {error.detail}") from None
            change.after = user_members(changed)
        return ChangedUser(**user_members(changed), takes_effect=self._effects.of_user_change())

    def delete(self, actor: Actor, text: str) -> Changed:
        """Deactivate and delete. What was cut off in between is finished by asking again."""
        okta = self._okta()
        with self._administrators.alone() as guard:
            user = find_user(okta.users, text)
            refuse_self(actor, user.id, "delete")
            guard.demand_some_left(actor, without_user(user.id))
            with self._audit.change(actor, "user.delete", user.id, user_members(user)):
                _delete(okta.users, user)
        return Changed(takes_effect=self._effects.of_user_change())

    def deactivate(self, actor: Actor, text: str) -> Changed:
        okta = self._okta()
        with self._administrators.alone() as guard:
            user = find_user(okta.users, text)
            refuse_self(actor, user.id, "deactivate")
            guard.demand_some_left(actor, without_user(user.id))
            with self._audit.change(actor, "user.deactivate", user.id, user_members(user)):
                if user.status != DEPROVISIONED:
                    okta.users.deactivate(user.id)
        return Changed(takes_effect=self._effects.of_user_change())

    def activate(self, actor: Actor, text: str) -> Changed:
        """Activate; somebody who is active already stays so."""
        okta = self._okta()
        user = find_user(okta.users, text)
        with self._audit.change(actor, "user.activate", user.id, user_members(user)):
            if not user.active:
                okta.users.activate(user.id)
        return Changed(takes_effect=self._effects.of_user_change())

    def end_sessions(self, actor: Actor, text: str) -> Changed:
        """End the user's sessions at Okta and revoke their refresh tokens."""
        okta = self._okta()
        user = find_user(okta.users, text)
        with self._audit.change(actor, "user.end_sessions", user.id):
            okta.users.end_sessions(user.id)
        return Changed(takes_effect=self._effects.of_user_change())


def user_members(user: OktaUser) -> dict[str, Any]:
    """A user as callers and the audit see them."""
    return {
        "id": user.id,
        "username": user.login,
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "status": user.status,
        "enabled": user.active,
        "created": user.created,
        "lastLogin": user.last_login,
    }


def _delete(users: OktaUsers, user: OktaUser) -> None:
    """Okta deletes only who is deactivated: the first request of two deactivates (Okta: "Delete a user")."""
    if user.status != DEPROVISIONED:
        users.delete(user.id)
    try:
        users.delete(user.id)
    except OktaNotFound:
        _logger.info("%s was deleted by somebody else meanwhile", user.id)


def _profile(members: dict[str, str]) -> dict[str, str]:
    """Okta's names of the members."""
    names = {"username": "login", "email": "email", "first_name": "firstName", "last_name": "lastName"}
    return {names[name]: value for name, value in members.items()}
