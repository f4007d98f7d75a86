"""The load's traffic: what is planned, and that an answer which is not the expected one counts as wrong."""

import itertools
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import jwt
import pytest

from bench.traffic import NEW_A_SECOND, REUSE_SECONDS, ROUTES, Expected, Kind, Planned, Traffic, fault_of
from bench.traffic_figures import quantile
from bench.traffic_sender import MAX_DESCRIBED, Answer, Sender
from bench.traffic_tokens import CALLERS, HOSTILE, NOT_ASKED, Caller, Mint
from devkit.okta_standin.keys import SigningKey
from devkit.stack.seeds import ADMIN, AGENT, AUTH_SERVER_ID, READERS, USER
from tests.tokens import OKTA_KEY, OKTA_NEXT_KEY, FakeClock, signing_key

SECONDS_BETWEEN = 0.02
"""Fifty requests a second."""
OKTA = "http://127.0.0.1:8889"
GROUPS_OF_USER = {"X-User": USER, "X-Groups": READERS, "Authorization reached me": False}


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    folder = tmp_path_factory.mktemp("okta-keys")
    for name in ("org.active", "org.next", "org.unpublished", "default.active", "default.next"):
        write_key(folder, name, OKTA_NEXT_KEY)
    for name in ("active", "next"):
        write_key(folder, f"{AUTH_SERVER_ID}.{name}", OKTA_KEY)
    return Mint(OKTA, folder)


def write_key(folder: Path, name: str, key: str) -> None:
    (folder / f"{name}.pem").write_text(SigningKey(signing_key(key).private_key).pem())


@pytest.fixture
def traffic(mint: Mint, clock: FakeClock) -> Traffic:
    return Traffic(mint, randomness=random.Random(7), clock=clock)


@pytest.mark.parametrize(
    ("values", "per_mille", "expected"),
    [
        (range(1, 101), 500, 50),
        (range(1, 101), 990, 99),
        (range(1, 101), 999, 100),
        (range(1, 101), 1000, 100),
        (range(1, 1001), 999, 999),
        ([3, 1, 2], 500, 2),
        ([5], 1, 5),
    ],
)
def test_a_quantile_is_the_value_of_the_nearest_rank(values: Sequence[float], per_mille: int, expected: float) -> None:
    assert quantile(values, per_mille) == expected


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_tokens_are_those_of_the_local_okta_and_each_is_new(mint: Mint, caller: Caller) -> None:
    key = mint.keys.server(AUTH_SERVER_ID).active
    tokens = [mint.token(caller) for _ in range(2)]
    claims = [
        jwt.decode(token, key.private.public_key(), ["RS256"], audience="api://ai-registry", issuer=issuer())
        for token in tokens
    ]
    assert [claim["sub"] for claim in claims] == [caller.name, caller.name]
    assert claims[0]["jti"] != claims[1]["jti"]
    assert ("uid" in claims[0]) is not caller.is_machine


def issuer() -> str:
    return f"{OKTA}/oauth2/{AUTH_SERVER_ID}"


def planned(traffic: Traffic, clock: FakeClock, count: int, *, answered: bool) -> list[Planned]:
    """So many requests, each rightly answered before the next one, or none of them."""
    plan = []
    for _ in range(count):
        clock.advance(SECONDS_BETWEEN)
        plan.append(traffic.next())
        if answered:
            traffic.answered(plan[-1])
    return plan


def test_all_kinds_callers_classes_and_routes_occur(traffic: Traffic, clock: FakeClock) -> None:
    plan = planned(traffic, clock, 1500, answered=True)
    assert {one.kind for one in plan} == set(Kind)
    assert {one.name for one in plan} == {one.name for one in (*CALLERS, *HOSTILE)}
    assert {(one.method, one.path) for one in plan} == {(route.method, route.path) for route in ROUTES}
    assert Counter(one.kind for one in plan)[Kind.KEPT] > 500


def test_a_bad_request_is_401_everywhere_and_logged_by_its_class(traffic: Traffic, clock: FakeClock) -> None:
    codes = {one.name: one.code for one in HOSTILE}
    bad = [one for one in planned(traffic, clock, 300, answered=True) if one.name in codes]
    assert {(one.expected.status, one.expected.code == codes[one.name]) for one in bad} == {(401, True)}
    assert all((one.kind is Kind.NOT_ASKED) is (codes[one.name] == NOT_ASKED) for one in bad)


@pytest.mark.parametrize(
    ("name", "statuses"),
    [(USER, [200, 200, 403, 403, 200]), (ADMIN, [200] * 5), ("sam@example.com", [403, 403, 403, 403, 200])],
)
def test_who_may_use_which_route(traffic: Traffic, clock: FakeClock, name: str, statuses: list[int]) -> None:
    got = {
        (one.method, one.path): one.expected.status
        for one in planned(traffic, clock, 1500, answered=True)
        if one.name == name and one.caller
    }
    assert [got[route.method, route.path] for route in ROUTES] == statuses


def test_a_token_is_sent_again_only_after_its_right_answer(traffic: Traffic, clock: FakeClock) -> None:
    plan = planned(traffic, clock, 200, answered=False)
    assert Kind.KEPT not in {one.kind for one in plan}
    tokens = [one.authorization for one in plan if one.caller]
    assert len(tokens) == len(set(tokens))


def test_a_kept_policy_asks_the_authorizer_nothing(traffic: Traffic, clock: FakeClock) -> None:
    plan = planned(traffic, clock, 200, answered=True)
    new = {one.authorization for one in plan if one.kind in (Kind.NEW_USER, Kind.NEW_MACHINE)}
    kept = [one for one in plan if one.kind is Kind.KEPT]
    assert kept
    assert all(one.authorization in new and one.expected.code == NOT_ASKED for one in kept)


def test_a_token_whose_policy_may_have_been_forgotten_is_sent_no_more(traffic: Traffic, clock: FakeClock) -> None:
    old = {one.authorization for one in planned(traffic, clock, 100, answered=True) if one.caller}
    clock.advance(REUSE_SECONDS + 1)
    assert not old & {one.authorization for one in planned(traffic, clock, 100, answered=True)}


@pytest.mark.parametrize(
    ("status", "answer", "fault"),
    [
        (200, {"you": {**GROUPS_OF_USER, "X-Scopes": "more"}}, ""),
        (403, {"Message": "User is not authorized"}, "403 instead of 200"),
        (200, {"you": {**GROUPS_OF_USER, "X-User": ADMIN}}, "X-User in the answer is another's"),
        (200, {"you": {**GROUPS_OF_USER, "Authorization reached me": True}}, "Authorization reached me in the answer"),
        (200, {"servers": []}, "X-User, X-Groups, Authorization reached me in the answer"),
        (200, None, "X-User, X-Groups"),
        (200, {"you": "pat"}, "X-User, X-Groups"),
    ],
    ids=["right", "refused", "another caller", "token passed on", "nobody named", "no JSON", "no object"],
)
def test_an_answer_is_right_only_for_the_right_caller(status: int, answer: object, fault: str) -> None:
    found = fault_of(Expected(200, "none", GROUPS_OF_USER), status, answer)
    assert found.startswith(fault)
    assert bool(found) is bool(fault)


def test_a_refusal_is_judged_by_its_status_alone() -> None:
    assert fault_of(Expected(401, "token_expired", {}), 401, None) == ""
    assert fault_of(Expected(401, "token_expired", {}), 200, {"you": GROUPS_OF_USER}) == "200 instead of 401"


A_MACHINE = next(caller for caller in CALLERS if caller.name == AGENT.client_id)
EXPIRED = Planned(Kind.REFUSED, "expired", "GET", "/api/servers", ("Bearer a.b.c",), Expected(401, "token_expired", {}))
NEW = Planned(
    Kind.NEW_MACHINE, AGENT.client_id, "PUT", "/api/x", ("Bearer d.e.f",), Expected(403, "none", {}), A_MACHINE
)


def always_401(_planned: Planned) -> Answer:
    return 401, b""


def sender(traffic: Traffic) -> Sender:
    return Sender(traffic, lambda: nullcontext(always_401), clock=itertools.count().__next__)


@pytest.mark.parametrize(
    ("plan", "status", "wrong"),
    [(EXPIRED, 401, 0), (EXPIRED, 200, 1), (EXPIRED, 403, 1), (EXPIRED, 500, 1), (NEW, 403, 0), (NEW, 200, 1)],
)
def test_a_wrong_decision_counts_as_wrong(traffic: Traffic, plan: Planned, status: int, wrong: int) -> None:
    sending = sender(traffic)
    sending.send_one(plan, lambda _: (status, json.dumps({"you": {"X-User": ADMIN}}).encode()))
    sent = sending.send(0, 1)
    assert (sent.requests, sent.wrong, len(sent.described)) == (1, wrong, wrong)
    assert sent.asked == {plan.expected.code: 1}
    assert sent.statuses == {status: 1}
    assert sent.latencies == {plan.kind: [1]}
    assert not any(token in line for line in sent.described for token in ("a.b.c", "d.e.f"))


def test_a_new_token_that_was_answered_wrongly_is_not_sent_again(traffic: Traffic, clock: FakeClock) -> None:
    sending = sender(traffic)
    sending.send_one(NEW, lambda _: (403, b""))
    sending.send_one(NEW._replace(authorization=("Bearer g.h.i",)), lambda _: (500, b""))
    kept = {one.authorization for one in planned(traffic, clock, 50, answered=False) if one.kind is Kind.KEPT}
    assert kept == {("Bearer d.e.f",)}


def broken(_planned: Planned) -> Answer:
    raise ConnectionResetError("gone")


def test_no_answer_counts_as_wrong_and_has_no_latency(traffic: Traffic) -> None:
    sending = sender(traffic)
    sending.send_one(EXPIRED, broken)
    sent = sending.send(0, 1)
    assert (sent.requests, sent.wrong, sent.statuses, sent.latencies) == (1, 1, {0: 1}, {})
    assert sent.described == ["expired: GET /api/servers: no answer: ConnectionResetError: gone"]


def test_of_many_wrong_answers_all_are_counted_and_some_described(traffic: Traffic) -> None:
    sending = sender(traffic)
    for _ in range(MAX_DESCRIBED + 5):
        sending.send_one(EXPIRED, broken)
    sent = sending.send(0, 1)
    assert (sent.wrong, len(sent.described)) == (MAX_DESCRIBED + 5, MAX_DESCRIBED)


def test_every_connection_sends_until_the_time_is_over(traffic: Traffic) -> None:
    sent = sender(traffic).send(60, 3)
    assert sent.requests >= 10
    assert sent.seconds >= 60
    assert sent.wrong == sum(sent.statuses.values()) - sum(
        count for name, count in sent.names.items() if name in {one.name for one in HOSTILE}
    )


def test_new_tokens_come_by_the_clock_however_many_requests_there_are(traffic: Traffic, clock: FakeClock) -> None:
    new = [one for one in planned(traffic, clock, 500, answered=True) if one.kind in (Kind.NEW_USER, Kind.NEW_MACHINE)]
    assert len(new) == pytest.approx(500 * SECONDS_BETWEEN * NEW_A_SECOND, abs=NEW_A_SECOND)
    clock.advance(60)
    new = [one for one in planned(traffic, clock, 500, answered=True) if one.kind in (Kind.NEW_USER, Kind.NEW_MACHINE)]
    assert len(new) <= 500 * SECONDS_BETWEEN * NEW_A_SECOND + NEW_A_SECOND + 1
