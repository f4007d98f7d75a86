"""What becomes of users: deactivated, suspended, deleted, and what they lose by it."""

import pytest

from devkit.okta_standin.management.request import timestamp
from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import ADA, SAM, Browser, refresh, result_of
from tests.contract.okta_standin.management import Management, refusal, succeeded

ADA_ID = "00u1ada00000000000a1"
PASSWORD = "correct horse"


@pytest.mark.parametrize(("method", "path"), [("POST", "lifecycle/deactivate"), ("DELETE", "")])
def test_a_deactivated_user_loses_sessions_and_tokens_for_good(
    own_person: Browser, api: Management, method: str, path: str
) -> None:
    tokens = own_person.tokens(ADA, scope="openid offline_access")
    answer = api.http.request(method, f"/api/v1/users/{ADA_ID}/{path}".rstrip("/"))
    assert answer.status_code == (200 if method == "POST" else 204)
    assert answer.content == (b"{}" if method == "POST" else b"")
    assert api.read(f"/users/{ADA_ID}")["status"] == "DEPROVISIONED"
    assert not own_person.is_signed_in()
    assert succeeded(api.post(f"/users/{ADA_ID}/lifecycle/activate", sendEmail="false"))["activationToken"]
    assert refresh(own_person.okta, tokens["refresh_token"]).status_code == 400
    assert own_person.okta.introspect(tokens["access_token"]) == {"active": False}


def test_an_activated_user_has_to_set_a_password_again(api: Management) -> None:
    api.delete(f"/users/{ADA_ID}")
    assert succeeded(api.post(f"/users/{ADA_ID}/lifecycle/activate")) == {}
    assert api.read(f"/users/{ADA_ID}")["status"] == "PROVISIONED"


def test_a_staged_user_with_a_password_is_active_when_activated(api: Management) -> None:
    user = api.create_user("nina", activate="false")
    succeeded(api.post(f"/users/{user['id']}/lifecycle/activate"))
    assert api.read(f"/users/{user['id']}")["status"] == "ACTIVE"


def test_the_last_sign_in_is_remembered(own_person: Browser, api: Management, clock: Clock) -> None:
    assert api.read(f"/users/{SAM}")["lastLogin"] is None
    clock.now += 5
    own_person.tokens(SAM)
    assert api.read(f"/users/{SAM}")["lastLogin"] == timestamp(clock.now)


def test_the_second_delete_removes_the_user(api: Management) -> None:
    assert [api.delete(f"/users/{ADA}").status_code for _ in range(3)] == [204, 204, 404]
    assert refusal(api.get(f"/users/{ADA_ID}")) == (404, "E0000007", [])
    assert ADA_ID not in str(api.read(f"/groups/{api.group_named('registry-admins')['id']}/users"))


def as_status(api: Management, status: str) -> str:
    """A user's id, who has that status."""
    staged = {"STAGED": "false", "PROVISIONED": "true"}.get(status)
    user_id: str = api.create_user("nina", None if staged else PASSWORD, activate=staged or "true")["id"]
    steps = {"SUSPENDED": "suspend", "DEPROVISIONED": "deactivate", "PASSWORD_EXPIRED": "expire_password"}
    if status in steps:
        succeeded(api.post(f"/users/{user_id}/lifecycle/{steps[status]}"))
    assert api.read(f"/users/{user_id}")["status"] == status
    return user_id


NOT_ALLOWED: tuple[int, str, list[str]] = (403, "E0000038", [])
TRANSITIONS = [
    ("STAGED", "activate", "PROVISIONED"),
    ("DEPROVISIONED", "activate", "PROVISIONED"),
    ("ACTIVE", "activate", (403, "E0000016", [])),
    ("SUSPENDED", "activate", NOT_ALLOWED),
    ("PROVISIONED", "reactivate", "PROVISIONED"),
    ("ACTIVE", "reactivate", NOT_ALLOWED),
    ("STAGED", "deactivate", "DEPROVISIONED"),
    ("PROVISIONED", "deactivate", "DEPROVISIONED"),
    ("SUSPENDED", "deactivate", "DEPROVISIONED"),
    ("DEPROVISIONED", "deactivate", NOT_ALLOWED),
    ("ACTIVE", "suspend", "SUSPENDED"),
    ("STAGED", "suspend", (400, "E0000001", ["Cannot suspend a user that is not active"])),
    ("SUSPENDED", "unsuspend", "ACTIVE"),
    ("ACTIVE", "unsuspend", (400, "E0000001", ["Cannot unsuspend a user that is not suspended"])),
    ("ACTIVE", "unlock", (403, "E0000032", ["The user is not locked out."])),
    ("ACTIVE", "expire_password", "PASSWORD_EXPIRED"),
    ("STAGED", "expire_password", NOT_ALLOWED),
]


@pytest.mark.parametrize(("before", "step", "after"), TRANSITIONS, ids=[f"{b} {s}" for b, s, _ in TRANSITIONS])
def test_a_step_leads_where_okta_says_or_is_refused(
    api: Management, before: str, step: str, after: str | tuple[int, str, list[str]]
) -> None:
    user_id = as_status(api, before)
    response = api.post(f"/users/{user_id}/lifecycle/{step}")
    if isinstance(after, tuple):
        assert refusal(response) == after
        after = before
    assert api.read(f"/users/{user_id}")["status"] == after


def test_a_suspended_user_has_to_sign_in_again_after_it(own_person: Browser, api: Management) -> None:
    own_person.tokens(SAM)
    succeeded(api.post(f"/users/{SAM}/lifecycle/suspend"))
    succeeded(api.post(f"/users/{SAM}/lifecycle/unsuspend"))
    assert not own_person.is_signed_in()
    assert "code" in result_of(own_person.sign_in(SAM))


@pytest.mark.parametrize(("tokens_too", "active"), [("false", True), ("true", False)])
def test_sessions_end_with_or_without_the_tokens(
    own_person: Browser, api: Management, tokens_too: str, active: bool
) -> None:
    token = own_person.tokens(SAM)["access_token"]
    assert api.delete(f"/users/{SAM}/sessions", oauthTokens=tokens_too).status_code == 204
    assert not own_person.is_signed_in()
    assert own_person.okta.introspect(token)["active"] is active
