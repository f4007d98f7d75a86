"""Who holds an accepted token: a user or a machine, and with which groups."""

from typing import Any

import pytest

from okta_gateway.errors import (
    UnknownPrincipal,
)
from tests.tokens import (
    ABSENT,
    MACHINE_CLIENT_ID,
    USER_CLIENT_ID,
    machine_token,
    okta_token,
)
from tests.unit.tokens.verifying import holder, refuse


@pytest.mark.parametrize(
    "claims",
    [
        {"uid": None},
        {"uid": ""},
        {"uid": 1},
        {"uid": True},
        {"uid": ["00u1"]},
        {"uid": {}},
        {"uid": ABSENT},
        {"uid": ABSENT, "sub": USER_CLIENT_ID.upper()},
        {"uid": ABSENT, "sub": f"{USER_CLIENT_ID} "},
        {"uid": None, "sub": USER_CLIENT_ID},
        {"uid": "", "sub": USER_CLIENT_ID},
        {"uid": False, "sub": USER_CLIENT_ID},
    ],
    ids=repr,
)
def test_a_holder_that_is_neither_user_nor_machine_is_refused(claims: dict[str, Any]) -> None:
    refuse(okta_token(**claims), UnknownPrincipal)


@pytest.mark.parametrize("subject", ["ada@example.com", "00u1234567890abcdef", USER_CLIENT_ID])
def test_a_token_with_uid_is_a_users_whatever_its_sub_says(subject: str) -> None:
    principal = holder(okta_token(sub=subject))
    assert (principal.kind, principal.id) == ("user", "00u1234567890abcdef")
    assert (principal.subject, principal.client_id) == (subject, USER_CLIENT_ID)


def test_a_token_without_uid_whose_sub_is_its_cid_is_a_machines() -> None:
    principal = holder(machine_token())
    assert (principal.kind, principal.id, principal.subject) == ("m2m", MACHINE_CLIENT_ID, MACHINE_CLIENT_ID)
    assert (principal.username, principal.groups) == (None, ())


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["b", "a"], ("b", "a")),
        (["a", "b", "a"], ("a", "b")),
        ([""], ("",)),
        ([], ()),
        ("registry-admins", ()),
        (["registry-admins", 1], ()),
        (["registry-admins", None], ()),
        ([["registry-admins"]], ()),
        ({"registry-admins": True}, ()),
        (True, ()),
        (None, ()),
        (ABSENT, ()),
    ],
    ids=repr,
)
def test_groups_that_are_no_list_of_strings_count_as_none(claim: Any, groups: tuple[str, ...]) -> None:
    assert holder(okta_token(groups=claim)).groups == groups
    assert holder(machine_token(groups=claim)).groups == groups
