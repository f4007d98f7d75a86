"""A key cache over an issuer that a test can change and silence."""

import pytest

from okta_gateway.tokens.key_cache import KeyCache
from tests.tokens import KEYS_URL, FakeClock, FakeFetch, key_set


@pytest.fixture
def okta() -> FakeFetch:
    """Okta's key set, fetched by nobody yet."""
    return FakeFetch(key_set())


@pytest.fixture
def cache(okta: FakeFetch, clock: FakeClock) -> KeyCache:
    return KeyCache(KEYS_URL, fetch=okta, clock=clock)
