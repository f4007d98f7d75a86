"""Headers that API Gateway adds, renames or keeps for itself, whatever the integration.

Source: AWS developer guide, "Important notes"; RFC 9110, section 7.6.1.
"""

from devkit.gateway.request import Request

HOP_BY_HOP = {  # RFC 9110, section 7.6.1
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
NOT_PASSED_ON = HOP_BY_HOP | {"content-length", "x-forwarded-for", "x-forwarded-proto", "x-amzn-trace-id"}
# Headers that come back from an integration under another name: of the list in AWS's "Important notes", those that
# published answers of proxy integrations show.
REMAPPED = {"connection", "content-length", "date", "server", "www-authenticate"}


def forwarding_headers(request: Request) -> list[tuple[str, str]]:
    """What an integration learns about the way that the request took."""
    return [
        ("X-Forwarded-For", ", ".join([*request.values("x-forwarded-for"), request.client_ip])),
        ("X-Forwarded-Proto", "http"),
        ("X-Amzn-Trace-Id", trace_id(request)),
    ]


def trace_id(request: Request) -> str:
    """The id that X-Ray would know the request by."""
    trace = request.request_id.replace("-", "")
    return f"Root=1-{trace[:8]}-{trace[8:]}"


def returned_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of an integration's answer as the client gets them."""
    renamed = [(f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value) for name, value in headers]
    return [(name, value) for name, value in renamed if name.lower() not in HOP_BY_HOP]
