"""Which pages may use a session, by the headers that a browser sends and a page cannot forge."""

import pytest

from okta_gateway.login.errors import OriginRefused
from okta_gateway.login.origins import Origins

OWN, APP, LAPTOP = "https://gateway.example.com", "https://app.example.com", "http://localhost:3000"
ORIGINS = Origins(OWN, [APP, LAPTOP])
GOOD = {"origin": OWN, "sec-fetch-site": "same-origin", "content-type": "application/json"}


def post(**changes: str | None) -> dict[str, str]:
    headers = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in headers.items() if value is not None}


@pytest.mark.parametrize(
    "headers",
    [
        post(),
        post(origin=APP, sec_fetch_site="same-site"),
        post(origin=LAPTOP),
        post(sec_fetch_site=None),
        post(content_type="application/json; charset=utf-8"),
        post(content_type="APPLICATION/JSON"),
        post(content_type="application/x-www-form-urlencoded"),
        post(content_type=" application/x-www-form-urlencoded ;charset=UTF-8"),
    ],
)
def test_pages_of_allowed_origins_may_post(headers: dict[str, str]) -> None:
    ORIGINS.verify_post(headers)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        f"{OWN}/",
        f"{OWN}:443",
        f"{OWN}.evil.example",
        f"https://evil.example/{OWN}",
        OWN.upper(),
        OWN.replace("https", "http"),
        f" {OWN}",
        f"{OWN} {APP}",
        f"{OWN}, {APP}",
        "http://localhost",
        "http://localhost:3001",
        "https://sub.app.example.com",
        "*",
    ],
)
def test_another_origin_or_none_may_not(origin: str | None) -> None:
    with pytest.raises(OriginRefused, match="Origin"):
        ORIGINS.verify_post(post(origin=origin))


@pytest.mark.parametrize("site", ["cross-site", "none", "", "SAME-ORIGIN", "same-origin, same-site"])
def test_a_request_that_the_browser_calls_foreign_is_refused(site: str) -> None:
    with pytest.raises(OriginRefused, match="Sec-Fetch-Site"):
        ORIGINS.verify_post(post(sec_fetch_site=site))


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "multipart/form-data; boundary=x", "application/jsonp", "text/plain; application/json",
     "application/json, text/plain", "application/x-www-form-urlencodedx", "*/*"],
)  # fmt: skip
def test_another_content_type_is_refused(content_type: str | None) -> None:
    with pytest.raises(OriginRefused, match="content type"):
        ORIGINS.verify_post(post(content_type=content_type))


@pytest.mark.parametrize("origin", [OWN, APP, LAPTOP])
def test_cors_answers_exactly_the_origin_that_asks(origin: str) -> None:
    headers = ORIGINS.cors_headers({"origin": origin})
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert headers["Vary"] == "Origin"
    assert "*" not in "".join(headers.values())
    assert {"GET", "POST"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
    assert "Content-Type" in headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("headers", [{}, {"origin": "null"}, {"origin": "https://evil.example"}, {"origin": ""},
                                     {"origin": f"{APP}/"}, {"origin": "*"}])  # fmt: skip
def test_cors_says_nothing_to_others_but_that_it_depends(headers: dict[str, str]) -> None:
    assert ORIGINS.cors_headers(headers) == {"Vary": "Origin"}


def test_without_further_origins_only_the_gateways_own_counts() -> None:
    Origins(OWN, ()).verify_post(post())
    with pytest.raises(OriginRefused):
        Origins(OWN, ()).verify_post(post(origin=APP))
