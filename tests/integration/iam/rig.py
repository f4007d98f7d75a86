"""A rig for the IAM API: the function's handler in process, the Okta stand-in and a document store on loopback."""

import itertools
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymongo
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import RSAAlgorithm
from pymongo.database import Database

from devkit.okta_standin import SEED, load_org
from devkit.okta_standin import create_app as create_okta
from devkit.serving import serve
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.connection import Document
from tests.integration.iam.okta_control import OktaControl
from tests.integration.iam.requests import (
    ADA,
    ADMIN_GROUP,
    ADMIN_SCOPE,
    KEY_APP,
    PAT,
    ROBOT,
    ROOT,
    Answer,
    Caller,
    request_event,
)
from tests.integration.iam.sandbox import Clock, Log, Sandbox, load_iam
from tests.integration.iam.scripted_okta import Script, ScriptedOkta

__all__ = [
    "ADA",
    "ADMIN_GROUP",
    "ADMIN_SCOPE",
    "API_TOKEN",
    "PAT",
    "READ_TOKEN",
    "ROBOT",
    "Answer",
    "Caller",
    "Clock",
    "Log",
    "Rig",
    "Sandbox",
    "Surroundings",
    "key_settings",
    "request_event",
    "running",
]

RULES = ROOT / "layers" / "policies" / "scopes.yml"
GATEWAY_URL = "https://gateway.example.com"
API_TOKEN = "local-api-token-not-for-production"
READ_TOKEN = "local-read-token-not-for-production"
_numbers = itertools.count()


@dataclass(frozen=True)
class Rig:
    """The function, and all around it."""

    okta: OktaControl
    database: Database[Document]
    settings: dict[str, str] = field(repr=False)
    log: Log
    clock: Clock
    first: Sandbox
    _clients: list[pymongo.MongoClient[Document]] = field(repr=False)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | None = None,
        actor: Caller | None = ADA,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request to the first sandbox."""
        return self.first.call(method, path, body, query, actor, headers)

    def sandbox(self, **changes: str) -> Sandbox:
        """One more instance of the function, for callers at the same time; `changes` are settings, empty for none."""
        return Sandbox(load_iam({**self.settings, **changes}, self.log, self.clock, self._clients))

    def administrator(self, name: str, *groups: str) -> Caller:
        """A new user, active and in these groups or else in the administrators', who has the administrators' scope."""
        names = groups or (ADMIN_GROUP,)
        user_id = self.okta.add_user(name, *(self.okta.group_id(group) for group in names))
        return Caller(user_id, f"{name}@example.com", names, (ADMIN_SCOPE,))

    def write_rules(self, **groups: list[str]) -> None:
        """Rules in the store: groups to scopes, beside the shipped permissions; read within a minute."""
        rules = AccessRuleCollections(self.database)
        rules.replace({"groups": groups, "permissions": SHIPPED_PERMISSIONS})
        self.clock.pass_by(61)

    def audit(self) -> list[Document]:
        """The index of the audit, oldest first."""
        return list(self.database["iam_audit"].find(sort=[("at", 1)]))


@dataclass(frozen=True)
class Surroundings:
    """What all rigs share."""

    store_uri: str
    key_folder: Path
    folder: Path


@contextmanager
def running(around: Surroundings, **changes: str) -> Iterator[Rig]:
    """Start everything; `changes` are further settings of the function, empty to leave one out."""
    folder = around.folder / f"rig-{next(_numbers)}"
    keys = shutil.copytree(around.key_folder, folder / "okta-keys")
    log, clock = Log(), Clock()
    clients: list[pymongo.MongoClient[Document]] = []
    with ExitStack() as stack:
        script = Script()
        address = stack.enter_context(serve(ScriptedOkta(create_okta(load_org(SEED), key_folder=keys), script)))
        okta = stack.enter_context(OktaControl(address, script))
        name = f"iam_{next(_numbers)}"
        settings = {**_settings(around, address), "DOCUMENTDB_DATABASE": name, **changes}
        database = stack.enter_context(pymongo.MongoClient[Document](around.store_uri))[name]
        stack.callback(_close_all, clients)
        yield Rig(okta, database, settings, log, clock, Sandbox(load_iam(settings, log, clock, clients)), clients)


def _settings(around: Surroundings, okta: str) -> dict[str, str]:
    return {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_API_TOKEN": API_TOKEN,
        "DOCUMENTDB_URI": around.store_uri,
        "SCOPES_FILE": str(RULES),
        "GATEWAY_URL": GATEWAY_URL,
        "LOG_LEVEL": "DEBUG",
    }


def key_settings(okta: OktaControl) -> dict[str, str]:
    """Settings for private_key_jwt in the place of the API token."""
    shown = okta.get(f"apps/{KEY_APP}/key")
    private_key = load_pem_private_key(shown["private_key"].encode(), password=None)
    assert isinstance(private_key, RSAPrivateKey)
    jwk = RSAAlgorithm.to_jwk(private_key, as_dict=True) | {"kid": shown["kid"]}
    return {"OKTA_API_TOKEN": "", "OKTA_API_CLIENT_ID": KEY_APP, "OKTA_API_PRIVATE_KEY": json.dumps(jwk)}


def _close_all(clients: list[pymongo.MongoClient[Document]]) -> None:
    for client in clients:
        client.close()
