"""What an authorization server publishes to everybody: its discovery document, and by the way what time it has."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

from okta_gateway.okta.errors import OktaUnavailable
from okta_gateway.okta.http import Limits, bounded_answer, http_client, reason

READ_SECONDS = 5.0
LIMITS = Limits(total_seconds=10.0, max_bytes=256 * 1024)
DOCUMENTS = ("oauth-authorization-server", "openid-configuration")
"""Only the first names client_credentials, and it is there for both kinds of server (Okta's OpenAPI examples)."""


class Published(NamedTuple):
    """An answer to the question for a discovery document; `members` are empty unless its status is 200."""

    address: str
    status: int
    members: Mapping[str, Any]
    clock_difference: float | None
    """Our clock less Okta's in seconds, as the answer's Date has it; None where it has none."""


def fetch_discovery(
    issuer: str, *, transport: httpx.BaseTransport | None = None, clock: Callable[[], float] = time.time
) -> Published:
    """The discovery document of an issuer (RFC 8414, section 3, in Okta's form). Raises OktaUnavailable."""
    address = f"{issuer}/.well-known/{DOCUMENTS[0]}"
    with http_client(READ_SECONDS, transport, auth=None) as http:
        try:
            before = clock()
            answer = bounded_answer(http, http.build_request("GET", address), LIMITS, time.monotonic)
            members = json.loads(answer.body) if answer.status == 200 else {}
        except (httpx.HTTPError, ValueError) as error:
            raise OktaUnavailable(f"{address} gave no answer: {reason(error)}") from None
    if not isinstance(members, dict):
        raise OktaUnavailable(f"{address} is no JSON object")
    return Published(address, answer.status, members, _difference(answer.headers, before))


def _difference(headers: httpx.Headers, now: float) -> float | None:
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return now - (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
