"""How many calls a minute Okta allows us, as its answers say by the way (Okta: "Rate limits")."""

import re

import httpx

LEAST_CALLS = 10
"""A minute, of any kind: the least that was recorded, of a free org for /apps, where a token gets half of 20. Whoever
gets less has had the share of the token turned down."""
_LIST = re.compile(r"/api/v1/(\w+)")


class RateLimitsSeen(httpx.BaseTransport):
    """A transport that notes the limit of each list of the management API that is asked for."""

    def __init__(self, transport: httpx.BaseTransport | None) -> None:
        # As okta_gateway.okta.http has its own: no connection is kept.
        self._transport = transport or httpx.HTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self.calls_a_minute: dict[str, int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        path, limit = _LIST.fullmatch(request.url.path), response.headers.get("X-Rate-Limit-Limit", "")
        if path and re.fullmatch(r"[1-9][0-9]{0,8}", limit):  # on a concurrency 429 it is 0
            self.calls_a_minute[path[1]] = int(limit)
        return response

    def close(self) -> None:
        self._transport.close()
