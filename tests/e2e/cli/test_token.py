"""`okta-gateway token` against the stand-in: a machine's, and a person's with a browser."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from devkit.stack.seeds import USER, WEB_APP
from tests.e2e.cli.conftest import Command, allow_redirect
from tests.e2e.stack.stack_process import free_port
from tests.integration.authorizer.invocation import Okta

WEB = f"OKTA_CLIENT_ID={WEB_APP.client_id}\nOKTA_CLIENT_SECRET={WEB_APP.secret}\n"


def test_a_machines_token_is_alone_on_standard_output_and_is_accepted(command: Command) -> None:
    result = command("token")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    explained = command("explain", "-", stdin=result.stdout)
    assert (explained.exit_code, explained.stdout.splitlines()[0]) == (0, "Allowed.")


def test_the_json_says_how_long_it_is_good(command: Command) -> None:
    code, answer = command.json("token")
    assert (code, answer["kind"], answer["scope"]) == (0, "machine", "gateway.access")
    assert 0 < answer["expires_in"] <= 3600
    assert answer["access_token"].count(".") == 2


@pytest.mark.parametrize(
    ("setting", "code", "advice"),
    [
        ("OKTA_M2M_SCOPE=openid", "invalid_scope", "OKTA_M2M_SCOPE"),
        ("OKTA_M2M_SCOPE=no.such.scope", "invalid_scope", "Create the scope"),
    ],
)
def test_what_okta_refuses_is_told_with_the_fix(
    command: Command, okta: Okta, setting: str, code: str, advice: str
) -> None:
    command.settings(okta, setting)
    exit_code, answer = command.json("token")
    assert (exit_code, answer["error"]["code"]) == (1, code)
    assert advice in answer["error"]["message"]


def test_a_wrong_secret_is_told_and_not_repeated(command: Command, okta: Okta) -> None:
    path = command.folder / ".env"
    path.write_text(re.sub("M2M_CLIENT_SECRET=.*", "M2M_CLIENT_SECRET=hunter2hunter2", path.read_text()), "utf-8")
    result = command("token")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Okta says invalid_client" in result.stderr
    assert "hunter2" not in result.stderr


def test_the_machine_falls_back_to_the_web_application(command: Command, okta: Okta) -> None:
    command.settings(okta)
    path = command.folder / ".env"
    path.write_text(re.sub("OKTA_M2M.*\n", "", path.read_text()) + WEB, "utf-8")
    code, answer = command.json("token")
    # The stand-in's web application may not use client credentials; that Okta says so shows who asked.
    assert (code, answer["error"]["code"]) == (1, "unauthorized_client")


@pytest.mark.parametrize("arguments", [["token"], ["token", "--user"]])
def test_without_a_client_there_is_a_sentence(command: Command, okta: Okta, arguments: list[str]) -> None:
    path = command.folder / ".env"
    path.write_text(re.sub("OKTA_M2M.*\n", "", path.read_text()), "utf-8")
    result = command(*arguments)
    assert (result.exit_code, "No client to ask with" in result.stderr) == (2, True)


def test_an_okta_that_does_not_answer_is_exit_code_2(command: Command, okta: Okta) -> None:
    command.settings(Okta("http://127.0.0.1:9"))
    result = command("token")
    assert (result.exit_code, "gave no usable answer" in result.stderr) == (2, True)


def test_in_org_mode_the_gateway_is_the_place_to_go(command: Command, okta: Okta) -> None:
    command.settings(okta, WEB, server="")
    result = command("token", "--user")
    assert (result.exit_code, "/oauth2/" in result.stderr) == (2, True)


class Person:
    """Somebody at a browser: signs in at the stand-in and goes where it sends them.

    `first` changes the address that they start at, `detour` the one that they are sent back to.
    """

    def __init__(self) -> None:
        self.first: Callable[[str], str] = lambda address: address
        self.detour: Callable[[str], str] = lambda address: address
        self.answer = ""
        self._thread: threading.Thread | None = None

    def open(self, address: str) -> bool:
        self._thread = threading.Thread(target=self._walk, args=(address,))
        self._thread.start()
        return True

    def _walk(self, address: str) -> None:
        with httpx.Client() as http:
            page = http.get(self.first(address))
            form = re.search(r'action="([^"]+/sign-in\?[^"]*)"', page.text)
            if form:
                page = http.post(str(page.url.join(unescape(form[1]))), data={"user": USER})
            back = page.headers.get("Location", "")
            if back:
                http.get(back.partition("/callback")[0] + "/favicon.ico")
                self.answer = http.get(self.detour(back)).text

    def leave(self) -> None:
        if self._thread:
            self._thread.join(10)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    somebody = Person()
    monkeypatch.setattr("webbrowser.open", somebody.open)
    yield somebody
    somebody.leave()


def sign_in(command: Command, okta: Okta, *arguments: str) -> tuple[int, str, str]:
    """Run `token --user` with a redirect URI that the application has."""
    port = free_port()
    command.settings(okta, WEB)
    allow_redirect(okta, port)
    result = command("token", "--user", "--port", str(port), *arguments)
    return result.exit_code, result.stdout, result.stderr


def test_a_person_signs_in_and_the_token_is_theirs(command: Command, own_okta: Okta, person: Person) -> None:
    code, token, said = sign_in(command, own_okta)
    assert (code, len(token.splitlines())) == (0, 1)
    assert "/v1/authorize?" in said
    assert token.strip() not in said
    person.leave()
    assert "close this page" in person.answer
    _, answer = command.json("explain", "-", stdin=token)
    assert (answer["verdict"]["outcome"], answer["principal"]["username"]) == ("allowed", USER)


def changed(address: str, name: str, value: str) -> str:
    query = parse_qs(urlsplit(address).query)
    assert name in query
    return address.replace(f"{name}={query[name][0]}", f"{name}={value}")


@pytest.mark.parametrize(("name", "code"), [("state", "state_unknown"), ("code", "invalid_grant")])
def test_an_answer_that_is_not_okta_s_gives_no_token(
    command: Command, own_okta: Okta, person: Person, name: str, code: str
) -> None:
    person.detour = lambda address: changed(address, name, "x" * 20)
    exit_code, out, _ = sign_in(command, own_okta, "--json")
    assert (exit_code, json.loads(out)["error"]["code"]) == (1, code)


def test_an_id_token_of_another_attempt_gives_no_token(command: Command, own_okta: Okta, person: Person) -> None:
    person.first = lambda address: changed(address, "nonce", "x" * 20)
    exit_code, out, _ = sign_in(command, own_okta, "--json")
    assert (exit_code, json.loads(out)["error"]["code"]) == (1, "id_token_invalid")


def test_a_code_is_worth_nothing_without_the_verifier(command: Command, own_okta: Okta, person: Person) -> None:
    person.first = lambda address: changed(address, "code_challenge", "x" * 43)
    exit_code, out, _ = sign_in(command, own_okta, "--json")
    assert (exit_code, json.loads(out)["error"]["code"]) == (1, "invalid_grant")


def test_nobody_who_comes_in_time_is_exit_code_2(
    command: Command, own_okta: Okta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _address: False)
    monkeypatch.setattr("devkit.cli.token_command.SIGN_IN_SECONDS", 0.3)
    code, out, said = sign_in(command, own_okta)
    assert (code, out, "Nobody signed in" in said) == (2, "", True)


def test_the_local_stacks_own_application_gets_the_redirect_uri(
    command: Command, own_okta: Okta, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an .env it is the stand-in of make run, here on another port."""
    monkeypatch.setattr("devkit.cli.settings.OKTA_PORT", int(own_okta.address.rpartition(":")[2]))
    (command.folder / ".env").unlink()
    result = command("token", "--user", "--port", str(free_port()))
    assert (result.exit_code, result.stdout.count(".")) == (0, 2)
    assert command("token").exit_code == 0
