"""Parts made of secrets: they change with the secrets, and serve while those cannot be read."""

import threading

import pytest

from okta_gateway.current_parts import AGAIN_SECONDS, READING, CurrentParts
from okta_gateway.errors import SecretUnavailable
from tests.tokens import FakeClock


class Source:
    """What the secret says, and what was made of it."""

    def __init__(self) -> None:
        self.secret: str | None = "old"
        self.reads = 0
        self.made: list[str] = []
        self.closed: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def read(self) -> str:
        self.reads += 1
        secret = self.secret
        self.may_answer.wait(30)
        if secret is None:
            raise SecretUnavailable("throttled")
        return secret

    def make(self, secret: str) -> tuple[str, "Close"]:
        self.made.append(secret)
        parts = f"{secret} {len(self.made)}"
        return parts, Close(self.closed, parts)


class Close:
    def __init__(self, closed: list[str], parts: str) -> None:
        self._closed = closed
        self._parts = parts

    def __call__(self) -> None:
        self._closed.append(self._parts)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def parts(source: Source, clock: FakeClock) -> CurrentParts[str, str]:
    return CurrentParts(source.read, source.make, clock=clock)


def test_the_snapshot_holds_parts_that_never_connected(parts: CurrentParts[str, str], source: Source) -> None:
    parts.forget_connections()
    assert source.closed == ["old 1"]
    assert parts() == "old 2"
    assert source.reads == 1


def test_parts_that_cannot_be_closed_are_replaced_all_the_same(source: Source, clock: FakeClock) -> None:
    def fails() -> None:
        raise ValueError

    parts = CurrentParts(source.read, lambda secret: (source.make(secret)[0], fails), clock=clock)
    parts.forget_connections()
    assert parts() == "old 2"


def test_the_same_secret_keeps_the_parts(parts: CurrentParts[str, str], source: Source) -> None:
    parts.renew()
    assert parts() == "old 1"
    assert source.reads == 2


def test_another_secret_makes_other_parts_once(parts: CurrentParts[str, str], source: Source) -> None:
    source.secret = "new"
    parts.renew()
    parts.renew()
    assert parts() == "new 2"


@pytest.mark.parametrize("seconds", [AGAIN_SECONDS, -1], ids=["10 s later", "after the clock was set back"])
def test_while_the_secret_cannot_be_read_the_old_serves_and_few_requests_ask(
    parts: CurrentParts[str, str], source: Source, clock: FakeClock, seconds: float
) -> None:
    source.secret = None
    parts.renew()
    source.secret = "new"
    assert [parts() for _ in range(20)] == ["old 1"] * 20
    assert source.reads == 2
    clock.advance(seconds)
    assert [parts() for _ in range(20)] == ["new 2"] * 20
    assert source.reads == 3


def test_while_it_is_out_of_reach_for_long_it_is_asked_once_in_ten_seconds(
    parts: CurrentParts[str, str], source: Source, clock: FakeClock
) -> None:
    source.secret = None
    parts.renew()
    for _ in range(3):
        clock.advance(AGAIN_SECONDS)
        assert [parts() for _ in range(5)] == ["old 1"] * 5
    assert source.reads == 2 + 3


def test_refused_credentials_are_read_again_and_where_that_is_of_no_use_at_most_every_ten_seconds(
    parts: CurrentParts[str, str], source: Source, clock: FakeClock
) -> None:
    clock.advance(AGAIN_SECONDS)
    for _ in range(5):
        parts.credentials_refused()
    assert (parts(), source.reads) == ("old 1", 2)
    source.secret = "new"
    clock.advance(AGAIN_SECONDS)
    parts.credentials_refused()
    assert parts() == "new 2"
    assert source.closed == ["old 1"]
    assert source.reads == 3


def test_what_was_read_a_moment_ago_is_not_read_again(parts: CurrentParts[str, str], source: Source) -> None:
    parts.credentials_refused()
    assert source.reads == 1


def test_a_read_that_hangs_holds_the_restoration_up_for_its_share_of_the_time_and_counts_later(
    source: Source, clock: FakeClock
) -> None:
    parts = CurrentParts(source.read, source.make, clock=clock, wait_seconds=0.05)
    source.secret = "new"
    source.may_answer.clear()
    parts.renew()
    assert parts() == "old 1"
    (reading,) = (thread for thread in threading.enumerate() if thread.name == READING)
    source.may_answer.set()
    reading.join(30)
    assert parts() == "new 2"
    clock.advance(AGAIN_SECONDS)
    parts()
    assert source.reads == 2
