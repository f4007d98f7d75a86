"""How long Okta's rate limit lasts (Okta: "Rate limits": X-Rate-Limit-Reset; it sends no Retry-After)."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import ceil

import httpx

from okta_gateway.okta.errors import OktaRateLimited

WINDOW_SECONDS = 60.0
"""Okta counts by the minute: nothing has to wait longer."""


def seconds_to_wait(headers: httpx.Headers, now: float) -> float:
    """From the answer's Date to its Reset, both by Okta's clock, so that ours may be wrong; 0 to WINDOW_SECONDS.

    `now`, seconds since 1970, stands in for a Date that is missing. Without a readable Reset, a whole window.
    """
    reset = headers.get("X-Rate-Limit-Reset", "")
    if not re.fullmatch(r"[0-9]{1,12}", reset):
        return WINDOW_SECONDS
    return min(max(int(reset) - _date(headers, now), 0.0), WINDOW_SECONDS)


def rate_limited(operation: str, headers: httpx.Headers, now: float) -> OktaRateLimited:
    return OktaRateLimited(f"{operation} answered 429", retry_after=max(1, ceil(seconds_to_wait(headers, now))))


def _date(headers: httpx.Headers, now: float) -> float:
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return now
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
