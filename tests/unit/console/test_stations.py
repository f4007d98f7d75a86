"""What the steps of an explanation amount to at the seven stations of the picture."""

import pytest

from devkit.cli.asked_route import AskedRoute
from devkit.console.stations import STAGE, STATION_OF, STATIONS, State, Way, stations_of, stop_of
from devkit.explain import AuthorizerParts, Explainer, Outcome
from okta_gateway.access.decision import Limits
from okta_gateway.errors import StoreUnavailable
from tests.tokens import NOW, STRANGER_KEY, machine_token, okta_token, signing_key
from tests.unit.cli.explaining import parts

READ, WRITE, WHOAMI = (
    AskedRoute("GET", "/api/servers"),
    AskedRoute("POST", "/api/servers"),
    AskedRoute("GET", "/api/iam/whoami"),
)
READER = okta_token(groups=["readers"])
PASSED, FAILED, AHEAD = State.PASSED, State.FAILED, State.NOT_REACHED


def way(
    authorization: str,
    route: AskedRoute | None = None,
    status: int | None = None,
    made_of: AuthorizerParts | None = None,
) -> Way:
    """The way of an Authorization header's value."""
    return Way(Explainer(made_of or parts(), STAGE, clock=lambda: NOW).explain(authorization), route, status)


def unreachable(_client_id: str) -> tuple[str, ...] | None:
    raise StoreUnavailable("no server answers")


def test_every_step_belongs_to_a_station_and_they_are_met_in_their_order() -> None:
    steps = way(f"Bearer {READER}").explanation.steps
    assert {step.name for step in steps} == set(STATION_OF)
    met = [STATION_OF[step.name] for step in steps if step.name != "rights"]
    order = list(STATIONS)
    assert met == sorted(met, key=order.index)
    assert set(STATION_OF.values()) == set(order)


@pytest.mark.parametrize(
    ("taken", "states"),
    [
        (way(f"Bearer {READER}"), [PASSED] * 7),
        (way(f"Bearer {READER}", READ), [PASSED] * 7),
        (way(f"Bearer {READER}", WRITE), [*[PASSED] * 6, FAILED]),
        (way(""), [FAILED, *[AHEAD] * 6]),
        (way("Basic YTpi"), [FAILED, *[AHEAD] * 6]),
        (way("Bearer a.b.c"), [FAILED, *[AHEAD] * 6]),
        (way(f"Bearer {okta_token(key=signing_key(STRANGER_KEY))}"), [PASSED, FAILED, *[AHEAD] * 5]),
        (way(f"Bearer {okta_token(aud='api://other')}"), [PASSED, FAILED, *[AHEAD] * 5]),
        (way(f"Bearer {okta_token(groups=[])}"), [*[PASSED] * 4, FAILED, PASSED, AHEAD]),
        (way(f"Bearer {machine_token()}", made_of=parts(find=unreachable)), [PASSED, PASSED, FAILED, *[AHEAD] * 4]),
        (
            way(f"Bearer {READER}", made_of=parts(limits=Limits(100, allow_encoded_slash=False))),
            [*[PASSED] * 4, AHEAD, FAILED, AHEAD],
        ),
    ],
    ids=[
        "allowed",
        "route open",
        "route not open",
        "no header",
        "other scheme",
        "no token",
        "forged",
        "other audience",
        "no groups",
        "store down",
        "policy too large",
    ],
)
def test_the_first_failure_is_red_and_what_follows_is_not_reached(taken: Way, states: list[State]) -> None:
    assert [station.state for station in stations_of(taken)] == states
    stop = stop_of(taken)
    assert (stop.station if stop else None) == (list(STATIONS)[states.index(FAILED)] if FAILED in states else None)
    assert stop is None or (stop.reason and stop.fix)


def test_a_failing_step_brings_its_code_reason_and_fix() -> None:
    taken = way(f"Bearer {okta_token(aud='api://other')}")
    (step,) = (step for step in taken.explanation.steps if step.outcome is Outcome.FAILED)
    stop = stop_of(taken)
    assert stop
    assert (stop.title, stop.code, stop.reason, stop.fix) == (step.title, step.code, step.detail, step.advice)


@pytest.mark.parametrize(
    ("groups", "said"), [(("registry-admins", "x"), "These groups open it: registry-admins, x."), ((), "No group in")]
)
def test_a_request_that_the_policy_does_not_open_names_the_groups_that_would(
    groups: tuple[str, ...], said: str
) -> None:
    stop = stop_of(way(f"Bearer {READER}", WRITE), groups)
    assert stop
    assert stop.reason == "the policy does not open POST /api/servers"
    assert stop.fix.startswith(said)


@pytest.mark.parametrize(
    ("taken", "status"),
    [
        (way(f"Bearer {READER}", READ), None),
        (way(f"Bearer {READER}", WRITE), 403),
        (way("Bearer x", READ), 401),
        (way(f"Bearer {okta_token(groups=[])}", READ), 403),
        (way(f"Bearer {okta_token(groups=[])}", WHOAMI), None),
        (way(f"Bearer {machine_token()}", READ, made_of=parts(find=unreachable)), 500),
    ],
    ids=["open", "not open", "refused", "no rights", "whoami without rights", "could not be checked"],
)
def test_the_answer_that_is_due_is_known(taken: Way, status: int | None) -> None:
    assert taken.expected_status == status


def test_without_a_token_all_stations_are_ahead() -> None:
    assert [(station.title, station.state) for station in stations_of(None)] == [
        (title, AHEAD) for title in ("Token", "Checks", "Groups", "Scopes", "Routes", "Policy", "Answer")
    ]
