"""A group as Okta shows it, and what of it a search can ask for."""

from typing import Any

from devkit.okta_standin.management.request import ManagementRequest, timestamp
from devkit.okta_standin.org import Org
from devkit.okta_standin.people import Group, GroupType

_OBJECT_CLASSES = {
    GroupType.OKTA_GROUP: "okta:user_group",
    GroupType.BUILT_IN: "okta:user_group",
    GroupType.APP_GROUP: "okta:windows_security_principal",
}
SEARCHABLE = frozenset({"id", "type", "created", "lastUpdated", "profile.name", "profile.description"})
"""What a search expression can name."""


def shown_group(group: Group, request: ManagementRequest, org: Org) -> dict[str, Any]:
    """The group with its links."""
    address = request.url(f"/groups/{group.id}")
    logos = [
        {"name": size, "href": f"{request.origin}/assets/groups/okta-{size}.png", "type": "image/png"}
        for size in ("medium", "large")
    ]
    return {
        "id": group.id,
        "created": timestamp(group.created),
        "lastUpdated": timestamp(group.last_updated),
        "lastMembershipUpdated": timestamp(org.membership_updated.get(group.id, group.created)),
        "objectClass": [_OBJECT_CLASSES[group.type]],
        "type": group.type,
        "profile": group.profile,
        "_links": {"logo": logos, "users": {"href": f"{address}/users"}, "apps": {"href": f"{address}/apps"}},
    }


def searched_value(group: Group, name: str) -> object:
    """The value of a searchable attribute."""
    return {
        "id": group.id,
        "type": group.type,
        "created": timestamp(group.created),
        "lastUpdated": timestamp(group.last_updated),
        "profile.name": group.name,
        "profile.description": group.description,
    }[name]
