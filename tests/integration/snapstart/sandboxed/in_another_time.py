"""Runs in the sandbox in place of the function's own module: at the test's time, and it tells what a call imports.

The wall clock is moved before the function is imported, and no other: others stand still in a snapshot.
"""

import importlib
import os
import sys
import time
from pathlib import Path
from typing import Any

_wall_clock = time.time
_ahead = Path(os.environ["SECONDS_AHEAD"])
vars(time)["time"] = lambda: _wall_clock() + float(_ahead.read_text())

_handler = importlib.import_module("app").handler


def handler(event: Any, context: Any) -> Any:
    """The function's handler."""
    before = set(sys.modules)
    try:
        return _handler(event, context)
    finally:
        print("imported:", *sorted(set(sys.modules) - before), file=sys.stderr, flush=True)  # noqa: T201
