"""REST routing."""

import pytest

from devkit.gateway.openapi import Integration, Method
from devkit.gateway.routes import Routes


def routes(*resources: str) -> Routes:
    return Routes(Method(path, verb, None, Integration()) for verb, path in (item.split() for item in resources))


@pytest.mark.parametrize(
    ("request_line", "resource"),
    [
        ("GET /a/b", "/a/b"),
        ("GET /a/b/", "/a/b"),
        ("GET /a/c", "/a/{x}"),
        ("GET /a/c/", "/a/{x}"),
        ("GET /a/c/d", "/{proxy+}"),
        ("GET /z", "/{proxy+}"),
        ("GET //", "/{proxy+}"),
        ("GET /o", "/o"),
        ("GET /o/", "/o"),
        ("GET /o/p", "/o/{proxy+}"),
        ("GET /o//", "/o/{proxy+}"),
        ("GET //o", "/{proxy+}"),
        ("GET /O/p", "/{proxy+}"),
        ("GET /", "/"),
        ("POST /", None),
        ("POST /a/b", None),
        ("TRACE /z", None),
    ],
)
def test_the_most_specific_resource_is_chosen_and_then_its_method(request_line: str, resource: str | None) -> None:
    verb, path = request_line.split()
    table = routes("ANY /{proxy+}", "GET /a/{x}", "GET /a/b", "GET /", "GET /o", "GET /o/{proxy+}")
    match = table.find(verb, path)
    assert (match and match.method.resource) == resource


def test_a_method_of_its_own_goes_before_any() -> None:
    table = routes("ANY /a", "GET /a")
    matches = [table.find(verb, "/a") for verb in ("GET", "PUT")]
    assert [match and match.method.verb for match in matches] == ["GET", "ANY"]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/a/b", {"proxy": "a/b"}),
        ("/a/", {"proxy": "a"}),
        ("/a//", {"proxy": "a//"}),
        ("/a%2Fb/%2e", {"proxy": "a%2Fb/%2e"}),
        ("/../x", {"proxy": "../x"}),
    ],
)
def test_a_greedy_parameter_is_the_rest_as_the_client_wrote_it(path: str, parameters: dict[str, str]) -> None:
    match = routes("ANY /{proxy+}").find("GET", path)
    assert match
    assert match.parameters == parameters
