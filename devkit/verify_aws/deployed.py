"""The deployed gateway, as the steps see it, and what a step may answer."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import httpx

TOKEN_VARIABLE = "VERIFY_TOKEN"  # noqa: S105 - the name of a variable
SECONDS = 30.0


class Outcome(Enum):
    """How a step ended."""

    AS_ASSUMED = "as assumed"
    DIFFERENT = "different"
    NOT_RUN = "not run"
    BY_HAND = "by hand"


class Answer(NamedTuple):
    """A step's outcome, and what was seen or what to do."""

    outcome: Outcome
    said: str


class NotRun(Exception):
    """A step lacks something; the message says what to give it."""


class OutputsUnreadable(Exception):
    """The file with Terraform's outputs is not one; the message says how to write it."""


@dataclass(frozen=True)
class DeployedGateway:
    """A gateway with an address, and with what Terraform said about it.

    `path` is one that the token's owner may GET.
    """

    url: str
    path: str
    client: httpx.Client
    outputs: Mapping[str, Any]
    token: str = ""

    def __repr__(self) -> str:
        return f"DeployedGateway({self.url})"

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET below the gateway's address, with the path exactly as it is written here."""
        return self.client.send(self._request("GET", path, list(headers.items())))

    def send(self, method: str, path: str, headers: list[tuple[str, str]]) -> httpx.Response:
        """As `get`, with any method, and with headers that may be repeated."""
        return self.client.send(self._request(method, path, headers))

    def authorized(self, path: str, method: str = "GET") -> httpx.Response:
        """The same with the token. Raises NotRun without one."""
        return self.send(method, path, [("Authorization", f"Bearer {self.needed_token()}")])

    def needed_token(self) -> str:
        """The token. Raises NotRun without one."""
        if not self.token:
            raise NotRun(f"set {TOKEN_VARIABLE} to an access token of somebody who may GET {self.path}")
        return self.token

    def output(self, name: str) -> Any:  # noqa: ANN401 - Terraform
        """An output of Terraform. Raises NotRun where there is none."""
        if self.outputs.get(name) is None:
            raise NotRun(f"needs Terraform's output {name}: terraform output -json > outputs.json, then --outputs")
        return self.outputs[name]

    def _request(self, method: str, path: str, headers: list[tuple[str, str]]) -> httpx.Request:
        # httpx would tidy the path up: what is asked here is what becomes of an untidy one.
        request = self.client.build_request(method, self.url, headers=headers)
        url = httpx.URL(self.url)
        request.url = url.copy_with(raw_path=url.raw_path.rstrip(b"/") + path.encode())
        return request


def read_outputs(file: Path | None) -> Mapping[str, Any]:
    """The values in what `terraform output -json` wrote; nothing without a file. Raises OutputsUnreadable."""
    if file is None:
        return {}
    try:
        outputs = json.loads(file.read_text(encoding="utf-8"))
        return {name: entry["value"] for name, entry in outputs.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise OutputsUnreadable(f"{file} is not what `terraform output -json > {file.name}` writes") from None


def token_from(environ: Mapping[str, str] = os.environ) -> str:
    """The token, which comes from the environment so that no list of processes shows it."""
    return environ.get(TOKEN_VARIABLE, "").strip()
