"""Okta's Link headers (RFC 8288): where the next page is, never on another host than the configured one."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx

API_PATH = "/api/v1"

_LINK = re.compile(r'<([^<>]*)>((?:[^",<]|"[^"]*")*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;",]+))', re.IGNORECASE)


class LinkUnfit(ValueError):
    """The link to the next page leads nowhere in this API. The message holds nothing of it."""


def next_page(headers: httpx.Headers) -> str | None:
    """Path and query of the link with rel=next; its host is ignored, which may be another one (recorded answers).

    Raises LinkUnfit: an API token must not follow a link to wherever.
    """
    for line in headers.get_list("Link"):
        for target, parameters in _LINK.findall(line):
            if "next" in _relations(parameters):
                return _within_the_api(target)
    return None


def cursor(path_and_query: str) -> str:
    """The `after` of a link to the next page. Raises LinkUnfit."""
    values = parse_qs(urlsplit(path_and_query).query).get("after", [])
    if len(values) != 1:
        raise LinkUnfit("its link to the next page has no cursor")
    return values[0]


def _relations(parameters: str) -> list[str]:
    """Relation types, which are compared without regard to case."""
    found = _REL.search(parameters)
    return (found[1] or found[2] or "").lower().split() if found else []


def _within_the_api(target: str) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:
        raise LinkUnfit("its link to the next page is no address") from None
    if not parts.path.startswith(f"{API_PATH}/") or {".", ".."}.intersection(parts.path.split("/")):
        raise LinkUnfit("its link to the next page leads out of the API")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
