"""Control routes for what an administrator would do in Okta's Admin Console while the org is in use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.browser_sessions import BrowserSessions
from devkit.okta_standin.clients import App, RefreshTokens, Rotation
from devkit.okta_standin.control_request import (
    ControlError,
    checked_members,
    chosen,
    chosen_app,
    chosen_user,
    read_members,
)
from devkit.okta_standin.org import Org
from devkit.okta_standin.org_file import LEEWAY_SECONDS
from devkit.okta_standin.people import Group, User, UserStatus
from devkit.okta_standin.seeds import seeded_id
from devkit.okta_standin.sign_ins import SignIns

_APP_MEMBERS: dict[str, tuple[type, ...]] = {
    "redirect_uris": (list,),
    "post_logout_redirect_uris": (list,),
    "grant_types": (list,),
    "pkce_required": (bool,),
    "refresh_token": (dict,),
    "assigned_users": (list,),
    "assigned_groups": (list,),
}
_REFRESH_TOKEN_MEMBERS: dict[str, tuple[type, ...]] = {"rotation_type": (str,), "leeway": (int,)}
_USER_MEMBERS: dict[str, tuple[type, ...]] = {"active": (bool,), "groups": (list,)}


@dataclass(frozen=True, slots=True)
class Administration:
    """Changes of apps and users."""

    org: Org
    sessions: BrowserSessions
    sign_ins: SignIns

    async def change_app(self, request: Request) -> Response:
        """`POST /_standin/apps/{client_id}`: redirect URIs are added, everything else is replaced."""
        body = await read_members(request, _APP_MEMBERS)
        app = chosen_app(request.path_params["client_id"], self.org)
        changed = replace(
            app,
            redirect_uris=_added(app.redirect_uris, body, "redirect_uris"),
            post_logout_redirect_uris=_added(app.post_logout_redirect_uris, body, "post_logout_redirect_uris"),
            grant_types=_replaced(app.grant_types, body, "grant_types"),
            pkce_required=body.get("pkce_required", app.pkce_required),
            refresh_tokens=_refresh_tokens(body.get("refresh_token", {}), app.refresh_tokens),
            assigned_users=_replaced(app.assigned_users, body, "assigned_users"),
            assigned_groups=_replaced(app.assigned_groups, body, "assigned_groups"),
        )
        self.org.change_app(changed)
        return JSONResponse(_shown(changed))

    async def change_user(self, request: Request) -> Response:
        """`POST /_standin/users/{login}`: other groups, or active or not.

        A user who is deactivated loses all sessions and tokens for good.
        """
        body = await read_members(request, _USER_MEMBERS)
        user = chosen_user(request.path_params["login"], self.org)
        changed = replace(
            user,
            status=_status(body, user),
            groups=self._groups(body, user),
        )
        self.org.change_user(changed)
        if not changed.active:
            self.sessions.end_all(changed)
            self.sign_ins.revoke_all(changed)
        names = [group.name for group in changed.groups]
        return JSONResponse({"login": changed.login, "active": changed.active, "groups": names})

    def _groups(self, body: Mapping[str, Any], user: User) -> tuple[Group, ...]:
        """The groups that are named; the org gets those that it does not have yet."""
        names = _replaced(tuple(group.name for group in user.groups), body, "groups")
        return tuple(self.org.group_named(name) or self._new_group(name) for name in names)

    def _new_group(self, name: str) -> Group:
        group = Group(seeded_id("00g", name), name)
        self.org.add_group(group)
        return group


def _status(body: Mapping[str, Any], user: User) -> UserStatus:
    if "active" not in body:
        return user.status
    return UserStatus.ACTIVE if body["active"] else UserStatus.DEPROVISIONED


def _replaced(values: tuple[str, ...], body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if name not in body:
        return values
    if not all(isinstance(value, str) for value in body[name]):
        raise ControlError(f"`{name}` is a list of strings.")
    return tuple(dict.fromkeys(body[name]))


def _added(values: tuple[str, ...], body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*values, *_replaced((), body, name))))


def _refresh_tokens(members: Mapping[str, Any], before: RefreshTokens) -> RefreshTokens:
    checked = checked_members(members, _REFRESH_TOKEN_MEMBERS, [])
    rotation = chosen(checked.get("rotation_type", before.rotation), Rotation, "rotation_type")
    leeway = checked.get("leeway", before.leeway)
    low, high = LEEWAY_SECONDS
    if not low <= leeway <= high:
        raise ControlError(f"`leeway` is a number of seconds from {low} to {high}.")
    return RefreshTokens(Rotation(rotation), leeway)


def _shown(app: App) -> dict[str, Any]:
    """The app without its secret."""
    return {
        "client_id": app.client_id,
        "grant_types": app.grant_types,
        "redirect_uris": app.redirect_uris,
        "post_logout_redirect_uris": app.post_logout_redirect_uris,
        "pkce_required": app.pkce_required,
        "refresh_token": {"rotation_type": app.refresh_tokens.rotation, "leeway": app.refresh_tokens.leeway},
        "assigned_users": app.assigned_users,
        "assigned_groups": app.assigned_groups,
    }
