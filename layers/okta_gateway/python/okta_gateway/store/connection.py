"""The connection to Amazon DocumentDB 5.0 or later, or to a server on loopback that speaks the same protocol."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pymongo import MongoClient, timeout
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from okta_gateway.errors import ConfigurationInvalid

__all__ = ["Database", "Document", "connect"]

type Document = dict[str, Any]

AMAZON_CA_FILE = Path(__file__).with_name("rds-ca-bundle.pem")
SELECTION_MS = 2_000
CONNECT_MS = 2_000
SOCKET_MS = 3_000  # an indexed find takes milliseconds; a database that needs longer is as good as down
LOOKUP_SECONDS = 3.0
POOL_WAIT_MS = 2_000
POOL_SIZE = 4  # a Lambda sandbox has one request at a time
INSECURE_OPTIONS = ("tlsInsecure", "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames")

URI_UNUSABLE = (
    "DOCUMENTDB_URI is not understood: it must look like mongodb://USER:PASSWORD@HOST:27017/?OPTIONS, "
    "with user and password percent-encoded, and with options that pymongo knows."
)
TLS_SWITCHED_OFF = (
    "DOCUMENTDB_URI switches TLS or its checks off, which is allowed for hosts on loopback only: "
    "remove tls=false, tlsInsecure and tlsAllowInvalid... from it."
)


def connect(uri: str, database: str, tls_ca_file: str | None = None) -> Database[Document]:
    """Make the database handle to keep for the life of the sandbox; errors of the network come with the first query.

    `uri` is a mongodb:// connection string, `tls_ca_file` the path of CA certificates (default: Amazon's, shipped with
    this package). Our options win over the URI's: no retryable writes, which DocumentDB 5.0 refuses
    (https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html), and reads from the
    primary, so that a group taken away is gone at once. TLS is required unless every host is on loopback.
    Raises ConfigurationInvalid for a URI, CA file or database name that cannot work; its text never quotes the URI.
    """
    # A URI copied from the AWS console names a CA file of somebody's working directory; ours is a setting of its own.
    uri = _without_ca_file(uri)
    tls = _tls_options(*_parsed(uri), Path(tls_ca_file) if tls_ca_file else AMAZON_CA_FILE)
    client: MongoClient[Document] = MongoClient(
        uri,
        appname="okta-gateway",
        retryWrites=False,
        readPreference="primary",
        serverSelectionTimeoutMS=SELECTION_MS,
        connectTimeoutMS=CONNECT_MS,
        socketTimeoutMS=SOCKET_MS,
        waitQueueTimeoutMS=POOL_WAIT_MS,
        maxPoolSize=POOL_SIZE,
        minPoolSize=0,
        connect=False,
        **tls,
    )
    try:
        return client[database]
    except PyMongoError:
        client.close()
        raise ConfigurationInvalid(["DOCUMENTDB_DATABASE is not a name that a database can have."]) from None


def one_lookup() -> AbstractContextManager[None]:
    """Bounds all of a lookup of the authorizer's: to connect, to log in, to ask, and the driver's second try.

    Without it answers that each take just less than their own limit add up to more than the function may take (10 s).
    """
    return timeout(LOOKUP_SECONDS)


def _without_ca_file(uri: str) -> str:
    head, mark, query = uri.partition("?")
    return head + mark + "&".join(part for part in query.split("&") if not part.lower().startswith("tlscafile="))


def _parsed(uri: str) -> tuple[list[str], Mapping[str, Any]]:
    """The hosts and options of `uri`. The driver's own message is dropped, since it may quote parts of the password."""
    parsed: Mapping[str, Any] | None = None
    if uri.startswith("mongodb://"):
        try:
            parsed = parse_uri(uri, warn=False)
        except (PyMongoError, ValueError, TypeError, OSError):
            parsed = None
    if parsed is None:
        raise ConfigurationInvalid([URI_UNUSABLE])
    return [host for host, _ in parsed["nodelist"]], parsed["options"]


def _tls_options(hosts: Iterable[str], options: Mapping[str, Any], ca_file: Path) -> dict[str, Any]:
    on_loopback = all(_is_loopback(host) for host in hosts)
    if on_loopback and not options.get("tls"):
        return {}
    if not on_loopback and (options.get("tls") is False or any(options.get(name) for name in INSECURE_OPTIONS)):
        raise ConfigurationInvalid([TLS_SWITCHED_OFF])
    if not ca_file.is_file():
        raise ConfigurationInvalid([f"DOCUMENTDB_TLS_CA_FILE: there is no file {ca_file}."])
    return {"tls": True, "tlsCAFile": str(ca_file)}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
