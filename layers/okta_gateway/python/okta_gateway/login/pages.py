"""The pages of sign-in: plain HTML that works without a network, by keyboard, in the dark and on a phone.

Everything that is filled in is escaped. Each page has a Content-Security-Policy of its own; scripts and styles carry
its nonce, and forms may only go to this gateway and to Okta.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.logout import OktaSignOut
from okta_gateway.store.sessions import Session

_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 38rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
a.button, button { display: inline-block; font: inherit; padding: .5rem 1rem; border: 2px solid; border-radius: .4rem;
  background: none; color: inherit; text-decoration: none; cursor: pointer; }
a.button:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid; outline-offset: 3px; }
input { font: inherit; padding: .4rem; width: 100%; box-sizing: border-box; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; border-radius: .4rem; padding: .6rem; }
.small { font-size: .85rem; opacity: .8; }
"""
_TRY_SCRIPT = """
document.getElementById("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  const out = document.getElementById("answer");
  const ask = async (address, options) => {
    const answer = await fetch(address, options), text = await answer.text();
    try { return [answer, JSON.parse(text)]; } catch { return [answer, text]; }
  };
  const show = ([answer, body]) => {
    out.textContent = answer.status + " " + (typeof body === "string" ? body : JSON.stringify(body, null, 2));
  };
  out.textContent = "Calling ...";
  try {
    const token = await ask(tokenAddress, { method: "POST", headers: { "Content-Type": "application/json" } });
    if (!token[0].ok) { show(token); return; }
    const path = document.getElementById("path").value;
    show(await ask(prefix + path, { headers: { Authorization: "Bearer " + token[1].access_token } }));
  } catch (error) { out.textContent = "No answer: " + error.message; }
});
"""


class Page(NamedTuple):
    """A page, and the policy that it must be sent with."""

    html: str
    content_security_policy: str


class Pages:
    """Renders pages for a gateway whose forms may also go to `okta_origin`."""

    def __init__(self, gateway: GatewayAddress, okta_origin: str, nonce: str) -> None:
        self._gateway = gateway
        self._nonce = nonce
        self._policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            f"form-action 'self' {okta_origin}; base-uri 'none'; frame-ancestors 'none'"
        )

    def home(self, session: Session | None, scopes: tuple[str, ...]) -> Page:
        """Who am I; sign in or out; on a laptop, call the API."""
        if session is None:
            body = f"<p>You are not signed in.</p>{self._link('/oauth2/login/okta', 'Sign in with Okta')}"
            return self._page("Not signed in", body)
        facts = {
            "Name": session.username,
            "Okta user id": session.subject,
            "Groups": ", ".join(session.groups) or "none",
            "Scopes": " ".join(scopes) or "none: no group of yours opens anything here",
        }
        body = _definition_list(facts) + self._link("/oauth2/logout/okta", "Sign out")
        return self._page("You are signed in", body + (self._try_form() if self._gateway.is_plain_http else ""))

    def ask_sign_out(self) -> Page:
        action = escape(self._gateway.link("/oauth2/logout/okta"))
        form = f'<form method="post" action="{action}"><button autofocus>Sign out</button></form>'
        text = "<p>This ends your session here and at Okta.</p>"
        return self._page("Sign out?", f"{text}{form}<p>{self._plain_link('/oauth2/', 'Stay signed in')}</p>")

    def sign_out_at_okta(self, sign_out: OktaSignOut) -> Page:
        """A form that sends itself; without scripts, by its button."""
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in sign_out.fields.items()
        )
        form = (
            f'<form id="okta" method="post" action="{escape(sign_out.action)}">{fields}'
            "<button autofocus>Sign out of Okta too</button></form>"
        )
        script = self._script('document.getElementById("okta").submit();')
        return self._page("You are signed out here", f"<p>One more step: Okta.</p>{form}{script}")

    def error(self, title: str, text: str, facts: Mapping[str, str]) -> Page:
        body = f"<p>{escape(text)}</p>{self._link('/oauth2/login/okta', 'Start again')}{_definition_list(facts)}"
        return self._page(title, body)

    def _try_form(self) -> str:
        prefix = self._gateway.prefix
        constants = (
            f"const prefix = {_script_string(prefix)};\n"
            f"const tokenAddress = {_script_string(f'{prefix}/oauth2/session/token')};"
        )
        return (
            '<h2>Call the API</h2><form id="try"><p><label for="path">Path</label>'
            '<input id="path" value="/api/servers"></p><button>GET</button></form>'
            '<pre id="answer" role="status" aria-live="polite">Nothing called yet.</pre>'
            + self._script(constants + _TRY_SCRIPT)
        )

    def _page(self, title: str, body: str) -> Page:
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{escape(title)}</title><style nonce="{self._nonce}">{_STYLE}</style></head>'
            f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
        )
        return Page(html, self._policy)

    def _link(self, path: str, text: str) -> str:
        return f'<p><a class="button" href="{escape(self._gateway.link(path))}">{escape(text)}</a></p>'

    def _plain_link(self, path: str, text: str) -> str:
        return f'<a href="{escape(self._gateway.link(path))}">{escape(text)}</a>'

    def _script(self, source: str) -> str:
        return f'<script nonce="{self._nonce}">{source}</script>'


def _definition_list(facts: Mapping[str, str]) -> str:
    return (
        "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()) + "</dl>"
    )


def _script_string(text: str) -> str:
    """A string literal that cannot end the script element it stands in."""
    return json.dumps(text).replace("<", "\\u003c")
