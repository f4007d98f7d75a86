"""The served Okta stand-in as a test steers and watches it."""

import re
from types import TracebackType
from typing import Any, Self

import httpx

from tests.integration.iam.scripted_okta import Script, Scripted, okta_error

CONTROL = "/_standin"
PASSWORD = "A-long-enough-passphrase-1"
SSWS = {"Authorization": "SSWS local-api-token-not-for-production"}


class OktaControl:
    """The control routes, and the management API as an administrator who stands beside the gateway."""

    def __init__(self, address: str, script: Script) -> None:
        self.address = address
        self.script = script
        self._http = httpx.Client(base_url=address, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def control(self, path: str, /, **members: Any) -> Any:
        """POST to a control route."""
        return self._read(self._http.post(f"{CONTROL}/{path}", json=members))

    def get(self, path: str) -> Any:
        """GET a control route."""
        return self._read(self._http.get(f"{CONTROL}/{path}"))

    def fault(self, path: str, fault: str | None, **members: Any) -> None:
        """Switch a fault on or, with None, off: `method`, `skip`, `times`, `seconds`."""
        self.control("faults", path=path, fault=fault, **members)

    def refuse(self, method: str, path: str, status: int, code: str, *causes: str, times: int = 1) -> None:
        """Answer the next requests with an error of Okta's; `path` is a pattern below /api/v1."""
        self.answer(method, path, status, okta_error(code, *causes), times=times)

    def answer(self, method: str, path: str, status: int, body: object, times: int = 1, **headers: str) -> None:
        """Give this answer to the next requests; `path` is a pattern below /api/v1."""
        pattern = re.compile(f"/api/v1{path}")
        self.script.answers.append(Scripted(method, pattern, status, body, headers, times))

    def back_to_normal(self) -> None:
        self.fault("all", None)
        self.script.answers.clear()
        self.script.before_each = lambda _method, _path: None

    def requests(self, prefix: str = "/api/v1/") -> dict[str, int]:
        """How often each path below a prefix was asked for."""
        return {path: count for path, count in self.get("requests").items() if path.startswith(prefix)}

    def changes(self) -> list[tuple[str, str]]:
        """Method and path of the requests so far that were to change something."""
        return [(method, path) for method, path in self.script.requests if method != "GET"]

    def calls(self) -> int:
        """How many calls of the management API there were."""
        return sum(self.requests().values())

    def api(self, method: str, path: str, body: object = None, **params: Any) -> Any:
        """A call of the management API, `path` below /api/v1; None where the answer has no body."""
        headers = SSWS | ({"Content-Length": "0"} if body is None and method in {"POST", "PUT"} else {})
        response = self._http.request(method, f"/api/v1{path}", json=body, params=params, headers=headers)
        return self._read(response)

    def status(self, method: str, path: str) -> int:
        """The status of a call of the management API."""
        return self._http.request(method, f"/api/v1{path}", headers=SSWS).status_code

    def add_user(self, name: str, *groups: str, password: str = PASSWORD) -> str:
        """An active user NAME@example.com in these groups (ids); their id."""
        login = f"{name}@example.com"
        profile = {"login": login, "email": login, "firstName": name.title(), "lastName": "Test"}
        body = {"profile": profile, "credentials": {"password": {"value": password}}, "groupIds": list(groups)}
        return str(self.api("POST", "/users", body, activate="true")["id"])

    def add_group(self, name: str) -> str:
        """An OKTA_GROUP of this name, which another may have; its id."""
        return str(self.control("groups", name=name, type="OKTA_GROUP")["id"])

    def group_id(self, name: str) -> str:
        """The id of the one group of this name."""
        [group] = [group for group in self.api("GET", "/groups", q=name) if group["profile"]["name"] == name]
        return str(group["id"])

    def group_names(self, user_id: str) -> list[str]:
        """The names of a user's groups, without Everyone."""
        groups = self.api("GET", f"/users/{user_id}/groups")
        return sorted(group["profile"]["name"] for group in groups if group["type"] != "BUILT_IN")

    def members(self, group_id: str) -> set[str]:
        """The ids of a group's members."""
        return {user["id"] for user in self.api("GET", f"/groups/{group_id}/users")}

    def user_status(self, user_id: str) -> str:
        """ACTIVE and so on; the empty text for a user who is gone."""
        response = self._http.get(f"/api/v1/users/{user_id}", headers=SSWS)
        return str(response.json()["status"]) if response.status_code == 200 else ""

    def _read(self, response: httpx.Response) -> Any:
        assert response.is_success, response.text
        return response.json() if response.content else None
