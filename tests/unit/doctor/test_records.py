"""Okta's records are read tolerantly: an odd one is an empty one, and stops nothing."""

import pytest

from devkit.doctor.findings import listed
from devkit.doctor.org_records import (
    PolicyRule,
    Scope,
    read_application,
    read_claim,
    read_policy,
    read_rule,
    read_scope,
)

ODD: list[dict[str, object]] = [
    {},
    {"status": 3, "name": None, "conditions": None, "settings": None},
    {"conditions": [], "settings": {"oauthClient": []}, "value": {}},
    {"conditions": {"scopes": None, "clients": 1, "grantTypes": {"include": "x"}}},
]


@pytest.mark.parametrize("record", ODD, ids=["empty", "nulls", "other types", "deeper"])
def test_odd_records_can_be_read(record: dict[str, object]) -> None:
    assert not read_claim(record).active
    assert not read_rule(record).grants
    assert not read_policy(record, ()).covers("0oa1")
    application = read_application(record)
    assert not application.redirect_uris
    assert (application.is_for_everyone, application.zones) == (False, None)
    assert read_scope(record) == Scope("")
    assert read_rule(record).is_for_everyone


@pytest.mark.parametrize(
    ("covered", "asked", "lacking"),
    [
        (("*",), {"openid"}, set()),
        (("openid", "profile"), {"openid"}, set()),
        (("openid",), {"openid", "offline_access"}, {"offline_access"}),
        ((), {"openid"}, {"openid"}),
    ],
    ids=["any scope", "more", "one is missing", "none"],
)
def test_a_rule_lacks_what_it_does_not_cover(covered: tuple[str, ...], asked: set[str], lacking: set[str]) -> None:
    assert PolicyRule("r", True, (), covered).lacks(frozenset(asked)) == lacking


def test_of_many_names_the_first_are_told_and_how_many_there_are_besides() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(map(str, range(8))) == "0, 1, 2, 3, 4 and 3 more"
