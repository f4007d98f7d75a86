"""Secrets Manager refuses reads as too many, or answers too late, while the three functions start.

Each function runs in processes under AWS's runtime client behind the local gateway, with a secret of its own; four
threads ask all three. Sign-in and the IAM API read their secret when they start, the authorizer when the first machine
needs the store.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from devkit.gateway.app import create_app
from devkit.gateway.functions import Function, FunctionDefinition
from devkit.gateway.lambda_function import LambdaFunction
from devkit.gateway.template import load_template
from devkit.serving import serve
from tests.integration.faults.callers import calling
from tests.integration.faults.functions_rig import a_store
from tests.integration.faults.load import PATIENCE_SECONDS
from tests.integration.faults.rig_okta import Okta
from tests.integration.faults.secret_rig import SecretsManager, serving
from tests.integration.faults.store_rig import AGENT, DATABASE, Sandboxes, parameters, register
from tests.integration.gateway.rig import TEMPLATE, backend
from tests.integration.login.rig import new_session_key
from tests.tokens import ABSENT, machine_token

SERVERS, LOGIN, CLIENTS = "/api/servers", "/oauth2/login/okta", "/api/iam/m2m"


class Answered(NamedTuple):
    """What somebody asked for, and the status that came."""

    who: str
    status: int


USUAL = {Answered("user", 200), Answered("machine", 200), Answered("browser", 302), Answered("administrator", 200)}
WITHOUT_SECRETS = {
    Answered("user", 200),
    Answered("machine", 500),
    Answered("browser", 502),
    Answered("administrator", 502),
}


class SecretRig(NamedTuple):
    """A gateway with all three functions, none of them started."""

    address: str
    okta: Okta
    secrets: SecretsManager
    log: Path

    def ask(self, _number: int, count: int) -> Answered:
        """The next of four requests."""
        who = ("user", "machine", "browser", "administrator")[count % 4]
        path = {"browser": LOGIN, "administrator": CLIENTS}.get(who, SERVERS)
        token = self.machine() if who == "machine" else self.okta.user()
        headers = {} if who == "browser" else {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{self.address}{path}", headers=headers, timeout=PATIENCE_SECONDS)
        return Answered(who, answer.status_code)

    def machine(self) -> str:
        now = int(time.time())
        return machine_token(cid=AGENT, sub=AGENT, groups=ABSENT, iat=now - 10, exp=now + 3590)


@pytest.fixture
def secrets() -> Iterator[SecretsManager]:
    with serving() as secrets:
        yield secrets


@contextmanager
def running(folder: Path, secrets: SecretsManager, asked: Callable[[str], dict[str, str]]) -> Iterator[SecretRig]:
    """Start what the functions need; `asked` is the environment of a function whose secret has this ARN."""
    okta, log = Okta(time.time), folder / "functions.log"
    with ExitStack() as stack:
        _, uri = stack.enter_context(a_store(folder))
        register(uri)
        org, backend_url = stack.enter_context(okta.served()), stack.enter_context(serve(backend()))
        template = load_template(TEMPLATE, parameters(org, backend_url))
        stream = stack.enter_context(log.open("ab"))

        def function(name: str, **own: str) -> LambdaFunction:
            arn = secrets.put(name, DOCUMENTDB_URI=uri, **(SECRETS if name == "OauthCallback" else {}))
            environment = {"OKTA_ALLOW_INSECURE_LOOPBACK": "true", "DOCUMENTDB_DATABASE": DATABASE, **asked(arn), **own}
            return stack.enter_context(LambdaFunction(_with(template.functions[name], environment), stream))

        functions: dict[str, Function] = {
            "TokenAuthorizer": Sandboxes(function("TokenAuthorizer") for _ in range(2)),
            "OauthCallback": function("OauthCallback", SESSION_KEY=str(new_session_key(folder))),
            "IamApi": function("IamApi"),
        }
        address = stack.enter_context(serve(create_app(template.api, functions)))
        yield SecretRig(address, okta, secrets, log)


SECRETS = {"OKTA_CLIENT_ID": "0oa1234567890abcdef", "OKTA_CLIENT_SECRET": "local-web-secret-not-for-production"}


def _with(definition: FunctionDefinition, environment: dict[str, str]) -> FunctionDefinition:
    return replace(definition, environment={**definition.environment, **environment})


def throttled(secrets: SecretsManager, *, off: bool = False) -> None:
    secrets.throttles = not off


def slow(secrets: SecretsManager, *, off: bool = False) -> None:
    secrets.seconds = 0 if off else 600


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        pytest.param(throttled, SecretsManager.for_boto3, id="ThrottlingException to boto3"),
        pytest.param(slow, SecretsManager.for_extension, id="no answer of the extension"),
    ],
)
def test_without_its_secret_a_function_does_not_start_and_users_call_the_api_all_the_same(
    tmp_path: Path,
    secrets: SecretsManager,
    fault: Callable[..., None],
    asked: Callable[[SecretsManager, str], dict[str, str]],
) -> None:
    """A browser and an administrator are told 502: the function's start failed, and the next request starts it anew. A
    machine is told 500 (`secret_unavailable` in the log), a user notices nothing. With the first secret that is read
    all is as ever, and nobody had to start anything.
    """
    fault(secrets)
    with running(tmp_path, secrets, lambda arn: asked(secrets, arn)) as rig:
        with calling(rig.ask) as callers:
            callers.until(lambda answers: set(answers) >= WITHOUT_SECRETS)
            fault(secrets, off=True)
            callers.until(lambda answers: _since_the_last_failure(answers) >= USUAL)
        assert set(callers.results()) <= USUAL | WITHOUT_SECRETS
        assert '"code":"secret_unavailable"' in rig.log.read_text()


def _since_the_last_failure(answers: list[Answered]) -> set[Answered]:
    return set(itertools.takewhile(lambda answer: answer.status < 500, reversed(answers)))
