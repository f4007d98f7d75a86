"""/api/iam/m2m: machine clients, and /api/iam/whoami."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from okta_gateway.iam import errors
from okta_gateway.iam.actor import who_am_i
from okta_gateway.iam.answers import (
    ChangedClient,
    Client,
    ClientPage,
    CreatedClient,
    DeletedClient,
    RetiredSecrets,
    RotatedSecret,
    SyncReport,
    WhoAmI,
)
from okta_gateway.iam.bodies import ClientChange, ClientCreation, ClientRegistration, SecretRotation
from okta_gateway.iam_routes.asked import actor, iam, use_cases
from okta_gateway.iam_routes.described import After, ClientRef, Limit, described

TAG = "machine clients"
router = Router()


@router.get("/api/iam/m2m", **described("List machine clients", tag=TAG))
def list_clients(
    state: Annotated[
        Literal["incomplete"] | None, Query(description="incomplete: creations that were cut off.", examples=[None])
    ] = None,
    limit: Limit = 100,
    after: After = None,
) -> ClientPage:
    clients = use_cases(router).clients
    return clients.incomplete() if state else clients.page(limit, after)


@router.post(
    "/api/iam/m2m",
    **described(
        "Create a machine client in Okta, with groups",
        errors.ClientExists,
        errors.ClientIncomplete,
        tag=TAG,
        status=201,
        needs_okta=True,
        has_body=True,
    ),
)
def create_client(body: ClientCreation) -> CreatedClient:
    return use_cases(router).creation.create(actor(router), body)


@router.post(
    "/api/iam/m2m/register",
    **described(
        "Give groups to a client that was made elsewhere", errors.ClientExists, tag=TAG, status=201, has_body=True
    ),
)
def register_client(body: ClientRegistration) -> ChangedClient:
    return use_cases(router).clients.register(actor(router), body)


@router.post(
    "/api/iam/m2m/sync",
    **described(
        "Import Okta's service applications, and settle incomplete creations", tag=TAG, needs_okta=True, changes=True
    ),
)
def sync_clients() -> SyncReport:
    return use_cases(router).sync.sync(actor(router))


@router.get("/api/iam/m2m/<client_id>", **described("Show a machine client", errors.ClientUnknown, tag=TAG))
def show_client(client_id: ClientRef) -> Client:
    return use_cases(router).clients.get(client_id)


@router.patch(
    "/api/iam/m2m/<client_id>",
    **described(
        "Change a machine client",
        errors.ClientUnknown,
        errors.ClientExists,
        errors.OwnAccessKept,
        tag=TAG,
        needs_okta=True,
        has_body=True,
    ),
)
def change_client(client_id: ClientRef, body: ClientChange) -> ChangedClient:
    return use_cases(router).clients.change(actor(router), client_id, body)


@router.delete(
    "/api/iam/m2m/<client_id>",
    **described(
        "Delete a machine client", errors.ClientUnknown, errors.OwnAccessKept, tag=TAG, needs_okta=True, changes=True
    ),
)
def delete_client(client_id: ClientRef) -> DeletedClient:
    return use_cases(router).clients.delete(actor(router), client_id)


_SECRET = (errors.ClientUnknown, errors.ClientNotOurs, errors.OwnAccessKept)


@router.post(
    "/api/iam/m2m/<client_id>/secret",
    **described(
        "Make a new secret", *_SECRET, errors.SecretsInUse, tag=TAG, status=201, needs_okta=True, has_body=True
    ),
)
def rotate_secret(client_id: ClientRef, body: SecretRotation | None = None) -> RotatedSecret:
    return use_cases(router).secret.rotate(actor(router), client_id, body.retire_old if body else "later")


@router.delete(
    "/api/iam/m2m/<client_id>/secret",
    **described("Retire every secret but one", *_SECRET, tag=TAG, needs_okta=True, changes=True),
)
def retire_secrets(
    client_id: ClientRef,
    keep: Annotated[Literal["newest", "oldest"], Query(description="Which one stays.", examples=["newest"])] = "newest",
) -> RetiredSecrets:
    return use_cases(router).secret.retire(actor(router), client_id, keep)


@router.get("/api/iam/whoami", **described("The caller, as the authorizer saw them", tag="whoami"))
def whoami() -> WhoAmI:
    return who_am_i(actor(router), iam(router).settings.admin_scope)
