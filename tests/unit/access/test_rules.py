"""The rules in force: of a file for ever, of the store for 60 seconds."""

import math

import pytest

from okta_gateway.access.rules import StoredRules, fixed_rules
from okta_gateway.access.scopes import validate_rules
from okta_gateway.errors import AccessRulesInvalid, StoreUnavailable
from tests.tokens import FakeClock
from tests.unit.access.rights import place

STORED = {"groups": {"readers": ["read"]}, "permissions": {"read": ["GET /api/*"]}}


class FakeCollections:
    """What the two collections hold, or the failure to read them."""

    def __init__(self, content: object) -> None:
        self.content = content
        self.reads = 0

    def __call__(self) -> object:
        self.reads += 1
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


@pytest.fixture
def collections() -> FakeCollections:
    return FakeCollections(STORED)


@pytest.fixture
def current(collections: FakeCollections, clock: FakeClock) -> StoredRules:
    return StoredRules(collections, clock=clock)


def test_the_rules_of_a_file_are_in_force_for_ever() -> None:
    rules = validate_rules(STORED, place)
    assert fixed_rules(rules)() == (rules, math.inf)


def test_nothing_is_read_before_the_rules_are_needed(current: StoredRules, collections: FakeCollections) -> None:
    assert collections.reads == 0


def test_stored_rules_are_kept_for_60_seconds(
    current: StoredRules, collections: FakeCollections, clock: FakeClock
) -> None:
    first = current()
    assert first.good_until == clock.now + 60
    assert first.rules.scopes_of(("readers",)).names == ("read",)
    collections.content = {"groups": {}, "permissions": {}}
    clock.advance(59.9)
    assert current() is first
    clock.advance(0.1)
    assert current().rules.scopes_of(("readers",)).names == ()
    assert collections.reads == 2


@pytest.mark.parametrize("content", [StoreUnavailable("down"), {"groups": {"g": ["a b"]}}], ids=["down", "invalid"])
def test_rules_that_cannot_be_read_again_are_no_longer_in_force(
    current: StoredRules, collections: FakeCollections, clock: FakeClock, content: object
) -> None:
    current()
    collections.content = content
    clock.advance(59)
    assert current().rules.scopes_of(("readers",)).names
    clock.advance(1)
    with pytest.raises((StoreUnavailable, AccessRulesInvalid)):
        current()
    collections.content = STORED
    assert current().rules.scopes_of(("readers",)).names


def test_a_clock_that_goes_back_has_the_rules_read_again(
    current: StoredRules, collections: FakeCollections, clock: FakeClock
) -> None:
    current()
    clock.advance(-7200)
    assert current().good_until == clock.now + 60
    assert collections.reads == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"groups": {"readers": ["a b"]}, "permissions": {}}, "idp_group_scopes, _id 'readers': the scope 'a b'"),
        ({"groups": {"readers": ["a", "a"]}, "permissions": {}}, "idp_group_scopes, _id 'readers': 'a' stands twice"),
        ({"groups": {"readers": "a"}, "permissions": {}}, "idp_group_scopes, _id 'readers': groups.readers must be"),
        ({"groups": {}, "permissions": {"read": ["GET x"]}}, "idp_scope_permissions, _id 'read': 'GET x'"),
        ({"groups": {}, "permissions": {"read": ["GET /*/x"]}}, "idp_scope_permissions, _id 'read': 'GET /*/x'"),
        ({"groups": {}, "permissions": {"a b": []}}, "idp_scope_permissions, _id 'a b': the scope 'a b'"),
    ],
    ids=["scope", "twice", "type", "pattern", "star", "name"],
)
def test_an_invalid_row_is_named_by_collection_and_id(
    current: StoredRules, collections: FakeCollections, content: object, told: str
) -> None:
    collections.content = content
    with pytest.raises(AccessRulesInvalid) as refused:
        current()
    assert refused.value.detail.startswith(told)


def test_a_stored_scope_that_opens_nothing_is_a_warning(
    current: StoredRules, collections: FakeCollections, caplog: pytest.LogCaptureFixture
) -> None:
    collections.content = {"groups": {"readers": ["read", "misspelt"]}, "permissions": {"read": ["GET /"]}}
    current()
    current()
    assert caplog.messages == ["stored access rules: these scopes open no route: misspelt"]


def test_an_empty_store_opens_nothing(current: StoredRules, collections: FakeCollections) -> None:
    collections.content = {"groups": {}, "permissions": {}}
    rules = current().rules
    assert rules.permissions_of(("registry:admin:full", "mcp:servers:read")) == frozenset()
