"""What a program is doing, looked at many times a second.

Sampled and not traced, because a tracer costs more than a small function's work. A sample counts for the time since the
one before it: while C code runs, when a library is loaded for instance, nobody looks.
"""

import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

OURS = ("/okta_gateway/", "/token_authorizer/")
OUR_PACKAGES = ("app", "okta_gateway")

type Label = Callable[[FrameType], str | None]
"""What a stack of calls is doing, innermost first; None for what is not to be counted."""


@contextmanager
def sampled(label: Label, interval: float) -> Iterator[Counter[str]]:
    """Seconds by label while the block runs; only for the main thread, in which signal handlers run."""
    seconds: Counter[str] = Counter()
    last = time.perf_counter()

    def look(_number: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.perf_counter()
        if frame and (name := label(frame)):
            seconds[name] += now - last  # type: ignore[assignment]  # a Counter of seconds
        last = time.perf_counter()

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, interval, interval)
    try:
        yield seconds
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def function_of_ours(frame: FrameType) -> str | None:
    """The innermost function of ours that is at work, as `tokens/jws.py: parse`; None while none is."""
    for one in _outwards(frame):
        path = one.f_code.co_filename
        for folder in OURS:
            if folder in path:
                return f"{path.rpartition(folder)[2]}: {one.f_code.co_qualname}"
    return None


def import_or_function(frame: FrameType) -> str | None:
    """The package that a module of ours imports, with all that it brings; else the function of ours at work.

    Where the main thread waits for another one, such as the one that fetches the keys: what that one does.
    """
    if frame.f_code.co_filename == threading.__file__:
        frames = sys._current_frames()  # noqa: SLF001 named so in the library reference, "for specialized purposes only"
        others = (_of_one(other) for thread, other in frames.items() if thread != threading.get_ident())
        return next((f"wait: {name}" for name in others if name), "wait")
    return _of_one(frame)


def _of_one(frame: FrameType) -> str | None:
    # The import system says what it imports in a variable of its own (importlib._bootstrap).
    importing = [one.f_locals["name"] for one in _outwards(frame) if one.f_code.co_name == "_find_and_load"]
    packages = [str(name).partition(".")[0] for name in reversed(importing)]
    if not packages:
        return function_of_ours(frame)
    return next((f"import {package}" for package in packages if package not in OUR_PACKAGES), "import our own modules")


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back
