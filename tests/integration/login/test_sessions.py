"""What a session is worth: how long it lasts, what the store knows of it, and what a stolen row gives (nothing)."""

import hashlib
import json
import re
from typing import Any

import bson
import pytest
from bson import json_util

from okta_gateway.store.connection import Document
from tests.integration.login.browser import ADA, ADA_ID, PAT, Browser
from tests.integration.login.conftest import Start
from tests.integration.login.rig import ORG, Rig

SESSIONS = "oauth_sessions_gateway"
PENDING = "oauth_pending_logins"


def digest(secret: str | None) -> str:
    return hashlib.sha256((secret or "").encode()).hexdigest()


def session_cookie(rig: Rig, value: str) -> list[tuple[str, str]]:
    origin = rig.gateway_url.partition("/local")[0]
    return [
        ("Cookie", f"{rig.cookie_prefix}okta-gateway-session={value}"),
        ("Origin", origin),
        ("Content-Type", "application/json"),
    ]


def row_of(rig: Rig, browser: Browser) -> Document:
    row = rig.database[SESSIONS].find_one({"_id": digest(browser.session_id)})
    assert row
    return row


def test_the_store_holds_hashes_and_sealed_bytes_only(any_rig: Rig) -> None:
    rig, browser = any_rig, any_rig.browser()
    waiting = browser.begin()
    browser.signed_in()
    browser.access_token()
    rig.token_ends_soon()
    browser.access_token()
    dumped = b"".join(
        bson.encode(document) + json_util.dumps(document).encode()
        for name in rig.database.list_collection_names()
        for document in rig.database[name].find()
    )
    verifiers = {row["code_verifier"] for row in rig.pending()} | {row["nonce"] for row in rig.pending()}
    assert waiting.nonce in verifiers  # of attempts that wait; the row goes when the callback comes
    secrets = {secret for secret in rig.secrets() - verifiers if len(secret) >= 8}
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret.encode() in dumped] == []


def test_a_finished_attempt_leaves_no_verifier_or_nonce(rig: Rig) -> None:
    browser = rig.browser()
    attempt = browser.begin()
    assert rig.database[PENDING].find_one({"_id": digest(attempt.state)})
    browser.get(browser.at_okta(attempt))
    assert rig.database[PENDING].find_one({"_id": digest(attempt.state)}) is None


def test_a_session_id_is_256_bits_that_nobody_guesses(rig: Rig) -> None:
    ids = [rig.browser().signed_in().session_id or "" for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", session_id) for session_id in ids)


def test_both_collections_delete_what_is_over(rig: Rig) -> None:
    rig.browser().signed_in()
    for name in (SESSIONS, PENDING):
        indexes = rig.database[name].index_information().values()
        assert any(index["key"] == [("expires_at", 1)] and index.get("expireAfterSeconds") == 0 for index in indexes)


@pytest.mark.parametrize("path", ["/oauth2/session", "/oauth2/session/token"])
def test_a_hash_from_the_store_is_no_session_id(rig: Rig, path: str) -> None:
    row = row_of(rig, rig.browser().signed_in())
    method = "POST" if path.endswith("token") else "GET"
    assert rig.browser().send(method, path, session_cookie(rig, row["_id"])).status_code == 401


@pytest.mark.parametrize("soon", [False, True], ids=["live token", "refresh due"])
def test_a_row_copied_under_another_id_gives_no_token(any_rig: Rig, soon: bool) -> None:
    rig = any_rig
    row = row_of(rig, rig.browser().signed_in())
    rig.database[SESSIONS].insert_one({**row, "_id": digest("thief")})
    if soon:
        rig.token_ends_soon()
    before = len(rig.okta.watch.exchanges)
    answer = rig.browser().send("POST", "/oauth2/session/token", session_cookie(rig, "thief"))
    assert (answer.status_code, answer.json()["error"]) == (401, "session_missing")
    assert len(rig.okta.watch.exchanges) == before
    assert rig.database[SESSIONS].find_one({"_id": digest("thief")}) is None


def test_sealed_bytes_of_another_session_give_no_token(rig: Rig) -> None:
    """Ada's tokens in the row of Pat's own session."""
    ada, pat = rig.browser().signed_in(ADA), rig.browser().signed_in(PAT)
    rig.database[SESSIONS].update_one({"_id": digest(pat.session_id)}, {"$set": {"sealed": row_of(rig, ada)["sealed"]}})
    assert pat.token().status_code == 401
    assert ada.access_token()


def test_signing_out_of_a_copied_row_revokes_nothing(rig: Rig) -> None:
    owner = rig.browser().signed_in()
    rig.database[SESSIONS].insert_one({**row_of(rig, owner), "_id": digest("thief-2")})
    rig.browser().send("POST", "/oauth2/logout/okta", session_cookie(rig, "thief-2"))
    assert rig.okta.is_active(rig.okta.grants("authorization_code")[-1].answer["refresh_token"])
    assert owner.access_token()


DAMAGE: dict[str, Any] = {
    "cut short": lambda sealed: sealed[:20],
    "empty": lambda _: b"",
    "one bit": lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
    "unknown version": lambda sealed: b"\x09" + sealed[1:],
    "another wrapped key": lambda sealed: sealed[:10] + bytes([sealed[10] ^ 1]) + sealed[11:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_sealed_bytes_end_the_session(rig: Rig, damage: Any) -> None:
    browser = rig.browser().signed_in()
    row = row_of(rig, browser)
    rig.database[SESSIONS].update_one({"_id": row["_id"]}, {"$set": {"sealed": damage(row["sealed"])}})
    assert browser.token().status_code == 401
    assert browser.session_id is None


def test_groups_changed_in_the_store_open_nothing_at_the_org_server(org_rig: Rig) -> None:
    """Who can write to the store must not become an administrator: the gateway signs only what Okta said."""
    browser = org_rig.browser().signed_in(PAT)
    org_rig.database[SESSIONS].update_one(
        {"_id": digest(browser.session_id)}, {"$set": {"groups": ["registry-admins"]}}
    )
    org_rig.token_ends_soon()
    org_rig.okta.watch.changes = {"id_token": None}
    token = browser.token()
    if token.status_code == 200:
        answer = org_rig.browser().get("/api/servers", [("Authorization", f"Bearer {token.json()['access_token']}")])
        assert answer.json()["you"]["X-Groups"] == "public-mcp-users"


def test_an_idle_session_ends(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    any_rig.clock.pass_by(3599)
    assert browser.get("/oauth2/session").status_code == 200
    any_rig.clock.pass_by(3601)
    for answer in (browser.get("/oauth2/session"), browser.token()):
        assert (answer.status_code, answer.json()["error"]) == (401, "session_missing")
    assert "Not signed in" in browser.get("/oauth2/").text


def test_a_session_ends_after_its_longest_time_however_busy(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    for _ in range(8):
        assert browser.get("/oauth2/session").status_code == 200
        any_rig.clock.pass_by(3590)
    assert browser.get("/oauth2/session").status_code == 200
    any_rig.clock.pass_by(90)
    assert browser.get("/oauth2/session").status_code == 401


@pytest.mark.parametrize("idle", [30, 60, 90])
def test_a_session_in_use_does_not_become_idle(start: Start, idle: int) -> None:
    """SESSION_IDLE_SECONDS: "a session ends after so long without use"."""
    rig = start(SESSION_IDLE_SECONDS=str(idle))
    browser = rig.browser().signed_in()
    for _ in range(6):
        rig.clock.pass_by(idle * 0.6)
        assert browser.get("/oauth2/session").status_code == 200


def test_a_session_may_not_live_longer_than_the_settings_say(start: Start) -> None:
    rig = start(SESSION_MAX_SECONDS="600", SESSION_IDLE_SECONDS="300")
    browser = rig.browser()
    response = browser.sign_in()
    assert any("Max-Age=600" in line for line in response.headers.get_list("set-cookie"))
    for _ in range(4):
        rig.clock.pass_by(149)
        assert browser.get("/oauth2/session").status_code == 200
    rig.clock.pass_by(10)
    assert browser.get("/oauth2/session").status_code == 401


def test_under_another_session_key_people_sign_in_again(start: Start, around: Any) -> None:
    rig = start()
    browser = rig.browser().signed_in()
    other = rig.settings["SESSION_KEY"] + ".new"
    with open(other, "w") as file:  # noqa: PTH123
        file.write("A" * 43 + "=")
    rig.settings["SESSION_KEY"] = other
    rig.sandboxes.restart()
    assert browser.token().status_code == 401
    assert browser.signed_in().access_token()


def test_a_session_survives_a_cold_start(start: Start) -> None:
    rig = start(ORG)
    browser = rig.browser().signed_in()
    token = browser.access_token()
    rig.sandboxes.restart()
    assert browser.access_token() == token


def test_reading_a_session_is_one_indexed_lookup(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = rig.browser().signed_in()
    browser.get("/oauth2/session")
    from pymongo.synchronous.collection import Collection

    asked: list[object] = []
    find_one = Collection.find_one

    def counted(self: Any, query: Any = None, *args: Any, **options: Any) -> Any:
        asked.append(query)
        return find_one(self, query, *args, **options)

    monkeypatch.setattr(Collection, "find_one", counted)
    for name in ("update_one", "find", "aggregate", "count_documents"):
        if name != "find":
            monkeypatch.setattr(Collection, name, lambda *_, **__: pytest.fail("another command"))
    assert browser.get("/oauth2/session").json()["sub"] == ADA_ID
    assert browser.token().status_code == 200
    assert asked == [{"_id": digest(browser.session_id)}] * 2


def test_the_session_answer_holds_no_secret(any_rig: Rig) -> None:
    answer = any_rig.browser().signed_in().get("/oauth2/session")
    assert set(answer.json()) == {"sub", "username", "groups", "scopes", "expires_at"}
    assert any_rig.leaked(json.dumps(answer.json())) == []
