"""The client of Okta's OAuth endpoints against servers that answer with anything but OAuth, over real sockets."""

import asyncio
import json
import socket
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from devkit.serving import LOOPBACK, serve
from okta_gateway.okta import oauth
from okta_gateway.okta.errors import OktaUnavailable
from tests.contract.okta.web_application import gateway

SECRET = "s3cret-of-the-app"
REFRESH_TOKEN = "s3cret-refresh-token"
TOKENS = {"token_type": "Bearer", "expires_in": 3600, "access_token": "s3cret-access-token", "scope": "openid"}

type Answer = Callable[[Request], Awaitable[Response]]


class Site:
    """Answers every path alike, and counts."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.paths: list[str] = []

    async def __call__(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        return await self._answer(request)


def refreshed(address: str) -> None:
    gateway(address, secret=SECRET).refresh(REFRESH_TOKEN)


def unavailable(address: str) -> str:
    """What is told; nothing of the answer, no secret, also not in the traceback."""
    with pytest.raises(OktaUnavailable) as failure:
        refreshed(address)
    assert "s3cret" not in "".join(traceback.format_exception(failure.value))
    return failure.value.detail


@contextmanager
def site(answer: Answer) -> Iterator[tuple[str, Site]]:
    served = Site(answer)
    with serve(Starlette(routes=[Route("/{path:path}", served.__call__, methods=["GET", "POST"])])) as address:
        yield address, served


async def html(_: Request) -> Response:
    return HTMLResponse("<html>s3cret</html>")


async def truncated_json(_: Request) -> Response:
    return Response(json.dumps(TOKENS)[:-30], media_type="application/json")


async def huge(_: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65536

    return StreamingResponse(body(), media_type="application/json")


async def redirect(_: Request) -> Response:
    return RedirectResponse("/elsewhere", 307)


async def broken(_: Request) -> Response:
    return JSONResponse({"error": "server_error", "error_description": "s3cret"}, 500)


async def rate_limited(_: Request) -> Response:
    return JSONResponse({"errorCode": "E0000047", "errorSummary": "s3cret"}, 429)


async def without_access_token(_: Request) -> Response:
    return JSONResponse({name: value for name, value in TOKENS.items() if name != "access_token"})


async def bound_token(_: Request) -> Response:
    return JSONResponse(TOKENS | {"token_type": "DPoP"})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (html, "gave no tokens: it is not application/json"),
        (truncated_json, "gave no tokens: the answer is not strict JSON (JSONDecodeError)"),
        (huge, "gave no answer: more than 262144 bytes"),
        (redirect, "answered 307: redirects are not followed"),
        (broken, "answered 500"),
        (rate_limited, "answered 429 (E0000047): the org's rate limit is used up"),
        (without_access_token, "gave no tokens: it has no access_token"),
        (bound_token, "gave no tokens: token_type is not Bearer; untick 'Require DPoP' for the application in Okta"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.__name__,
)
def test_a_bad_answer_means_that_okta_is_unavailable(answer: Answer, told: str) -> None:
    with site(answer) as (address, served):
        assert unavailable(address) == f"{address}/oauth2/aus1234567890abcdef/v1/token {told}"
        assert served.paths == ["/oauth2/aus1234567890abcdef/v1/token"]


def test_a_slow_answer_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(_: Request) -> Response:
        await asyncio.sleep(0.5)
        return JSONResponse(TOKENS)

    monkeypatch.setattr(oauth, "READ_SECONDS", 0.1)
    with site(slow) as (address, _):
        assert unavailable(address).endswith("gave no answer: ReadTimeout")


def test_an_answer_that_drips_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def dripping(_: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" "
                await asyncio.sleep(0.02)

        return StreamingResponse(body(), media_type="application/json")

    monkeypatch.setattr(oauth, "TOTAL_SECONDS", 0.2)
    with site(dripping) as (address, _):
        started = time.monotonic()
        assert unavailable(address).endswith("gave no answer: it took longer than 0.2 s")
        assert time.monotonic() - started < 1


def test_a_connection_is_used_for_one_request() -> None:
    """A sandbox is frozen between two requests; meanwhile a connection dies without anybody noticing."""

    ports: list[int] = []

    async def tokens(request: Request) -> Response:
        ports.append(request.client.port if request.client else 0)
        return JSONResponse(TOKENS)

    with site(tokens) as (address, _):
        okta = gateway(address, secret=SECRET)
        for _ in range(3):
            okta.refresh(REFRESH_TOKEN)
    assert len(set(ports)) == 3


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """Reads a request, says these bytes and hangs up."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def talk() -> None:
            with listener.accept()[0] as peer:
                request = b""
                while REFRESH_TOKEN.encode() not in request:
                    request += peer.recv(65536)
                peer.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        thread.join(timeout=10)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "RemoteProtocolError"),
        (b"s3cret\r\n", "RemoteProtocolError"),
        (HEAD, "RemoteProtocolError"),
        (HEAD + b'Content-Length: 1000\r\n\r\n{"access_token": "s3cret"', "RemoteProtocolError"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "RemoteProtocolError"),
        (
            HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
            "it is compressed, which nobody asked for",
        ),
    ],
    ids=["nothing", "no HTTP", "cut in the head", "cut in the body", "broken chunks", "compressed"],
)
def test_what_is_no_whole_answer_means_that_okta_is_unavailable(answer: bytes, why: str) -> None:
    with raw_server(answer) as address:
        assert unavailable(address).endswith(f"gave no answer: {why}")


def test_a_server_that_is_not_there_means_that_okta_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))
        assert unavailable(f"http://{LOOPBACK}:{unused.getsockname()[1]}").endswith("gave no answer: ConnectError")
