"""Every hostile token that an HTTP header can carry, sent to the local gateway with the real authorizer behind it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.vectors.consumers import load_authorizer, serving_gateway, serving_keys
from tests.vectors.rows import ACCEPTED, ACCESS_TOKENS, Row
from tests.vectors.table import WITH_PUBLISHED_KEYS

# RFC 9110, section 5.5: visible ASCII and single spaces. The rest never gets past any server to an authorizer.
_CARRIED = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
HEAD_BYTES = 10_240
"""AWS quotas, REST APIs: request line and headers together; what is longer is refused by the gateway itself."""


@pytest.fixture(scope="module")
def client(gateway: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway) as client:
        yield client


def status_of(client: httpx.Client, token: str) -> int:
    return client.get("/api/servers", headers={"Authorization": f"Bearer {token}"}).status_code


def test_only_genuine_tokens_reach_the_backend(client: httpx.Client) -> None:
    wrong = []
    sent = 0
    for row in WITH_PUBLISHED_KEYS:
        token = row.make(ACCESS_TOKENS)
        if not _CARRIED.fullmatch(token) or len(token) > HEAD_BYTES - 500:
            continue
        sent += 1
        status = status_of(client, token)
        if status not in expected(row):
            wrong.append((row.id, status))
    assert wrong == []
    assert sent > 700


def expected(row: Row) -> set[int]:
    """200 for a user with rights; 403 where the groups of a genuine token count as none."""
    if row.authorizer != ACCEPTED:
        return {401}
    return {403} if row.id.startswith("groups: ") else {200}


def test_what_is_longer_than_any_head_is_refused_by_the_gateway(client: httpx.Client) -> None:
    assert status_of(client, "x" * HEAD_BYTES) == 431


def test_without_keys_nobody_is_told_that_the_token_is_bad() -> None:
    """500, which nobody takes for a verdict about the token, and not 401."""
    with (
        serving_keys(b"") as okta,
        serving_gateway(load_authorizer(okta)) as address,
        httpx.Client(base_url=address) as client,
    ):
        assert status_of(client, ACCESS_TOKENS.token()) == 500
