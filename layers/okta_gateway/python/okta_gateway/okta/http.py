"""Requests to Okta: answers of limited size in limited time, and neither cookies nor redirects nor proxies."""

from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpx

CONNECT_SECONDS = 3.0


class Limits(NamedTuple):
    """What one answer may cost."""

    total_seconds: float
    """From the request to the end of the answer's body."""
    max_bytes: int


class Answer(NamedTuple):
    """What was read of an answer."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_json(self) -> bool:
        media_type: str = self.headers.get("Content-Type", "").partition(";")[0]
        return media_type.strip().lower() == "application/json"

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, ...)"


class AnswerUnfit(ValueError):
    """The answer breaks a limit or a promise; the message holds nothing of it."""


def http_client(read_seconds: float, transport: httpx.BaseTransport | None, auth: httpx.Auth | None) -> httpx.Client:
    """A client for one of Okta's APIs; `read_seconds` until the next byte, also for writing."""
    return httpx.Client(
        transport=transport,
        auth=auth,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        # Okta sets cookies everywhere; what it remembers of one person must not go along with the next.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        # A sandbox is frozen between requests: a connection kept open is likely dead, and a code must not be lost.
        limits=httpx.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
    )


def bounded_answer(http: httpx.Client, request: httpx.Request, limits: Limits, clock: Callable[[], float]) -> Answer:
    """Send a request and read its answer. Raises httpx.HTTPError, ValueError, and its kind AnswerUnfit."""
    deadline = clock() + limits.total_seconds
    body = bytearray()
    answer = http.send(request, stream=True)
    try:
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise AnswerUnfit("it is compressed, which nobody asked for")
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > limits.max_bytes:
                raise AnswerUnfit(f"more than {limits.max_bytes} bytes")
            if clock() > deadline:
                raise AnswerUnfit(f"it took longer than {limits.total_seconds:g} s")
    finally:
        answer.close()
    return Answer(answer.status_code, answer.headers, bytes(body))


def reason(error: httpx.HTTPError | ValueError) -> str:
    """What may be told of a failed request: the exceptions of httpx hold the request, and that holds secrets."""
    return str(error) if isinstance(error, AnswerUnfit) else type(error).__name__


def holds(text: str, secrets: tuple[str, ...]) -> bool:
    """Whether the text quotes what was sent. What is shorter than eight characters is no secret of Okta's."""
    return any(len(secret) >= 8 and secret in text for secret in secrets)
