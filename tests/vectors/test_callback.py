"""Every hostile token as the ID token of a sign-in, against the callback, and beside PyJWT."""

import random

import pytest

from tests.tokens import USER_CLIENT_ID
from tests.vectors.consumers import CallbackConsumer, pyjwt_accepts, serving_keys
from tests.vectors.key_sets import SETS
from tests.vectors.published_keys import published
from tests.vectors.rows import ACCEPTED, ID_TOKENS, PUBLISHED, Row
from tests.vectors.table import TABLE

ROWS = [row for row in TABLE if row.for_callback is not None]
WITH_PUBLISHED_KEYS = [row for row in ROWS if row.keys == PUBLISHED]
WITH_OTHER_KEYS = [row for row in ROWS if row.keys != PUBLISHED]
NEAR_MISSES = [row for row in ROWS if row.for_callback == ACCEPTED]


def agrees(answer: str, row: Row) -> bool:
    return answer.startswith(row.for_callback or "?")


@pytest.mark.parametrize("row", WITH_PUBLISHED_KEYS, ids=lambda row: ascii(row.id))
def test_the_answer_is_the_expected_one(callback: CallbackConsumer, row: Row) -> None:
    assert agrees(answer := callback.ask(row.make(ID_TOKENS)), row), answer


@pytest.mark.parametrize("row", WITH_OTHER_KEYS, ids=lambda row: ascii(row.id))
def test_with_another_key_set_the_answer_is_the_expected_one(row: Row) -> None:
    with serving_keys(SETS[row.keys]()) as okta:
        assert agrees(answer := CallbackConsumer(okta).ask(row.make(ID_TOKENS)), row), answer


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_tokens_does_not_matter(okta: str, seed: int) -> None:
    callback = CallbackConsumer(okta)
    order = random.Random(seed)
    shuffled = order.sample(WITH_PUBLISHED_KEYS, len(WITH_PUBLISHED_KEYS))
    assert [row.id for row in shuffled if not agrees(callback.ask(row.make(ID_TOKENS)), row)] == []


@pytest.mark.parametrize("row", NEAR_MISSES, ids=lambda row: ascii(row.id))
def test_pyjwt_takes_what_we_take(row: Row) -> None:
    keys = published() if row.keys == PUBLISHED else SETS[row.keys]()
    assert pyjwt_accepts(row.make(ID_TOKENS), keys, USER_CLIENT_ID)
