"""Which pages may send requests that use a session: cross-site request forgery and CORS (Fetch standard)."""

from collections.abc import Collection, Mapping

from okta_gateway.login.errors import OriginRefused

_CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")


class Origins:
    """The gateway's own origin and those that ALLOWED_ORIGINS names; compared exactly."""

    def __init__(self, own: str, allowed: Collection[str]) -> None:
        self._origins = {own, *allowed}

    def verify_post(self, headers: Mapping[str, str]) -> None:
        """Headers by lower-case name. Raises OriginRefused.

        Origin is on every POST of a browser; Sec-Fetch-Site is there in current ones, and a page cannot forge either.
        """
        if headers.get("origin") not in self._origins:
            raise OriginRefused("Origin is missing, or not one of ALLOWED_ORIGINS")
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "same-site"}:
            raise OriginRefused("Sec-Fetch-Site says that the page is of another site")
        if headers.get("content-type", "").partition(";")[0].strip().lower() not in _CONTENT_TYPES:
            raise OriginRefused("the content type is neither JSON nor a form")

    def cors_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """For a page of an allowed origin, what lets it read the answer with its cookie; nothing for any other."""
        origin = headers.get("origin")
        if origin is None or origin not in self._origins:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": "600",
        }
