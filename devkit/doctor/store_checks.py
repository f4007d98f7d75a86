"""The document store: reachable, encrypted, with its indexes, and with the machine in it."""

import re

from devkit.doctor.case import Case
from devkit.doctor.findings import Check, Finding, Need, ok, problem
from okta_gateway.errors import ConfigurationInvalid, StoreCredentialsRefused, StoreUnavailable
from okta_gateway.store.failures import driver_failures_translated
from okta_gateway.store.m2m_clients import COLLECTION
from okta_gateway.store.m2m_registry import M2MRegistry

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_WITH_TLS = re.compile(r"[?&](?:tls|ssl)=true", re.IGNORECASE)
_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
_CERTIFICATE_FIX = (
    "DOCUMENTDB_TLS_CA_FILE names the CAs that are trusted: leave it out for Amazon DocumentDB, whose own come with "
    "this package, and else set it to the file of whoever signed the store's certificate. The host in DOCUMENTDB_URI "
    "has to be one that the certificate is for."
)
_FIX = (
    "Look at DOCUMENTDB_URI, the cluster, its security group, and whether this machine is in its VPC: DocumentDB cannot"
    " be reached from outside."
)


def check_store(case: Case) -> Finding:
    """It answers, over TLS unless it is on loopback (the connection refuses anything else)."""
    try:
        with case.database() as database, driver_failures_translated():
            database.list_collection_names()
            host, _ = database.client.address or ("", 0)
    except ConfigurationInvalid as error:
        return problem("\n".join(error.problems), "Nothing can be stored or looked up.", error.advice)
    except StoreCredentialsRefused as error:
        return problem(error.detail, "Machines get 500, and nobody can sign in.", error.advice)
    except StoreUnavailable as error:
        fix = _CERTIFICATE_FIX if _CERTIFICATE in error.detail else _FIX
        return problem(error.detail, "Machines get 500, and nobody can sign in.", fix)
    in_plain = host in LOOPBACK and not _WITH_TLS.search(case.get("DOCUMENTDB_URI"))
    return ok("it answers, on loopback and without TLS" if in_plain else "it answers, over TLS")


def check_indexes(case: Case) -> Finding:
    """Two rows for one client would be two answers to one question."""
    with case.database() as database, driver_failures_translated():
        indexes = database[COLLECTION].index_information().values()
    if any(index["key"] == [("client_id", 1)] and index.get("unique") for index in indexes):
        return ok(f"client_id is unique in {COLLECTION}")
    return problem(
        f"{COLLECTION} has no unique index on client_id.",
        "A client may be there twice, and which row counts is anybody's guess.",
        f"The IAM function makes it at its start; or db.{COLLECTION}.createIndex({{client_id: 1}}, {{unique: true}}).",
    )


def check_machine_registered(case: Case) -> Finding:
    """The machine's groups are there: Okta's token has none."""
    client_id = case.machine.client_id
    with case.database() as database:
        record = M2MRegistry(database).find(client_id)
    if record and record.enabled and record.groups:
        return ok(f"{client_id} has {', '.join(record.groups)}")
    if record is None:
        seen = "is not registered"
        add = f"add NAME --client-id {client_id} --group GROUP"
        fix = f"okta-gateway m2m {add}; for a deployment okta-gateway m2m --token-file FILE {add}."
    else:
        seen = "has no groups" if record.enabled else "is switched off"
        change = '{"groups": ["GROUP"]}' if record.enabled else '{"enabled": true}'
        fix = f"As an administrator PATCH /api/iam/m2m/{client_id} with {change}."
    return problem(
        f"{client_id} {seen} in {COLLECTION}.",
        "Its tokens have no groups, and none are added: it gets 403 everywhere.",
        fix,
    )


STORE_CHECKS = (
    Check("store", "Document store", check_store, (Need.STORE,)),
    Check("indexes", "Indexes", check_indexes, (Need.STORE,), ("store",)),
    Check(
        "machine_registered",
        "Machine registered",
        check_machine_registered,
        (Need.CUSTOM_SERVER, Need.MACHINE, Need.STORE),
        ("store",),
    ),
)
