"""Where a person goes after sign-in: nowhere but to this gateway and to addresses that are allowed to the letter."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.redirects import HOME, MAX_TARGET_LENGTH, safe_target

ORIGIN = "https://gateway.example.com"
STAGED, ROOT = GatewayAddress(ORIGIN, "/prod"), GatewayAddress(ORIGIN, "")
ALLOWED = ("https://app.example.com/signed-in?from=okta", "http://localhost:3000")
LONGEST = "/" + "a" * (MAX_TARGET_LENGTH - 1)


@pytest.mark.parametrize(
    ("wanted", "staged", "root"),
    [
        ("/", "/prod/", "/"),
        ("/api/servers", "/prod/api/servers", "/api/servers"),
        ("/api/servers?q=a%20b&x=/y#part", "/prod/api/servers?q=a%20b&x=/y#part", "/api/servers?q=a%20b&x=/y#part"),
        ("/prod", "/prod", "/prod"),
        ("/prod/", "/prod/", "/prod/"),
        ("/prod/api/servers", "/prod/api/servers", "/prod/api/servers"),
        ("/prodigy", "/prod/prodigy", "/prodigy"),
        ("/?next=//evil.example", "/prod/?next=//evil.example", "/?next=//evil.example"),
        ("/a//b", "/prod/a//b", "/a//b"),
        ("/@evil.example", "/prod/@evil.example", "/@evil.example"),
        ("/%0d%0aSet-Cookie:x=y", "/prod/%0d%0aSet-Cookie:x=y", "/%0d%0aSet-Cookie:x=y"),
        ("/%5cevil.example", "/prod/%5cevil.example", "/%5cevil.example"),
        (LONGEST, f"/prod{LONGEST}", LONGEST),
    ],
)
def test_a_path_is_one_of_this_gateway_with_or_without_its_stage(wanted: str, staged: str, root: str) -> None:
    assert safe_target(wanted, STAGED, ALLOWED) == ORIGIN + staged
    assert safe_target(wanted, ROOT, ALLOWED) == ORIGIN + root


@pytest.mark.parametrize(("wanted", "staged"), [("/prod?x=1", "/prod?x=1"), ("/prod#part", "/prod#part")])
def test_the_stage_alone_is_known_by_its_query_and_fragment_too(wanted: str, staged: str) -> None:
    assert safe_target(wanted, STAGED, ALLOWED) == ORIGIN + staged


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "api/servers",
        "//evil.example",
        "///evil.example",
        "//evil.example/prod/",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/api\\..\\x",
        "/\t/evil.example",
        "/\n/evil.example",
        "/api\r\nSet-Cookie: a=b",
        "/api\x00",
        "/api\x7f",
        "/api\x85",
        "/api\u2028",
        "/ api",
        " /api",
        "\t//evil.example",
        "/\uff0fevil.example",
        "/\u202eevil",
        "/ü",
        "/\ud800",
        "https://evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "HTTPS://EVIL.EXAMPLE",
        "javascript:alert(1)",
        "data:text/html,x",
        "?next=1",
        "#part",
        ".",
        "@evil.example",
        f"{ORIGIN}/prod/api",
        f"{ORIGIN}.evil.example/prod/",
        f"{ORIGIN}@evil.example/",
        "http://gateway.example.com/prod/",
        "https://gatewаy.example.com/",  # noqa: RUF001 a Cyrillic letter: a look-alike host
        f"{ALLOWED[0]}&more",
        ALLOWED[0].upper(),
        f" {ALLOWED[0]}",
        f"{ALLOWED[1]}/",
        f"{ALLOWED[1]}@evil.example",
        f"{LONGEST}a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("gateway", [STAGED, ROOT], ids=["staged", "root"])
def test_anything_else_becomes_the_page_of_the_gateway(wanted: str | None, gateway: GatewayAddress) -> None:
    assert safe_target(wanted, gateway, ALLOWED) == gateway.url + HOME


@pytest.mark.parametrize("wanted", ["/../staging/x", "/api/../../x", "/%2e%2e/x", "/prod/.%2E/x"])
def test_a_path_does_not_climb_out_of_the_stage(wanted: str) -> None:
    """The browser resolves these (URL Standard, double-dot segments), and then it is no path of this gateway."""
    assert safe_target(wanted, STAGED, ALLOWED) == STAGED.url + HOME


@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("gateway", [STAGED, ROOT], ids=["staged", "root"])
def test_an_allowed_address_is_taken_to_the_letter(address: str, gateway: GatewayAddress) -> None:
    assert safe_target(address, gateway, ALLOWED) == address


wanted_texts = st.one_of(
    st.text(),
    st.text(alphabet="/\\.:@?#%\t\r\n aehtps", max_size=12).map("/".__add__),
    st.builds("{}{}{}".format, st.sampled_from(["", "/", "//", *ALLOWED, ORIGIN, "/prod"]), st.text(), st.text()),
    st.sampled_from(ALLOWED),
)


@given(wanted=wanted_texts, gateway=st.sampled_from([STAGED, ROOT]))
def test_the_result_is_always_of_the_gateways_origin_or_an_allowed_address(
    wanted: str, gateway: GatewayAddress
) -> None:
    target = safe_target(wanted, gateway, ALLOWED)
    assert target.isprintable()
    assert not {"\r", "\n", "\t", " ", "\\"} & set(target)
    if target in ALLOWED:
        assert target == wanted
        return
    assert target.startswith(f"{ORIGIN}/")
    assert (urlsplit(target).scheme, urlsplit(target).netloc) == ("https", "gateway.example.com")
    assert target.startswith(gateway.url)
