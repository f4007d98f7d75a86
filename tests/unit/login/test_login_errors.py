"""The errors of sign-in: one tree with those of the authorizer, drawn as it is, each leaf complete."""

import re
from types import ModuleType

import pytest

from okta_gateway import errors
from okta_gateway.errors import CheckFailed, LoginRefused, OktaGatewayError
from okta_gateway.iam import errors as iam_errors
from okta_gateway.login import errors as login_errors
from okta_gateway.login.errors import SessionMissing, StateUnknown
from okta_gateway.okta import errors as okta_errors
from okta_gateway.okta.errors import OktaRefused

BRANCHES = {
    "OktaGatewayError",
    "TokenRefused",
    "AccessRefused",
    "CheckFailed",
    "LoginRefused",
    "OktaChangeRefused",
    "IamRefused",
}


def leaves_of(module: ModuleType) -> list[type[OktaGatewayError]]:
    """The leaves that the module defines."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, OktaGatewayError)]
    return [kind for kind in kinds if kind.__module__ == module.__name__ and kind.__name__ not in BRANCHES]


MODULES = [login_errors, okta_errors]
OKTA_AND_LOGIN_LEAVES = [leaf for module in MODULES for leaf in leaves_of(module)]
LOGIN_LEAVES = [leaf for leaf in OKTA_AND_LOGIN_LEAVES if issubclass(leaf, (LoginRefused, CheckFailed))]
LEAVES = leaves_of(errors) + OKTA_AND_LOGIN_LEAVES + leaves_of(iam_errors)


def below(kind: type[OktaGatewayError]) -> set[type[OktaGatewayError]]:
    """The leaves of the product below an error, wherever they are defined."""
    found = {leaf for child in kind.__subclasses__() for leaf in (below(child) or {child})}
    return {leaf for leaf in found if leaf.__module__.startswith("okta_gateway.")}


def test_every_error_is_in_one_of_the_modules_of_errors() -> None:
    assert below(OktaGatewayError) == set(LEAVES)


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_leaf_has_all_that_an_answer_and_a_log_line_need(leaf: type[OktaGatewayError]) -> None:
    assert leaf.code == re.sub(r"(?<!^)(?=[A-Z])", "_", leaf.__name__).lower()
    assert 400 <= leaf.status < 600
    assert leaf.public
    assert leaf.advice.endswith((".", "?"))
    assert leaf.__doc__


def test_codes_are_unique() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes)) > 40


@pytest.mark.parametrize("leaf", LOGIN_LEAVES)
def test_a_leaf_hangs_below_one_branch_which_decides_about_its_status(leaf: type[OktaGatewayError]) -> None:
    assert leaf.__bases__ in {(LoginRefused,), (CheckFailed,)}
    assert (leaf.status < 500) is issubclass(leaf, LoginRefused)


@pytest.mark.parametrize("module", [login_errors])
def test_the_tree_is_drawn_as_it_is(module: ModuleType) -> None:
    refused, failed = (module.__doc__ or "").split("LoginRefused", 1)[1].split("CheckFailed", 1)
    for branch, text in ((LoginRefused, refused), (CheckFailed, failed)):
        drawn = re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", text)
        assert sorted(drawn) == sorted(leaf.__name__ for leaf in leaves_of(module) if issubclass(leaf, branch))


@pytest.mark.parametrize("leaf", [leaf for leaf in LOGIN_LEAVES if issubclass(leaf, LoginRefused)])
def test_what_a_person_reads_is_a_sentence_that_names_no_setting(leaf: type[OktaGatewayError]) -> None:
    assert leaf.public.endswith(".")
    assert not re.search(r"[A-Z]+_[A-Z_]+", leaf.public)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OktaRefused("access_denied", "Not you."), "okta_refused: access_denied: Not you."),
        (OktaRefused("access_denied"), "okta_refused: access_denied"),
        (StateUnknown("used"), "state_unknown: used"),
        (SessionMissing(), "session_missing"),
    ],
)
def test_an_error_reads_as_its_code_and_detail(error: OktaGatewayError, text: str) -> None:
    assert str(error) == text
