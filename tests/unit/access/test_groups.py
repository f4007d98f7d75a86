"""How long the groups of a machine are remembered, and what happens while the store does not answer."""

import pytest

from okta_gateway.access.groups import MAX_REMEMBERED, ClientGroups
from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from tests.tokens import FakeClock


class FakeStore:
    """Answers lookups from `rows`, or fails while `failure` is set; counts what it was asked."""

    def __init__(self, **rows: tuple[str, ...]) -> None:
        self.rows = dict(rows)
        self.failure: Exception | None = None
        self.asked: list[str] = []

    def __call__(self, client_id: str) -> tuple[str, ...] | None:
        self.asked.append(client_id)
        if self.failure:
            raise self.failure
        return self.rows.get(client_id)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(agent=("readers",))


@pytest.fixture
def groups(store: FakeStore, clock: FakeClock) -> ClientGroups:
    return ClientGroups(store, clock=clock)


def test_a_hit_is_kept_for_60_seconds(groups: ClientGroups, store: FakeStore, clock: FakeClock) -> None:
    first = groups.of("agent")
    assert first.groups == ("readers",)
    assert first.good_until == clock.now + 60
    store.rows["agent"] = ("writers",)
    clock.advance(59.9)
    assert groups.of("agent") == first
    clock.advance(0.1)
    assert groups.of("agent").groups == ("writers",)
    assert store.asked == ["agent", "agent"]


def test_a_miss_is_kept_for_5_seconds(groups: ClientGroups, store: FakeStore, clock: FakeClock) -> None:
    assert groups.of("newcomer").groups is None
    store.rows["newcomer"] = ("readers",)
    clock.advance(4.9)
    assert groups.of("newcomer").groups is None
    clock.advance(0.1)
    assert groups.of("newcomer").groups == ("readers",)


def test_a_client_registered_without_groups_is_a_hit(groups: ClientGroups, store: FakeStore, clock: FakeClock) -> None:
    store.rows["agent"] = ()
    assert groups.of("agent").groups == ()
    assert groups.of("agent").good_until == clock.now + 60
    assert store.asked == ["agent"]


@pytest.mark.parametrize("failure", [StoreUnavailable("down"), StoreDataInvalid("two rows")], ids=lambda f: f.code)
def test_a_failure_is_told_and_not_remembered(groups: ClientGroups, store: FakeStore, failure: Exception) -> None:
    store.failure = failure
    for _ in range(2):
        with pytest.raises(type(failure)):
            groups.of("agent")
    store.failure = None
    assert groups.of("agent").groups == ("readers",)
    assert len(store.asked) == 3


def test_while_the_store_is_down_the_answer_serves_as_long_as_it_is_fresh(
    groups: ClientGroups, store: FakeStore, clock: FakeClock
) -> None:
    groups.of("agent")
    store.failure = StoreUnavailable("down")
    clock.advance(59)
    assert groups.of("agent").groups == ("readers",)
    clock.advance(1)
    with pytest.raises(StoreUnavailable):
        groups.of("agent")


def test_clients_are_remembered_apart(groups: ClientGroups, store: FakeStore) -> None:
    store.rows["other"] = ("writers",)
    assert [groups.of(name).groups for name in ("agent", "other", "Agent")] == [("readers",), ("writers",), None]


def test_a_clock_that_goes_back_ends_what_is_remembered(
    groups: ClientGroups, store: FakeStore, clock: FakeClock
) -> None:
    groups.of("agent")
    clock.advance(-3600)
    assert groups.of("agent").good_until == clock.now + 60
    assert len(store.asked) == 2


def test_memory_is_bounded(groups: ClientGroups, store: FakeStore) -> None:
    for number in range(MAX_REMEMBERED + 10):
        groups.of(f"stranger-{number}")
    groups.of(f"stranger-{MAX_REMEMBERED + 9}")
    assert len(store.asked) == MAX_REMEMBERED + 10
    assert len(groups._lookups) <= MAX_REMEMBERED
