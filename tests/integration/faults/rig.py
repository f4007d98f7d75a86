"""The local gateway from the real template, the token authorizer in a sandbox behind it, and all that may fail."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from devkit.gateway.app import create_app
from devkit.gateway.lambda_function import LambdaFunction
from devkit.gateway.template import load_template
from devkit.serving import serve
from tests.integration.authorizer.invocation import SCOPES
from tests.integration.faults.load import PATIENCE_SECONDS, Kind, Load, under_load
from tests.integration.faults.rig_clock import SandboxClock, World
from tests.integration.faults.rig_okta import Okta
from tests.integration.gateway.rig import TEMPLATE
from tests.tokens import AUDIENCE, ISSUER, SERVER_ID

AUTHORIZER = "TokenAuthorizer"


@dataclass
class Rig:
    """What runs, and how to disturb it."""

    address: str
    okta: Okta
    world: World
    _authorizer: LambdaFunction
    _log: Path
    _read: int = field(default=0, init=False)

    @contextmanager
    def under_load(self, *more: Kind) -> Iterator[Load]:
        """Send Okta's kinds of tokens, and `more`, until the block ends; one sandbox has to answer them all."""
        sandbox = self.start_sandbox()
        with under_load(self.address, [*self.okta.kinds(), *more]) as load:
            yield load
        assert self.start_sandbox() == sandbox, "the sandbox was replaced"

    def start_sandbox(self) -> int:
        """Start the sandbox, unless it runs; return its process id. Its first fetch of keys begins with it."""
        self._authorizer.start()
        assert self._authorizer._sandbox
        return self._authorizer._sandbox.pid

    @contextmanager
    def frozen_sandbox(self) -> Iterator[None]:
        """Let the sandbox stand still until the block ends, as Lambda does between two invocations."""
        process = self.start_sandbox()
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    def status_of(self, token: str) -> int:
        """What the gateway answers to one request with this token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.address}/api/servers", headers=headers, timeout=PATIENCE_SECONDS).status_code

    def codes(self) -> Counter[str]:
        """How often the sandbox logged which code since this was asked last; `none` stands for who was let in."""
        new = self._log.read_bytes()[self._read :]
        lines = new[: new.rfind(b"\n") + 1]
        self._read += len(lines)
        records = (json.loads(line) for line in lines.splitlines() if line.startswith(b'{"_aws"'))
        return Counter(str(record["code"]) for record in records)


@contextmanager
def running(folder: Path, backend_url: str, **environment: str) -> Iterator[Rig]:
    """Start the gateway and Okta, and not yet the sandbox; `environment` adds to the function's settings.

    The gateway keeps no answer (AuthorizerResultTtl): what a caller sees is what the sandbox decides.
    """
    clock = SandboxClock(folder)
    world = World(clock)
    okta = Okta(world)
    log = folder / "token_authorizer.log"
    with okta.served() as org, log.open("ab") as stream:
        parameters = {
            "OktaDomain": org,
            "OktaAuthServerId": SERVER_ID,
            "OktaAudience": AUDIENCE,
            "OktaIssuers": ISSUER,
            "ScopesFile": str(SCOPES),
            "BackendUrl": backend_url,
            "AuthorizerResultTtl": "0",
        }
        template = load_template(TEMPLATE, parameters)
        definition = template.functions[AUTHORIZER]
        own = {"OKTA_ALLOW_INSECURE_LOOPBACK": "true", **environment}
        definition = replace(
            definition,
            environment={**definition.environment, **own},
            paths=(clock.folder, *definition.paths),
        )
        with (
            LambdaFunction(definition, stream) as authorizer,
            serve(create_app(template.api, {AUTHORIZER: authorizer}, clock=world)) as address,
        ):
            yield Rig(address, okta, world, authorizer, log)
