"""Serve an ASGI application as `localhost`: on 127.0.0.1 and, where the machine has it, on ::1."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from starlette.types import ASGIApp

from devkit.serving import LOOPBACK, PortTaken

FAMILIES = ((socket.AF_INET, LOOPBACK), (socket.AF_INET6, "::1"))
ANSWER_SECONDS = 0.2
STOP_SECONDS = 10


@contextmanager
def listen_localhost(port: int = 0) -> Iterator[list[socket.socket]]:
    """Take the port on both addresses until the block ends; port 0 picks a free one. Raises PortTaken.

    A client that asks for `localhost` may try either address first, so that a program on one of them counts as taking
    the port. Connections wait until somebody serves them.
    """
    with ExitStack() as listeners:
        taken: list[socket.socket] = []
        for family, host in FAMILIES:
            if _exists(family, host):
                taken.append(listeners.enter_context(_listener(family, host, port)))
                port = port_of(taken)
        yield taken


def port_of(listeners: list[socket.socket]) -> int:
    """The port that all of them share."""
    return int(listeners[0].getsockname()[1])


@contextmanager
def serve_on(listeners: list[socket.socket], app: ASGIApp) -> Iterator[None]:
    """Serve `app` on sockets that listen already until the block ends."""
    server = uvicorn.Server(
        # A client's X-Forwarded-For is nothing to believe: the gateway is the first to see the connection.
        uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": listeners}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=STOP_SECONDS)


def _listener(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # macOS lets a second program bind 127.0.0.1 beside one that listens on all addresses; asking first finds it.
    if port and _answers(family, host, port):
        raise PortTaken(port)
    # Named as TCP, because asyncio sets TCP_NODELAY only then: without it every answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTaken(port) from error
    return listener


def _answers(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_SECONDS)
        return probe.connect_ex((host, port)) == 0


def _exists(family: socket.AddressFamily, host: str) -> bool:
    """Whether this machine has the address: containers often come without IPv6."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True
