"""Search expressions: what they find, and which are refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.okta_standin.errors import OktaRefusal
from devkit.okta_standin.management.search_expression import parse_search

ADA = {"status": "ACTIVE", "profile.login": "ada@example.com", "profile.lastName": 'O"Ne\\il', "profile.title": None}


def found(expression: str) -> bool:
    return parse_search(expression, ADA)(ADA.get)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('status eq "ACTIVE"', True),
        ('status EQ "active"', True),
        ('status eq "STAGED"', False),
        ('profile.login sw "ada@"', True),
        ('profile.login sw "da@"', False),
        ('profile.login co "@EXAMPLE"', True),
        ('profile.lastName eq "O\\"Ne\\\\il"', True),
        ("status pr", True),
        ("profile.title pr", False),
        ('profile.title co ""', False),
        ('status eq "STAGED" or status eq "ACTIVE"', True),
        ('status eq "ACTIVE" or status eq "STAGED" and status eq "NONE"', True),
        ('status eq "A" or status eq "B" or status eq "ACTIVE"', True),
        ('status pr and status pr and status eq "NONE"', False),
        ('(status eq "ACTIVE" or status eq "STAGED") and status eq "NONE"', False),
        ('((status eq "ACTIVE"))', True),
        ('  status   eq"ACTIVE"  ', True),
        ('status eq "or"', False),
    ],
)
def test_an_expression_finds_what_it_says(expression: str, expected: bool) -> None:
    assert found(expression) is expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "status",
        "status eq",
        "status eq ACTIVE",
        "status eq 'ACTIVE'",
        'status eq "ACTIVE',
        'status eq "AC"TIVE"',
        'status eq "a\\nb"',
        'status is "ACTIVE"',
        'Status eq "ACTIVE"',
        'profile.secret eq "x"',
        'status eq "ACTIVE" and',
        'and status eq "ACTIVE"',
        'status eq "ACTIVE" status eq "ACTIVE"',
        '(status eq "ACTIVE"',
        'status eq "ACTIVE")',
        '"status" eq "ACTIVE"',
        "(" * 5000 + 'status eq "x"' + ")" * 5000,
    ],
    ids=lambda expression: expression[:40],
)
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(OktaRefusal) as refused:
        parse_search(expression, ADA)
    assert (refused.value.status, refused.value.code) == (400, "E0000031")


@given(st.text())
def test_an_escaped_string_is_found_as_it_is(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_search(f'name eq "{escaped}"', {"name"})({"name": text}.get)


@given(st.text(alphabet='ab "\\()eqorand', max_size=30))
def test_whatever_is_asked_is_answered_or_refused(text: str) -> None:
    with suppress(OktaRefusal):
        parse_search(text, {"a", "b"})
