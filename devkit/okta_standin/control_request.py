"""The JSON bodies of the control routes, read strictly."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class ControlError(Exception):
    """A control request is wrong; the message says what is expected."""


async def answer_control_error(_request: Request, error: Exception) -> Response:
    """Exception handler for ControlError."""
    return JSONResponse({"error": str(error)}, 400)


def chosen(value: str, known: Iterable[str], name: str) -> str:
    """`value`, if it is one of `known`. Raises ControlError otherwise."""
    if value not in (names := list(known)):
        raise ControlError(f"`{name}` is one of {', '.join(names)}; not {value!r}.")
    return value


async def read_members(
    request: Request, types: Mapping[str, tuple[type, ...]], required: Iterable[str] = ()
) -> dict[str, Any]:
    """The members of a JSON body. Raises ControlError for unknown or missing ones and for wrong types."""
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise ControlError("The body is not JSON.") from error
    return checked_members(body, types, required)


def checked_members(body: object, types: Mapping[str, tuple[type, ...]], required: Iterable[str]) -> dict[str, Any]:
    """The members of a JSON object. Raises ControlError for unknown or missing ones and for wrong types."""
    if not isinstance(body, dict):
        raise ControlError("The body is a JSON object.")
    for name, value in body.items():
        if name not in types:
            raise ControlError(f"Unknown member {name!r}; known: {', '.join(types)}.")
        if type(value) not in types[name]:
            raise ControlError(f"`{name}` has the wrong type: {type(value).__name__}.")
    missing = [name for name in required if name not in body]
    if missing:
        raise ControlError(f"Missing: {', '.join(missing)}.")
    return body
