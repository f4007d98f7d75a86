"""A person's browser in front of the gateway: cookies, Okta's form, and Origin as the Fetch standard sends it."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.integration.login.watched_okta import query

ADA = "ada@example.com"
PAT = "pat@example.com"
MAX = "max@example.com"
UMA = "uma@example.com"
ADA_ID = "00u1ada00000000000a1"
PAT_ID = "00u1pat00000000000p1"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

type Headers = list[tuple[str, str]]


class Rerouted(httpx.BaseTransport):
    """Takes requests for the gateway's public host to where it listens; the Host header stays."""

    def __init__(self, public: str, local: str) -> None:
        self._public, self._local = httpx.URL(public), httpx.URL(local)
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (request.url.host, request.url.port) == (self._public.host, self._public.port):
            url = request.url.copy_with(scheme=self._local.scheme, host=self._local.host, port=self._local.port)
            # A new request: the browser's cookies belong to the address that it sees.
            request = httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


@dataclass(frozen=True)
class Attempt:
    """A sign-in that was begun: where the browser was sent."""

    location: str

    @property
    def request(self) -> dict[str, str]:
        return query(self.location)

    @property
    def state(self) -> str:
        return self.request["state"]

    @property
    def nonce(self) -> str:
        return self.request["nonce"]


@dataclass(frozen=True)
class Browser:
    gateway_url: str
    http: httpx.Client = field(repr=False)
    seen: set[str] = field(repr=False)
    """Secrets that came by; shared with the rig."""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.gateway_url)
        return f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str, headers: Headers | None = None, **parameters: Any) -> httpx.Response:
        url = path if "://" in path else self.gateway_url + path
        return self._kept(self.http.get(url, headers=headers, params=parameters or None))

    def send(self, method: str, path: str, headers: Headers | None = None, content: bytes = b"") -> httpx.Response:
        """A request with these headers only."""
        request = self.http.build_request(method, self.gateway_url + path, headers=headers, content=content or None)
        return self._kept(self.http.send(request))

    def post(self, path: str, *, origin: str | None = None, content_type: str = JSON) -> httpx.Response:
        """A POST of a page of `origin`, by default the gateway's own."""
        return self.send("POST", path, [("Origin", origin or self.origin), ("Content-Type", content_type)])

    def begin(self, target: str | None = None) -> Attempt:
        wanted: dict[str, Any] = {} if target is None else {"redirect_uri": target}
        response = self.get("/oauth2/login/okta", **wanted)
        assert response.status_code == 302, response.text
        return Attempt(response.headers["location"])

    def at_okta(self, attempt: Attempt, user: str = ADA) -> str:
        """Sign in at Okta; the address of the callback, not gone to yet."""
        answer = self.http.get(attempt.location)
        if answer.status_code == 200:
            answer = self.submit(answer, "sign-in", user=user)
        assert answer.status_code == 302, answer.text
        callback = str(answer.headers["location"])
        self.seen.update({value for name, value in query(callback).items() if name in {"code", "state"}})
        return callback

    def sign_in(self, user: str = ADA, target: str | None = None) -> httpx.Response:
        """The answer of the callback."""
        return self.get(self.at_okta(self.begin(target), user))

    def signed_in(self, user: str = ADA) -> "Browser":
        assert self.sign_in(user).status_code == 302
        return self

    def token(self) -> httpx.Response:
        return self.post("/oauth2/session/token")

    def access_token(self) -> str:
        response = self.token()
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def submit(self, page: httpx.Response, action: str = "", /, **fields: str) -> httpx.Response:
        """Send a form of a page as a browser does; `action` is a part of its address."""
        form = next(form for form in _forms(page.text) if action in form.action)
        url = page.request.url.join(form.action)
        headers = {"Origin": _origin_sent(page, str(url)), "Content-Type": FORM}
        content = urlencode({**form.fields, **fields})
        return self._kept(self.http.post(url, content=content, headers=headers))

    def cookie(self, part: str) -> str | None:
        """The value of the cookie whose name has this part."""
        values = [cookie.value for cookie in self.http.cookies.jar if part in cookie.name]
        return values[0] if values else None

    @property
    def session_id(self) -> str | None:
        return self.cookie("okta-gateway-session")

    def _kept(self, response: httpx.Response) -> httpx.Response:
        for line in response.headers.get_list("set-cookie"):
            value = line.partition(";")[0].partition("=")[2]
            self.seen.update({value} if value else ())
        location = response.headers.get("location", "")
        self.seen.update({value for name, value in query(location).items() if name in {"state", "nonce", "code"}})
        if response.headers.get("content-type") == JSON and response.status_code == 200:
            self.seen.update({str(value) for name, value in response.json().items() if name == "access_token"})
        return response


@dataclass(frozen=True)
class _Form:
    action: str
    fields: dict[str, str]


def _forms(page: str) -> list[_Form]:
    forms = []
    for head, content in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', head)
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', content)
        if action:
            forms.append(_Form(html.unescape(action[1]), {html.unescape(n): html.unescape(v) for n, v in fields}))
    return forms


def form_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's only form."""
    return _forms(page)[0].fields


def _origin_sent(page: httpx.Response, target: str) -> str:
    """Origin on a form's POST (Fetch standard, "append a request Origin header"); Chromium agrees."""
    url = page.request.url
    own = f"{url.scheme}://{url.netloc.decode()}"
    policy = page.headers.get("referrer-policy", "strict-origin-when-cross-origin")
    same_origin = target.startswith(f"{own}/")
    if policy == "no-referrer" or (policy == "same-origin" and not same_origin):
        return "null"
    return own


def attributes(line: str) -> set[str]:
    """The attributes of a Set-Cookie line, but for Max-Age."""
    return {part.strip() for part in line.split(";")[1:] if not part.strip().startswith("Max-Age")}


def parameters(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
