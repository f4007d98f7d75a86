"""The one place where the driver's errors become ours, so that no password, query or document reaches a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import BSONError
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from okta_gateway.errors import CheckFailed, StoreCredentialsRefused, StoreDataInvalid, StoreUnavailable

AUTHENTICATION_FAILED = 18  # MongoDB's error codes (mongo/src/mongo/base/error_codes.yml)
UNAUTHORIZED = 13
MAX_CAUSE = 300


@contextmanager
def driver_failures_translated() -> Iterator[None]:
    """Turn what pymongo and bson raise into StoreUnavailable, StoreCredentialsRefused or StoreDataInvalid.

    Text that is not Unicode (JSON's escapes can make lone surrogates) ends as an error of Python's own.
    Only the text of network errors is passed on (hosts and reasons); a server's own message may quote documents.
    """
    try:
        yield
    except (PyMongoError, BSONError, UnicodeEncodeError) as error:
        raise _translated(error) from None  # a traceback would print the driver's text, too


def _translated(error: PyMongoError | BSONError | UnicodeEncodeError) -> CheckFailed:
    match error:
        case BSONError() | UnicodeEncodeError():
            return StoreDataInvalid(f"a document could not be decoded or encoded ({type(error).__name__})")
        case DuplicateKeyError():
            return StoreDataInvalid("a unique index refused a value that another document has: delete one of the two")
        case OperationFailure() if _refuses_credentials(error):
            return StoreCredentialsRefused("the database refused the user name or password of DOCUMENTDB_URI")
        case _:
            return StoreUnavailable(_reason(error))


def _reason(error: PyMongoError) -> str:
    match error:
        case OperationFailure():
            return _refusal(error)
        case WaitQueueTimeoutError():
            return "no connection of the pool became free in time: too many requests at once"
        case ConnectionFailure():
            return f"no answer from the database; check network, host, port and TLS: {_cause(error)}"
        case ConfigurationError():
            return "the database does not suit the driver: Amazon DocumentDB 5.0 or later is needed"
        case _:
            return f"the driver failed with {type(error).__name__}"


def _refuses_credentials(error: OperationFailure) -> bool:
    return error.code == AUTHENTICATION_FAILED or "authentication failed" in str(error).lower()


def _refusal(error: OperationFailure) -> str:
    if error.code == UNAUTHORIZED:
        return "the database user of DOCUMENTDB_URI may not do this: give it a role on DOCUMENTDB_DATABASE"
    return f"the database refused a command with error code {error.code}"


def _cause(error: ConnectionFailure) -> str:
    """The first reason in the driver's text, without its settings and its picture of the topology."""
    return str(error).split(" (configured timeouts:", maxsplit=1)[0].split(", Timeout:", maxsplit=1)[0][:MAX_CAUSE]
