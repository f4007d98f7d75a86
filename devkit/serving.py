"""Serve an ASGI application on loopback from a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens on the wanted port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken: stop the program that uses it, or choose another port.")
        self.port = port


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on 127.0.0.1 until the block ends; yield its address, such as `http://127.0.0.1:8888`.

    Port 0 picks a free one. Raises PortTaken before anything is started.
    """
    listener = _listen(port)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _listen(port: int) -> socket.socket:
    # Named as TCP, because asyncio sets TCP_NODELAY only then: without it every answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise PortTaken(port) from error
    listener.listen(128)
    return listener
