"""REST API routing: the most specific resource, then its method."""

from collections.abc import Iterable
from dataclasses import dataclass

from devkit.gateway.openapi import METHODS, Method


@dataclass(frozen=True)
class Match:
    """A method and the path parameters, as the client encoded them."""

    method: Method
    parameters: dict[str, str]


class Routes:
    """Finds the method of a request.

    Literal segments go before `{name}`, and that before `{name+}`. A resource that lacks the method does not give way
    to a less specific one (unproven). A slash at the end of a path is ignored, and is no part of any parameter.
    Source: AWS developer guide, "Set up a proxy resource with HTTP proxy integration"; the slash: a test on AWS in
    powertools-lambda-python issue 1552, and events that AWS sent, recorded by LocalStack (devkit/gateway/events.py).
    That an HTTP proxy gets the same parameter, and so sends the path on without the slash, is (unproven).
    """

    def __init__(self, methods: Iterable[Method]) -> None:
        self._resources: dict[str, dict[str, Method]] = {}
        for method in methods:
            self._resources.setdefault(method.resource, {})[method.verb] = method

    def find(self, verb: str, path: str) -> Match | None:
        """Return the match, or None, which the gateway answers with 403 Missing Authentication Token."""
        if verb not in METHODS:
            return None
        found = [
            (resource, parameters)
            for resource in self._resources
            if (parameters := _matched(resource, path)) is not None
        ]
        if not found:
            return None
        resource, parameters = min(found, key=lambda item: _rank(item[0]))
        methods = self._resources[resource]
        method = methods.get(verb) or methods.get("ANY")
        return Match(method, parameters) if method else None


def _rank(resource: str) -> list[int]:
    """Sorts a more specific resource first."""
    return [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in _segments(resource)]


def _matched(resource: str, path: str) -> dict[str, str] | None:
    parts, segments = _segments(resource), _without_last_slash(_segments(path))
    if not parts[-1].endswith("+}"):
        return _matched_exactly(parts, segments)
    head = _matched_exactly(parts[:-1], segments[: len(parts) - 1])
    rest = "/".join(segments[len(parts) - 1 :])
    return None if head is None or not rest else {**head, parts[-1][1:-2]: rest}


def _matched_exactly(parts: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(parts) != len(segments):
        return None
    parameters = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{") and segment:
            parameters[part[1:-1]] = segment
        elif part != segment:
            return None
    return parameters


def _without_last_slash(segments: list[str]) -> list[str]:
    return segments[:-1] if len(segments) > 1 and segments[-1] == "" and segments[-2] != "" else segments


def _segments(path: str) -> list[str]:
    return path.removeprefix("/").split("/")
