"""One sandbox of the storm: what its caller is told until a genuine token is let in, and that it never errs."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from devkit.gateway.authorizer_answer import MalformedAnswer, read_answer
from devkit.gateway.functions import FunctionDefinition, FunctionError
from devkit.gateway.iam_policy import Decision, evaluate
from devkit.gateway.lambda_runtime_api import Invocation
from devkit.gateway.lambda_sandbox import Sandbox

ROUTE = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/api/servers"
ANSWER_SECONDS = 30.0
RETRY_SECONDS = 0.5
"""After this a caller who was told 500 asks again."""

type Invoke = Callable[[str], bytes]
"""The authorizer's answer to a token. Raises FunctionError."""


@dataclass
class Survivor:
    """What one sandbox went through. Times are seconds since its process was started."""

    first_answer: float = 0.0
    """Right or not: when the first caller was told something."""
    right_since: float | None = None
    """When a genuine token was first let in; None when that never came."""
    not_checked: int = 0
    """How often a caller was told 500, since the keys could not be had."""
    wrong: list[str] = field(default_factory=list)
    """Decisions that must not be, in words."""


class Tokens(NamedTuple):
    """What is sent to a sandbox, and whom the genuine token must be taken for."""

    genuine: str
    forged: str
    person: str


def judge_genuine(invoke: Invoke, tokens: Tokens) -> tuple[bool, str]:
    """Whether the genuine token was let in, and what is wrong if it was neither that nor a failure to check."""
    try:
        answer = read_answer(json.loads(invoke(tokens.genuine)))
    except FunctionError as error:
        return False, "" if _could_not_check(error) else f"a genuine token was refused: {error}"
    except MalformedAnswer as error:
        return False, f"the answer is no policy: {error}"
    if answer.principal_id != tokens.person:
        return False, f"{tokens.person} was taken for {answer.principal_id}"
    is_open = evaluate(answer.policy, ROUTE) is Decision.ALLOWED
    return is_open, "" if is_open else "an administrator's policy does not open the route"


def judge_forged(invoke: Invoke, tokens: Tokens) -> tuple[bool, str]:
    """Whether the forged token was refused, and what is wrong if it was neither that nor a failure to check."""
    try:
        invoke(tokens.forged)
    except FunctionError as error:
        refused = error.message == "Unauthorized"
        return refused, "" if refused or _could_not_check(error) else f"a forged token was answered with {error}"
    return False, "a forged token was let in"


def _could_not_check(error: FunctionError) -> bool:
    return (error.error_type, error.message) == ("RuntimeError", "keys_unavailable")


def survive(
    invoke: Invoke,
    tokens: Tokens,
    since_start: Callable[[], float],
    patience: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Survivor:
    """Ask with the genuine token until it is let in or `patience` seconds are over, and with the forged one between."""
    survivor = Survivor()
    while survivor.right_since is None:
        let_in, fault = judge_genuine(invoke, tokens)
        survivor.first_answer = survivor.first_answer or since_start()
        if let_in:
            survivor.right_since = since_start()
        _note(survivor, fault, told_500=not let_in and not fault)
        refused, fault = judge_forged(invoke, tokens)
        _note(survivor, fault, told_500=not refused and not fault)
        if survivor.right_since is None and since_start() > patience:
            break
        if survivor.right_since is None:
            sleep(RETRY_SECONDS)
    return survivor


def _note(survivor: Survivor, fault: str, *, told_500: bool) -> None:
    survivor.not_checked += told_500
    if fault:
        survivor.wrong.append(fault)


def invoke_of(sandbox: Sandbox, function: FunctionDefinition) -> Invoke:
    """Hands tokens to a sandbox as API Gateway would."""

    def invoke(token: str) -> bytes:
        event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": ROUTE}
        deadline = int((time.time() + ANSWER_SECONDS) * 1000)
        invocation = Invocation(json.dumps(event).encode(), function.arn, deadline)
        sandbox.api.submit(invocation)
        try:
            return invocation.answer.result(ANSWER_SECONDS)
        except TimeoutError as error:
            raise FunctionError("Sandbox.Timedout", f"no answer within {ANSWER_SECONDS:.0f} s") from error

    return invoke
