"""Users and groups by what a path names them."""

from devkit.okta_standin.errors import not_found
from devkit.okta_standin.management.request import ManagementRequest
from devkit.okta_standin.org import Org
from devkit.okta_standin.people import Group, User


def found_user(request: ManagementRequest, org: Org) -> User:
    """The user that the path names: by id, by login, or by the part of it before the @ when only one user has that.

    Raises OktaRefusal (E0000007). Okta documents all three ("Retrieve a user").
    """
    name = request.path_params["user"]
    user = org.user_with_id(name) or org.user(name) or _by_short_login(name, org)
    if user is None:
        raise not_found(name, "User")
    return user


def _by_short_login(name: str, org: Org) -> User | None:
    if "@" in name:
        return None
    found = [user for user in org.users if user.login.partition("@")[0].casefold() == name.casefold()]
    return found[0] if len(found) == 1 else None


def found_group(group_id: str, org: Org) -> Group:
    """The group with this id. Raises OktaRefusal (E0000007)."""
    group = org.groups.find(group_id)
    if group is None:
        raise not_found(group_id, "UserGroup")
    return group
