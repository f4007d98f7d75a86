"""Control routes for the managed org: fill it, delay its search, limit its callers, import a group."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.clients import App, ClientSecret
from devkit.okta_standin.control_request import ControlError, chosen, read_members
from devkit.okta_standin.management.rate_limits import BUCKETS
from devkit.okta_standin.management.request import ManagementApi
from devkit.okta_standin.org import new_id
from devkit.okta_standin.people import Group, GroupType, User

MOST = 100_000


@dataclass(frozen=True, slots=True)
class ManagementControl:
    """What a test or a person tells the stand-in to do with the org."""

    api: ManagementApi

    async def populate(self, request: Request) -> Response:
        """`POST /_standin/populate`: add `users` active people and `apps` service apps; nobody knows their secrets."""
        body = await read_members(request, {"users": (int,), "apps": (int,)})
        users, apps = body.get("users", 0), body.get("apps", 0)
        if not (0 <= users <= MOST and 0 <= apps <= MOST):
            raise ControlError(f"`users` and `apps` are numbers from 0 to {MOST}.")
        start = len(self.api.org.users)
        for number in range(start, start + users):
            self.api.org.add_user(_person(number))
        start = len(self.api.org.apps)
        for number in range(start, start + apps):
            self.api.org.add_app(_machine(number))
        return JSONResponse({"users": len(self.api.org.users), "apps": len(self.api.org.apps)})

    async def delay_search(self, request: Request) -> Response:
        """`POST /_standin/search`: `{"delay": seconds}` until `search=` sees a change."""
        body = await read_members(request, {"delay": (int, float)}, required=["delay"])
        self.api.search.delay.seconds = body["delay"]
        return JSONResponse(body)

    async def limit_rate(self, request: Request) -> Response:
        """`POST /_standin/rate_limits`: `{"bucket": ..., "limit": calls a minute, or null for the usual}`."""
        members = {"bucket": (str,), "limit": (int, type(None))}
        body = await read_members(request, members, required=["bucket", "limit"])
        self.api.limits.set(chosen(body["bucket"], BUCKETS, "bucket"), body["limit"])
        return JSONResponse(body)

    async def add_group(self, request: Request) -> Response:
        """`POST /_standin/groups`: a group as an import from a directory makes it; names may be there already."""
        body = await read_members(request, {"name": (str,), "type": (str,)}, required=["name", "type"])
        kind = GroupType(chosen(body["type"], (GroupType.OKTA_GROUP, GroupType.APP_GROUP), "type"))
        group = Group(new_id("00g"), body["name"], type=kind)
        self.api.org.add_group(group)
        return JSONResponse({"id": group.id, **body})


def _person(number: int) -> User:
    login = f"person-{number:05}@example.com"
    profile = {"firstName": f"First{number}", "lastName": f"Last{number}", "login": login, "email": login}
    return User(new_id("00u"), profile)


def _machine(number: int) -> App:
    return App(
        client_id=new_id("0oa"),
        label=f"machine-{number:05}",
        type="service",
        grant_types=("client_credentials",),
        secrets=(ClientSecret(new_id("ocs"), new_id("")),),
    )
