"""An HTTP server on loopback that says exactly the bytes a test tells it to, as slowly as the test likes."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from devkit.serving import LOOPBACK

type Script = Callable[["Conversation"], None]


class Conversation:
    """One accepted connection, after the request was read."""

    def __init__(self, connection: socket.socket, test_is_over: threading.Event) -> None:
        self._connection = connection
        self._test_is_over = test_is_over
        self.request = b""

    def read_request(self) -> None:
        while b"\r\n\r\n" not in self.request:
            received = self._connection.recv(65536)
            if not received:
                return
            self.request += received

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def pause(self, seconds: float) -> None:
        """Say nothing for so long; ends early with the test, or when the client hangs up."""
        self._connection.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            if not self._connection.recv(1):
                raise ConnectionAbortedError

    def drip(self, data: bytes, seconds: float) -> None:
        """One byte after the other, again and again, until the client hangs up or the test is over."""
        while not self._test_is_over.is_set():
            for byte in data:
                self.send(bytes([byte]))
                self.pause(seconds)


class ScriptedServer:
    """Runs the script for each connection; remembers what was asked and that the client hung up."""

    def __init__(self, script: Script, listener: socket.socket, scheme: str) -> None:
        self._script = script
        self._listener = listener
        self._test_is_over = threading.Event()
        self.url = f"{scheme}://{LOOPBACK}:{listener.getsockname()[1]}/oauth2/aus1234567890abcdef/v1/keys"
        self.requests: list[bytes] = []
        self.client_hung_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="scripted-server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._test_is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._test_is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue
            with connection, contextlib.suppress(OSError):
                conversation = Conversation(connection, self._test_is_over)
                try:
                    conversation.read_request()
                    self.requests.append(conversation.request)
                    self._script(conversation)
                finally:
                    connection.settimeout(0.1)
                    self._wait_for_hang_up(connection)

    def _wait_for_hang_up(self, connection: socket.socket) -> None:
        """Both a close and a reset by the client count."""
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        while not self._test_is_over.is_set():
            try:
                if connection.recv(65536):
                    continue
            except TimeoutError:
                continue
            except OSError:
                pass
            self.client_hung_up.set()
            return


@contextlib.contextmanager
def scripted_server(
    script: Script, wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator[ScriptedServer]:
    """Serve by the script; `wrap` makes the listener one for TLS."""
    listener = socket.create_server((LOOPBACK, 0))
    server = ScriptedServer(script, wrap(listener) if wrap else listener, "https" if wrap else "http")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Script:
    """A script that gives one whole answer at once."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    text = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
    return lambda conversation: conversation.send(text)


def says(data: bytes) -> Script:
    """A script that sends just these bytes."""
    return lambda conversation: conversation.send(data)


def in_turn(scripts: list[Script]) -> Script:
    """One script for each connection, the last one for all that follow."""

    def script(conversation: Conversation) -> None:
        current = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        current(conversation)

    return script
