"""The console beside the gateway, on its port: /_console is the console's, and of all else it sees how it was answered.

None of this is part of the API that is deployed.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devkit.cli.asked_route import AskedRoute
from devkit.console.recent import RecentRequests
from devkit.gateway.openapi import Api
from devkit.gateway.request import LOCAL_STAGE
from devkit.gateway.routes import Routes

CONSOLE = "/_console"


class BesideGateway:
    """Gives the console its requests, the gateway all others, and notes those that need the authorizer's word."""

    def __init__(
        self, gateway: ASGIApp, console: ASGIApp, recent: RecentRequests, api: Api, *, stage_in_path: bool
    ) -> None:
        self._gateway = gateway
        self._console = console
        self._recent = recent
        self._routes = Routes(api.methods)
        self._prefix = f"/{LOCAL_STAGE}" if stage_in_path else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("raw_path", b"").decode("latin-1")
        if path == CONSOLE or path.startswith(f"{CONSOLE}/"):
            await self._console(scope, receive, send)
            return
        asked = self._asked(scope, path)
        if asked is None:
            await self._gateway(scope, receive, send)
            return
        statuses: list[int] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self._gateway(scope, receive, watched)
        finally:
            if statuses:
                self._recent.note(asked, _authorization(scope), statuses[0])

    def _asked(self, scope: Scope, path: str) -> AskedRoute | None:
        """The request as the gateway has it, if it has an authorizer for it."""
        if scope["type"] != "http" or not path.startswith(f"{self._prefix}/"):
            return None
        own_path = path.removeprefix(self._prefix)
        match = self._routes.find(scope["method"], own_path)
        return AskedRoute(scope["method"], own_path) if match and match.method.authorizer else None


def _authorization(scope: Scope) -> str:
    """As the gateway hands it to the authorizer: repeated lines are joined."""
    return ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization")
