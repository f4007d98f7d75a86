"""Who may use an app: `/api/v1/apps/{id}/groups` and `/api/v1/apps/{id}/users`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import not_found, not_well_formed, validation_failed
from devkit.okta_standin.management.app_request import section, text
from devkit.okta_standin.management.lookup import found_group
from devkit.okta_standin.management.paging import PageSize, page
from devkit.okta_standin.management.path_names import app_of_path, user_with_id
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content, timestamp
from devkit.okta_standin.people import Group, User

GROUPS_PAGE = PageSize(20, 200)
USERS_PAGE = PageSize(50, 500)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What Okta keeps of an assignment besides that it is there. Times are epoch seconds."""

    created: float
    last_updated: float
    priority: int = 0
    user_name: str | None = None
    """The name in the app, where it is not the login."""
    profile: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Assignments:
    """What is kept of assignments, by app and by user or group; who is assigned is in the app itself."""

    _kept: dict[tuple[str, str], Assignment] = field(default_factory=dict)

    def of(self, app: App, assignee: User | Group) -> Assignment:
        """What is kept of an assignment; one of the org file is as old as its app."""
        seeded = Assignment(app.created, app.created, priority=_place(app, assignee))
        return self._kept.get((app.id, assignee.id), seeded)

    def keep(self, app: App, assignee: User | Group, assignment: Assignment) -> None:
        """Keep an assignment."""
        self._kept[app.id, assignee.id] = assignment

    def forget(self, app: App, assignee: User | Group) -> None:
        """Forget an assignment that is over."""
        self._kept.pop((app.id, assignee.id), None)


def _place(app: App, assignee: User | Group) -> int:
    """Okta numbers the groups of an app from 0."""
    if isinstance(assignee, Group) and assignee.name in app.assigned_groups:
        return app.assigned_groups.index(assignee.name)
    return 0


@dataclass(frozen=True, slots=True)
class GroupAssignments:
    """The endpoints of groups."""

    api: ManagementApi
    kept: Assignments

    async def list_groups(self, request: ManagementRequest) -> Response:
        """`GET …/groups`: `q` is the start of a group's name."""
        app = app_of_path(self.api.org, request)
        prefix = request.query.get("q", "").casefold()
        groups = [group for group in self.api.org.groups if group.name in app.assigned_groups]
        named = (group for group in groups if group.name.casefold().startswith(prefix))
        return page(request, named, lambda group: self._shown(app, group, request), GROUPS_PAGE)

    async def get(self, request: ManagementRequest) -> Response:
        """`GET …/groups/{id}`."""
        app = app_of_path(self.api.org, request)
        return answer(self._shown(app, self._assigned(app, request), request))

    async def put(self, request: ManagementRequest) -> Response:
        """`PUT …/groups/{id}`: assign a group, or change its assignment. The body may be empty (recorded)."""
        app = app_of_path(self.api.org, request)
        group = found_group(request.path_params["group_id"], self.api.org)
        body, now = await request.optional_json_object(), self.api.clock()
        priority, profile = _priority(body.get("priority")), section(body, "profile")
        created = self.kept.of(app, group).created if group.name in app.assigned_groups else now
        app = replace(app, assigned_groups=tuple(dict.fromkeys((*app.assigned_groups, group.name))))
        before = self.kept.of(app, group)
        priority = before.priority if priority is None else priority
        self.kept.keep(app, group, Assignment(created, now, priority, profile=profile))
        self.api.org.change_app(app)
        return answer(self._shown(app, group, request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE …/groups/{id}`."""
        app = app_of_path(self.api.org, request)
        group = self._assigned(app, request)
        names = tuple(name for name in app.assigned_groups if name != group.name)
        self.api.org.change_app(replace(app, assigned_groups=names))
        self.kept.forget(app, group)
        return no_content()

    def _assigned(self, app: App, request: ManagementRequest) -> Group:
        group = found_group(request.path_params["group_id"], self.api.org)
        if group.name not in app.assigned_groups:
            raise not_found(group.id, "ApplicationGroupAssignment")
        return group

    def _shown(self, app: App, group: Group, request: ManagementRequest) -> dict[str, Any]:
        kept, at = self.kept.of(app, group), request.url(f"/apps/{app.id}")
        return {
            "id": group.id,
            "lastUpdated": timestamp(kept.last_updated),
            "priority": kept.priority,
            "profile": dict(kept.profile),
            "_links": {
                "app": {"href": at},
                "self": {"href": f"{at}/groups/{group.id}"},
                "group": {"href": request.url(f"/groups/{group.id}")},
            },
        }


def _priority(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise not_well_formed()
    if value < 0:
        raise validation_failed("priority", "priority: A number from 0 is expected.")
    return value


@dataclass(frozen=True, slots=True)
class UserAssignments:
    """The endpoints of users, who are assigned one by one (scope USER) or with a group (scope GROUP)."""

    api: ManagementApi
    kept: Assignments

    async def list_users(self, request: ManagementRequest) -> Response:
        """`GET …/users`: `q` is the start of a name, given name or family name."""
        app = app_of_path(self.api.org, request)
        prefix = request.query.get("q", "").casefold()
        users = (user for user in self.api.org.users if app.is_assigned(user) and _is_named(user, prefix))
        return page(request, users, lambda user: self._shown(app, user, request), USERS_PAGE)

    async def add(self, request: ManagementRequest) -> Response:
        """`POST …/users`: assign a user."""
        app, body = app_of_path(self.api.org, request), await request.json_object()
        user_id = text(body, "id")
        if not user_id:
            raise validation_failed("id", "id: The field cannot be left blank")
        user = user_with_id(self.api.org, user_id)
        if user.login not in app.assigned_users:
            app = replace(app, assigned_users=(*app.assigned_users, user.login))
            self.api.org.change_app(app)
            self.kept.keep(app, user, Assignment(self.api.clock(), self.api.clock()))
        return self._change(app, user, body, request)

    async def get(self, request: ManagementRequest) -> Response:
        """`GET …/users/{id}`."""
        app = app_of_path(self.api.org, request)
        return answer(self._shown(app, self._assigned(app, request), request))

    async def update(self, request: ManagementRequest) -> Response:
        """`POST …/users/{id}`: another name or profile in the app. The body may be empty (recorded)."""
        app = app_of_path(self.api.org, request)
        return self._change(app, self._assigned(app, request), await request.optional_json_object(), request)

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE …/users/{id}`: somebody who is assigned with a group too stays assigned."""
        app = app_of_path(self.api.org, request)
        user = self._assigned(app, request)
        logins = tuple(login for login in app.assigned_users if login != user.login)
        self.api.org.change_app(replace(app, assigned_users=logins))
        self.kept.forget(app, user)
        return no_content()

    def _change(self, app: App, user: User, body: Mapping[str, Any], request: ManagementRequest) -> Response:
        before = self.kept.of(app, user)
        name = text(section(body, "credentials"), "userName") or before.user_name
        profile = section(body, "profile") or before.profile
        self.kept.keep(app, user, replace(before, user_name=name, profile=profile, last_updated=self.api.clock()))
        return answer(self._shown(app, user, request))

    def _assigned(self, app: App, request: ManagementRequest) -> User:
        user = user_with_id(self.api.org, request.path_params["user_id"])
        if not app.is_assigned(user):
            raise not_found(user.id, "AppUser")
        return user

    def _shown(self, app: App, user: User, request: ManagementRequest) -> dict[str, Any]:
        kept = self.kept.of(app, user)
        return {
            "id": user.id,
            "externalId": None,
            "created": timestamp(kept.created),
            "lastUpdated": timestamp(kept.last_updated),
            "scope": "USER" if user.login in app.assigned_users else "GROUP",
            "status": "ACTIVE",
            "statusChanged": timestamp(kept.created),
            "passwordChanged": None,
            "syncState": "DISABLED",
            "credentials": {"userName": kept.user_name or user.login},
            "profile": dict(kept.profile),
            "_links": {
                "app": {"href": request.url(f"/apps/{app.id}")},
                "user": {"href": request.url(f"/users/{user.id}")},
            },
        }


def _is_named(user: User, prefix: str) -> bool:
    return any(name.casefold().startswith(prefix) for name in (user.login, user.first_name, user.last_name))


def routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes of assignments."""
    kept = Assignments()
    groups, users = GroupAssignments(api, kept), UserAssignments(api, kept)
    read, manage = "okta.apps.read", "okta.apps.manage"
    group, user = "/apps/{app_id}/groups/{group_id}", "/apps/{app_id}/users/{user_id}"
    return [
        Route("/apps/{app_id}/groups", api.endpoint(read, groups.list_groups), methods=["GET"]),
        Route(group, api.endpoint(read, groups.get), methods=["GET"]),
        Route(group, api.endpoint(manage, groups.put), methods=["PUT"]),
        Route(group, api.endpoint(manage, groups.delete), methods=["DELETE"]),
        Route("/apps/{app_id}/users", api.endpoint(read, users.list_users), methods=["GET"]),
        Route("/apps/{app_id}/users", api.endpoint(manage, users.add), methods=["POST"]),
        Route(user, api.endpoint(read, users.get), methods=["GET"]),
        Route(user, api.endpoint(manage, users.update), methods=["POST"]),
        Route(user, api.endpoint(manage, users.delete), methods=["DELETE"]),
    ]
