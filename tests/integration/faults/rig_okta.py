"""Okta's keys as a test wants them: the key set's address on loopback, and the tokens that are signed meanwhile."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.faults.load import Kind
from tests.integration.key_fetch.scripted_server import Conversation, Script, ScriptedServer, answer, scripted_server
from tests.tokens import OKTA_KEY, key_set, machine_token, okta_token, signing_key

GROUPS = ["registry-admins"]
UNKNOWN_KEY = "of an unknown key"
MAX_AGE = 3_832_304
"""In seconds, of Okta's own example of the key set's answer; a sandbox takes it for an hour."""


class Okta:
    """An authorization server whose key set answers by `script`, and which signs with the key named `signs_with`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.signs_with = OKTA_KEY
        self.script: Script = publishes(key_set())
        self.machine_groups: Any = GROUPS
        self._server: ScriptedServer | None = None
        self._numbers = itertools.count()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the key set; yield the address that is OKTA_DOMAIN."""

        def by_the_current_script(conversation: Conversation) -> None:
            self.script(conversation)

        with scripted_server(by_the_current_script) as self._server:
            yield self._server.url.partition("/oauth2/")[0]

    @property
    def fetches(self) -> int:
        """How often the keys were asked for."""
        assert self._server
        return len(self._server.requests)

    def user(self, *, age: float = 10, **changes: Any) -> str:
        """A new token of a user in a group with rights, issued `age` seconds ago for an hour."""
        return okta_token(**self._signed() | self._times(age) | changes)

    def machine(self) -> str:
        """A new token of a machine client."""
        return machine_token(**self._signed() | self._times(10), groups=self.machine_groups)

    def kinds(self) -> list[Kind]:
        """Good and bad tokens, each one new."""
        return [
            Kind("user", True, self.user),
            Kind("expired", False, lambda: self.user(age=3 * 3600)),
            Kind("machine", True, self.machine),
            Kind("for another audience", False, lambda: self.user(aud="api://other")),
            Kind("user", True, self.user),
            Kind("forged", False, lambda: self.user(key=signing_key("stranger"))),
            Kind("unsigned", False, lambda: self.user(header={"alg": "none"}).rpartition(".")[0] + "."),
        ]

    def unknown_key(self) -> Kind:
        """Tokens that name a key that nobody publishes, another one each time."""
        return Kind(UNKNOWN_KEY, False, self._of_an_unknown_key)

    def _of_an_unknown_key(self) -> str:
        return self.user(header={"kid": f"unknown-{next(self._numbers)}"}, key=signing_key("stranger"))

    def _signed(self) -> dict[str, Any]:
        return {"header": {"kid": self.signs_with}, "key": signing_key(self.signs_with)}

    def _times(self, age: float) -> dict[str, Any]:
        issued_at = int(self.clock() - age)
        return {"iat": issued_at, "exp": issued_at + 3600, "jti": f"AT.{next(self._numbers)}"}


def publishes(body: bytes, *, max_age: int = MAX_AGE) -> Script:
    """The key set answers so."""
    return answer(body, "Content-Type: application/json", f"Cache-Control: max-age={max_age}")


DOWN: dict[str, Script] = {
    "answers 503": answer(b'{"errorCode":"E0000009"}', status="503 Service Unavailable"),
    "hangs up": lambda _: None,
}
"""Ways in which the key set may be down."""
