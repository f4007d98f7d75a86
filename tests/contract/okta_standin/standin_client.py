"""A client of the served stand-in that speaks in the terms of the tests."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

CUSTOM = "aus1234567890abcdef"
WEB_APP = "0oa1234567890abcdef"
AGENT = "0oa0987654321fedcba"
AGENT_SECRET = "local-agent-secret-not-for-production"
WEB_SECRET = "local-web-secret-not-for-production"
KEY_AGENT = "0oa7777777777private"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MACHINE_FORM = {"grant_type": "client_credentials", "scope": "gateway.access"}


def path_of(server: str) -> str:
    """The start of a server's paths; `org` is the org authorization server."""
    return "/oauth2" if server == "org" else f"/oauth2/{server}"


@dataclass(frozen=True)
class Standin:
    address: str
    http: httpx.Client

    def issuer(self, server: str = CUSTOM) -> str:
        return self.address if server == "org" else f"{self.address}/oauth2/{server}"

    def endpoint(self, server: str, name: str) -> str:
        return f"{self.address}{path_of(server)}/v1/{name}"

    def key_set(self, server: str = CUSTOM) -> list[dict[str, str]]:
        keys: list[dict[str, str]] = self.http.get(self.endpoint(server, "keys")).json()["keys"]
        return keys

    def mint(self, **body: Any) -> str:
        response = self.http.post("/_standin/tokens", json=body)
        assert response.status_code == 200, response.text
        return str(response.json()["token"])

    def request_token(self, form: dict[str, str], server: str = CUSTOM, **options: Any) -> httpx.Response:
        return self.http.post(self.endpoint(server, "token"), data=form, **options)

    def introspect(self, token: str, server: str = CUSTOM) -> dict[str, Any]:
        url = self.endpoint(server, "introspect")
        response = self.http.post(url, data={"token": token}, auth=(AGENT, AGENT_SECRET))
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def assertion(self, endpoint: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A client assertion of the key agent for `endpoint`; a claim of None is left out."""
        key = self.http.get(f"/_standin/apps/{KEY_AGENT}/key").json()
        now = int(time.time())
        valid = {
            "iss": KEY_AGENT,
            "sub": KEY_AGENT,
            "aud": endpoint,
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
        }
        payload = {name: value for name, value in {**valid, **claims}.items() if value is not None}
        return jwt.encode(payload, key["private_key"], "RS256", headers={"kid": key["kid"], **(header or {})})

    def assertion_form(self, assertion: str, scope: str = "gateway.access") -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }


def verified(token: str, keys: list[dict[str, str]], audience: str, issuer: str) -> dict[str, Any]:
    """The claims, once PyJWT has found the token's key among `keys` and verified it."""
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(key) for key in keys if key["kid"] == kid)
    claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=audience, issuer=issuer)
    return claims


def header_of(token: str) -> dict[str, Any]:
    return jwt.get_unverified_header(token)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
