"""The laptop's document store: mongoeco's wire server with SCRAM-SHA-256, on loopback, in a thread of this process.

mongoeco speaks the real wire protocol, so that the same pymongo code runs against it and against Amazon DocumentDB.
Three of its limits show in the URI: it has no replica set name (`directConnection=true`), its SCRAM-SHA-1 refuses the
right password (`authMechanism=SCRAM-SHA-256`), and it has no TLS (okta_gateway.store allows that on loopback only).
"""

import asyncio
import errno
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from devkit.iri_grammars import without_iri_grammars
from devkit.serving import LOOPBACK, PortTaken

with without_iri_grammars():
    from mongoeco.engines.sqlite import SQLiteEngine
    from mongoeco.wire import AsyncMongoEcoProxyServer, WireAuthUser

USER = "okta-gateway"
PASSWORD = "local-store-secret-not-for-production"  # noqa: S105 - protects nothing: loopback and test data only
START_SECONDS = 10
STOP_SECONDS = 10


@contextmanager
def document_store(path: Path | None, port: int = 0) -> Iterator[str]:
    """Run the store until the block ends; yield the DOCUMENTDB_URI of it, credentials included.

    Data lives in the SQLite file at `path` and survives restarts, or in memory when `path` is None. Port 0 picks a free
    one. Raises PortTaken before anything is started.
    """
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    server = _StoreThread(":memory:" if path is None else str(path), port)
    server.start()
    bound_port = server.bound_port()
    try:
        yield f"mongodb://{USER}:{PASSWORD}@{LOOPBACK}:{bound_port}/?authMechanism=SCRAM-SHA-256&directConnection=true"
    finally:
        server.stop()


class _StoreThread(threading.Thread):
    """The event loop that the wire server lives on."""

    def __init__(self, path: str, port: int) -> None:
        super().__init__(name="document-store", daemon=True)
        self._path = path
        self._port = port
        self._listening: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._listening.done():
                raise
            self._listening.set_exception(error)

    def bound_port(self) -> int:
        """Wait until the server listens. Raises what kept it from that; the thread has ended then."""
        return self._listening.result(timeout=START_SECONDS)[0]

    def stop(self) -> None:
        _, loop, stopped = self._listening.result()
        loop.call_soon_threadsafe(stopped.set)
        self.join(timeout=STOP_SECONDS)

    async def _serve(self) -> None:
        server = AsyncMongoEcoProxyServer(
            engine=SQLiteEngine(self._path, executor_workers=1),
            host=LOOPBACK,
            port=self._port,
            auth_users=(WireAuthUser(USER, PASSWORD, mechanisms=("SCRAM-SHA-256",)),),
        )
        try:
            await server.start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(self._port) from error
            raise
        stopped = asyncio.Event()
        self._listening.set_result((server.address.port, asyncio.get_running_loop(), stopped))
        try:
            await stopped.wait()
        finally:
            await server.close()
