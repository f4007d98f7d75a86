"""Faults that callers of the management API meet, also after the work is done."""

import time
from typing import Any

import httpx
import pytest

from tests.contract.okta_standin.management import ADMINISTRATOR, Management, control
from tests.contract.okta_standin.openapi import require_okta_error
from tests.contract.okta_standin.standin_client import Standin

GROUPS = "/api/v1/groups"


@pytest.fixture
def caller(own_okta: Standin) -> httpx.Client:
    """Plain HTTP, since a fault is no answer of Okta's document."""
    own_okta.http.headers["Authorization"] = ADMINISTRATOR
    return own_okta.http


def create(caller: httpx.Client, name: str) -> httpx.Response:
    return caller.post(GROUPS, json={"profile": {"name": name}})


def exists(api: Management, name: str) -> bool:
    return bool(api.read("/groups", q=name))


@pytest.mark.parametrize(("fault", "status"), [("outage", 503), ("rate_limit", 429), ("html", 200)])
def test_a_fault_of_the_management_api_leaves_everything_else_alone(
    own_okta: Standin, caller: httpx.Client, fault: str, status: int
) -> None:
    control(own_okta, "faults", path="management", fault=fault)
    response = caller.get(GROUPS)
    assert response.status_code == status
    assert own_okta.key_set()
    if status == 200:
        assert response.headers["content-type"].startswith("text/html")
    else:
        require_okta_error(response.json())
    control(own_okta, "faults", path="management", fault=None)
    assert isinstance(caller.get(GROUPS).json(), list)


def test_a_slow_answer_is_right(own_okta: Standin, caller: httpx.Client) -> None:
    control(own_okta, "faults", path=GROUPS, fault="slow", seconds=0.2)
    before = time.monotonic()
    assert caller.get(GROUPS).status_code == 200
    assert time.monotonic() - before >= 0.2


def test_an_outage_before_the_work_does_nothing_and_one_after_it_hides_it(
    own_okta: Standin, caller: httpx.Client, api: Management
) -> None:
    for fault, name in (("outage", "before"), ("outage_after", "after")):
        control(own_okta, "faults", path=GROUPS, method="POST", fault=fault, times=1)
        response = create(caller, name)
        require_okta_error(response.json())
        assert response.status_code == 503
    assert not exists(api, "before")
    assert exists(api, "after")


def test_a_connection_can_be_cut_when_the_work_is_done(
    capfd: pytest.CaptureFixture[str], own_okta: Standin, caller: httpx.Client, api: Management
) -> None:
    control(own_okta, "faults", path=GROUPS, method="POST", fault="cut_after", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        create(caller, "cut")
    assert exists(api, "cut")
    assert "ASGI" not in capfd.readouterr().err
    assert create(caller, "whole").status_code == 200


@pytest.mark.parametrize(
    ("members", "statuses"),
    [
        ({"times": 1}, [503, 200, 200, 200]),
        ({"times": 2}, [503, 503, 200, 200]),
        ({"skip": 2, "times": 1}, [200, 200, 503, 200]),
        ({"skip": 1}, [200, 503, 503, 503]),
    ],
    ids=["once", "twice", "the third", "from the second on"],
)
def test_a_fault_can_hit_some_calls_only(
    own_okta: Standin, caller: httpx.Client, members: dict[str, Any], statuses: list[int]
) -> None:
    control(own_okta, "faults", path=GROUPS, fault="outage", **members)
    assert [caller.get(GROUPS).status_code for _ in statuses] == statuses


def test_a_fault_is_for_its_method_and_for_what_is_below_its_path(own_okta: Standin, caller: httpx.Client) -> None:
    control(own_okta, "faults", path=f"{GROUPS}/", fault="outage", method="GET")
    assert caller.get(GROUPS).status_code == 200
    assert caller.get(f"{GROUPS}/00g1").status_code == 503
    assert caller.delete(f"{GROUPS}/00g1").status_code == 404
    control(own_okta, "faults", path="/api/v1/gro", fault="outage")
    assert caller.get(GROUPS).status_code == 200


def test_null_clears_the_fault_of_its_path_and_method(own_okta: Standin, caller: httpx.Client) -> None:
    control(own_okta, "faults", path=GROUPS, fault="outage", method="GET")
    control(own_okta, "faults", path=GROUPS, fault=None)
    assert caller.get(GROUPS).status_code == 503
    control(own_okta, "faults", path=GROUPS, fault=None, method="GET")
    assert caller.get(GROUPS).status_code == 200
