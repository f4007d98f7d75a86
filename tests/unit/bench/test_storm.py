"""The storm's verdicts: what a caller may be told while keys are missing, and what must never be."""

import asyncio
import json
from collections.abc import Callable, Iterator
from itertools import count, repeat

import httpx
import pytest

from bench.load_processes import Memory
from bench.storm import Storm, report
from bench.storm_keys import Behaviour, KeyEndpoint, Tenant, Window
from bench.storm_sandbox import ROUTE, Invoke, Survivor, Tokens, judge_forged, judge_genuine, survive
from devkit.gateway.functions import FunctionError
from devkit.okta_standin.keys import SigningKey
from tests.tokens import OKTA_KEY, STRANGER_KEY, FakeClock, signing_key

TOKENS = Tokens("genuine", "forged", "00u1")
NO_KEYS = FunctionError("RuntimeError", "keys_unavailable")
UNAUTHORIZED = FunctionError("Exception", "Unauthorized")

type Answer = bytes | FunctionError


def policy(principal: str = "00u1", effect: str = "Allow", resource: str = ROUTE) -> bytes:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": [resource]}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return json.dumps({"principalId": principal, "policyDocument": document, "context": {}}).encode()


def answering(**answers: Answer) -> Invoke:
    """An authorizer that always answers so, by token."""
    return scripted(**{token: repeat(answer) for token, answer in answers.items()})


def then(always: Answer, *first: Answer) -> Iterator[Answer]:
    """First these answers, then always the same."""
    yield from first
    yield from repeat(always)


def scripted(**answers: Iterator[Answer]) -> Invoke:
    def invoke(token: str) -> bytes:
        answer = next(answers[token])
        if isinstance(answer, FunctionError):
            raise answer
        return answer

    return invoke


@pytest.mark.parametrize(
    ("answer", "let_in", "fault"),
    [
        (policy(), True, ""),
        (NO_KEYS, False, ""),
        (UNAUTHORIZED, False, "a genuine token was refused"),
        (FunctionError("Sandbox.Timedout", "late"), False, "a genuine token was refused"),
        (policy(principal="00u2"), False, "00u1 was taken for 00u2"),
        (policy(resource=f"{ROUTE}/else"), False, "an administrator's policy does not open the route"),
        (policy(effect="Deny"), False, "an administrator's policy does not open the route"),
        (b"{}", False, "the answer is no policy"),
    ],
    ids=["let in", "could not check", "refused", "too late", "another", "another route", "denied", "no policy"],
)
def test_a_genuine_token_is_let_in_or_could_not_be_checked(answer: Answer, let_in: bool, fault: str) -> None:
    judged, found = judge_genuine(answering(genuine=answer), TOKENS)
    assert judged is let_in
    assert found.startswith(fault)
    assert bool(found) is bool(fault)


@pytest.mark.parametrize(
    ("answer", "refused", "fault"),
    [
        (UNAUTHORIZED, True, ""),
        (NO_KEYS, False, ""),
        (policy(), False, "a forged token was let in"),
        (policy(effect="Deny"), False, "a forged token was let in"),
        (FunctionError("RuntimeError", "unexpected_failure"), False, "a forged token was answered with RuntimeError"),
        (FunctionError("Runtime.ExitError", "dead"), False, "a forged token was answered with Runtime.ExitError"),
    ],
    ids=["refused", "could not check", "let in", "a policy at all", "a defect", "dead"],
)
def test_a_forged_token_is_refused_or_could_not_be_checked(answer: Answer, refused: bool, fault: str) -> None:
    judged, found = judge_forged(answering(forged=answer), TOKENS)
    assert judged is refused
    assert found.startswith(fault)
    assert bool(found) is bool(fault)


@pytest.fixture
def since_start() -> Callable[[], float]:
    """A second later at each look."""
    return count(1.0).__next__


def test_a_sandbox_with_keys_answers_at_once(since_start: Callable[[], float]) -> None:
    assert survive(answering(genuine=policy(), forged=UNAUTHORIZED), TOKENS, since_start, 60) == Survivor(1.0, 2.0)


def test_a_caller_asks_again_until_keys_come(since_start: Callable[[], float]) -> None:
    waits: list[float] = []
    genuine, forged = then(policy(), NO_KEYS, NO_KEYS), then(UNAUTHORIZED, NO_KEYS, NO_KEYS)
    survivor = survive(scripted(genuine=genuine, forged=forged), TOKENS, since_start, 60, waits.append)
    assert (survivor.first_answer, survivor.not_checked, survivor.wrong) == (1.0, 4, [])
    assert survivor.right_since
    assert len(waits) == 2


def test_a_forged_token_that_gets_in_while_keys_are_missing_is_seen(since_start: Callable[[], float]) -> None:
    genuine, forged = then(policy(), NO_KEYS), then(UNAUTHORIZED, policy())
    survivor = survive(scripted(genuine=genuine, forged=forged), TOKENS, since_start, 60, lambda _: None)
    assert survivor.wrong == ["a forged token was let in"]
    assert survivor.not_checked == 1


def test_a_sandbox_that_never_gets_keys_is_given_up(since_start: Callable[[], float]) -> None:
    survivor = survive(answering(genuine=NO_KEYS, forged=NO_KEYS), TOKENS, since_start, 10, lambda _: None)
    assert survivor.right_since is None
    assert survivor.wrong == []
    assert survivor.not_checked > 4


def test_a_window_admits_so_many_in_each_second() -> None:
    window = Window(2)
    assert [window.admits(now) for now in (5.0, 5.1, 5.9, 6.0, 6.5, 6.6)] == [True, True, False, True, True, False]
    assert all(Window(None).admits(5.0) for _ in range(100))


def ask(endpoint: KeyEndpoint, *servers: str) -> list[httpx.Response]:
    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(endpoint.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://okta") as client:
            return [await client.get(f"/oauth2/{server}/v1/keys") for server in servers]

    return asyncio.run(all_of_them())


def endpoint(behaviour: Behaviour) -> KeyEndpoint:
    return KeyEndpoint(behaviour, clock=FakeClock(), key=SigningKey(signing_key(OKTA_KEY).private_key))


def test_the_endpoint_counts_who_asks() -> None:
    okta = endpoint(Behaviour("well"))
    answers = ask(okta, "aus1", "aus2", "aus1")
    assert [answer.json() for answer in answers] == [{"keys": [okta.key.jwk]}] * 3
    assert okta.asked == {"aus1": 2, "aus2": 1}


def test_the_endpoint_limits_its_callers_as_okta_does() -> None:
    okta = endpoint(Behaviour("limited", per_second=1))
    first, second = ask(okta, "aus1", "aus2")
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["errorCode"] == "E0000047"
    assert okta.limited == 1


def test_a_tenants_forged_token_differs_in_its_signature_alone() -> None:
    tenant = Tenant("http://127.0.0.1:1", 3, SigningKey(signing_key(OKTA_KEY).private_key))
    genuine, forged = tenant.token(), tenant.token(SigningKey(signing_key(STRANGER_KEY).private_key))
    assert genuine.split(".")[0] == forged.split(".")[0]
    assert genuine.split(".")[2] != forged.split(".")[2]
    assert tenant.server in tenant.environment().values()


def test_the_report_says_who_was_told_what() -> None:
    survivors = [Survivor(0.5, 1.0, 2), Survivor(1.5, None, 9, ["a forged token was let in"])]
    memory = [Memory(30 * 1024, 10 * 1024), Memory(32 * 1024, 10 * 1024)]
    text = report([Storm("limited", survivors, memory, [1, 3], 2)], [0.1, 0.1, 0.2], 2)
    cells = "| limited | 1 | 11 | 1.0 s (10 x), 1.5 s (15 x) | 1.0 s (10 x), 1.0 s (10 x) | 1 | 1 to 3 (4 in all) | 2 |"
    assert f"{cells} 31 | 20 |" in text
    assert "- WRONG: limited: a forged token was let in" in text
