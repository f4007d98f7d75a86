"""What lies between a sandbox and its database, and forgets connections that were idle for too long."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from devkit.serving import LOOPBACK


class Network:
    """Passes bytes on between whoever connects to `port` and a server on loopback."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._forgotten: set[socket.socket] = set()

    def forget(self) -> None:
        """Let nothing through on the connections that there are, and tell neither end: new ones work."""
        self._forgotten.update(self._sockets)

    def serve(self) -> None:
        """Until `close`."""
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection((LOOPBACK, self._server_port))
                self._sockets += (near, far)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def close(self) -> None:
        """End everything."""
        for open_socket in (self._listener, *self._sockets):
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._forgotten:
                    target.sendall(data)
            if source not in self._forgotten:
                target.shutdown(socket.SHUT_WR)


@contextmanager
def network(server_port: int) -> Iterator[Network]:
    """Serve from a thread until the block ends."""
    made = Network(server_port)
    thread = threading.Thread(target=made.serve, name="network", daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join(10)
