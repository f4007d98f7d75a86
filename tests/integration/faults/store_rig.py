"""The local gateway and sandboxes of the authorizer, and the store that these ask for the groups of machines."""

import itertools
import json
import queue
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from devkit.gateway.app import create_app
from devkit.gateway.functions import FunctionDefinition
from devkit.gateway.lambda_function import LambdaFunction
from devkit.gateway.template import load_template
from devkit.serving import serve
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.authorizer.invocation import SCOPES
from tests.integration.faults.load import PATIENCE_SECONDS, Answer, Kind, Load, under_load
from tests.integration.faults.rig_clock import SandboxClock, World
from tests.integration.faults.rig_okta import Okta
from tests.integration.faults.store_process import StoreProcess, Wire
from tests.integration.gateway.rig import TEMPLATE, backend
from tests.tokens import ABSENT, AUDIENCE, ISSUER, SERVER_ID, machine_token, signing_key

DATABASE = "mcp_registry_default"
SANDBOXES = 4
"""As many as the load has threads: whoever waits for the store keeps nobody else waiting, as on Lambda."""
AGENT = "0oa0987654321fedcba"
"""A machine whose groups are in the store."""
REMEMBERED_SECONDS = 60
"""How long a sandbox goes by what it has looked up (okta_gateway.access.groups)."""


class Sandboxes:
    """The authorizer as Lambda runs it: each request gets a sandbox of its own."""

    def __init__(self, functions: Iterable[LambdaFunction]) -> None:
        self._all = tuple(functions)
        self._free: queue.Queue[LambdaFunction] = queue.Queue()
        for function in self._all:
            self._free.put(function)

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Raises FunctionError."""
        function = self._free.get(timeout=PATIENCE_SECONDS)
        try:
            return function.invoke(event)
        finally:
            self._free.put(function)

    def processes(self) -> list[int]:
        """The ids of their processes, which change when one is replaced."""
        for function in self._all:
            function.start()
        return [function._sandbox.pid for function in self._all if function._sandbox]


@dataclass
class StoreRig:
    """A gateway whose authorizer asks a store for the groups of machines."""

    address: str
    okta: Okta
    world: World
    store: StoreProcess
    wire: Wire
    sandboxes: Sandboxes
    _log: Path
    _read: int = field(default=0, init=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False)

    @contextmanager
    def under_load(self) -> Iterator[Load]:
        """Send the kinds of tokens until the block ends; the sandboxes are the same ones then."""
        before = self.sandboxes.processes()
        with under_load(self.address, self.kinds()) as load:
            yield load
        assert self.sandboxes.processes() == before, "a sandbox was replaced"

    def kinds(self) -> list[Kind]:
        """Users, a machine whose groups only the store knows, and three whom nobody may let in."""
        return [
            Kind("user", True, self.okta.user),
            Kind("machine", True, lambda: self.machine(AGENT)),
            Kind("stranger", False, lambda: self.machine(f"stranger-{next(self._numbers)}")),
            Kind("machine", True, lambda: self.machine(AGENT)),
            Kind("forged", False, lambda: self.okta.user(key=signing_key("stranger"))),
            Kind("user", True, self.okta.user),
            Kind("expired", False, lambda: self.okta.user(age=3 * 3600)),
        ]

    def forget_lookups(self) -> None:
        """Let the time pass for which sandboxes go by what they have looked up."""
        self.world.pass_by(REMEMBERED_SECONDS + 1)

    def machine(self, client_id: str) -> str:
        """A new token without groups of this client."""
        now = int(self.world())
        times: dict[str, Any] = {"iat": now - 10, "exp": now + 3590, "jti": f"AT.m{next(self._numbers)}"}
        return machine_token(cid=client_id, sub=client_id, groups=ABSENT, **times)

    def codes(self) -> Counter[str]:
        """How often the sandboxes logged which code since this was asked last; `none` for who was let in."""
        new = self._log.read_bytes()[self._read :]
        lines = new[: new.rfind(b"\n") + 1]
        self._read += len(lines)
        records = (json.loads(line) for line in lines.splitlines() if line.startswith(b'{"_aws"'))
        return Counter(str(record["code"]) for record in records)


USUAL = {"user": {200}, "machine": {200}, "stranger": {403}, "forged": {401}, "expired": {401}}
"""What each kind of token is told while nothing is broken."""
WITHOUT_STORE = {**USUAL, "machine": {500}, "stranger": {500}}
"""While the store does not answer: who needs it cannot be judged, and nobody else notices."""


def told(answers: Iterable[Answer]) -> dict[str, set[int]]:
    """The statuses that each kind of token was answered with."""
    found: dict[str, set[int]] = {}
    for answer in answers:
        found.setdefault(answer.kind, set()).add(answer.status)
    return found


def until_all_are_told(load: Load, statuses: Mapping[str, set[int]]) -> list[Answer]:
    """Wait until each kind of token was told so; the answers since the wait began."""
    return load.until(lambda answers: all(statuses[kind] <= told(answers).get(kind, set()) for kind in statuses))


def check_all(load: Load) -> None:
    """Of all answers there were: nobody was let in or turned away who would not have been without the fault."""
    for kind, statuses in told(load.answers()).items():
        assert statuses <= USUAL[kind] | WITHOUT_STORE[kind], kind


@contextmanager
def running(folder: Path, change: Callable[[str], Mapping[str, str]] | None = None) -> Iterator[StoreRig]:
    """Start all; `change` makes settings of the URI in the place of DOCUMENTDB_URI. The gateway keeps no answer."""
    store = StoreProcess(folder / "store.sqlite")
    clock = SandboxClock(folder)
    world = World(clock)
    okta = Okta(world)
    log = folder / "token_authorizer.log"
    with ExitStack() as stack:
        stack.callback(store.kill)
        uri = store.start()
        register(uri)
        wire = Wire(store.port)
        wire.open()
        stack.callback(wire.close)
        wired = uri.replace(f":{store.port}/", f":{wire.port}/")
        org, backend_url = stack.enter_context(okta.served()), stack.enter_context(serve(backend()))
        settings = change(wired) if change else {"DOCUMENTDB_URI": wired}
        template = load_template(TEMPLATE, parameters(org, backend_url))
        stream = stack.enter_context(log.open("ab"))
        definition = _with(template.functions["TokenAuthorizer"], clock, settings)
        functions = [stack.enter_context(LambdaFunction(definition, stream)) for _ in range(SANDBOXES)]
        sandboxes = Sandboxes(functions)
        app = create_app(template.api, {"TokenAuthorizer": sandboxes}, clock=world)
        yield StoreRig(stack.enter_context(serve(app)), okta, world, store, wire, sandboxes, log)


def register(uri: str) -> None:
    """Write the machine into the store."""
    with MongoClient[Document](uri) as client:
        M2MRegistry(client[DATABASE]).add(M2MRecord(AGENT, "ai-agent-3", ("public-mcp-users",)))


def parameters(org: str, backend_url: str) -> dict[str, str]:
    """Of the template: a custom authorization server whose tokens tests sign, and a gateway that keeps no answer."""
    return {
        "OktaDomain": org,
        "OktaAuthServerId": SERVER_ID,
        "OktaAudience": AUDIENCE,
        "OktaIssuers": ISSUER,
        "ScopesFile": str(SCOPES),
        "BackendUrl": backend_url,
        "AuthorizerResultTtl": "0",
    }


def _with(definition: FunctionDefinition, clock: SandboxClock, settings: Mapping[str, str]) -> FunctionDefinition:
    own = {"OKTA_ALLOW_INSECURE_LOOPBACK": "true", "DOCUMENTDB_DATABASE": DATABASE, **settings}
    paths = (clock.folder, *definition.paths)
    return replace(definition, environment={**definition.environment, **own}, paths=paths)
