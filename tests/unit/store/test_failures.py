"""The driver's errors, as ours."""

import inspect
import traceback

import bson.errors
import pymongo.errors
import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ClientBulkWriteException,
    ConfigurationError,
    DuplicateKeyError,
    EncryptedCollectionError,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from okta_gateway.errors import CheckFailed, StoreCredentialsRefused, StoreDataInvalid, StoreUnavailable
from okta_gateway.store.failures import driver_failures_translated

SECRET = "s3cret-word"  # stands for a document, a query or a password in the driver's text


def translated(error: Exception) -> CheckFailed:
    with pytest.raises(CheckFailed) as failure, driver_failures_translated():
        raise error
    return failure.value


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (OperationFailure(SECRET, 18), StoreCredentialsRefused, "refused the user name or password"),
        (OperationFailure("Authentication failed", None), StoreCredentialsRefused, "refused the user name or password"),
        (OperationFailure(SECRET, 13), StoreUnavailable, "give it a role"),
        (OperationFailure(SECRET, 9), StoreUnavailable, "error code 9"),
        (DuplicateKeyError(SECRET, 11000), StoreDataInvalid, "a unique index refused"),
        (WaitQueueTimeoutError(SECRET), StoreUnavailable, "too many requests at once"),
        (ConfigurationError(SECRET), StoreUnavailable, "5.0 or later"),
        (PyMongoError(SECRET), StoreUnavailable, "PyMongoError"),
        (bson.errors.InvalidBSON(SECRET), StoreDataInvalid, "InvalidBSON"),
        (UnicodeEncodeError("utf-8", SECRET, 0, 1, SECRET), StoreDataInvalid, "UnicodeEncodeError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_says_what_to_do_and_not_what_the_server_said(
    error: Exception, kind: type[CheckFailed], says: str
) -> None:
    failure = translated(error)
    assert type(failure) is kind
    assert says in failure.detail
    assert SECRET not in "".join(traceback.format_exception(failure))


@pytest.mark.parametrize("kind", [AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError])
def test_a_network_failure_names_the_host_and_reason_but_not_the_topology(kind: type[PyMongoError]) -> None:
    text = "h:1: [Errno 111] Connection refused (configured timeouts: a), Timeout: 2.0s, Topology Description: <b>"
    assert translated(kind(text)).detail.endswith("TLS: h:1: [Errno 111] Connection refused")
    assert translated(kind("no host, Timeout: 2.0s")).detail.endswith("TLS: no host")


@pytest.mark.parametrize(
    "kind",
    [kind for _, kind in inspect.getmembers(pymongo.errors, inspect.isclass) if issubclass(kind, PyMongoError)],
)
def test_every_error_of_the_driver_is_one_of_ours(kind: type[PyMongoError]) -> None:
    unlike_the_others: dict[type[PyMongoError], PyMongoError] = {
        BulkWriteError: BulkWriteError({}),
        ClientBulkWriteException: ClientBulkWriteException({}, verbose=False),
        EncryptedCollectionError: EncryptedCollectionError(ValueError(SECRET), {}),
    }
    failure = translated(unlike_the_others.get(kind) or kind(SECRET))
    assert isinstance(failure, StoreUnavailable | StoreDataInvalid)


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), driver_failures_translated():
        raise ZeroDivisionError


def test_no_failure_is_nothing() -> None:
    with driver_failures_translated():
        done = True
    assert done
