"""Apps of the management API: `/api/v1/apps`, `/api/v1/apps/{id}` and its lifecycle."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.clients import App, Lifecycle
from devkit.okta_standin.errors import OktaRefusal, invalid_search, validation_failed
from devkit.okta_standin.management.app_document import app_document, with_secret
from devkit.okta_standin.management.app_request import OIDC, described_app, requested_secret
from devkit.okta_standin.management.paging import PageSize, page
from devkit.okta_standin.management.path_names import app_of_path
from devkit.okta_standin.management.request import ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.secrets import new_secret
from devkit.okta_standin.org import new_id

PAGE = PageSize(20, 200)
_FILTER = re.compile(r'(status|name|id) eq "([^"\\]*)"')
_EXPANSION = re.compile("user/[^,/]+")


@dataclass(frozen=True, slots=True)
class Apps:
    """The endpoints."""

    api: ManagementApi

    async def list_apps(self, request: ManagementRequest) -> Response:
        """`GET /apps`: `q` is the start of a label or of a name, `filter` an equality of status, name or id."""
        if "expand" in request.query and not _EXPANSION.fullmatch(request.query["expand"]):
            raise validation_failed("RequestParams", "Expand query is malformed.")
        prefix = request.query.get("q", "").casefold()
        wanted = _filter(request.query.get("filter"))
        apps = (app for app in self.api.org.apps if _starts_with(app, prefix) and wanted(app))
        return page(request, apps, lambda app: app_document(app, request, self.api.keys), PAGE)

    async def create(self, request: ManagementRequest) -> Response:
        """`POST /apps`: a new app; the answer is the only document of an app with its secret in clear."""
        body = await request.json_object()
        now = self.api.clock()
        status = Lifecycle.ACTIVE if request.flag("activate", default=True) else Lifecycle.INACTIVE
        blank = App(new_id("0oa"), "", "web", (), status=status, created=now)
        app = described_app(body, blank, now)
        own = requested_secret(body)
        if not app.has_secret:
            self.api.org.add_app(app)
            return answer(app_document(app, request, self.api.keys))
        secret = new_secret(now, own)
        app = replace(app, secrets=(secret,))
        self.api.org.add_app(app)
        return answer(with_secret(app_document(app, request, self.api.keys), secret.value))

    async def get(self, request: ManagementRequest) -> Response:
        """`GET /apps/{id}`."""
        return answer(app_document(app_of_path(self.api.org, request), request, self.api.keys))

    async def put(self, request: ManagementRequest) -> Response:
        """`PUT /apps/{id}`: what the body leaves out goes back to its default; secrets have endpoints of their own."""
        before = app_of_path(self.api.org, request)
        body = await request.json_object()
        now = self.api.clock()
        app = described_app(body, before, now)
        own = requested_secret(body)
        if own is not None and not before.accepts(own):
            problem = "The stand-in changes secrets at /credentials/secrets only."
            raise validation_failed("client_secret", f"client_secret: {problem}")
        if app.has_secret and not app.secrets:
            app = replace(app, secrets=(new_secret(now),))
        self.api.org.change_app(app)
        return answer(app_document(app, request, self.api.keys))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE /apps/{id}`: an active app has to be deactivated first (E0000056)."""
        app = app_of_path(self.api.org, request)
        if app.active:
            cause = "The application must be deactivated before deletion."
            raise OktaRefusal(403, "E0000056", "Delete application forbidden.", causes=[cause])
        self.api.org.remove_app(app)
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST /apps/{id}/lifecycle/activate`: what was issued before stays dead."""
        return self._set_status(app_of_path(self.api.org, request), Lifecycle.ACTIVE)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST /apps/{id}/lifecycle/deactivate`: the app's tokens die at once and for good."""
        app = app_of_path(self.api.org, request)
        self.api.sign_ins.revoke_app(app)
        return self._set_status(app, Lifecycle.INACTIVE)

    def _set_status(self, app: App, status: Lifecycle) -> Response:
        if app.status is not status:
            self.api.org.change_app(replace(app, status=status, last_updated=self.api.clock()))
        return answer({})


def _starts_with(app: App, prefix: str) -> bool:
    return any(text.casefold().startswith(prefix) for text in (app.label, OIDC))


def _filter(expression: str | None) -> Callable[[App], bool]:
    """The one comparison of a filter. Raises OktaRefusal (E0000031) for anything else."""
    if expression is None:
        return lambda _app: True
    match = _FILTER.fullmatch(expression.strip())
    if match is None:
        raise invalid_search()
    name, value = match.groups()
    if name == "name":
        return lambda _app: value == OIDC
    return lambda app: getattr(app, name) == value


def routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes of apps."""
    apps = Apps(api)
    read, manage = "okta.apps.read", "okta.apps.manage"
    one = "/apps/{app_id}"
    return [
        Route("/apps", api.endpoint(read, apps.list_apps), methods=["GET"]),
        Route("/apps", api.endpoint(manage, apps.create), methods=["POST"]),
        Route(one, api.endpoint(read, apps.get), methods=["GET"]),
        Route(one, api.endpoint(manage, apps.put), methods=["PUT"]),
        Route(one, api.endpoint(manage, apps.delete), methods=["DELETE"]),
        Route(f"{one}/lifecycle/activate", api.endpoint(manage, apps.activate), methods=["POST"]),
        Route(f"{one}/lifecycle/deactivate", api.endpoint(manage, apps.deactivate), methods=["POST"]),
    ]
