"""What there is at an Okta org, asked of its management API; nothing here changes anything."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from devkit.doctor.org_records import (
    AccessPolicy,
    Application,
    GroupsClaim,
    Members,
    Scope,
    read_application,
    read_claim,
    read_policy,
    read_rule,
    read_scope,
    text,
)
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.errors import OktaNotFound
from okta_gateway.okta.models import OktaGroup, read_all, read_group

PAGE_SIZE = 200
SERVER = "/authorizationServers/{}"


class OrgView:
    """One org and one of its custom servers; each question is asked once. Every member raises what OktaApi raises."""

    def __init__(self, api: OktaApi, server_id: str) -> None:
        self._api = api
        self._server_id = server_id
        self._applications: dict[str, Application | None] = {}

    @cached_property
    def server(self) -> dict[str, Any]:
        return self._api.get(SERVER, self._server_id).members()

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        return tuple(map(read_scope, self._all(f"{SERVER}/scopes", self._server_id, limit=PAGE_SIZE)))

    @property
    def scope_names(self) -> frozenset[str]:
        return frozenset(scope.name for scope in self.scopes)

    @cached_property
    def groups_claims(self) -> tuple[GroupsClaim, ...]:
        claims = map(read_claim, self._all(f"{SERVER}/claims", self._server_id))
        return tuple(claim for claim in claims if claim.name == "groups")

    @cached_property
    def policies(self) -> tuple[AccessPolicy, ...]:
        return tuple(self._policy(policy) for policy in self._all(f"{SERVER}/policies", self._server_id))

    @cached_property
    def groups(self) -> tuple[OktaGroup, ...]:
        return tuple(read_all(self._all("/groups", limit=PAGE_SIZE), read_group))

    def application(self, client_id: str) -> Application | None:
        """The application whose id is the client id, as it is for all that Okta makes now."""
        if client_id not in self._applications:
            try:
                found = read_application(self._api.get("/apps/{}", client_id).members())
            except OktaNotFound:
                found = None
            self._applications[client_id] = found
        return self._applications[client_id]

    def assigned_group_ids(self, app_id: str) -> frozenset[str]:
        return frozenset(text(group, "id") for group in self._all("/apps/{}/groups", app_id, limit=PAGE_SIZE))

    def has_members(self, group_id: str) -> bool:
        return bool(self._api.get("/groups/{}/users", group_id, params={"limit": 1}).records())

    def may_list(self, collection: str) -> None:
        """Ask for one record. Raises OktaPermissionMissing and OktaCredentialRefused."""
        self._api.get(f"/{collection}", params={"limit": 1})

    def _policy(self, members: Members) -> AccessPolicy:
        policy_id = text(members, "id")
        rules = self._all(f"{SERVER}/policies/{{}}/rules", self._server_id, policy_id)
        return read_policy(members, tuple(map(read_rule, rules)))

    def _all(self, template: str, *ids: str, limit: int | None = None) -> Iterable[Members]:
        """Every record; `limit` is for the lists that have pages."""
        pages = self._api.pages(template, *ids, params={"limit": limit})
        return (record for page in pages for record in page if isinstance(record, Mapping))
