"""What the load sends: a random mix of requests, each with the answer that it must get."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from bench.traffic_tokens import CALLERS, HOSTILE, NOT_ASKED, Caller, Mint

NEW_A_SECOND = 20.0
"""Tokens that nobody has seen: by the clock and not by share, so that the gateway keeps as many policies all the time
and its memory says whether anything else grows."""
HOSTILE_SHARE = 0.4
"""Of the other requests; the rest have a token whose policy the gateway keeps."""
REUSE_SECONDS = 45.0
"""The gateway keeps a policy for 60 s (AuthorizerResultTtl in template.yaml); a slow answer must not outlast that."""
MAX_KEPT = 2_000


class Kind(StrEnum):
    """What work a request makes, which is what latencies are told apart by."""

    KEPT = "policy kept by the gateway"
    NEW_USER = "new token of a person"
    NEW_MACHINE = "new token of a machine, enriched"
    REFUSED = "bad token"
    NOT_ASKED = "refused by the gateway itself"


class Route(NamedTuple):
    """A route, who may use it, and the status that they get."""

    method: str
    path: str
    open_to: frozenset[str]
    status: int = 200
    tells: str = "backend"
    """Who says in the answer whom it was for: the `backend`, or the IAM API's `whoami`."""


_ADMIN, _READERS, _ALL = frozenset({"admin"}), frozenset({"admin", "reader"}), frozenset({"admin", "reader", "nothing"})
ROUTES = (
    Route("GET", "/api/servers", _READERS),
    Route("GET", "/api/servers/weather", _READERS),
    Route("PUT", "/api/servers/weather", _ADMIN),
    Route("PUT", "/api/settings", _ADMIN),
    Route("GET", "/api/iam/whoami", _ALL, tells="whoami"),
)
"""By layers/policies/scopes.yml. None adds to the backend's list, which would be growth of its own."""


class Expected(NamedTuple):
    """The only right answer."""

    status: int
    code: str
    """What the authorizer logs for it; NOT_ASKED where it is not to be asked."""
    identity: Mapping[str, object]
    """What the answer says about the caller, at least."""


class Planned(NamedTuple):
    """A request to send. Its representation is never shown: it holds a token."""

    kind: Kind
    name: str
    method: str
    path: str
    authorization: tuple[str, ...]
    expected: Expected
    caller: Caller | None = None


class _Known(NamedTuple):
    authorization: str
    caller: Caller
    until: float


class Traffic:
    """Plans requests, from any thread. `randomness` decides which; `clock` says how old a token's policy is."""

    def __init__(
        self, mint: Mint, *, randomness: random.Random | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._mint = mint
        self._random = randomness or random.Random()  # noqa: S311 no secret
        self._clock = clock
        self._lock = threading.Lock()
        self._known: deque[_Known] = deque(maxlen=MAX_KEPT)
        self._new_at = 0.0

    def next(self) -> Planned:
        """The next request to send."""
        with self._lock:
            is_new, is_hostile = self._takes_new(), self._random.random() < HOSTILE_SHARE
            known = None if is_new or is_hostile else self._pick_known()
            hostile, caller = self._random.choice(HOSTILE), self._random.choice(CALLERS)
            route = self._random.choice(ROUTES)
        if known:
            return _planned(Kind.KEPT, known.caller, route, known.authorization, asked=False)
        if is_hostile and not is_new:
            expected = Expected(401, hostile.code, {})
            kind = Kind.REFUSED if hostile.code != NOT_ASKED else Kind.NOT_ASKED
            headers = hostile.authorization(self._mint)
            return Planned(kind, hostile.name, route.method, route.path, headers, expected)
        kind = Kind.NEW_MACHINE if caller.is_machine else Kind.NEW_USER
        return _planned(kind, caller, route, f"Bearer {self._mint.token(caller)}", asked=True)

    def answered(self, planned: Planned) -> None:
        """A new token has got its right answer: from now on the gateway has its policy for a while."""
        if planned.caller and planned.kind is not Kind.KEPT:
            with self._lock:
                until = self._clock() + REUSE_SECONDS
                self._known.append(_Known(planned.authorization[0], planned.caller, until))

    def _takes_new(self) -> bool:
        """Whether the next new token is due; what is missed for more than a second is not made up for."""
        now = self._clock()
        if now < self._new_at:
            return False
        self._new_at = max(self._new_at, now - 1) + 1 / NEW_A_SECOND
        return True

    def _pick_known(self) -> _Known | None:
        while self._known and self._known[0].until < self._clock():
            self._known.popleft()
        return self._random.choice(self._known) if self._known else None


def _planned(kind: Kind, caller: Caller, route: Route, authorization: str, *, asked: bool) -> Planned:
    is_open = caller.rights in route.open_to
    expected = Expected(
        status=route.status if is_open else 403,
        code=caller.code if asked else NOT_ASKED,
        identity=_identity(caller, route) if is_open else {},
    )
    return Planned(kind, caller.name, route.method, route.path, (authorization,), expected, caller)


def _identity(caller: Caller, route: Route) -> Mapping[str, object]:
    """Whom the answer must name, so that nobody gets the answer of another."""
    if route.tells == "whoami":
        return {"subject": caller.name, "kind": "m2m" if caller.is_machine else "user"}
    names = {"X-Client-Id": caller.name} if caller.is_machine else {"X-User": caller.name}
    return {**names, "X-Groups": caller.groups, "Authorization reached me": False}


def fault_of(expected: Expected, status: int, answer: object) -> str:
    """What is wrong with an answer, in words; empty when it is right."""
    if status != expected.status:
        return f"{status} instead of {expected.status}"
    if not expected.identity:
        return ""
    told = answer.get("you", answer) if isinstance(answer, dict) else {}
    wrong = [name for name, value in expected.identity.items() if not isinstance(told, dict) or told.get(name) != value]
    return f"{', '.join(wrong)} in the answer is another's" if wrong else ""
