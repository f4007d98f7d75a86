"""The token authorizer's handler in this process: with the wiring of a deployment, its log in a file."""

import importlib.util
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import IO, NamedTuple
from unittest import mock

from awslambdaric.bootstrap import Unbuffered
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bench.interleaved import Operation
from bench.issuer import Issuer
from devkit.locks import ROOT
from okta_gateway import wiring
from okta_gateway.access.decision import MAX_REMEMBERED
from okta_gateway.tokens.jws import Jws, parse

APP = ROOT / "functions" / "token_authorizer" / "app.py"
RULES = ROOT / "layers" / "policies" / "scopes.yml"
RAW = "raw RSA-2048 verification"
"""The unit: the row that the others are multiples of."""
CONTEXT = SimpleNamespace(aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef")
"""What the handler reads of Lambda's context."""
ENOUGH_TOKENS = MAX_REMEMBERED * 3 // 2
"""So many, used in turn, are new at each use: the decisions about them have been forgotten by then."""

type Event = Mapping[str, str]


class Function(NamedTuple):
    """The handler as Lambda loads it, and what the wiring gave it."""

    app: ModuleType
    parts: wiring.TokenAuthorizer

    def decide(self, event: Event) -> object:
        """Call the handler. Raises what it raises."""
        return self.app.handler(event, CONTEXT)

    def refuse(self, event: Event) -> None:
        """Call the handler with a token that must not pass. Raises what it raises but for Unauthorized."""
        try:
            self.app.handler(event, CONTEXT)
        except Exception as error:
            if str(error) != "Unauthorized":
                raise
        else:
            raise AssertionError("a bad token was let in")


def function(okta: Issuer, rules: str, **environment: str) -> Function:
    """The function with `rules`, the JSON that packaging compiles, and `environment` beside the issuer's settings.

    It has decided once, so that it has the issuer's keys and nothing is served while somebody measures.
    """
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, "scopes.json")
        compiled.write_text(rules, encoding="utf-8")
        settings = {**okta.environment(), "SCOPES_FILE": str(compiled), "LOG_LEVEL": "ERROR"}  # no word on the settings
        parts = wiring.token_authorizer(settings | environment)
    ready = Function(_load(parts), parts)
    with log_file():
        ready.decide(okta.events(1)[0])
    return ready


def raw_verifications(okta: Issuer, events: Iterable[Event]) -> Operation:
    """What no verifier can be quicker than: `cryptography`'s RS256 verification of the tokens, already taken apart."""
    key, padding, digest = okta.key.public_key(), PKCS1v15(), SHA256()

    def verify(token: Jws) -> None:
        key.verify(token.signature, token.signing_input, padding, digest)

    return Operation(verify, [parse(token_of(event)) for event in events])


def token_of(event: Event) -> str:
    return event["authorizationToken"].removeprefix("Bearer ")


def at_other_stages(event: Event) -> list[Event]:
    """The event with its token at stages of its API, each of which needs a policy of its own."""
    before, _, after = event["methodArn"].partition("/prod/")
    return [{**event, "methodArn": f"{before}/prod{number}/{after}"} for number in range(ENOUGH_TOKENS)]


@contextmanager
def log_file() -> Iterator[IO[str]]:
    """Let the handler's lines go to a file, each written at once by the stream that AWS's runtime client puts there."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file, redirect_stdout(Unbuffered(file)):
        yield file


def _load(parts: wiring.TokenAuthorizer) -> ModuleType:
    """The function's module, a new one at each call, with `parts` in the place of what it would wire itself."""
    spec = importlib.util.spec_from_file_location("bench_token_authorizer", APP)
    if spec is None or spec.loader is None:
        raise ImportError(f"{APP} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    with mock.patch.object(wiring, "token_authorizer", return_value=parts):
        spec.loader.exec_module(module)
    return module
