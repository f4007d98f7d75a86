"""Users: `/api/v1/users`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.errors import invalid_search, limit_exceeded
from devkit.okta_standin.management.group_document import shown_group
from devkit.okta_standin.management.lookup import found_group, found_user
from devkit.okta_standin.management.paging import PageSize, page, requested_limit
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.search_expression import parse_search
from devkit.okta_standin.management.user_document import SEARCHABLE, full_user, searched_value, short_user
from devkit.okta_standin.management.user_lifecycle import UserLifecycle, first_status
from devkit.okta_standin.management.user_profile import checked_profile, requested_password, require_free_login
from devkit.okta_standin.org import new_id
from devkit.okta_standin.people import Group, GroupType, User, UserStatus, UserTimes

_USERS = PageSize(default=200, largest=200)
_BY_WORD = PageSize(default=10, largest=200)
_GROUPS = PageSize(default=200, largest=200)
MOST_GROUPS = 20
"""That a user can be created in (Okta, "Create a user": groupIds)."""


@dataclass(frozen=True, slots=True)
class Users:
    """The endpoints."""

    api: ManagementApi

    async def create(self, request: ManagementRequest) -> Response:
        """`POST /users`."""
        body = await request.json_object()
        profile = checked_profile(body.get("profile"), {})
        password = requested_password(body)
        groups = self._requested_groups(body.get("groupIds") or [])
        require_free_login(profile["login"] or "", self.api.org)
        now, status = self.api.clock(), first_status(password, activate=request.flag("activate", default=True))
        user = User(
            id=new_id("00u"),
            profile=profile,
            password=password,
            groups=groups,
            status=status,
            times=UserTimes(
                created=now,
                activated=None if status is UserStatus.STAGED else now,
                status_changed=None if status is UserStatus.STAGED else now,
                last_updated=now,
                password_changed=now if password else None,
            ),
        )
        self.api.org.add_user(user)
        self._note_members(groups)
        return answer(full_user(user, request))

    async def list(self, request: ManagementRequest) -> Response:
        """`GET /users`: `search` with everybody but late; `filter`, `q` and all without the deactivated."""
        if search := request.query.get("search"):
            matches = parse_search(search, SEARCHABLE)
            found = [user for user in self.api.search.users.records() if matches(_lookup(user))]
            return self._page(request, found, of_search=True)
        users = [user for user in self.api.org.users if user.status is not UserStatus.DEPROVISIONED]
        if word := request.query.get("q"):
            limit = requested_limit(request.query, _BY_WORD)
            found = [user for user in users if _starts_with(user, word)]
            return answer([short_user(user, request) for user in found[:limit]])
        if expression := request.query.get("filter"):
            matches = parse_search(expression, SEARCHABLE)
            users = [user for user in self.api.org.users if matches(_lookup(user))]
        return self._page(request, users)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET /users/{id or login}`."""
        return answer(full_user(found_user(request, self.api.org), request))

    async def update(self, request: ManagementRequest) -> Response:
        """`POST /users/{id}`: what is given is changed."""
        body = await request.json_object()
        user = found_user(request, self.api.org)
        profile = checked_profile(body.get("profile", {}), user.profile)
        return self._changed(request, user, profile, requested_password(body))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT /users/{id}`: what is not given is gone."""
        body = await request.json_object()
        user = found_user(request, self.api.org)
        return self._changed(request, user, checked_profile(body.get("profile"), {}), requested_password(body))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE /users/{id}`: the first call deactivates, the second deletes."""
        user = found_user(request, self.api.org)
        if user.status is UserStatus.DEPROVISIONED:
            self.api.org.remove_user(user)
        else:
            UserLifecycle(self.api).switch_off(user)
        return no_content()

    async def groups(self, request: ManagementRequest) -> Response:
        """`GET /users/{id}/groups`."""
        user = found_user(request, self.api.org)
        everyone = [group for group in self.api.org.groups if group.type is GroupType.BUILT_IN]
        return page(
            request, [*everyone, *user.groups], lambda group: shown_group(group, request, self.api.org), _GROUPS
        )

    async def end_sessions(self, request: ManagementRequest) -> Response:
        """`DELETE /users/{id}/sessions`: and with `oauthTokens=true` all tokens too."""
        user = found_user(request, self.api.org)
        self.api.sessions.end_all(user)
        if request.flag("oauthTokens", default=False):
            self.api.sign_ins.revoke_all(user)
        return no_content()

    def _page(self, request: ManagementRequest, users: Iterable[User], *, of_search: bool = False) -> Response:
        def show(user: User) -> object:
            return short_user(user, request)

        return page(request, users, show, _USERS, invalid_search) if of_search else page(request, users, show, _USERS)

    def _changed(
        self, request: ManagementRequest, user: User, profile: dict[str, str | None], password: str | None
    ) -> Response:
        require_free_login(profile["login"] or "", self.api.org, user.id)
        now = self.api.clock()
        times = replace(user.times, last_updated=now)
        if password is not None:
            times = replace(times, password_changed=now)
        changed = replace(user, profile=profile, password=password or user.password, times=times)
        self.api.org.change_user(changed)
        return answer(full_user(changed, request))

    def _requested_groups(self, ids: object) -> tuple[Group, ...]:
        if not isinstance(ids, list) or len(ids) > MOST_GROUPS:
            raise limit_exceeded(f"A user can be created in {MOST_GROUPS} groups at most.")
        return tuple(found_group(str(group_id), self.api.org) for group_id in dict.fromkeys(ids))

    def _note_members(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self.api.org.membership_updated[group.id] = self.api.clock()


def _lookup(user: User) -> Callable[[str], object]:
    return lambda name: searched_value(user, name)


def _starts_with(user: User, word: str) -> bool:
    values = (user.first_name, user.last_name, user.email)
    return any(value.casefold().startswith(word.casefold()) for value in values)


def routes(api: ManagementApi) -> list[BaseRoute]:
    """All routes of users."""
    users, lifecycle = Users(api), UserLifecycle(api)
    read, manage = "okta.users.read", "okta.users.manage"
    return [
        Route("/users", api.endpoint(read, users.list), methods=["GET"]),
        Route("/users", api.endpoint(manage, users.create), methods=["POST"]),
        Route("/users/{user}", api.endpoint(read, users.read), methods=["GET"]),
        Route("/users/{user}", api.endpoint(manage, users.update), methods=["POST"]),
        Route("/users/{user}", api.endpoint(manage, users.replace), methods=["PUT"]),
        Route("/users/{user}", api.endpoint(manage, users.delete), methods=["DELETE"]),
        Route("/users/{user}/groups", api.endpoint(read, users.groups), methods=["GET"]),
        Route("/users/{user}/sessions", api.endpoint(manage, users.end_sessions), methods=["DELETE"]),
        *(
            Route(f"/users/{{user}}/lifecycle/{name}", api.endpoint(manage, function), methods=["POST"])
            for name, function in lifecycle.transitions().items()
        ),
    ]
