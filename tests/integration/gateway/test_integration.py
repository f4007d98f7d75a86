"""What reaches the backend, and what comes back from it."""

import base64

import pytest

from tests.integration.gateway.rig import BEARER, CONTEXT, Rig, answer, running

IDENTITY = {
    "x-user": CONTEXT["sub"],
    "x-username": CONTEXT["username"],
    "x-client-id": CONTEXT["client_id"],
    "x-groups": CONTEXT["groups"],
    "x-scopes": CONTEXT["scopes"],
    "x-auth-method": CONTEXT["auth_method"],
    "authorization": "-",
    "cookie": "-",
}


def headers_at_backend(rig: Rig, *sent: tuple[str, str], path: str = "/api/servers") -> list[tuple[str, str]]:
    answered = rig.send("GET", path, headers=[BEARER, *sent])
    assert answered.status == 200, answered.body
    return [(name, value) for name, value in answered.json["headers"]]


@pytest.mark.parametrize("path", ["/", "/api/servers"])
@pytest.mark.parametrize("name", sorted(IDENTITY))
@pytest.mark.parametrize(
    "smuggled",
    [
        pytest.param([], id="nothing"),
        pytest.param([str.lower], id="lower case"),
        pytest.param([str.title], id="title case"),
        pytest.param([str.upper, str.lower, str.title], id="three times"),
    ],
)
def test_identity_headers_are_the_authorizers_alone(rig: Rig, path: str, name: str, smuggled: list[object]) -> None:
    # Authorization itself must hold the token, once.
    written = [(case(name), "smuggled") for case in smuggled if name != "authorization"]  # type: ignore[operator]
    arrived = headers_at_backend(rig, *written, path=path)
    assert [value for key, value in arrived if key == name] == [IDENTITY[name]]


def test_a_mapping_without_a_value_lets_the_clients_header_through(rig: Rig) -> None:
    """(unproven) The worse case: this is why the authorizer says "-" for what it does not know."""
    rig.authorizer.returns(answer("*", groups=""))
    assert ("x-groups", "smuggled") in headers_at_backend(rig, ("X-Groups", "smuggled"))


@pytest.mark.parametrize(
    ("parameter", "header", "value"),
    [("ForwardAuthorization", "authorization", BEARER[1]), ("ForwardCookies", "cookie", "session=1")],
)
def test_a_parameter_lets_a_header_through(parameter: str, header: str, value: str) -> None:
    with running(**{parameter: "true"}) as rig:
        assert (header, value) in headers_at_backend(rig, ("Cookie", "session=1"))


def test_other_headers_pass_with_their_repeats(rig: Rig) -> None:
    arrived = headers_at_backend(rig, ("X-Own", "1"), ("X-Own", "2"), ("User-Agent", "curl/8"))
    assert [pair for pair in arrived if pair[0] in {"x-own", "user-agent"}] == [
        ("x-own", "1"),
        ("x-own", "2"),
        ("user-agent", "curl/8"),
    ]


def test_hop_by_hop_headers_stay(rig: Rig) -> None:
    hops = {"keep-alive": "5", "proxy-authorization": "Basic eA==", "te": "trailers", "proxy-connection": "close"}
    arrived = headers_at_backend(rig, *hops.items())
    assert not hops.keys() & {name for name, _ in arrived}


def test_the_backend_learns_who_called(rig: Rig) -> None:
    arrived = headers_at_backend(rig)
    assert [value for name, value in arrived if name == "x-forwarded-for"] == ["127.0.0.1"]


def test_a_forwarding_header_of_the_client_is_continued_not_repeated(rig: Rig) -> None:
    arrived = headers_at_backend(rig, ("X-Forwarded-For", "203.0.113.9"))
    (value,) = [value for name, value in arrived if name == "x-forwarded-for"]
    assert value.startswith("203.0.113.9, ")


def test_the_backend_is_called_by_its_own_name(rig: Rig) -> None:
    hosts = [value for name, value in headers_at_backend(rig) if name == "host"]
    assert len(hosts) == 1
    assert hosts[0] != rig.address.removeprefix("http://")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/?a=b",
        "/api/servers?q=a%20b&q=c&empty=",
        "/api//x",
        "/a/../b/./c",
        "/a%2Fb%2e%2E%5c",
        "/caf%C3%A9/%F0%9F%8D%8E",
        "/a;b=c/d,e:f@g!$'()*+",
        "/line%0Abreak",
        "/%",
    ],
)
def test_path_and_query_reach_the_backend_as_the_client_wrote_them(rig: Rig, target: str) -> None:
    assert rig.send("GET", target).json["target"] == target


def test_a_slash_at_the_end_does_not_reach_the_backend(rig: Rig) -> None:
    """(unproven) for an HTTP proxy: `{proxy+}` has no such slash in the events that AWS sent (see Routes)."""
    assert rig.send("GET", "/api/servers/?a=b").json["target"] == "/api/servers?a=b"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_reaches_the_backend(rig: Rig, method: str) -> None:
    assert rig.send(method, "/api/servers").json["method"] == method


def test_a_head_request_has_no_body_in_its_answer(rig: Rig) -> None:
    answered = rig.send("HEAD", "/api/servers")
    assert (answered.status, answered.body) == (200, b"")


def test_a_backend_below_a_path_is_called_below_it() -> None:
    with running() as first, running(BackendUrl=f"{first.address}/base") as rig:
        assert rig.send("GET", "/x").status == 401  # the first gateway gets "-" for Authorization
        assert first.authorizer.events == []


def test_a_binary_body_passes_both_ways(rig: Rig) -> None:
    body = bytes(range(256))
    sent = rig.send("POST", "/x", headers=[BEARER, ("Content-Type", "image/png")], body=body)
    assert base64.b64decode(sent.json["body"]) == body
    assert rig.send("GET", "/x?x-answer=binary").body == body


def test_a_body_over_ten_megabytes_is_413(rig: Rig) -> None:
    answered = rig.send("POST", "/x", body=b"x" * (10 * 1024 * 1024 + 1))
    assert (answered.status, answered.json) == (413, {"message": "HTTP content length exceeded 10485760 bytes."})
    assert rig.authorizer.events == []


def test_a_backends_challenge_comes_back_under_another_name(rig: Rig) -> None:
    answered = rig.send("GET", "/x?x-answer=challenge")
    assert answered.status == 401
    assert answered.headers["WWW-Authenticate"] is None
    assert answered.headers["x-amzn-Remapped-WWW-Authenticate"] == "Bearer"
    assert answered.headers["X-Own"] == "kept"


def test_a_redirect_is_the_clients_to_follow(rig: Rig) -> None:
    answered = rig.send("GET", "/x?x-answer=redirect")
    assert (answered.status, answered.headers["Location"]) == (302, "/elsewhere")


def test_a_backends_hop_by_hop_headers_do_not_come_back(rig: Rig) -> None:
    headers = rig.send("GET", "/x?x-answer=hop").headers
    assert (headers["Keep-Alive"], headers["Proxy-Authenticate"]) == (None, None)


@pytest.mark.parametrize("value", ["a\r\nX-Groups: admin", "a\nb", "a\0b"])
def test_a_line_break_in_the_context_is_500_and_reaches_nobody(rig: Rig, value: str) -> None:
    rig.authorizer.returns(answer("*", groups=value))
    answered = rig.send("GET", "/x")
    assert (answered.status, answered.json) == (500, {"message": "Internal server error"})


def test_a_backend_that_is_down_is_504() -> None:
    with running(BackendUrl="http://127.0.0.1:1") as rig:
        answered = rig.send("GET", "/x")
    assert (answered.status, answered.json) == (504, {"message": "Network error communicating with endpoint"})
    assert answered.headers["Access-Control-Allow-Origin"] == "*"
