"""The tree of errors: drawn in full, each leaf with a code and an advice of its own, each code in the README."""

import inspect
import re
from types import ModuleType

import pytest

from okta_gateway import errors
from okta_gateway.errors import AccessRefused, CheckFailed, LoginRefused, OktaGatewayError, TokenRefused
from okta_gateway.iam import errors as iam_errors
from okta_gateway.iam.errors import IamRefused
from okta_gateway.login import errors as login_errors
from okta_gateway.login.okta_errors import ALL_EXPLANATIONS, Explanation
from okta_gateway.okta import errors as okta_errors
from okta_gateway.okta.errors import OktaChangeRefused
from tests.infra.repository import ROOT

MODULES = (errors, login_errors, okta_errors, iam_errors)
"""The first draws the branches; the others continue the tree, so that the authorizer does not load their errors."""
CLASSES = [
    value
    for module in MODULES
    for value in vars(module).values()
    if inspect.isclass(value) and issubclass(value, OktaGatewayError) and value.__module__ == module.__name__
]
BRANCHES = [TokenRefused, AccessRefused, LoginRefused, CheckFailed, OktaChangeRefused, IamRefused]
BRANCH_NAMES = {branch.__name__ for branch in BRANCHES}
LEAVES = [error for error in CLASSES if error not in BRANCHES and error is not OktaGatewayError]
README = ROOT / "README.md"


def by_name(error: type[OktaGatewayError]) -> str:
    return error.__name__


def test_there_are_six_branches_with_a_status_each() -> None:
    assert [error for error in CLASSES if error.__bases__ == (OktaGatewayError,)] == BRANCHES
    assert [branch.status for branch in BRANCHES] == [401, 403, 400, 500, 400, 400]


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_a_leaf_stands_on_exactly_one_branch(error: type[OktaGatewayError]) -> None:
    assert [error.__bases__ == (branch,) for branch in BRANCHES].count(True) == 1


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_a_leaf_has_the_code_that_its_name_says(error: type[OktaGatewayError]) -> None:
    words = re.findall(r"[A-Z][a-z0-9]*", error.__name__)
    assert vars(error)["code"] == "_".join(words).lower()


def test_no_code_stands_for_two_errors() -> None:
    assert len({error.code for error in LEAVES}) == len(LEAVES)


def test_no_two_errors_have_the_same_advice() -> None:
    assert len({error.advice for error in LEAVES}) == len(LEAVES)


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_a_leaf_says_what_to_do_and_what_it_means(error: type[OktaGatewayError]) -> None:
    assert vars(error)["advice"].endswith(".")
    assert vars(error)["__doc__"]


@pytest.mark.parametrize("error", [error for error in LEAVES if error.__module__ == errors.__name__], ids=by_name)
def test_a_caller_sees_nothing_but_the_sentence_of_the_branch(error: type[OktaGatewayError]) -> None:
    assert not {"public", "status"}.intersection(vars(error))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_tree_is_drawn_as_it_is(module: ModuleType) -> None:
    """Each branch on a line of its own, its leaves of this module on the lines below it."""
    drawn: dict[str, list[str]] = {}
    branch = ""
    for line in (module.__doc__ or "").splitlines():
        names = re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", line)
        if (
            line.strip().startswith(("├── ", "└── "))
            and not line.startswith(("│", "    │"))
            and names[0] in BRANCH_NAMES
        ):
            branch = names[0]
            drawn[branch] = []
        elif "── " in line:
            drawn[branch] += names
    leaves = [error for error in LEAVES if error.__module__ == module.__name__]
    expected = {
        branch.__name__: sorted(error.__name__ for error in leaves if issubclass(error, branch)) for branch in BRANCHES
    }
    assert {name: sorted(names) for name, names in drawn.items()} == {
        name: names for name, names in expected.items() if names or module is errors
    }


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_the_readme_says_what_to_do_about_an_error(error: type[OktaGatewayError]) -> None:
    assert f"\n| `{error.code}` |" in README.read_text(encoding="utf-8")


def test_the_readme_explains_no_error_that_does_not_exist() -> None:
    listed = set(re.findall(r"^\| `([a-z]+(?:_[a-z]+)+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed - {error.code for error in LEAVES} - {explained.code for explained in ALL_EXPLANATIONS} == set()


@pytest.mark.parametrize("explained", ALL_EXPLANATIONS, ids=lambda explained: explained.code)
def test_the_readme_says_what_to_do_about_a_refusal_of_okta(explained: Explanation) -> None:
    assert f"\n| `{explained.code}` |" in README.read_text(encoding="utf-8")
