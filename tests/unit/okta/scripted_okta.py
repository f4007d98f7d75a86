"""A scripted management API: it gives its answers one after another, and time passes only when somebody sleeps."""

import traceback
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from okta_gateway.errors import OktaGatewayError
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.api_credentials import ApiCredential, SswsToken
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.groups import OktaGroups
from okta_gateway.okta.users import OktaUsers
from tests.tokens import FakeClock

OKTA_URL = "https://dev-123456.okta.com"
API_TOKEN = "00s3cret-of-the-administrator-0123456789ab"

type Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ScriptedOkta:
    """`api` talks to it. The last answer is given for ever."""

    def __init__(self, *steps: Step, seconds: float = 20.0, credential: ApiCredential | None = None) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.clock = FakeClock()
        self._ends = self.clock() + seconds
        self.transport = httpx.MockTransport(self._answer)
        self.api = OktaApi(
            OKTA_URL,
            credential or SswsToken(API_TOKEN),
            time_left=lambda: self._ends - self.clock(),
            transport=self.transport,
            clock=self.clock,
            sleep=self._sleep,
        )

    @property
    def users(self) -> OktaUsers:
        return OktaUsers(self.api)

    @property
    def groups(self) -> OktaGroups:
        return OktaGroups(self.api)

    @property
    def apps(self) -> OktaApps:
        return OktaApps(self.api)

    @property
    def request(self) -> httpx.Request:
        """The only one there was."""
        (request,) = self.requests
        return request

    @property
    def asked(self) -> list[str]:
        """Method, and path with query, of every request; they all went to the configured host."""
        assert {str(request.url.copy_with(raw_path=b"/")) for request in self.requests} <= {f"{OKTA_URL}/"}
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else step(request)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)


def refusal(
    status: int, code: str, *causes: str, summary: str = "Okta's words", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An error of the management API, in the shape of the recorded ones."""
    members = {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": "oaeW7zBBs0DRDuZHU_x5rlfVw",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
    return httpx.Response(status, json=members, headers=headers)


def raised[E: OktaGatewayError](kind: type[E], call: Callable[[], Any]) -> E:
    """The error of exactly this kind that the call raises; it and its traceback hold no secret."""
    with pytest.raises(OktaGatewayError) as failure:
        call()
    assert type(failure.value) is kind, failure.value
    everything = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + str(vars(failure.value))
    assert "s3cret" not in everything
    return failure.value
