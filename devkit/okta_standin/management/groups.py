"""Groups and their members: `/api/v1/groups`."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.errors import duplicate, invalid_search, unsupported_operation, validation_failed
from devkit.okta_standin.management.app_document import app_document
from devkit.okta_standin.management.group_document import SEARCHABLE, searched_value, shown_group
from devkit.okta_standin.management.lookup import found_group, found_user
from devkit.okta_standin.management.paging import PageSize, page, requested_limit
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.search_expression import parse_search
from devkit.okta_standin.management.user_document import short_user
from devkit.okta_standin.org import new_id
from devkit.okta_standin.people import Group, GroupType

_GROUPS = PageSize(default=10_000, largest=10_000)
_BY_WORD = PageSize(default=300, largest=10_000)
_APPS = PageSize(default=20, largest=200)
_MEMBERS = PageSize(default=1000, largest=1000)
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1024


@dataclass(frozen=True, slots=True)
class Groups:
    """The endpoints."""

    api: ManagementApi

    async def create(self, request: ManagementRequest) -> Response:
        """`POST /groups`."""
        profile = _checked_profile((await request.json_object()).get("profile"))
        group = _with_profile(Group(new_id("00g"), "", created=self.api.clock()), profile, self.api.clock())
        self._require_free_name(group)
        self.api.org.add_group(group)
        return answer(self._shown(group, request))

    async def list(self, request: ManagementRequest) -> Response:
        """`GET /groups`: `search` sees changes late; `q` looks at the start of names and gives one page."""
        if search := request.query.get("search"):
            matches = parse_search(search, SEARCHABLE)
            found = [group for group in self.api.search.groups.records() if matches(_lookup(group))]
            return page(request, found, lambda group: self._shown(group, request), _GROUPS, invalid_search)
        groups = list(self.api.org.groups)
        if word := request.query.get("q"):
            limit = requested_limit(request.query, _BY_WORD)
            named = [group for group in groups if group.name.casefold().startswith(word.casefold())]
            return answer([self._shown(group, request) for group in named[:limit]])
        if expression := request.query.get("filter"):
            matches = parse_search(expression, SEARCHABLE)
            groups = [group for group in groups if matches(_lookup(group))]
        return page(request, groups, lambda group: self._shown(group, request), _GROUPS)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET /groups/{id}`."""
        return answer(self._shown(self._group(request), request))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT /groups/{id}`: the whole profile; what is not given is gone."""
        body = await request.json_object()
        before = self._own_group(request)
        group = _with_profile(before, _checked_profile(body.get("profile")), self.api.clock())
        self._require_free_name(group)
        self.api.org.change_group(group)
        return answer(self._shown(group, request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE /groups/{id}`."""
        self.api.org.remove_group(self._own_group(request))
        return no_content()

    async def members(self, request: ManagementRequest) -> Response:
        """`GET /groups/{id}/users`."""
        members = self.api.org.members(self._group(request))
        return page(request, members, lambda user: short_user(user, request), _MEMBERS)

    async def apps(self, request: ManagementRequest) -> Response:
        """`GET /groups/{id}/apps`: the apps that the group is assigned to."""
        group = self._group(request)
        apps = [app for app in self.api.org.apps if group.name in app.assigned_groups]
        return page(request, apps, lambda app: app_document(app, request, self.api.keys), _APPS)

    async def add_member(self, request: ManagementRequest) -> Response:
        """`PUT /groups/{id}/users/{user}`: also when they are in already."""
        group, user = self._own_group(request), found_user(request, self.api.org)
        if all(other.id != group.id for other in user.groups):
            self.api.org.change_user(replace(user, groups=(*user.groups, group)))
            self.api.org.membership_updated[group.id] = self.api.clock()
        return no_content()

    async def remove_member(self, request: ManagementRequest) -> Response:
        """`DELETE /groups/{id}/users/{user}`: also when they are not in."""
        group, user = self._own_group(request), found_user(request, self.api.org)
        others = tuple(other for other in user.groups if other.id != group.id)
        if others != user.groups:
            self.api.org.change_user(replace(user, groups=others))
            self.api.org.membership_updated[group.id] = self.api.clock()
        return no_content()

    def _group(self, request: ManagementRequest) -> Group:
        return found_group(request.path_params["group"], self.api.org)

    def _own_group(self, request: ManagementRequest) -> Group:
        """The group, if it is the administrator's own to change. Raises OktaRefusal."""
        group = self._group(request)
        if group.type is not GroupType.OKTA_GROUP:
            raise unsupported_operation()
        return group

    def _require_free_name(self, group: Group) -> None:
        """Groups of one's own have different names; an imported one may have the same."""
        for other in self.api.org.groups:
            is_same = other.name.casefold() == group.name.casefold() and other.id != group.id
            if is_same and other.type is not GroupType.APP_GROUP:
                raise duplicate("name")

    def _shown(self, group: Group, request: ManagementRequest) -> object:
        return shown_group(group, request, self.api.org)


def _with_profile(group: Group, profile: dict[str, str | None], now: float) -> Group:
    attributes = {name: value for name, value in profile.items() if name not in ("name", "description")}
    return replace(
        group,
        name=profile["name"] or "",
        description=profile.get("description"),
        attributes=attributes,
        last_updated=now,
    )


def _checked_profile(members: object) -> dict[str, str | None]:
    """A group's profile. Raises OktaRefusal (E0000001); but for the duplicate the causes are ours."""
    if not isinstance(members, dict):
        raise validation_failed("profile", "profile: The field cannot be left blank")
    for name, value in members.items():
        if value is not None and not isinstance(value, str):
            raise validation_failed(name, f"{name}: Incorrect type of the value")
    if not members.get("name"):
        raise validation_failed("name", "name: The field cannot be left blank")
    for name, longest in (("name", LONGEST_NAME), ("description", LONGEST_DESCRIPTION)):
        if len(members.get(name) or "") > longest:
            raise validation_failed(name, f"{name}: The field is too long")
    return members


def _lookup(group: Group) -> Callable[[str], object]:
    return lambda name: searched_value(group, name)


def routes(api: ManagementApi) -> list[BaseRoute]:
    """All routes of groups."""
    groups = Groups(api)
    read, manage = "okta.groups.read", "okta.groups.manage"
    return [
        Route("/groups", api.endpoint(read, groups.list), methods=["GET"]),
        Route("/groups", api.endpoint(manage, groups.create), methods=["POST"]),
        Route("/groups/{group}", api.endpoint(read, groups.read), methods=["GET"]),
        Route("/groups/{group}", api.endpoint(manage, groups.replace), methods=["PUT"]),
        Route("/groups/{group}", api.endpoint(manage, groups.delete), methods=["DELETE"]),
        Route("/groups/{group}/apps", api.endpoint(read, groups.apps), methods=["GET"]),
        Route("/groups/{group}/users", api.endpoint(read, groups.members), methods=["GET"]),
        Route("/groups/{group}/users/{user}", api.endpoint(manage, groups.add_member), methods=["PUT"]),
        Route("/groups/{group}/users/{user}", api.endpoint(manage, groups.remove_member), methods=["DELETE"]),
    ]
