"""All routes of the management API."""

from starlette.routing import BaseRoute, Mount

from devkit.okta_standin.management import (
    apps,
    assignments,
    authorization_servers,
    grants,
    groups,
    jwks,
    secrets,
    server_parts,
    server_policies,
    users,
)
from devkit.okta_standin.management.request import PREFIX, ManagementApi

_PARTS = (
    users.routes,
    groups.routes,
    apps.routes,
    secrets.routes,
    jwks.routes,
    assignments.routes,
    grants.routes,
    authorization_servers.routes,
    server_parts.routes,
    server_policies.routes,
)


def management_routes(api: ManagementApi) -> list[BaseRoute]:
    """The routes below `/api/v1`."""
    return [Mount(PREFIX, routes=[route for part in _PARTS for route in part(api)])]
