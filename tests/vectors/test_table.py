"""The table itself: large, named, sourced, not one-sided, and explained in docs/hostile-tokens.md."""

import re
from collections import Counter
from pathlib import Path

import okta_gateway.errors
from okta_gateway.errors import TokenRefused
from tests.vectors.rows import ACCEPTED, ACCESS_TOKENS
from tests.vectors.table import CLASSES, NEAR_MISSES, TABLE

DOCUMENT = Path(__file__).parents[2] / "docs" / "hostile-tokens.md"
ADVISORY = re.compile(r"CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}")
# Decided before or beside the token: by the Authorization header, and by what a second token of the same org is.
NOT_ABOUT_ONE_TOKEN = {"scheme_unsupported", "client_not_allowed"}


def test_there_are_at_least_250_rows_and_no_name_stands_twice() -> None:
    assert len(TABLE) >= 250
    assert [name for name, count in Counter(row.id for row in TABLE).items() if count > 1] == []


def test_every_row_says_where_it_comes_from() -> None:
    assert [row.id for row in TABLE if len(row.source) < 5] == []


def test_every_refusal_of_a_token_is_the_answer_to_some_row() -> None:
    codes = {
        error.code
        for error in vars(okta_gateway.errors).values()
        if isinstance(error, type) and issubclass(error, TokenRefused) and "code" in vars(error)
    }
    assert codes - {row.authorizer for row in TABLE} == NOT_ABOUT_ONE_TOKEN


def test_every_class_but_one_has_good_tokens_that_look_odd() -> None:
    """Or else who refuses everything would pass. There is only one good algorithm."""
    good = {name: sum(row.authorizer == ACCEPTED for row in rows) for name, rows in CLASSES.items()}
    assert [name for name, count in good.items() if count < 3] == ["algorithms"]
    assert len(NEAR_MISSES) > 60


def test_a_row_makes_the_same_token_each_time() -> None:
    """But for signatures that are random by design (PSS, ECDSA) and encryption with random padding."""
    random = {row.id for row in TABLE if row.make(ACCESS_TOKENS) != row.make(ACCESS_TOKENS)}
    assert random <= {row.id for row in TABLE if re.search(r"PS|ES256|JWE|x5c", row.id)}


def test_the_document_names_every_advisory_and_every_class() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    named = {advisory for row in TABLE for advisory in ADVISORY.findall(row.source)}
    assert named - set(ADVISORY.findall(text)) == set()
    assert [name for name in CLASSES if f"| {name} |" not in text] == []
