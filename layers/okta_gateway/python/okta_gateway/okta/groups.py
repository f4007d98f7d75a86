"""Groups of the org and their members (Okta: "Groups API")."""

from collections.abc import Iterator

from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.errors import OktaNotFound
from okta_gateway.okta.models import OktaGroup, OktaUser, Page, read_all, read_group, read_user
from okta_gateway.okta.search import equals, starts_with

PAGE_SIZE = 200
"""Okta advises no more for groups."""


class OktaGroups:
    """Every method raises what OktaApi raises; ids that cannot be one are a ValueError before anything is sent."""

    def __init__(self, api: OktaApi) -> None:
        self._api = api

    def find(self, group_id: str) -> OktaGroup | None:
        try:
            return self._api.get("/groups/{}", group_id).read(read_group)
        except OktaNotFound:
            return None

    def named(self, name: str) -> list[OktaGroup]:
        """The groups of exactly this name: at most one of Okta's own, beside those of directories.

        By `q`, which sees a group that was made just now, as `search` may not. It is not paged: where its one answer is
        full, the group may be missing from it, and `search` has to tell.
        """
        answer = self._api.get("/groups", params={"q": name, "limit": PAGE_SIZE})
        records = answer.records()
        if len(records) >= PAGE_SIZE:
            pages = self._api.pages("/groups", params={"search": equals("profile.name", name), "limit": PAGE_SIZE})
            records += [record for page in pages for record in page]
        found = [group for group in read_all(records, read_group) if group.name == name]
        return list({group.id: group for group in found}.values())

    def page(self, search: str | None, limit: int, after: str | None) -> Page[OktaGroup]:
        """One page, of the groups whose name starts with `search`, which lags behind changes."""
        expression = None if search is None else starts_with(("profile.name",), search)
        return self._api.page("/groups", read=read_group, params={"search": expression, "limit": limit, "after": after})

    def create(self, name: str, description: str | None) -> OktaGroup:
        body = {"profile": {"name": name, "description": description}}
        return self._api.create("/groups", body=body).read(read_group)

    def update(self, group: OktaGroup, name: str, description: str | None) -> OktaGroup:
        """Rename and describe a group; what else its profile has stays. Okta replaces the profile as a whole."""
        body = {"profile": {**group.profile, "name": name, "description": description}}
        return self._api.put("/groups/{}", group.id, body=body).read(read_group)

    def delete(self, group_id: str) -> None:
        self._api.delete("/groups/{}", group_id)

    def members(self, group_id: str, limit: int, after: str | None) -> Page[OktaUser]:
        return self._api.page("/groups/{}/users", group_id, read=read_user, params={"limit": limit, "after": after})

    def all_members(self, group_id: str) -> Iterator[OktaUser]:
        """Every member, read page by page as they are asked for."""
        for page in self._api.pages("/groups/{}/users", group_id, params={"limit": PAGE_SIZE}):
            yield from read_all(page, read_user)

    def add_member(self, group_id: str, user_id: str) -> None:
        """A user who is a member already stays one."""
        self._api.put("/groups/{}/users/{}", group_id, user_id)

    def remove_member(self, group_id: str, user_id: str) -> None:
        self._api.delete("/groups/{}/users/{}", group_id, user_id)
