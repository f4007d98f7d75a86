"""Machine clients from the command line: what the IAM API is asked, and what its answers become."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from rich.console import Console

from devkit.cli.answers import CannotCheck, ProblemFound
from devkit.cli.m2m_api import ClientsOfApi
from devkit.cli.m2m_clients import MachineClients, NewClient, parse_client_id
from devkit.cli.m2m_view import show_client, show_clients

GATEWAY = "https://gateway.example.com/prod"
TOKEN = "header.payload.signature"
CLIENT = {"client_id": "0oa1", "name": "one", "groups": ["readers"], "enabled": True, "provider": "okta"}
PROBLEM = {
    "code": "client_unknown",
    "title": "t",
    "detail": "no client 0oa1",
    "advice": "List them.",
    "request_id": "r-1",
}

type Reply = Callable[[httpx.Request], httpx.Response]


def clients(reply: Reply) -> ClientsOfApi:
    return ClientsOfApi(GATEWAY, TOKEN, httpx.MockTransport(reply))


def answering(status: int, body: object) -> Reply:
    return lambda _request: httpx.Response(status, json=body)


def asked(work: Callable[[MachineClients], object], body: object = CLIENT) -> tuple[str, Any]:
    """The one request that the work makes: method and address, and its body."""
    requests: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=body)

    work(clients(reply))
    (request,) = requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    return f"{request.method} {request.url}", json.loads(request.content) if request.content else None


@pytest.mark.parametrize(
    ("work", "request_line", "body"),
    [
        (
            lambda one: one.add(NewClient("one", None, ("a", "b"), "d")),
            "POST {}",
            {"name": "one", "groups": ["a", "b"], "description": "d"},
        ),
        (
            lambda one: one.add(NewClient(None, "0oa1", (), None)),
            "POST {}/register",
            {"client_id": "0oa1", "groups": []},
        ),
        (lambda one: one.show("0oa1"), "GET {}/0oa1", None),
        (lambda one: one.remove("0oa1"), "DELETE {}/0oa1", None),
        (lambda one: one.rotate("0oa1", "later"), "POST {}/0oa1/secret", {"retire_old": "later"}),
        (lambda one: one.rotate("0oa1", "now"), "POST {}/0oa1/secret", {"retire_old": "now"}),
        (lambda one: one.finish_rotation("0oa1"), "DELETE {}/0oa1/secret", None),
    ],
    ids=["make", "register", "show", "remove", "rotate", "rotate at once", "finish"],
)
def test_each_work_is_one_request_to_the_iam_api(
    work: Callable[[MachineClients], object], request_line: str, body: object
) -> None:
    assert asked(work) == (request_line.format(f"{GATEWAY}/api/iam/m2m"), body)


def test_a_list_is_read_page_by_page() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        following = {None: "0oa&1", "0oa&1": None}[after]
        return httpx.Response(200, json={"clients": [{**CLIENT, "client_id": after or "first"}], "next": following})

    assert [client["client_id"] for client in clients(reply).all()] == ["first", "0oa&1"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (404, PROBLEM, ProblemFound, "no client 0oa1\nList them."),
        (503, PROBLEM, CannotCheck, "no client 0oa1\nList them.\nThe IAM API's log has more under the request id r-1."),
        (
            400,
            {**PROBLEM, "errors": [{"place": "body.name", "detail": "too long"}]},
            ProblemFound,
            "no client 0oa1\nbody.name: too long\nList them.",
        ),
        (401, {"message": "Unauthorized"}, ProblemFound, "The gateway does not accept this token: "),
        (403, {"message": "User is not authorized"}, ProblemFound, "The gateway does not let this token's holder "),
        (404, {"message": "x"}, CannotCheck, f"{GATEWAY} answers 404, and not as the IAM API does"),
        (200, ["x"], CannotCheck, "gave no usable answer (its answer is no JSON object)"),
        (302, {}, CannotCheck, f"{GATEWAY} answers 302"),
    ],
    ids=["refused", "failed", "shape", "no token", "no right", "elsewhere", "no object", "redirect"],
)
def test_a_refusal_says_what_to_do(status: int, body: object, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        clients(answering(status, body)).show("0oa1")
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("work", "is_told"), [(lambda one: one.show("0oa1"), False), (lambda one: one.remove("0oa1"), True)]
)
def test_without_an_answer_it_is_not_known_whether_a_change_was_made(
    work: Callable[[MachineClients], object], is_told: bool
) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(CannotCheck) as caught:
        work(clients(reply))
    assert "(ReadTimeout)" in str(caught.value)
    assert ("Whether it was done is not known" in str(caught.value)) is is_told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_answer_that_is_no_json_is_told() -> None:
    with pytest.raises(CannotCheck, match="JSONDecodeError"):
        clients(lambda _request: httpx.Response(200, text="<html>")).show("0oa1")


def test_the_token_is_in_no_representation() -> None:
    assert TOKEN not in repr(clients(answering(200, {})))


@pytest.mark.parametrize("text", ["", "..", "a/b", "a b", "a?b", "0oa\n", "x" * 65, "\u0660"])
def test_what_cannot_be_a_client_id_is_not_sent(text: str) -> None:
    with pytest.raises(CannotCheck):
        parse_client_id(text)


def shown(show: Callable[[Console], None]) -> str:
    screen = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False)
    show(screen)
    assert isinstance(screen.file, io.StringIO)
    return "".join(f"{line.rstrip()}\n" for line in screen.file.getvalue().splitlines())


def test_a_list_has_a_line_for_each_client() -> None:
    other = {**CLIENT, "client_id": "0oa2", "name": "two\x1b[2J", "groups": [], "enabled": False}
    text = shown(lambda screen: show_clients(screen, [CLIENT, other]))
    assert text.splitlines()[1:] == ["0oa1       one      readers", "0oa2       two?[2J  none     switched off"]
    assert "add registers one" in shown(lambda screen: show_clients(screen, []))


def test_a_new_client_comes_with_its_secret_and_what_to_know_about_it() -> None:
    created = {
        "client_id": "0oa1",
        "client_secret": "the-secret",
        "groups": ["readers"],
        "warnings": ["No access rule maps the group 'x'."],
        "takes_effect": {"within_seconds": 60, "note": "The authorizer keeps groups."},
    }
    assert shown(lambda screen: show_client(screen, "Added.", created)).splitlines() == [
        "Added.",
        "client id      0oa1",
        "groups         readers",
        "client secret  the-secret",
        "Keep the secret now: it is shown this once.",
        "Takes effect within 60 s. The authorizer keeps groups.",
        "No access rule maps the group 'x'.",
    ]
