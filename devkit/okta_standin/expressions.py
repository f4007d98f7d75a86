"""The few expressions of Okta's language that claims of this project use."""

import json
import re

from devkit.okta_standin.clients import App
from devkit.okta_standin.people import User

_NAME = re.compile(r"(?P<root>user|appuser|app)\.(?P<profile>profile\.)?(?P<name>\w+)")
_USER_NAMES = {"userName": "login"}


def evaluate(expression: str, app: App, user: User | None) -> object:
    """The value of `"text"`, `app.clientId`, `app.profile.NAME` or `user.NAME`; None for anything else.

    `app.profile.NAME` is Okta's guide "Include app-specific information in a custom claim".
    """
    text = expression.strip()
    if text.startswith('"'):
        return _string(text)
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    if found["root"] == "app":
        return app.profile.get(found["name"]) if found["profile"] else _of_app(app, found["name"])
    return user.profile.get(_USER_NAMES.get(found["name"], found["name"])) if user else None


def _string(text: str) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _of_app(app: App, name: str) -> object:
    return {"clientId": app.client_id, "id": app.id, "label": app.label}.get(name)
