"""What tests of machine clients ask for and look at."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import RSAAlgorithm
from pymongo.database import Database

from okta_gateway.store.connection import Document
from tests.integration.iam.okta_control import OktaControl
from tests.integration.iam.requests import KEY_APP, Answer
from tests.integration.iam.rig import Rig

M2M = "/api/iam/m2m"
GROUPS = ["public-mcp-users", "mcp-team-1"]
SERVER = "aus1234567890abcdef"


@dataclass(frozen=True)
class Traces:
    """What there is of a client of some name: applications in Okta, rows and notes in the store."""

    apps: list[dict[str, Any]]
    rows: list[Document]
    notes: list[Document]

    @property
    def counts(self) -> tuple[int, int, int]:
        return len(self.apps), len(self.rows), len(self.notes)


def create(rig: Rig, name: str) -> Answer:
    return rig.call("POST", M2M, {"name": name, "description": "One of many", "groups": GROUPS})


def traces(rig: Rig, name: str) -> Traces:
    apps = [app for app in rig.okta.api("GET", "/apps", q=name, limit=200) if app["label"] == name]
    return Traces(apps, rows_of(rig.database, name), list(rig.database["iam_pending_creations"].find({"name": name})))


def rows_of(database: Database[Document], name: str) -> list[Document]:
    return list(database["idp_m2m_clients"].find({"name": name}))


def secret_opens(rig: Rig, client_id: str, secret: str) -> bool:
    """Whether Okta gives a token for this secret."""
    form = {"grant_type": "client_credentials", "scope": "gateway.access"}
    answer = httpx.post(f"{rig.okta.address}/oauth2/{SERVER}/v1/token", data=form, auth=(client_id, secret), timeout=30)
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == 200


def sync(rig: Rig) -> dict[str, Any]:
    """The report of a sync that must succeed."""
    report: dict[str, Any] = rig.call("POST", f"{M2M}/sync").ok()
    return report


def incomplete(rig: Rig) -> list[str]:
    """The names of the creations that are listed as incomplete."""
    return [item["name"] for item in rig.call("GET", M2M, query={"state": "incomplete"}).ok()["incomplete"]]


def jwk_settings(okta: OktaControl) -> dict[str, str]:
    """Settings for private_key_jwt in the place of the API token; the key says which of the app's it is."""
    shown = okta.get(f"apps/{KEY_APP}/key")
    key = load_pem_private_key(shown["private_key"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    jwk = RSAAlgorithm.to_jwk(key, as_dict=True) | {"kid": shown["kid"]}
    return {"OKTA_API_TOKEN": "", "OKTA_API_CLIENT_ID": KEY_APP, "OKTA_API_PRIVATE_KEY": json.dumps(jwk)}
