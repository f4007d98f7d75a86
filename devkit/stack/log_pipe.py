"""What a function prints while it runs: kept in a file, and handed on line by line."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def log_pipe(file: Path, on_line: Callable[[str], None]) -> Iterator[IO[bytes]]:
    """Yield the stream for a process to write to; `on_line` gets each line, from a thread, after the file has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    thread = threading.Thread(target=_pump, args=(reading, file, on_line), name="log-pipe", daemon=True)
    thread.start()
    try:
        with os.fdopen(writing, "wb", buffering=0) as stream:
            yield stream
    finally:
        thread.join(timeout=5)


def _pump(reading: int, file: Path, on_line: Callable[[str], None]) -> None:
    with os.fdopen(reading, "rb") as pipe, file.open("ab", buffering=0) as kept:
        for line in pipe:
            kept.write(line)
            on_line(line.decode(errors="replace").rstrip("\n"))
