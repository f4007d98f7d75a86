"""Invoke the function with the events of API Gateway, and ask the stand-in for tokens."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest
from pymongo.collection import Collection
from pymongo.database import Database

from okta_gateway.store.access_rules import AccessRuleCollections

ROOT = Path(__file__).parents[3]
APP = ROOT / "functions" / "token_authorizer" / "app.py"
SCOPES = ROOT / "layers" / "policies" / "scopes.yml"
STAGE_ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod"
AGENT = "0oa0987654321fedcba"
STRANGER = "0oa5555555555unknown"


@dataclass(frozen=True)
class Okta:
    """The served stand-in."""

    address: str

    def mint(self, **body: Any) -> str:
        answer = httpx.post(f"{self.address}/_standin/tokens", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def break_keys(self, fault: str | None) -> None:
        answer = httpx.post(f"{self.address}/_standin/faults", json={"path": "keys", "fault": fault})
        assert answer.status_code == 200, answer.text

    def rotate(self) -> None:
        assert httpx.post(f"{self.address}/_standin/keys/rotate", json={}).status_code == 200

    def key_fetches(self) -> int:
        counts = httpx.get(f"{self.address}/_standin/requests").json()
        return sum(count for path, count in counts.items() if path.endswith("/v1/keys"))


def settings_for(okta: Okta) -> dict[str, str]:
    """Settings for the seeded custom authorization server, without a store."""
    return {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta.address,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_AUTH_SERVER_ID": "aus1234567890abcdef",
        "OKTA_AUDIENCE": "api://ai-registry",
        "SCOPES_FILE": str(SCOPES),
    }


@dataclass(frozen=True)
class Store:
    """A database of the served document store."""

    uri: str
    database: Database[dict[str, Any]]

    @property
    def settings(self) -> dict[str, str]:
        return {"DOCUMENTDB_URI": self.uri, "DOCUMENTDB_DATABASE": self.database.name}

    @property
    def clients(self) -> Collection[dict[str, Any]]:
        return self.database["idp_m2m_clients"]

    def write_rules(self, groups: dict[str, list[str]], permissions: dict[str, list[str]]) -> None:
        AccessRuleCollections(self.database).replace({"groups": groups, "permissions": permissions})


class Function:
    """A loaded function and what it wrote to standard output since it was loaded."""

    def __init__(self, module: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
        self.module = module
        self._capsys = capsys

    def __call__(self, event: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.module.handler(event, SimpleNamespace(aws_request_id="req-1"))
        return answer

    def decide(self, token: str, route: str = "GET/api/servers", **event: Any) -> dict[str, Any]:
        """The answer to a REST TOKEN event."""
        return self(token_event(token, route) | event)

    def refused(self, token: str) -> dict[str, Any]:
        """The log line of a token that must be a 401."""
        with pytest.raises(Exception, match=r"^Unauthorized$") as raised:
            self.decide(token)
        assert type(raised.value) is Exception
        return self.log_line()

    def failed(self, event: object) -> dict[str, Any]:
        """The log line of an event that must be a 500."""
        with pytest.raises(RuntimeError) as raised:
            self(event)
        line = self.log_line()
        assert str(raised.value) == line["code"]
        assert line["outcome"] == "failed"
        return line

    def output(self) -> str:
        """All that was written since the last call."""
        captured = self._capsys.readouterr()
        return captured.out + captured.err

    def log_line(self) -> dict[str, Any]:
        """The one line written since the last call."""
        (line,) = self.output().splitlines()
        record: dict[str, Any] = json.loads(line)
        return record


def token_event(token: str, route: str = "GET/api/servers") -> dict[str, Any]:
    return {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": f"{STAGE_ARN}/{route}"}


def request_event(token: str, route: str = "GET/api/servers") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    lists = {name: [value] for name, value in headers.items()}
    return {"type": "REQUEST", "methodArn": f"{STAGE_ARN}/{route}", "headers": headers, "multiValueHeaders": lists}


def http_api_event(token: str, route: str = "GET/api/servers") -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    return {"version": "2.0", "type": "REQUEST", "routeArn": f"{STAGE_ARN}/{route}", "headers": headers}
