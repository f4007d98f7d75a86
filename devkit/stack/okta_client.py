"""Asks the Okta stand-in for tokens, as an application would, and changes it, as an administrator would."""

from collections.abc import Mapping
from typing import Any

import httpx

TIMEOUT = 10.0  # seconds


class OktaClient:
    """The stand-in at `address`; tokens come from the authorization server `server_id`."""

    def __init__(self, address: str, server_id: str) -> None:
        self._address = address
        self._server_id = server_id

    def mint(self, **wanted: object) -> str:
        """A token of a user or machine, changed as the stand-in's `/_standin/tokens` allows."""
        return str(self._post("/_standin/tokens", json=wanted)["token"])

    def machine_token(self, client_id: str, secret: str, scope: str) -> str:
        """An access token by client credentials (RFC 6749, section 4.4)."""
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = self._post(f"/oauth2/{self._server_id}/v1/token", data=form, auth=(client_id, secret))
        return str(answer["access_token"])

    def allow_sign_in(self, client_id: str, gateway_url: str) -> None:
        """Register the gateway's addresses with a web application, as an administrator would in the Admin Console."""
        uris = {
            "redirect_uris": [f"{gateway_url}/oauth2/callback/okta"],
            "post_logout_redirect_uris": [f"{gateway_url}/oauth2/"],
        }
        self._post(f"/_standin/apps/{client_id}", json=uris)

    def rotate_keys(self) -> None:
        """Retire the signing key of the authorization server and sign with the next one."""
        self._post("/_standin/keys/rotate", json={"server": self._server_id})

    def _post(
        self,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        data: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        response = httpx.post(self._address + path, json=json, data=data, auth=auth, timeout=TIMEOUT)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
