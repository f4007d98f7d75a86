"""Wait on loopback for the browser that comes back from Okta (RFC 8252, section 7.3): one answer, then closed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from devkit.cli.answers import CannotCheck
from devkit.serving import LOOPBACK, PortTaken

CALLBACK_PATH = "/callback"
LOOK_SECONDS = 0.2

type Parameters = dict[str, list[str]]


class Callback:
    """The address that Okta sends the browser to, and what it brings."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self.came = threading.Event()
        self.parameters: Parameters = {}

    @property
    def redirect_uri(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}{CALLBACK_PATH}"

    def wait(self, seconds: float) -> Parameters:
        """The parameters that the browser brings. Raises CannotCheck when nobody comes in time."""
        deadline = time.monotonic() + seconds
        while not self.came.is_set():
            if time.monotonic() > deadline:
                raise CannotCheck(f"Nobody signed in within {seconds:.0f} s: run the command again.")
            self._server.handle_request()
        return self.parameters


@contextmanager
def callback(port: int) -> Iterator[Callback]:
    """Listen on the port, 0 for a free one, until the block ends. Raises PortTaken."""
    try:
        server = HTTPServer((LOOPBACK, port), BaseHTTPRequestHandler)
    except OSError as error:
        raise PortTaken(port) from error
    server.timeout = LOOK_SECONDS
    waiting = Callback(server)
    server.RequestHandlerClass = _handler(waiting)
    try:
        yield waiting
    finally:
        server.server_close()


def _handler(waiting: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes the first request to the callback's path, and nothing else: browsers also ask for icons."""

        timeout = 5

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != CALLBACK_PATH or waiting.came.is_set():
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            waiting.parameters = parse_qs(address.query, keep_blank_values=True)
            waiting.came.set()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(b"Okta has answered. You can close this page and go back to the terminal.\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 as in the class above
            """Write nothing: the request line holds the code."""

    return Handler
