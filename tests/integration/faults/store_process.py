"""The document store as a process that can be killed, and the wire to it, which can be cut and slowed."""

import multiprocessing
import signal
import socket
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from devkit import document_store as laptop
from devkit.serving import LOOPBACK
from tests.integration.faults.load import PATIENCE_SECONDS

_processes = multiprocessing.get_context("forkserver")


class StoreProcess:
    """The store in a process of its own; its data are in a file, and its port stays the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: Any = None
        self.port = 0

    def start(self, password: str = laptop.PASSWORD) -> str:
        """Start it with this password; return its DOCUMENTDB_URI."""
        ours, theirs = _processes.Pipe()
        self._process = _processes.Process(target=_serve, args=(self._path, self.port, password, theirs), daemon=True)
        self._process.start()
        theirs.close()
        assert ours.poll(PATIENCE_SECONDS), "the store does not start"
        uri = str(ours.recv())
        self._told = ours  # its end is the end of the store
        self.port = port_of(uri)
        return uri

    def kill(self) -> None:
        """End it between two instructions: connections are cut, and only what is in its file is left."""
        if self._process is not None:
            self._process.kill()
            self._process.join(PATIENCE_SECONDS)
            self._process = None


def _serve(path: Path, port: int, password: str, told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: who started the store ends it
    laptop.PASSWORD = password
    with laptop.document_store(path, port) as uri:
        told.send(uri)
        with suppress(EOFError):
            told.recv()


def port_of(uri: str) -> int:
    """The port in a DOCUMENTDB_URI."""
    return int(uri.partition("@")[2].partition("/")[0].rpartition(":")[2])


class Wire:
    """What lies between the functions and the store: a door on loopback that passes bytes on."""

    def __init__(self, port: int) -> None:
        self._store = (LOOPBACK, port)
        self._door: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = 0
        self.seconds = 0.0
        """How long each answer of the store is on its way."""

    def open(self) -> None:
        """Let connections in, at the address that it had before."""
        self._door = socket.create_server((LOOPBACK, self.port), backlog=64)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._let_in, args=(self._door,), daemon=True).start()

    def close(self) -> None:
        """Nobody is let in any more, and who was in is cut off: the machine is gone."""
        if self._door:
            _hang_up(self._door)
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _hang_up(end)

    def _let_in(self, door: socket.socket) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                self._connect(door.accept()[0])

    def _connect(self, caller: socket.socket) -> None:
        try:
            store = socket.create_connection(self._store)
        except OSError:
            caller.close()
            return
        with self._lock:
            self._ends |= {caller, store}
        for source, sink, slow in ((caller, store, False), (store, caller, True)):
            threading.Thread(target=self._pass_on, args=(source, sink, slow), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, slow: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._delay(slow=slow)
                sink.sendall(data)
        for end in (source, sink):
            _hang_up(end)

    def _delay(self, *, slow: bool) -> None:
        """Until the answer may go on, or the wire is fast again."""
        began = time.monotonic()
        while slow and time.monotonic() - began < self.seconds:
            time.sleep(0.01)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
