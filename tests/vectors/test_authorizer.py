"""Every hostile token against the authorizer's handler, in any order, and beside PyJWT."""

import random

import pytest

from tests.vectors.consumers import Handler, ask_authorizer, load_authorizer, pyjwt_accepts, serving_keys
from tests.vectors.key_sets import SETS
from tests.vectors.published_keys import published
from tests.vectors.rows import ACCEPTED, ACCESS_TOKENS, PUBLISHED, Row
from tests.vectors.table import NEAR_MISSES, TABLE, WITH_PUBLISHED_KEYS

WITH_OTHER_KEYS = [row for row in TABLE if row.keys != PUBLISHED]


@pytest.mark.parametrize("row", WITH_PUBLISHED_KEYS, ids=lambda row: ascii(row.id))
def test_the_answer_is_the_expected_one(authorizer: Handler, row: Row) -> None:
    assert ask_authorizer(authorizer, row.make(ACCESS_TOKENS)) == row.authorizer


@pytest.mark.parametrize("row", WITH_OTHER_KEYS, ids=lambda row: ascii(row.id))
def test_with_another_key_set_the_answer_is_the_expected_one(row: Row) -> None:
    with serving_keys(SETS[row.keys]()) as okta:
        assert ask_authorizer(load_authorizer(okta), row.make(ACCESS_TOKENS)) == row.authorizer


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_tokens_does_not_matter(okta: str, seed: int) -> None:
    """Each sandbox sees all of them, many twice, so that what it remembers and what it refused lie side by side."""
    authorizer = load_authorizer(okta)
    tokens = [(row.id, row.authorizer, row.make(ACCESS_TOKENS)) for row in WITH_PUBLISHED_KEYS]
    order = random.Random(seed)
    shuffled = order.sample(tokens, len(tokens)) + order.sample(tokens, 200)
    answers = [(name, expected, ask_authorizer(authorizer, token)) for name, expected, token in shuffled]
    assert [answer for answer in answers if answer[1] != answer[2]] == []


@pytest.mark.parametrize("row", NEAR_MISSES, ids=lambda row: ascii(row.id))
def test_pyjwt_takes_what_we_take(row: Row) -> None:
    keys = published() if row.keys == PUBLISHED else SETS[row.keys]()
    assert row.authorizer == ACCEPTED
    assert pyjwt_accepts(row.make(ACCESS_TOKENS).strip(" "), keys)
