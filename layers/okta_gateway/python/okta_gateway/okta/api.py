"""Calls of Okta's management API: bounded in time and size, within the rate limit, repeated only where that is safe."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

import httpx

from okta_gateway.okta.api_answer import ApiAnswer
from okta_gateway.okta.api_credentials import ApiCredential
from okta_gateway.okta.api_errors import Operation, error_of, has_no_credential, may_have_arrived, unanswered
from okta_gateway.okta.errors import OktaNotFound, OktaUnavailable
from okta_gateway.okta.http import CONNECT_SECONDS, Answer, Limits, bounded_answer, http_client
from okta_gateway.okta.links import API_PATH
from okta_gateway.okta.models import Page
from okta_gateway.okta.rate_limit import rate_limited, seconds_to_wait

DEFAULT_SECONDS = 20.0
"""For one request to us, where nobody says better; API Gateway waits 29 s for us (AWS quotas)."""
READ_SECONDS = 10.0
TOTAL_SECONDS = 15.0
"""From a request to the end of its answer, where so much is left."""
MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""A page of 200 apps has about 1 MB; an app may have as much as Okta allows in its profile and keys."""
SPARE_SECONDS = 2.0
"""What must be left after a pause, for the call itself and for our own answer."""
OWN_SECONDS = 0.5
"""Kept of the time for our own answer; with less than twice that no call is begun."""
PAUSE_SECONDS = 0.5
MAX_WAITS = 3
MAX_PAGES = 1000
ONESELF = "me"
"""In the place of a user's id: to Okta, whoever owns the API token."""

_logger = logging.getLogger(__name__)

type Parameters = Mapping[str, str | int | None]


class OktaApi:
    """The management API of one org. Paths are templates, such as `/users/{}/groups`, and the ids that fill them.

    Every method raises a kind of OktaChangeRefused when Okta says no, and a kind of CheckFailed when nobody can tell:
    OktaUnavailable, OktaRateLimited, OktaCredentialRefused, OktaPermissionMissing, OktaFeatureMissing; `create` and
    `delete_once`, which are never repeated, OktaOutcomeUnknown where they may have been carried out. An id that is
    empty, `.`, `..` or `me` is a ValueError.
    """

    def __init__(
        self,
        okta_url: str,
        credential: ApiCredential,
        *,
        time_left: Callable[[], float] = lambda: DEFAULT_SECONDS,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._origin = okta_url
        self._credential = credential
        self._time_left = time_left
        self._clock = clock
        self._sleep = sleep
        self._http = http_client(READ_SECONDS, transport, auth=None)

    def get(self, template: str, *ids: str, params: Parameters | None = None) -> ApiAnswer:
        return self._perform(_call("GET", template, ids, params))

    def put(self, template: str, *ids: str, body: object = None) -> ApiAnswer:
        return self._perform(_call("PUT", template, ids, body=body))

    def post(self, template: str, *ids: str, params: Parameters | None = None, body: object = None) -> ApiAnswer:
        """A POST that may be repeated: a change of state, or values that are set."""
        return self._perform(_call("POST", template, ids, params, body))

    def create(
        self,
        template: str,
        *ids: str,
        body: object,
        params: Parameters | None = None,
        secrets: tuple[str, ...] = (),
    ) -> ApiAnswer:
        """A POST that makes something; of the `secrets` in its body nothing gets into an error."""
        call = _call("POST", template, ids, params, body, repeatable=False)
        return self._perform(call._replace(secrets=secrets))

    def delete(self, template: str, *ids: str, params: Parameters | None = None) -> None:
        self._perform(_call("DELETE", template, ids, params))

    def delete_once(self, template: str, *ids: str) -> None:
        """A DELETE of which a second one does more than the first."""
        self._perform(_call("DELETE", template, ids, repeatable=False))

    def pages(self, template: str, *ids: str, params: Parameters | None = None) -> Iterator[list[object]]:
        """The records of all pages, each read when it is asked for. Ends early only with an error."""
        call = _call("GET", template, ids, params)
        seen: set[str] = set()
        while True:
            answer = self._perform(call)
            yield answer.records()
            following = answer.next
            if following is None:
                return
            if following in seen or len(seen) >= MAX_PAGES:
                raise OktaUnavailable(f"{call.operation} gives page after page, without an end")
            seen.add(following)
            call = call._replace(path=following)

    def page[T](self, template: str, *ids: str, read: Callable[[object], T], params: Parameters) -> Page[T]:
        """One page, in one call, and the cursor of the next."""
        return self.get(template, *ids, params=params).page(read)

    def _perform(self, call: "_Call") -> ApiAnswer:
        """The answer of a call that succeeded, tried again as often as it may be."""
        tries = _Tries()
        while True:
            answer = self._try(call, tries)
            if answer is None:
                continue
            if not 200 <= answer.status < 300:
                self._raise_unless_deleted(call, answer, tries)
            return ApiAnswer(call.operation, answer)

    def _raise_unless_deleted(self, call: "_Call", answer: Answer, tries: "_Tries") -> None:
        """Raise what the answer means, unless it is only that the try before, whose answer was lost, deleted it."""
        error = error_of(call.operation, answer, (tries.shown.partition(" ")[2], *call.secrets))
        is_deletion = call.operation.method == "DELETE" and tries.may_have_arrived
        if not (is_deletion and isinstance(error, OktaNotFound)):
            raise error

    def _try(self, call: "_Call", tries: "_Tries") -> Answer | None:
        """One request. None: try again, since whatever was in the way is out of it."""
        try:
            answer = self._send(call, tries)
        except OktaUnavailable:
            if self._pauses(tries):
                return None
            raise
        except (httpx.HTTPError, ValueError) as error:
            tries.may_have_arrived |= may_have_arrived(error)
            if call.operation.repeatable and self._pauses(tries):
                return None
            # Not chained: the exception of httpx holds the request, and that holds the credential.
            raise unanswered(call.operation, error) from None
        if answer.status == 429:
            self._wait(call, answer, tries)
            return None
        if has_no_credential(answer) and tries.may_renew():
            return None if self._credential.renew() else answer
        if answer.status >= 500:
            tries.may_have_arrived = True
            return None if call.operation.repeatable and self._pauses(tries) else answer
        return answer

    def _send(self, call: "_Call", tries: "_Tries") -> Answer:
        """One answer. Raises OktaUnavailable when nothing was sent, for want of a token or of time."""
        tries.shown = self._credential.authorization()
        left = self._time_left() - OWN_SECONDS
        if left < OWN_SECONDS:
            raise OktaUnavailable(f"{call.operation}: no time is left for it")
        limits = Limits(min(TOTAL_SECONDS, left), MAX_ANSWER_BYTES)
        request = self._http.build_request(
            call.operation.method,
            f"{self._origin}{call.path}",
            headers={"Authorization": tries.shown} | call.content_type,
            content=call.content,
            # Half for the connection and half for what comes over it: together they keep to the limit.
            timeout=httpx.Timeout(min(READ_SECONDS, left / 2), connect=min(CONNECT_SECONDS, left / 2)),
        )
        return bounded_answer(self._http, request, limits, self._clock)

    def _wait(self, call: "_Call", answer: Answer, tries: "_Tries") -> None:
        """Wait until the rate limit is over. Raises OktaRateLimited where that takes longer than there is time."""
        seconds = seconds_to_wait(answer.headers, self._clock())
        if not tries.may_wait() or seconds + SPARE_SECONDS > self._time_left():
            raise rate_limited(str(call.operation), answer.headers, self._clock())
        _logger.info("%s: waiting %g s for Okta's rate limit", call.operation, seconds)
        self._sleep(seconds)

    def _pauses(self, tries: "_Tries") -> bool:
        """Whether the call may be repeated, after a pause that has then been made."""
        if self._time_left() < PAUSE_SECONDS + SPARE_SECONDS or not tries.may_repeat():
            return False
        self._sleep(PAUSE_SECONDS)
        return True


class _Call(NamedTuple):
    """A request before it has its credential."""

    operation: Operation
    path: str
    """Path and query below the origin."""
    content: bytes | None
    secrets: tuple[str, ...] = ()

    @property
    def content_type(self) -> dict[str, str]:
        return {} if self.content is None else {"Content-Type": "application/json"}

    def __repr__(self) -> str:
        return f"_Call({self.operation}, ...)"


class _Tries:
    """What one call may still do after a failure: one repetition, one renewal of the credential, a few waits."""

    def __init__(self) -> None:
        self.shown = ""
        """The value of Authorization that went out last."""
        self.may_have_arrived = False
        """Whether a request before may have been carried out, though no answer says so."""
        self._repeated = False
        self._renewed = False
        self._waits = 0

    def may_repeat(self) -> bool:
        self._repeated, may = True, not self._repeated
        return may

    def may_renew(self) -> bool:
        self._renewed, may = True, not self._renewed
        return may

    def may_wait(self) -> bool:
        self._waits += 1
        return self._waits <= MAX_WAITS


def _call(
    method: str,
    template: str,
    ids: tuple[str, ...],
    params: Parameters | None = None,
    body: object = None,
    *,
    repeatable: bool = True,
) -> _Call:
    query = urlencode({name: value for name, value in (params or {}).items() if value is not None}, quote_via=quote)
    path = API_PATH + template.format(*map(_in_path, ids))
    content = None if body is None else json.dumps(body).encode()
    return _Call(Operation(method, template, repeatable), f"{path}?{query}" if query else path, content)


def _in_path(name: str) -> str:
    """One segment of a path, whatever the name contains. Raises ValueError for what would mean something else."""
    if name in {"", ".", "..", ONESELF}:
        raise ValueError("an id is missing, or is no id: a step in a path, or 'me'")
    return quote(name, safe="")
