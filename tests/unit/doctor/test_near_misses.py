"""What is nearly right is pointed out: a redirect URI, a group's name; what is somebody else's, too."""

import pytest

from devkit.doctor.app_checks import is_near, is_ours
from devkit.doctor.group_checks import nearest

WANTED = "https://api.example.com/prod/oauth2/callback/okta"


@pytest.mark.parametrize(
    "uri",
    [
        f"{WANTED}/",
        "http://api.example.com/prod/oauth2/callback/okta",
        "https://api.example.com:443/prod/oauth2/callback/okta",
        "https://API.example.com/prod/OAuth2/callback/okta",
        f"{WANTED} ",
    ],
    ids=["a slash", "http", "a port", "case", "a space"],
)
def test_a_redirect_uri_that_looks_the_same_is_near(uri: str) -> None:
    assert is_near(uri, WANTED)


@pytest.mark.parametrize(
    "uri", ["https://other.example.com/prod/oauth2/callback/okta", "https://api.example.com/", "x"]
)
def test_another_redirect_uri_is_not(uri: str) -> None:
    assert not is_near(uri, WANTED)


@pytest.mark.parametrize("name", ["Registry-Admins", " registry-admins", "registry_admins", "registry admins"])
def test_a_group_that_reads_the_same_is_near(name: str) -> None:
    assert nearest("registry-admins", {"finance", name}) == name


def test_another_group_is_not() -> None:
    assert nearest("registry-admins", {"registry-administrators", "admins"}) is None


@pytest.mark.parametrize(
    ("uri", "ours"),
    [
        (WANTED, True),
        ("http://localhost:8888/oauth2/callback/okta", True),
        ("http://127.0.0.1:8890/callback", True),
        ("https://grafana.example.com/login/generic_oauth", False),
        ("https://127.0.0.1.example.com/callback", False),
    ],
    ids=["deployed", "make run", "token --user", "Grafana", "a host that looks like loopback"],
)
def test_a_redirect_uri_of_another_service_is_told_apart(uri: str, ours: bool) -> None:
    assert is_ours(uri) is ours
