"""Pending sign-ins: each is given out once, in time, and to the browser that began it."""

import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.pending_logins import COLLECTION, PendingLogin, PendingLogins

from .documentdb import DocumentDBOnly

type AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]

NOW = 1_700_000_000.0
NONCE, VERIFIER = "n0nce-secret", "verif1er-secret"
STATE, BROWSER = (sha256(value).hexdigest() for value in (b"state", b"browser"))


@pytest.fixture
def logins(database: Database[Document]) -> PendingLogins:
    return PendingLogins(database, clock=lambda: NOW)


def pending(state_hash: str = STATE, expires_at: float = NOW + 600) -> PendingLogin:
    return PendingLogin(state_hash, BROWSER, NONCE, VERIFIER, "/api/servers?page=2", expires_at)


def row(**fields: Any) -> Document:
    return {
        "_id": STATE,
        "browser_hash": BROWSER,
        "nonce": NONCE,
        "code_verifier": VERIFIER,
        "target": "/",
        "expires_at": datetime.fromtimestamp(NOW + 600, UTC),
    } | fields


def test_a_pending_login_comes_back_as_it_was_added(logins: PendingLogins) -> None:
    logins.add(pending(expires_at=NOW + 600.125))
    assert logins.consume(STATE, BROWSER) == pending(expires_at=NOW + 600.125)


def test_a_pending_login_is_given_out_once(logins: PendingLogins) -> None:
    logins.add(pending())
    assert logins.consume(STATE, BROWSER)
    assert logins.consume(STATE, BROWSER) is None


def test_consuming_is_one_command_that_finds_and_deletes_by_both_hashes(
    logins: PendingLogins, listener: DocumentDBOnly
) -> None:
    logins.consume(STATE, BROWSER)
    (sent,) = listener.sent
    assert sent["findAndModify"] == "oauth_pending_logins"
    assert sent["query"] == {"_id": STATE, "browser_hash": BROWSER}
    assert sent["remove"] is True


def test_ten_callbacks_at_once_get_it_exactly_once(databases: list[Database[Document]], at_once: AtOnce) -> None:
    sandboxes = [PendingLogins(database, clock=lambda: NOW) for database in databases]
    for attempt in range(10):
        state = f"state-{attempt}"
        sandboxes[0].add(pending(state))
        given = at_once([partial(sandbox.consume, state, BROWSER) for sandbox in sandboxes])
        assert [login for login in given if login] == [pending(state)]


@pytest.mark.parametrize(
    ("state_hash", "browser_hash"),
    [(STATE, "other"), (STATE, ""), (STATE, STATE), ("other", BROWSER), ("", BROWSER), (BROWSER, STATE)],
)
def test_a_wrong_hash_consumes_nothing(logins: PendingLogins, state_hash: str, browser_hash: str) -> None:
    logins.add(pending())
    assert logins.consume(state_hash, browser_hash) is None
    assert logins.consume(STATE, BROWSER) == pending()


def test_two_tabs_of_one_browser_do_not_disturb_each_other(logins: PendingLogins) -> None:
    logins.add(pending("first"))
    logins.add(pending("second"))
    assert logins.consume("second", BROWSER) == pending("second")
    assert logins.consume("first", BROWSER) == pending("first")


@pytest.mark.parametrize(("age", "given"), [(599.9, True), (600.0, False), (3600.0, False)])
def test_an_expired_login_is_not_given_out_though_it_is_still_stored(
    database: Database[Document], age: float, given: bool
) -> None:
    logins = PendingLogins(database, clock=lambda: NOW + age)
    logins.add(pending(expires_at=NOW + 600))
    assert database[COLLECTION].count_documents({}) == 1
    assert (logins.consume(STATE, BROWSER) is not None) is given


def test_a_second_login_with_the_same_state_is_refused_and_the_first_kept(logins: PendingLogins) -> None:
    logins.add(pending())
    with pytest.raises(StoreDataInvalid) as refused:
        logins.add(pending()._replace(browser_hash="attacker"))
    assert VERIFIER not in "".join(traceback.format_exception(refused.value))
    assert logins.consume(STATE, BROWSER) == pending()


def test_the_ttl_index_is_made_once(
    logins: PendingLogins, database: Database[Document], listener: DocumentDBOnly
) -> None:
    logins.ensure_indexes()
    logins.ensure_indexes()
    assert len(listener.named("createIndexes")) == 1
    index = database[COLLECTION].index_information()["expires_at_1"]
    assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 0)


def test_a_ttl_index_under_another_name_is_enough(
    logins: PendingLogins, database: Database[Document], listener: DocumentDBOnly
) -> None:
    database[COLLECTION].create_index("expires_at", expireAfterSeconds=0, name="ours")
    listener.sent.clear()
    logins.ensure_indexes()
    assert listener.named("createIndexes") == []


@pytest.mark.parametrize("options", [{}, {"expireAfterSeconds": 86_400}], ids=repr)
def test_an_index_that_deletes_never_or_too_late_is_an_error(
    logins: PendingLogins, database: Database[Document], options: dict[str, Any]
) -> None:
    database[COLLECTION].create_index("expires_at", **options)
    with pytest.raises(StoreUnavailable, match="refused a command with error code"):
        logins.ensure_indexes()


def test_the_database_deletes_what_has_expired_and_nothing_else(database: Database[Document]) -> None:
    logins = PendingLogins(database)
    logins.ensure_indexes()
    logins.add(pending("expired", time.time() - 1))
    logins.add(pending("pending", time.time() + 600))
    assert [kept["_id"] for kept in database[COLLECTION].find()] == ["pending"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonce", 7),
        ("nonce", None),
        ("code_verifier", [VERIFIER]),
        ("target", {"$ne": "/"}),
        ("expires_at", NOW + 600),
        ("expires_at", "2023-11-14T22:13:20Z"),
    ],
)
def test_a_row_of_wrong_types_is_an_error_that_names_it_and_quotes_nothing(
    logins: PendingLogins, database: Database[Document], field: str, value: object
) -> None:
    database[COLLECTION].insert_one(row(**{field: value}))
    with pytest.raises(StoreDataInvalid, match=f"{COLLECTION}: {field} of _id '{STATE}'") as problem:
        logins.consume(STATE, BROWSER)
    shown = "".join(traceback.format_exception(problem.value))
    assert NONCE not in shown
    assert VERIFIER not in shown


def test_a_row_without_a_field_is_an_error(logins: PendingLogins, database: Database[Document]) -> None:
    database[COLLECTION].insert_one({"_id": STATE, "browser_hash": BROWSER})
    with pytest.raises(StoreDataInvalid, match="missing"):
        logins.consume(STATE, BROWSER)


@pytest.mark.parametrize(
    "operation",
    [lambda logins: logins.add(pending()), lambda logins: logins.consume(STATE, BROWSER), PendingLogins.ensure_indexes],
    ids=["add", "consume", "ensure_indexes"],
)
def test_a_store_that_is_down_is_an_error_without_secrets(
    unreachable_database: Database[Document], operation: Callable[[PendingLogins], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database") as failure:
        operation(PendingLogins(unreachable_database))
    assert VERIFIER not in "".join(traceback.format_exception(failure.value))


def test_a_row_holds_the_hashes_and_what_the_callback_needs_and_nothing_else(
    logins: PendingLogins, database: Database[Document]
) -> None:
    logins.add(pending())
    expiry = datetime.fromtimestamp(NOW + 600, UTC).replace(tzinfo=None)
    assert database[COLLECTION].find_one() == row(target="/api/servers?page=2", expires_at=expiry)


def test_neither_nonce_nor_verifier_shows(logins: PendingLogins) -> None:
    for shown in (repr(pending()), str(pending()), f"{[pending()]}", repr(vars(logins))):
        assert NONCE not in shown
        assert VERIFIER not in shown
    assert STATE in repr(pending())
