"""The JSON bodies of the control routes, read strictly."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.clients import App
from devkit.okta_standin.org import Org
from devkit.okta_standin.people import User


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


def chosen_user(login: str, org: Org) -> User:
    """The user with this login. Raises ControlError when there is none."""
    user = org.user(login)
    if user is None:
        raise ControlError(f"There is no user {login!r}; some are {_some(user.login for user in org.users)}.")
    return user


def chosen_app(client_id: str, org: Org) -> App:
    """The app with this client id. Raises ControlError when there is none."""
    app = org.app(client_id)
    if app is None:
        raise ControlError(f"There is no client {client_id!r}; some are {_some(app.id for app in org.apps)}.")
    return app


def _some(names: Iterable[str]) -> str:
    return ", ".join(islice(names, 5))


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
