"""Who may use the console."""

import pytest

from devkit.console.door import refusal

HOST = "localhost:8888"
OWN = f"http://{HOST}"


@pytest.mark.parametrize("host", [HOST, "localhost", "127.0.0.1", "127.0.0.1:8888", "localhost:1"])
def test_this_machines_names_are_let_in(host: str) -> None:
    assert refusal("GET", {"host": host}) == ""


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8888",
        "localhost.evil.example",
        "localhost:8888@evil.example",
        "127.0.0.1.nip.io:8888",
        "LOCALHOST.:8888",
        "[::1]:8888",
        "0.0.0.0:8888",
        "localhost:8888, evil.example",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    assert "localhost and 127.0.0.1 only" in refusal("GET", {"host": host})
    assert refusal("POST", {"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": OWN, "sec-fetch-site": "same-origin"},
        {"origin": OWN},
        {"sec-fetch-site": "none"},
        {},
    ],
    ids=["its own form", "an older browser", "typed in", "curl"],
)
def test_its_own_form_and_programs_may_post(headers: dict[str, str]) -> None:
    assert refusal("POST", {"host": HOST, **headers}) == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
        {"origin": "https://localhost:8888"},
        {"origin": "http://127.0.0.1:8888"},
        {"sec-fetch-site": "cross-site"},
        {"origin": OWN, "sec-fetch-site": "same-site"},
        {"origin": ""},
    ],
    ids=repr,
)
def test_another_sites_page_may_not(headers: dict[str, str]) -> None:
    assert "Another site's page" in refusal("POST", {"host": HOST, **headers})
    assert refusal("GET", {"host": HOST, **headers}) == ""
