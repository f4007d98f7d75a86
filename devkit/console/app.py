"""The console as an ASGI application: the page, its form that explains a token, and the news for its script."""

import secrets
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devkit.cli.answers import CannotCheck
from devkit.cli.asked_route import parse_route
from devkit.console.beside import CONSOLE
from devkit.console.door import refusal
from devkit.console.matrix import CurrentPolicies, Matrix
from devkit.console.page import Shown, page, recent_rows, refusal_page
from devkit.console.picture import picture
from devkit.console.recent import Explain, RecentRequests
from devkit.console.stations import Way
from devkit.explain import Disagreement, authorization_of
from okta_gateway.errors import OktaGatewayError

MAX_FORM_BYTES = 65_536
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With no-referrer browsers would send `Origin: null` with the form (Fetch standard, "append a request Origin").
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_console(recent: RecentRequests, explain: Explain, policies: CurrentPolicies) -> ASGIApp:
    """The console at /_console; `explain` explains what is pasted, `policies` fill the matrix."""
    console = _Console(recent, explain, policies)
    app = Starlette(
        routes=[
            Route(CONSOLE, console.show, methods=["GET"]),
            Route(f"{CONSOLE}/recent", console.news, methods=["GET"]),
            Route(f"{CONSOLE}/explain", console.explain, methods=["POST"]),
        ]
    )
    return _Door(app)


class _Console:
    def __init__(self, recent: RecentRequests, explain: Explain, policies: CurrentPolicies) -> None:
        self._recent = recent
        self._explain = explain
        self._policies = policies

    async def show(self, request: Request) -> Response:
        """The page, with the picture of a recent request where one is asked for."""
        return await run_in_threadpool(self._show, request.query_params.get("request"))

    async def explain(self, request: Request) -> Response:
        """The page with the picture of the form's token, which is neither kept nor shown again."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM_BYTES:
                return await run_in_threadpool(self._page, Shown(problem="This is far too long for a token."), 413)
        form = parse_qs(body.decode("latin-1"), keep_blank_values=True)
        token, route = (form.get(name, [""])[0].strip() for name in ("token", "route"))
        return await run_in_threadpool(self._explained, token, route)

    async def news(self, request: Request) -> Response:
        """Rows for the requests after the number that the page's script knows; `anew` when it knows another run's."""
        known = _number(request.query_params.get("after")) or 0
        kept = self._recent.after(0)
        latest = kept[0].number if kept else 0
        anew = known > latest
        news = [one for one in kept if anew or one.number > known]
        return JSONResponse({"latest": latest, "anew": anew, "rows": recent_rows(news)})

    def _show(self, asked: str | None) -> Response:
        if asked is None:
            return self._page(Shown())
        number = _number(asked)
        one = self._recent.find(number) if number is not None else None
        if one is None:
            return self._page(Shown(problem="This request is not kept any more: send it again."), 404)
        return self._page(self._shown(one.way, chosen=one.number, at=one.at))

    def _explained(self, token: str, route: str) -> Response:
        if not token:
            return self._page(Shown(problem="Paste a token first."), 400)
        try:
            asked = parse_route(route) if route else None
            way = Way(self._explain(authorization_of(token)), asked)
        except (CannotCheck, Disagreement) as error:
            return self._page(Shown(problem=str(error)), 400)
        return self._page(self._shown(way))

    def _shown(self, way: Way, *, chosen: int | None = None, at: float | None = None) -> Shown:
        holders = tuple(group.name for group in way.explanation.groups)
        return Shown(picture(way, self._opened_by(way), at), chosen=chosen, holders=holders)

    def _opened_by(self, way: Way) -> tuple[str, ...]:
        if way.denied is None:
            return ()
        try:
            return self._policies().that_open(way.denied)
        except OktaGatewayError:  # the matrix on the same page says what is wrong
            return ()

    def _page(self, shown: Shown, status: int = 200) -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        html = page(shown, self._recent.after(0), self._matrix(), nonce)
        return HTMLResponse(html, status, {"Content-Security-Policy": policy})

    def _matrix(self) -> Matrix | OktaGatewayError:
        try:
            return self._policies().matrix
        except OktaGatewayError as error:
            return error


class _Door:
    """Lets in who may use the console, and gives every answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        why = refusal(request.method, request.headers)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        answer = HTMLResponse(refusal_page(why), 403) if why else self._app
        await answer(scope, receive, with_headers)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 12 else None
