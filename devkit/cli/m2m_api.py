"""Machine clients through the IAM API of a gateway, with an administrator's token."""

from typing import Any, Literal

import httpx

from devkit.cli.answers import CannotCheck, ProblemFound, printable
from devkit.cli.m2m_clients import Members, NewClient

PAGE = 200
TIMEOUT_SECONDS = 35.0  # API Gateway itself gives up after 29
CLIENTS = "/api/iam/m2m"


class ClientsOfApi:
    """The clients behind the IAM API at `gateway_url`; the token goes nowhere else: redirects are not followed."""

    def __init__(self, gateway_url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._gateway_url = gateway_url
        self._token = token
        self._transport = transport

    def add(self, new: NewClient) -> Members:
        """Make the client in Okta, or register one that is there."""
        given = {"name": new.name, "client_id": new.client_id, "description": new.description}
        body = {name: value for name, value in given.items() if value is not None} | {"groups": list(new.groups)}
        return self._ask("POST", f"{CLIENTS}/register" if new.client_id else CLIENTS, body)

    def all(self) -> list[Members]:
        """All clients, page by page."""
        clients: list[Members] = []
        after: str | None = None
        while True:
            parameters = {"limit": str(PAGE)} | ({"after": after} if after else {})
            page = self._ask("GET", f"{CLIENTS}?{httpx.QueryParams(parameters)}")
            clients += page["clients"]
            after = page["next"]
            if after is None:
                return clients

    def show(self, client_id: str) -> Members:
        """One client."""
        return self._ask("GET", f"{CLIENTS}/{client_id}")

    def remove(self, client_id: str) -> Members:
        """Remove a client, and its application where Okta made it for us."""
        return self._ask("DELETE", f"{CLIENTS}/{client_id}")

    def rotate(self, client_id: str, retire_old: Literal["later", "now"]) -> Members:
        """Give a client a new secret."""
        return self._ask("POST", f"{CLIENTS}/{client_id}/secret", {"retire_old": retire_old})

    def finish_rotation(self, client_id: str) -> Members:
        """Retire every secret but the newest."""
        return self._ask("DELETE", f"{CLIENTS}/{client_id}/secret")

    def _ask(self, method: str, path: str, body: Members | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with httpx.Client(transport=self._transport, timeout=TIMEOUT_SECONDS, trust_env=False) as http:
                answer = http.request(method, self._gateway_url + path, headers=headers, json=body)
                members = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            # Not chained: httpx's exception holds the request, and that holds the token.
            raise CannotCheck(self._no_answer(method, type(error).__name__)) from None
        if not isinstance(members, dict):
            raise CannotCheck(self._no_answer(method, "its answer is no JSON object"))
        if not answer.is_success:
            raise _refusal(self._gateway_url, answer.status_code, members)
        return members

    def _no_answer(self, method: str, why: str) -> str:
        done = "" if method == "GET" else " Whether it was done is not known: okta-gateway m2m list shows it."
        where = f"The IAM API at {self._gateway_url} gave no usable answer ({why})"
        return f"{where}: look at GATEWAY_URL and at its log.{done}"


def _refusal(gateway_url: str, status: int, members: dict[str, Any]) -> Exception:
    """A problem document of the IAM API (RFC 9457), or the gateway's own few words."""
    if "code" not in members:
        return _gateways_own(gateway_url, status)
    errors = [f"{error['place']}: {error['detail']}" for error in members.get("errors") or ()]
    said = printable(
        "\n".join([str(members.get("detail") or members["code"]), *errors, str(members.get("advice") or "")])
    )
    if status >= 500:
        return CannotCheck(f"{said}\nThe IAM API's log has more under the request id {members.get('request_id')}.")
    return ProblemFound(str(members["code"]), said.strip())


def _gateways_own(gateway_url: str, status: int) -> Exception:
    if status == 401:
        return ProblemFound("unauthorized", "The gateway does not accept this token: okta-gateway explain - says why.")
    if status == 403:
        return ProblemFound(
            "forbidden",
            "The gateway does not let this token's holder administer: okta-gateway explain - "
            '--route "GET /api/iam/m2m" says why, okta-gateway scopes who-can "GET /api/iam/m2m" who can.',
        )
    return CannotCheck(f"{gateway_url} answers {status}, and not as the IAM API does: look at GATEWAY_URL.")
