"""The authorizer's results in the gateway's cache.

Source: AWS API reference, Authorizer, authorizerResultTtlInSeconds; AWS knowledge centre, "proxy resource with a Lambda
authorizer that has caching activated".
"""

import pytest

from tests.integration.gateway.rig import TOKEN, Rig, answer, running


def test_one_token_on_two_routes_is_asked_about_once(rig: Rig) -> None:
    rig.authorizer.returns(answer("GET/a", "POST/b"))
    assert [rig.send("GET", "/a").status, rig.send("POST", "/b").status] == [200, 200]
    assert len(rig.authorizer.events) == 1


def test_a_cached_policy_is_evaluated_for_the_route_at_hand(rig: Rig) -> None:
    rig.authorizer.returns(answer("GET/a"))
    assert [rig.send("GET", "/a").status, rig.send("GET", "/b").status] == [200, 403]
    assert len(rig.authorizer.events) == 1


def test_a_wide_cached_policy_opens_what_was_never_asked_about(rig: Rig) -> None:
    rig.authorizer.returns(answer("*"))
    rig.send("GET", "/a")
    rig.authorizer.returns(answer("GET/a"))
    assert rig.send("DELETE", "/everything").status == 200


@pytest.mark.parametrize(("seconds", "calls"), [(59, 1), (60, 2)])
def test_an_answer_lives_as_long_as_the_template_says(rig: Rig, seconds: float, calls: int) -> None:
    rig.send("GET", "/a")
    rig.clock.now += seconds
    rig.send("GET", "/a")
    assert len(rig.authorizer.events) == calls


def test_a_cache_hit_does_not_prolong_an_answer(rig: Rig) -> None:
    for _ in range(3):
        rig.send("GET", "/a")
        rig.clock.now += 30
    assert len(rig.authorizer.events) == 2


def test_another_token_is_another_entry(rig: Rig) -> None:
    rig.send("GET", "/a")
    rig.send("GET", "/a", headers=[("Authorization", f"Bearer {TOKEN}x")])
    assert len(rig.authorizer.events) == 2


def test_a_deny_is_cached(rig: Rig) -> None:
    rig.authorizer.returns(answer("GET/other"))
    assert rig.send("GET", "/a").status == 403
    rig.authorizer.returns(answer("*"))
    assert rig.send("GET", "/a").status == 403


@pytest.mark.parametrize(("error", "status"), [(Exception("Unauthorized"), 401), (Exception("no keys"), 500)])
def test_an_error_is_not_cached(rig: Rig, error: Exception, status: int) -> None:
    rig.authorizer.raises(error)
    assert rig.send("GET", "/a").status == status
    rig.authorizer.returns(answer("*"))
    assert rig.send("GET", "/a").status == 200


def test_a_malformed_answer_is_not_cached(rig: Rig) -> None:
    rig.authorizer.returns({})
    assert rig.send("GET", "/a").status == 500
    rig.authorizer.returns(answer("*"))
    assert rig.send("GET", "/a").status == 200


def test_with_a_ttl_of_zero_every_request_asks() -> None:
    with running(AuthorizerResultTtl="0") as rig:
        rig.send("GET", "/a")
        rig.send("GET", "/a")
        assert len(rig.authorizer.events) == 2


def test_the_context_of_a_cached_answer_reaches_the_backend_too(rig: Rig) -> None:
    rig.send("GET", "/a")
    headers = dict(rig.send("GET", "/a").json["headers"])
    assert headers["x-user"] == "00u1"
    assert len(rig.authorizer.events) == 1
