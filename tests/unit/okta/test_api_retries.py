"""The rate limit, repetitions and the budget of time: what is waited for, what is tried again, and what never is."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from okta_gateway.errors import OktaGatewayError
from okta_gateway.okta import api
from okta_gateway.okta.errors import (
    OktaCredentialRefused,
    OktaFeatureMissing,
    OktaNotFound,
    OktaOutcomeUnknown,
    OktaRateLimited,
    OktaUnavailable,
)
from okta_gateway.okta.rate_limit import seconds_to_wait
from tests.tokens import ABSENT, NOW
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import ScriptedOkta, Step, raised, refusal

type Ask = Callable[[ScriptedOkta], object]

# Of NOW, 1_800_000_000.
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
AN_HOUR_AHEAD = "Fri, 15 Jan 2027 09:00:00 GMT"
AN_HOUR_BEHIND = "Fri, 15 Jan 2027 07:00:00 GMT"
DONE = httpx.Response(200, json={})
BROKEN = refusal(500, "E0000009")

REPEATABLE: dict[str, Ask] = {
    "GET": lambda o: o.users.deactivate("00u1") if o.users.search(None, 10, None).items else None,
    "PUT": lambda o: o.groups.add_member("00g1", "00u1"),
    "DELETE": lambda o: o.groups.remove_member("00g1", "00u1"),
    "activate a user": lambda o: o.users.activate("00u1"),
    "deactivate a user": lambda o: o.users.deactivate("00u1"),
    "end sessions": lambda o: o.users.end_sessions("00u1"),
    "activate an app": lambda o: o.apps.activate("0oa1"),
    "deactivate an app": lambda o: o.apps.deactivate("0oa1"),
    "deactivate a secret": lambda o: o.apps.deactivate_secret("0oa1", "ocs1"),
    "delete an app": lambda o: o.apps.delete("0oa1"),
}
ONCE: dict[str, Ask] = {
    "create a user": lambda o: o.users.create({}, [], None, activate=True),
    "create a group": lambda o: o.groups.create("x", None),
    "create an app": lambda o: o.apps.create_service("x", {}),
    "add a secret": lambda o: o.apps.add_secret("0oa1"),
    "delete a user": lambda o: o.users.delete("00u1"),
}
MAY_BE_REPEATED = pytest.mark.parametrize("ask", REPEATABLE.values(), ids=REPEATABLE.keys())
MUST_NOT_BE_REPEATED = pytest.mark.parametrize("ask", ONCE.values(), ids=ONCE.keys())
NOTHING_SENT = [httpx.ConnectError("s3cret"), httpx.ConnectTimeout("s3cret"), httpx.PoolTimeout("s3cret")]
LOST = [
    httpx.ReadTimeout("s3cret"),
    httpx.ReadError("s3cret"),
    httpx.WriteError("s3cret"),
    httpx.WriteTimeout("s3cret"),
    httpx.RemoteProtocolError("s3cret"),
]


def by_type(value: object) -> str:
    return type(value).__name__


def done(request: httpx.Request) -> httpx.Response:
    is_list = request.method == "GET"
    return httpx.Response(200, json=[] if is_list else {})


def too_many(reset: Any = NOW + 3, date: Any = DATE) -> httpx.Response:
    """A 429 as Okta sends it: without Retry-After."""
    headers = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": reset, "Date": date}
    sent = {name: str(value) for name, value in headers.items() if value is not ABSENT}
    return refusal(429, "E0000047", summary="API call exceeded rate limit due to too many requests.", headers=sent)


@pytest.mark.parametrize(
    ("reset", "date", "seconds"),
    [
        (NOW + 3, DATE, 3),
        (NOW, DATE, 0),
        (NOW - 5, DATE, 0),
        (NOW + 59, DATE, 59),
        (NOW + 61, DATE, 60),
        (NOW + 3603, AN_HOUR_AHEAD, 3),
        (NOW - 3597, AN_HOUR_BEHIND, 3),
        (NOW + 3, ABSENT, 3),
        (NOW + 3, "", 3),
        (NOW + 3, "yesterday", 3),
        (NOW + 3, f"Fri, 15 Jan {'9' * 30} 08:00:00 GMT", 3),
        (NOW + 3, "Fri, 15 Jan 2027 08:00:00 -0000", 3),
        (NOW + 3, "Fri, 15 Jan 2027 10:00:00 +0200", 3),
        (ABSENT, DATE, 60),
        ("", DATE, 60),
        ("soon", DATE, 60),
        ("-1", DATE, 60),
        ("1e3", DATE, 60),
        ("9" * 5000, DATE, 60),
        (f"{NOW + 3}, {NOW + 3}", DATE, 60),
        ("\u0661", DATE, 60),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_wait_is_reset_minus_date(reset: Any, date: Any, seconds: float) -> None:
    """By Okta's own clock, however wrong ours or theirs is; never negative, never longer than a window."""
    sent = {"X-Rate-Limit-Reset": reset, "Date": date}
    headers = httpx.Headers([(k.encode(), str(v).encode()) for k, v in sent.items() if v is not ABSENT])
    assert seconds_to_wait(headers, NOW) == seconds


def test_a_date_without_a_zone_is_not_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = httpx.Headers({"X-Rate-Limit-Reset": str(NOW + 3), "Date": "Fri, 15 Jan 2027 08:00:00 -0000"})
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        seconds = seconds_to_wait(headers, NOW)
    time.tzset()
    assert seconds == 3


@MUST_NOT_BE_REPEATED
def test_a_rate_limit_is_waited_for_since_nothing_was_done(ask: Ask) -> None:
    okta = ScriptedOkta(too_many(), refusal(403, "E0000006"))
    with pytest.raises(OktaGatewayError, match="okta_permission_missing"):
        ask(okta)
    assert okta.pauses == [3.0]
    assert okta.asked[0] == okta.asked[1]


@MAY_BE_REPEATED
def test_a_rate_limit_that_ends_in_time_is_not_noticed(ask: Ask) -> None:
    okta = ScriptedOkta(too_many(), too_many(NOW + 3, "Fri, 15 Jan 2027 08:00:01 GMT"), done)
    ask(okta)
    assert okta.pauses == [3.0, 2.0]


@pytest.mark.parametrize(("left", "waits"), [(5.0, True), (4.9, False)])
def test_a_wait_leaves_time_for_the_call(left: float, waits: bool) -> None:
    okta = ScriptedOkta(too_many(), done, seconds=left)
    if waits:
        REPEATABLE["PUT"](okta)
    else:
        assert raised(OktaRateLimited, lambda: REPEATABLE["PUT"](okta)).retry_after == 3
    assert okta.pauses == ([3.0] if waits else [])


@pytest.mark.parametrize(
    ("reset", "retry_after"), [(NOW + 45, 45), (NOW + 100, 60), (ABSENT, 60)], ids=["45 s", "100 s", "unknown"]
)
def test_a_rate_limit_that_takes_too_long_is_told_with_its_end(reset: Any, retry_after: int) -> None:
    """Registry 7.19."""
    okta = ScriptedOkta(too_many(reset))
    error = raised(OktaRateLimited, lambda: okta.users.search(None, 10, None))
    assert (error.retry_after, error.status, error.detail) == (retry_after, 503, "GET /users answered 429")
    assert okta.pauses == []


def test_a_rate_limit_that_says_it_is_over_and_is_not_ends() -> None:
    """A limit on concurrent calls, whose Reset is only a hint."""
    okta = ScriptedOkta(too_many(NOW - 1))
    assert raised(OktaRateLimited, lambda: okta.users.search(None, 10, None)).retry_after == 1
    assert len(okta.requests) == 1 + api.MAX_WAITS


def test_a_wait_is_logged_without_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ScriptedOkta(too_many(), done).users.deactivate("ada@example.com")
    (line,) = [record for record in caplog.records if record.name == "okta_gateway.okta.api"]
    assert line.getMessage() == "POST /users/.../lifecycle/deactivate: waiting 3 s for Okta's rate limit"


@MAY_BE_REPEATED
@pytest.mark.parametrize("failure", [*NOTHING_SENT, *LOST, BROKEN, refusal(503, "E0000181")], ids=by_type)
def test_what_may_be_repeated_is_repeated_once(ask: Ask, failure: Step) -> None:
    okta = ScriptedOkta(failure, done)
    ask(okta)
    assert len(set(okta.asked)) == 1
    assert okta.pauses == [api.PAUSE_SECONDS]


@MAY_BE_REPEATED
@pytest.mark.parametrize("failure", [NOTHING_SENT[0], LOST[0], BROKEN], ids=by_type)
def test_what_fails_twice_is_not_tried_a_third_time(ask: Ask, failure: Step) -> None:
    okta = ScriptedOkta(failure)
    raised(OktaUnavailable, lambda: ask(okta))
    assert len(okta.requests) == 2


def test_a_repetition_needs_time() -> None:
    okta = ScriptedOkta(BROKEN, done, seconds=2.4)
    raised(OktaUnavailable, lambda: REPEATABLE["PUT"](okta))
    assert len(okta.requests) == 1


@MUST_NOT_BE_REPEATED
@pytest.mark.parametrize("failure", [*LOST, BROKEN, refusal(503, "E0000010")], ids=by_type)
def test_what_must_not_be_repeated_has_an_unknown_outcome(ask: Ask, failure: Step) -> None:
    okta = ScriptedOkta(failure)
    raised(OktaOutcomeUnknown, lambda: ask(okta))
    assert len(okta.requests) == 1


@MUST_NOT_BE_REPEATED
@pytest.mark.parametrize("failure", [*NOTHING_SENT, httpx.Response(302)], ids=by_type)
def test_what_never_arrived_did_not_happen(ask: Ask, failure: Step) -> None:
    okta = ScriptedOkta(failure)
    raised(OktaUnavailable, lambda: ask(okta))
    assert len(okta.requests) == 1


@pytest.mark.parametrize("lost", [*LOST, BROKEN], ids=by_type)
def test_what_is_gone_after_a_lost_answer_was_deleted(lost: Step) -> None:
    okta = ScriptedOkta(lost, recorded.answer("GET", "/groups/{groupId}", 404))
    okta.groups.delete("00g1")
    assert len(okta.requests) == 2


def test_what_was_never_there_was_not_deleted() -> None:
    okta = ScriptedOkta(NOTHING_SENT[0], recorded.answer("GET", "/groups/{groupId}", 404))
    raised(OktaNotFound, lambda: okta.groups.delete("00g1"))
    raised(OktaNotFound, lambda: ScriptedOkta(refusal(404, "E0000007")).groups.delete("00g1"))
    raised(OktaUnavailable, lambda: ScriptedOkta(LOST[0], refusal(404, "E0000008")).groups.delete("00g1"))
    lost_but_no_delete = ScriptedOkta(LOST[0], refusal(404, "E0000007"))
    raised(OktaNotFound, lambda: lost_but_no_delete.groups.add_member("00g1", "00u1"))


@pytest.mark.parametrize("left", [0.99, 0.0, -5.0])
def test_no_call_is_begun_without_time(left: float) -> None:
    okta = ScriptedOkta(done, seconds=left)
    told = raised(OktaUnavailable, lambda: ONCE["create a group"](okta)).detail
    assert told == "POST /groups: no time is left for it"
    assert okta.requests == []


@pytest.mark.parametrize(("left", "read", "connect"), [(60.0, 10.0, 3.0), (10.5, 5.0, 3.0), (2.5, 1.0, 1.0)])
def test_a_call_waits_no_longer_than_there_is_time(left: float, read: float, connect: float) -> None:
    okta = ScriptedOkta(done, seconds=left)
    REPEATABLE["PUT"](okta)
    timeouts = okta.request.extensions["timeout"]
    assert (timeouts["read"], timeouts["write"], timeouts["connect"]) == (read, read, connect)


class Trickle(httpx.SyncByteStream):
    """A body of which every byte takes a second."""

    def __init__(self, okta: Callable[[], ScriptedOkta]) -> None:
        self._okta = okta

    def __iter__(self) -> Any:
        for byte in json.dumps([]).ljust(1000):
            self._okta().clock.advance(1)
            yield byte.encode()


@pytest.mark.parametrize(("left", "told"), [(60.0, "it took longer than 15 s"), (5.5, "it took longer than 5 s")])
def test_an_answer_has_to_end_in_time(left: float, told: str) -> None:
    slow = httpx.Response(200, headers={"Content-Type": "application/json"}, stream=Trickle(lambda: okta))
    okta = ScriptedOkta(slow, seconds=left)
    assert raised(OktaOutcomeUnknown, lambda: ONCE["create a group"](okta)).detail.endswith(told)


def test_an_answer_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_ANSWER_BYTES", 1000)
    answer = httpx.Response(200, content=b"[]".ljust(1001), headers={"Content-Type": "application/json"})
    assert raised(OktaUnavailable, lambda: ScriptedOkta(answer).users.search(None, 1, None)).detail == (
        "GET /users got no answer: more than 1000 bytes"
    )


class Renewed:
    """A credential whose first value is refused."""

    def __init__(self, *, can_be_renewed: bool = True) -> None:
        self.number = 1
        self._can_be_renewed = can_be_renewed

    def authorization(self) -> str:
        return f"Bearer s3cret-{self.number}"

    def renew(self) -> bool:
        self.number += 1
        return self._can_be_renewed


@pytest.mark.parametrize("ask", [*REPEATABLE.values(), *ONCE.values()], ids=[*REPEATABLE, *ONCE])
def test_a_credential_is_renewed_once(ask: Ask) -> None:
    okta = ScriptedOkta(refusal(401, "E0000011"), credential=Renewed())
    raised(OktaCredentialRefused, lambda: ask(okta))
    assert [request.headers["Authorization"] for request in okta.requests] == ["Bearer s3cret-1", "Bearer s3cret-2"]


def test_a_renewed_credential_is_used() -> None:
    okta = ScriptedOkta(refusal(401, "E0000011"), done, credential=Renewed())
    REPEATABLE["PUT"](okta)
    assert (len(okta.requests), okta.pauses) == (2, [])


def test_a_credential_that_cannot_be_renewed_is_refused_at_once() -> None:
    okta = ScriptedOkta(refusal(401, "E0000011"), done, credential=Renewed(can_be_renewed=False))
    raised(OktaCredentialRefused, lambda: REPEATABLE["PUT"](okta))
    assert len(okta.requests) == 1


def test_a_missing_licence_is_no_bad_credential() -> None:
    """Okta answers 401 to both."""
    okta = ScriptedOkta(refusal(401, "E0000015"), credential=Renewed())
    raised(OktaFeatureMissing, lambda: okta.apps.create_service("x", {}))
    assert len(okta.requests) == 1


def test_everything_together_is_bounded() -> None:
    """A 401, a failure and rate limits without an end: one renewal, one repetition, a few waits."""
    steps: list[Step] = [refusal(401, "E0000011"), LOST[0], *[too_many(NOW)] * 10]
    okta = ScriptedOkta(*steps, credential=Renewed())
    raised(OktaRateLimited, lambda: REPEATABLE["PUT"](okta))
    assert len(okta.requests) == 3 + api.MAX_WAITS


def test_a_bad_token_endpoint_is_asked_again_once() -> None:
    class Flaky(Renewed):
        def authorization(self) -> str:
            self.number += 1
            if self.number == 2:
                raise OktaUnavailable("no token")
            return super().authorization()

    okta = ScriptedOkta(httpx.Response(200, json=recorded.body("POST", "/groups")), credential=Flaky())
    okta.groups.create("x", None)
    assert okta.pauses == [api.PAUSE_SECONDS]
