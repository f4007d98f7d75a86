"""What can be done with machine clients, whoever does it: the deployed IAM API, or this machine's own store."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from devkit.cli.answers import CannotCheck

type Members = Mapping[str, Any]
"""A client or what was done to it, with the names that the IAM API gives them."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""As the IAM API has them (okta_gateway/iam/bodies.py), so that one can stand in a path."""


class NewClient(NamedTuple):
    """A client to be: with `client_id` one that exists in Okta already, without one that Okta has to make."""

    name: str | None
    client_id: str | None
    groups: tuple[str, ...]
    description: str | None


class MachineClients(Protocol):
    """Machine clients; every method raises CannotCheck, ProblemFound and a CheckFailed."""

    def add(self, new: NewClient) -> Members:
        """Make or register a client; one that was made comes with its secret."""
        ...

    def all(self) -> list[Members]:
        """All clients, by client id."""
        ...

    def show(self, client_id: str) -> Members:
        """One client."""
        ...

    def remove(self, client_id: str) -> Members:
        """Remove a client."""
        ...

    def rotate(self, client_id: str, retire_old: Literal["later", "now"]) -> Members:
        """Give a client a new secret."""
        ...

    def finish_rotation(self, client_id: str) -> Members:
        """Retire every secret of a client but the newest."""
        ...


def parse_client_id(text: str) -> str:
    """Parse a client id. Raises CannotCheck."""
    if not _CLIENT_ID.fullmatch(text):
        raise CannotCheck(f"{text!r} is no client id: okta-gateway m2m list shows them, such as 0oa0987654321fedcba.")
    return text
