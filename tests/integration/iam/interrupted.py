"""A request of the IAM function that meets a failure at one of its steps: a command to the store, a call of Okta."""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import Any
from unittest import mock

import httpx
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect

WRITES = ("insert_one", "update_one", "bulk_write", "find_one_and_update", "delete_one")
COMMANDS = ("find", *WRITES)


class Manner(StrEnum):
    """What happens at the step."""

    REFUSED = "refused"
    """It fails, and nothing was done."""
    LOST = "lost"
    """It was done, and no answer comes."""
    OUTAGE = "outage"
    """It fails, as do all later ones of the same side."""
    BOTH_OUT = "both out"
    """It fails, as does everything after it."""
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


class Steps:
    """The steps of one request, counted; at number `at` it meets its failure."""

    def __init__(self, at: int | None = None, manner: Manner = Manner.REFUSED) -> None:
        self.names: list[str] = []
        self._at = at
        self._manner = manner
        self._side = ""
        self._thread = threading.get_ident()

    def take(self, name: str, step: Callable[[], Any], failure: Exception) -> Any:
        """Take the step, unless it is to fail."""
        if threading.get_ident() != self._thread:
            return step()
        self.names.append(name)
        hit = len(self.names) - 1 == self._at
        if hit:
            self._side = name.partition(" ")[0]
        if not (hit or self._is_out(name)):
            return step()
        if self._manner is Manner.KILLED_BEFORE:
            die()
        if self._manner in (Manner.LOST, Manner.KILLED_AFTER):
            done = step()
            if self._manner is Manner.KILLED_AFTER:
                die()
            if isinstance(done, httpx.Response):
                done.close()
        raise failure

    def _is_out(self, name: str) -> bool:
        if not self._side:
            return False
        return self._manner is Manner.BOTH_OUT or (self._manner is Manner.OUTAGE and name.startswith(self._side))


def die() -> None:
    """End this process as Lambda ends a sandbox: between two instructions, without a last word."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def interrupted(steps: Steps) -> Iterator[Steps]:
    """Count the steps that this thread takes in the block."""
    with ExitStack() as patches:
        for command in COMMANDS:
            patches.enter_context(mock.patch.object(Collection, command, _counted(command, steps)))
        patches.enter_context(mock.patch.object(httpx.Client, "send", _sent(steps)))
        yield steps


def _counted(command: str, steps: Steps) -> Callable[..., Any]:
    plain = getattr(Collection, command)

    def counted(self: Collection[Any], *args: Any, **options: Any) -> Any:
        name = f"store {command} {self.name}"
        return steps.take(name, lambda: plain(self, *args, **options), AutoReconnect("connection closed"))

    return counted


def _sent(steps: Steps) -> Callable[..., Any]:
    plain = httpx.Client.send

    def sent(self: httpx.Client, request: httpx.Request, **options: Any) -> Any:
        name = f"okta {request.method} {_without_ids(request.url.path)}"
        failure = httpx.ReadError("connection closed", request=request)
        return steps.take(name, lambda: plain(self, request, **options), failure)

    return sent


def _without_ids(path: str) -> str:
    return re.sub(r"/(0oa|ocs|00u|00g)[^/]*", "/...", path.removeprefix("/api/v1"))
