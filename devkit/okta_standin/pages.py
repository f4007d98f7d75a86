"""The stand-in's HTML pages: plain, usable by keyboard and screen reader, and without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import NO_STORE
from devkit.okta_standin.people import User

_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(_SUBMIT.encode("ascii")).digest()).decode("ascii")
# No form-action: browsers apply it to the redirects after a form too, and those lead to the apps.
_HEADERS = NO_STORE | {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SUBMIT_HASH}'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
form { margin: 1rem 0; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: 0 0 .75rem; padding: .5rem; }
li button { text-align: left; }
ul { list-style: none; padding: 0; }
.error { border: 2px solid; border-radius: .25rem; padding: .5rem; }
"""


class PageRefusal(Exception):
    """A refusal that the browser shows, because there is no app that can be trusted with it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


async def answer_page_refusal(_request: Request, refusal: Exception) -> Response:
    """Exception handler for PageRefusal."""
    if not isinstance(refusal, PageRefusal):
        raise refusal
    text = (
        "<p>Your request resulted in an error.</p>"
        f'<p class="error" role="alert">{escape(refusal.description)}</p><p>Error code: {escape(refusal.error)}</p>'
    )
    return _page("400 Bad Request", text, 400)


def sign_in_page(
    app: App, users: Iterable[User], action: str, *, login: str = "", problem: str | None = None
) -> Response:
    """Asks who it is: one of `users`, or a login with its password. The forms post to `action`."""
    parts = [
        f"<p>{escape(app.label)} wants to know who you are. This Okta is a local stand-in.</p>",
        f'<p class="error" role="alert">{escape(problem)}</p>' if problem else "",
        _credentials_form(action, login),
        _choice_form(action, users),
        _form(action, '<button name="action" value="cancel">Cancel</button>'),
    ]
    return _page("Sign in", "".join(parts), 403 if problem else 200)


def consent_page(app: App, user: User, scopes: Iterable[str], action: str) -> Response:
    """Asks whether the app may have `scopes`."""
    wanted = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    buttons = (
        '<button name="action" value="allow">Allow access</button>'
        '<button name="action" value="cancel">Don\'t allow</button>'
    )
    text = f"<p>{escape(app.label)} asks {escape(user.login)} for:</p><ul>{wanted}</ul>{_form(action, buttons)}"
    return _page("Allow access", text)


def form_post_page(address: str, parameters: Mapping[str, str]) -> Response:
    """Posts `parameters` to `address` at once, or by a button (OAuth 2.0 Form Post Response Mode)."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in parameters.items()
    )
    form = _form(address, f"{fields}<button>Continue</button>")
    return _page("Continue", f"{form}<script>{_SUBMIT}</script>")


def signed_out_page() -> Response:
    """What is shown after a sign-out that leads to no app."""
    return _page("Signed out", "<p>You are signed out of this local Okta.</p>")


def _credentials_form(action: str, login: str) -> str:
    on_login, on_password = ("", " autofocus") if login else (" autofocus", "")
    return _form(
        action,
        '<label for="login">Username</label>'
        f'<input id="login" name="login" value="{escape(login)}" autocomplete="username" required{on_login}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        f"required{on_password}>"
        "<button>Sign in</button>",
    )


def _choice_form(action: str, users: Iterable[User]) -> str:
    buttons = "".join(
        f'<li><button name="user" value="{escape(user.login)}">{escape(f"{user.first_name} {user.last_name}")} '
        f"({escape(user.login)})</button></li>"
        for user in users
    )
    return _form(action, f'<h2 id="choice">Or without a password, as</h2><ul aria-labelledby="choice">{buttons}</ul>')


def _form(action: str, content: str) -> str:
    return f'<form method="post" action="{escape(action)}">{content}</form>'


def _page(title: str, content: str, status: int = 200) -> Response:
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} - local Okta</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(text, status, _HEADERS)
