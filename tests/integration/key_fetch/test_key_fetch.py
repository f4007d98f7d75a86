"""The fetch of a key set, over real sockets, from servers that answer well, badly, slowly or not at all."""

import threading
import time

import pytest

from okta_gateway.errors import KeysUnavailable, NoMatchingKey
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import KeyDocument, start_fetch
from tests.integration.key_fetch.scripted_server import Conversation, Script, answer, in_turn, says, scripted_server
from tests.tokens import OKTA_KEY, key_set, signing_key

OK = b"HTTP/1.1 200 OK\r\n"
MAX_BYTES = 256 * 1024


def fetch(script: Script) -> KeyDocument:
    with scripted_server(script) as server:
        return start_fetch(server.url)()


def failure(script: Script) -> str:
    with scripted_server(script) as server, pytest.raises(KeysUnavailable) as raised:
        start_fetch(server.url)()
    assert server.url in raised.value.detail
    return raised.value.detail


@pytest.mark.parametrize(
    ("header", "max_age"),
    [
        ("Cache-Control: max-age=3832304, must-revalidate", 3832304),
        ("cache-control: public,MAX-AGE=60", 60),
        ("Cache-Control: no-cache, max-age=0", 0),
        ("Cache-Control: no-cache", None),
        ("Cache-Control: s-maxage=7", None),
        ("Cache-Control: x-max-age=7", None),
        ("Cache-Control: max-age=-1", None),
        ("Cache-Control: max-age=1e9", None),
        ("Cache-Control: max-age=99999999999999999999", None),
        ("Cache-Control: max-age=\u00b2", None),
        ("X-Nothing: 1", None),
    ],
)
def test_a_good_answer_is_its_body_and_its_max_age(header: str, max_age: int | None) -> None:
    assert fetch(answer(key_set(), header)) == KeyDocument(key_set(), max_age)


def test_one_get_is_sent_with_no_credentials_and_no_body() -> None:
    with scripted_server(answer(key_set())) as server:
        start_fetch(server.url)()
    assert len(server.requests) == 1
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == "GET /oauth2/aus1234567890abcdef/v1/keys HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in lines[1:] if line}
    assert names == {"host", "accept", "accept-encoding", "connection"}
    assert server.requests[0].endswith(b"\r\n\r\n")


def test_the_fetch_is_under_way_before_anybody_waits_for_it() -> None:
    asked = threading.Event()

    def script(conversation: Conversation) -> None:
        asked.set()
        answer(key_set())(conversation)

    with scripted_server(script) as server:
        wait = start_fetch(server.url)
        assert asked.wait(5)
        assert wait() == wait() == KeyDocument(key_set(), None)
    assert len(server.requests) == 1


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    assert fetch(says(OK + b"\r\n" + key_set())).body == key_set()


def test_an_answer_in_chunks_is_put_together() -> None:
    body = key_set()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:]))
    assert fetch(says(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")).body == body


def test_an_answer_of_the_greatest_size_is_read() -> None:
    assert len(fetch(answer(b" " * MAX_BYTES)).body) == MAX_BYTES


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/keys", "/other", "https://127.0.0.1/keys", "//127.0.0.1/x"])
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str, location: str) -> None:
    with (
        scripted_server(answer(key_set(), f"Location: {location}", status=status)) as server,
        pytest.raises(KeysUnavailable, match=f"status {status[:3]}; redirects are not followed"),
    ):
        start_fetch(server.url)()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "status",
    ["204 No Content", "206 Partial", "304 Not Modified", "400 Bad", "401 Unauthorized", "403 Forbidden",
     "404 Not Found", "429 Too Many", "500 Error", "503 Unavailable", "600 Odd"],
)  # fmt: skip
def test_any_status_but_200_is_a_failure_even_with_a_good_body(status: str) -> None:
    body = b"" if status[:3] in {"204", "304"} else key_set()
    assert f"status {status[:3]}" in failure(answer(body, status=status))


BROKEN: dict[str, Script] = {
    "hangs up": lambda _: None,
    "no HTTP": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "no status": says(b"HTTP/1.1\r\n\r\n"),
    "a status that is no number": says(b"HTTP/1.1 OK 200\r\n\r\n"),
    "an endless status line": says(b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n"),
    "an endless header": says(OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n"),
    "a thousand headers": says(OK + b"X: 1\r\n" * 1000 + b"\r\n"),
    "a chunk of no size": says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "a chunk cut short": says(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "one byte too many": answer(b" " * (MAX_BYTES + 1)),
    "megabytes": answer(b" " * 5_000_000),
    "no end": lambda conversation: endless(conversation, OK + b"\r\n"),
    "no end in chunks": lambda conversation: endless(
        conversation, OK + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n"
    ),
}


def endless(conversation: Conversation, head: bytes) -> None:
    conversation.send(head)
    while True:
        conversation.send(b" " * 65536)


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_or_huge_answer_is_a_failure_told_at_once(script: Script) -> None:
    started = time.monotonic()
    with scripted_server(script) as server:
        with pytest.raises(KeysUnavailable) as raised:
            start_fetch(server.url)()
        assert server.client_hung_up.wait(2)
    assert time.monotonic() - started < 2
    assert len(raised.value.detail) < 500


NOT_KEYS: dict[str, Script] = {
    "HTML": answer(b"<!DOCTYPE html><h1>Maintenance</h1>", "Content-Type: text/html"),
    "cut short": answer(key_set()[:-30], length=len(key_set())),
    "shorter than it says": answer(key_set()[:-1], length=len(key_set()) + 1000),
    "longer than it says": answer(key_set(), length=len(key_set()) - 1),
    "nothing": answer(b""),
    "spaces": answer(b" " * 1000),
    "compressed": answer(b"\x1f\x8b\x08\x00\x00", "Content-Encoding: gzip"),
    "an Okta error": answer(b'{"errorCode":"E0000047"}'),
}


@pytest.mark.parametrize("script", NOT_KEYS.values(), ids=NOT_KEYS.keys())
def test_an_answer_that_is_no_key_set_lets_nobody_in_and_crashes_nothing(script: Script) -> None:
    with scripted_server(script) as server:
        cache = KeyCache(server.url)
        with pytest.raises(KeysUnavailable):
            cache.get(OKTA_KEY)


@pytest.mark.parametrize("script", [*BROKEN.values(), *NOT_KEYS.values()], ids=[*BROKEN, *NOT_KEYS])
def test_no_bad_answer_replaces_good_keys(script: Script) -> None:
    now = 0.0
    scripts = [answer(key_set(), "Cache-Control: max-age=300"), script, answer(key_set(signing_key("after-next")))]

    with scripted_server(in_turn(scripts)) as server:
        cache = KeyCache(server.url, clock=lambda: now)
        good = cache.get(OKTA_KEY)
        now = 301
        assert cache.get(OKTA_KEY) is good
        now = 400
        cache.get("after-next")
        with pytest.raises(NoMatchingKey):
            cache.get(OKTA_KEY)


def test_a_closed_port_is_a_failure_told_at_once() -> None:
    with scripted_server(answer(b"")) as server:
        url = server.url
    started = time.monotonic()
    with pytest.raises(KeysUnavailable, match="ConnectionRefusedError"):
        start_fetch(url)()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:notaport/keys", "http://127.0.0.1:99999/keys", "http://127.0.0.1:1:2/keys", "http:///keys",
     "http://[::1/keys", "http://127.0.0.1:1/ke ys", "http://127.0.0.1:1/k\r\nX: y", "http://" + "a" * 300 + "/keys",
     "http://..:1/keys", ""],
    ids=repr,
)  # fmt: skip
def test_an_address_that_cannot_be_is_a_failure_too(url: str) -> None:
    with pytest.raises(KeysUnavailable):
        start_fetch(url)()


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(answer(key_set())).body == key_set()
