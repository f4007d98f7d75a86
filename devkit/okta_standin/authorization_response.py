"""The authorization response: how a code or an error gets back to the app through the browser."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from devkit.okta_standin.authorization_request import ReturnAddress
from devkit.okta_standin.errors import NO_STORE
from devkit.okta_standin.pages import form_post_page

_HEADERS = NO_STORE | {"Referrer-Policy": "no-referrer"}


def authorization_response(address: ReturnAddress, result: Mapping[str, str], issuer: str | None) -> Response:
    """Send `result` with the request's state; `issuer` is RFC 9207's `iss`, which Okta does not send."""
    parameters = dict(result)
    if address.state is not None:
        parameters["state"] = address.state
    if issuer is not None:
        parameters["iss"] = issuer
    if address.response_mode == "form_post":
        return form_post_page(address.redirect_uri, parameters)
    if address.response_mode == "fragment":
        return redirect(f"{address.redirect_uri}#{urlencode(parameters)}")
    return redirect(with_query(address.redirect_uri, parameters))


def with_query(uri: str, parameters: Mapping[str, str]) -> str:
    """`uri` with more parameters in its query."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}" if parameters else uri


def redirect(uri: str) -> Response:
    """A redirect that no cache keeps and that tells the app nothing of where it comes from."""
    return RedirectResponse(uri, 302, _HEADERS)
