"""What the sandboxes run: the empty function, ours in several situations, what people write with other libraries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pymongo import MongoClient

from bench.environment import BENCH
from bench.issuer import GROUPS, Issuer, issuer, machine, machine_id, one_machine, person_in_groups, person_of_gateway
from bench.secret_standin import secret_standin
from devkit.document_store import document_store
from devkit.gateway.functions import FunctionDefinition
from devkit.locks import ROOT
from okta_gateway.access.scopes_file import compile_rules
from okta_gateway.setting_rows import DEFAULTS

WARM_EVENTS = 200
FUNCTION, PACKAGE = ROOT / "functions" / "token_authorizer", ROOT / "layers" / "okta_gateway" / "python"
TRACER_ON = {"AWS_SAM_LOCAL": ""}  # Tracer looks for it, and does nothing off Lambda
PEERS: dict[str, tuple[str, dict[str, str]]] = {
    "PyJWT + PyJWKClient, as in AWS's blueprint": ("blueprint", {}),
    "python-jose": ("python_jose", {}),
    "okta-jwt-verifier": ("okta_jwt_verifier", {}),
    "Powertools Logger + Tracer + PyJWT": ("powertools", TRACER_ON),
    "the same, Tracer switched off": ("powertools", {"POWERTOOLS_TRACE_DISABLED": "true"}),
}
EMPTY, NEW, ENRICHED = (
    "empty function",
    "**ours**, new token with 5 groups",
    "ours, machine's groups from the store, new token",
)


class Limits(NamedTuple):
    """Multiples of the empty function to stay below (issue 7; warm ones of issue 2); None where none was set."""

    cold: float | None = None
    warm: float | None = None
    memory: float | None = None


class Row(NamedTuple):
    """A function, and what it is asked in each of its sandboxes: the first event is the cold start's."""

    function: FunctionDefinition
    events: Sequence[Mapping[str, str]]
    limits: Limits = Limits()


@contextmanager
def rows(folder: Path) -> Iterator[dict[str, Row]]:
    """Everything that is compared, by name; the issuer, the store and the secret serve until the block ends."""
    with issuer() as okta, document_store(None) as uri, secret_standin({"DOCUMENTDB_URI": uri}) as secret:
        _register_machines(uri)
        rules = _write(folder / "scopes.json", compile_rules(ROOT / "layers" / "policies" / "scopes.yml"))
        new = okta.events(WARM_EVENTS + 1)
        ours = _function(FUNCTION, (PACKAGE,), {**okta.environment(), "SCOPES_FILE": rules})
        by_extension, by_boto3 = _with(ours, secret.by_extension()), _with(ours, secret.by_boto3())
        machines = okta.events(WARM_EVENTS + 1, one_machine)
        yield {
            EMPTY: Row(_function(ROOT / "bench" / "empty", (), {}), new),
            NEW: Row(ours, new, Limits(cold=2.2, warm=2.0, memory=2.3)),
            "ours, the gateway's own token, its keys in the settings": Row(
                _function(FUNCTION, (PACKAGE,), {**okta.org_environment(), "SCOPES_FILE": rules}),
                okta.events(WARM_EVENTS + 1, person_of_gateway),
                Limits(cold=2.2, memory=2.3),
            ),
            "ours, seen token": Row(ours, new[:1] * len(new), Limits(warm=1.3)),
            "ours, new token with 100 groups": Row(ours, okta.events(WARM_EVENTS + 1, person_in_groups(100))),
            **_permission_rows(ours, new, folder),
            ENRICHED: Row(by_extension, machines, Limits(memory=3.5)),
            "the same, another machine each time": Row(by_extension, okta.events(WARM_EVENTS + 1, machine)),
            "the same, the secret read with boto3": Row(by_boto3, machines),
            **_peer_rows(okta, new, rules),
        }


def _function(code: Path, paths: tuple[Path, ...], environment: Mapping[str, str]) -> FunctionDefinition:
    python = (str(BENCH.python),)
    return FunctionDefinition("bench", "app.handler", code, paths, environment, timeout=30, python=python)


def _with(function: FunctionDefinition, settings: Mapping[str, str]) -> FunctionDefinition:
    return _function(function.code, function.paths, {**function.environment, **settings})


def _permission_rows(ours: FunctionDefinition, events: Sequence[Mapping[str, str]], folder: Path) -> dict[str, Row]:
    """The token's five groups open so many routes, one of them with all that is below it, which brings the denies."""
    made = {}
    for count in (10, 80):
        rules = _write(folder / f"scopes-{count}.json", json.dumps(_rules_with(count)))
        made[f"ours, new token with {count} permissions"] = Row(_with(ours, {"SCOPES_FILE": rules}), events)
    return made


def _rules_with(count: int) -> dict[str, Any]:
    scopes = [f"scope:{number:02d}" for number in range(count)]
    permissions = {scope: [f"GET /api/route-{number:02d}"] for number, scope in enumerate(scopes)}
    permissions[scopes[0]] = ["GET /api/files/*"]
    return {"groups": {group: scopes[index :: len(GROUPS)] for index, group in enumerate(GROUPS)}} | {
        "permissions": permissions
    }


def _peer_rows(okta: Issuer, events: Sequence[Mapping[str, str]], rules: str) -> dict[str, Row]:
    settings = {**okta.environment(), "SCOPES_FILE": rules}
    folder = ROOT / "bench" / "peers"
    return {
        name: Row(_function(folder / peer, (ROOT,), settings | environment), events)
        for name, (peer, environment) in PEERS.items()
    }


def _register_machines(uri: str) -> None:
    with MongoClient[dict[str, Any]](uri) as client:
        clients = client[DEFAULTS["DOCUMENTDB_DATABASE"]]["idp_m2m_clients"]
        clients.create_index("client_id", unique=True)
        groups = list(GROUPS)
        clients.insert_many(
            {"client_id": machine_id(number), "groups": groups, "provider": "okta"} for number in range(WARM_EVENTS + 1)
        )


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)
