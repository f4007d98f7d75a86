"""The local document store, which a demo can switch off and on again."""

from contextlib import ExitStack
from pathlib import Path

from devkit.document_store import document_store


class StoreSwitch:
    """The store whose data are at `path`; its address stays the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._port = 0
        self._running = ExitStack()

    def start(self) -> str:
        """Start it, on the port that it had before if it had one; return its DOCUMENTDB_URI. Raises PortTaken."""
        uri = self._running.enter_context(document_store(self.path, self._port))
        self._port = int(uri.partition("@")[2].partition("/")[0].rpartition(":")[2])
        return uri

    def stop(self) -> None:
        """Stop it; nothing happens when it does not run."""
        self._running.close()
