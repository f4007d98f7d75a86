"""The tree of errors: drawn in full, each leaf with a code and an advice of its own, each code in the README."""

import inspect
import re

import pytest

from okta_gateway import errors
from okta_gateway.errors import AccessRefused, CheckFailed, OktaGatewayError, TokenRefused
from tests.infra.repository import ROOT

# Of this module only: other parts may continue the tree in modules of their own.
CLASSES = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, OktaGatewayError)]
BRANCHES = [TokenRefused, AccessRefused, CheckFailed]
LEAVES = [error for error in CLASSES if error not in BRANCHES and error is not OktaGatewayError]
README = ROOT / "README.md"


def by_name(error: type[OktaGatewayError]) -> str:
    return error.__name__


def test_there_are_three_branches_with_a_status_each() -> None:
    assert [error for error in CLASSES if error.__bases__ == (OktaGatewayError,)] == BRANCHES
    assert [branch.status for branch in BRANCHES] == [401, 403, 500]


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


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_a_caller_sees_nothing_but_the_sentence_of_the_branch(error: type[OktaGatewayError]) -> None:
    assert not {"public", "status"}.intersection(vars(error))


def test_the_tree_is_drawn_as_it_is() -> None:
    """Each branch on a line of its own, its leaves on the lines below it."""
    drawn: dict[str, list[str]] = {}
    branch = ""
    for line in (errors.__doc__ or "").splitlines():
        names = re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", line)
        if line.startswith(("    ├── ", "    └── ")):
            branch = names[0]
            drawn[branch] = []
        elif "── " in line:
            drawn[branch] += names
    assert {name: sorted(leaves) for name, leaves in drawn.items()} == {
        branch.__name__: sorted(error.__name__ for error in LEAVES if issubclass(error, branch)) for branch in BRANCHES
    }


@pytest.mark.parametrize("error", LEAVES, ids=by_name)
def test_the_readme_says_what_to_do_about_an_error(error: type[OktaGatewayError]) -> None:
    assert f"\n| `{error.code}` |" in README.read_text(encoding="utf-8")


def test_the_readme_explains_no_error_that_does_not_exist() -> None:
    listed = set(re.findall(r"^\| `([a-z]+(?:_[a-z]+)+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed - {error.code for error in LEAVES} == set()
