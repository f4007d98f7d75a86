"""Where a person may be sent after sign-in: a path of this gateway, or an address that the settings name exactly."""

import re
from collections.abc import Collection

from okta_gateway.apigateway.gateway_address import GatewayAddress

MAX_TARGET_LENGTH = 2048
HOME = "/oauth2/"
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|\Z)", re.IGNORECASE)


def safe_target(wanted: str | None, gateway: GatewayAddress, allowed: Collection[str]) -> str:
    """The absolute address to go to; anything that is not allowed becomes the gateway's own page (RFC 9700, 4.11).

    A path is taken as one of this gateway, with or without its stage in front. The origin is always put in front of it,
    so that no path can be read as a host.
    """
    if wanted and wanted in allowed:
        return wanted
    if not wanted or not _is_plain_path(wanted):
        return gateway.link(HOME)
    path = re.split(r"[?#]", wanted, maxsplit=1)[0]
    has_prefix = gateway.prefix and f"{path}/".startswith(f"{gateway.prefix}/")
    return gateway.origin + wanted if has_prefix else gateway.link(wanted)


def _is_plain_path(text: str) -> bool:
    """Starts with one slash; printable ASCII, without what browsers read in their own ways."""
    return (
        len(text) <= MAX_TARGET_LENGTH
        and text.startswith("/")
        and not text.startswith("//")
        and "\\" not in text
        and text.isascii()
        and text.isprintable()
        and " " not in text
        and not _DOT_SEGMENT.search(text)
    )
