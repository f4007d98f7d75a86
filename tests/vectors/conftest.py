"""One authorizer, one callback and one gateway for all rows: what they answer must not depend on what came before."""

from collections.abc import Iterator

import pytest

from tests.vectors.consumers import CallbackConsumer, Handler, load_authorizer, serving_gateway, serving_keys
from tests.vectors.published_keys import published


@pytest.fixture(scope="module")
def okta() -> Iterator[str]:
    """The address of an org that serves the published keys, good and bad."""
    with serving_keys(published()) as address:
        yield address


@pytest.fixture(scope="module")
def authorizer(okta: str) -> Handler:
    return load_authorizer(okta)


@pytest.fixture(scope="module")
def callback(okta: str) -> CallbackConsumer:
    return CallbackConsumer(okta)


@pytest.fixture(scope="module")
def gateway(authorizer: Handler) -> Iterator[str]:
    with serving_gateway(authorizer) as address:
        yield address
