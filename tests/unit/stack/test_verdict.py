"""The demo is only worth something when a step that goes wrong is called wrong."""

from dataclasses import replace

import pytest

from devkit.stack.decisions import Decision
from devkit.stack.iam_story import STORY
from devkit.stack.story import Step
from devkit.stack.verdict import Observation, faults_of

ALLOWED = Decision("allowed", "", "", "00u1", groups=1, groups_source="token", scopes=2, milliseconds=1.0)
REFUSED = replace(ALLOWED, outcome="refused", code="token_expired", groups_source="none")
YOU = {"X-Groups": "readers", "Authorization reached me": False, "Cookie reached me": False}

READS = Step("reads", "user", lambda okta: "", 200, groups_from="token", backend={"X-Groups": "readers"})
CACHED = Step("reads again", "user", lambda okta: "", 200, from_cache=True)
EXPIRED = Step("is late", "user", lambda okta: "", 401, code="token_expired")


@pytest.mark.parametrize(
    ("step", "seen"),
    [
        pytest.param(READS, Observation(200, True, ALLOWED, YOU), id="let in"),
        pytest.param(CACHED, Observation(200, False, None, YOU), id="from the cache"),
        pytest.param(EXPIRED, Observation(401, True, REFUSED, None), id="refused"),
    ],
)
def test_a_step_that_goes_as_it_says_has_no_faults(step: Step, seen: Observation) -> None:
    assert faults_of(step, seen) == ()


@pytest.mark.parametrize(
    ("step", "seen", "fault"),
    [
        pytest.param(READS, Observation(403, True, ALLOWED, None), "instead of 200", id="status"),
        pytest.param(CACHED, Observation(200, True, ALLOWED, YOU), "asked again", id="cache missed"),
        pytest.param(READS, Observation(200, False, None, YOU), "was not asked", id="cache hit"),
        pytest.param(READS, Observation(200, True, None, YOU), "logged nothing", id="no log line"),
        pytest.param(
            EXPIRED,
            Observation(401, True, replace(REFUSED, code="signature_invalid"), None),
            "not token_expired",
            id="code",
        ),
        pytest.param(
            READS, Observation(200, True, replace(ALLOWED, groups_source="documentdb"), YOU), "not token", id="source"
        ),
        pytest.param(READS, Observation(200, True, ALLOWED, None), "not the backend's", id="no echo"),
        pytest.param(
            READS,
            Observation(200, True, ALLOWED, YOU | {"X-Groups": "readers, admins"}),
            "is readers, admins",
            id="groups",
        ),
        pytest.param(
            READS,
            Observation(200, True, ALLOWED, YOU | {"Authorization reached me": True}),
            "Authorization reached",
            id="credentials",
        ),
        pytest.param(
            READS, Observation(200, True, ALLOWED, YOU | {"Cookie reached me": True}), "Cookie reached", id="cookie"
        ),
    ],
)
def test_whatever_differs_is_a_fault(step: Step, seen: Observation, fault: str) -> None:
    faults = faults_of(step, seen)
    assert len(faults) == 1
    assert fault in faults[0]


def test_the_story_tells_every_kind_of_answer() -> None:
    codes = {"token_expired", "signature_invalid", "audience_mismatch", "id_token_refused", "org_server_token"}
    assert {200, 201, 401, 403, 500} == {step.status for step in STORY}
    assert codes <= {step.code for step in STORY}


def test_steps_that_share_a_token_make_it_the_same_way() -> None:
    makers = {step.holder: step.token for step in STORY}
    assert all(makers[step.holder] is step.token for step in STORY)


def test_an_answer_from_the_cache_needs_an_earlier_step_with_the_same_token() -> None:
    for position, step in enumerate(STORY):
        assert step.from_cache <= any(earlier.holder == step.holder for earlier in STORY[:position])
