"""Which user or group a caller means: the one with exactly this id, else the one with exactly this name.

Nothing is guessed from how the text looks. Only what cannot be an id of Okta's, which are letters and digits, is not
looked up as one.
"""

import re
from collections.abc import Sequence

from okta_gateway.iam.errors import GroupNotEditable, GroupsUnknown, GroupUnknown, NameAmbiguous, UserUnknown
from okta_gateway.okta.groups import OktaGroups
from okta_gateway.okta.models import OktaGroup, OktaUser
from okta_gateway.okta.users import OktaUsers

OKTA_GROUP = "OKTA_GROUP"
"""The only type of group that can be changed through Okta's API."""
NO_SEGMENT = frozenset({"", ".", ".."})
"""Cannot stand in a path (RFC 3986, section 5.2.4); nobody's login is one of them."""
_ID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


def find_user(users: OktaUsers, text: str) -> OktaUser:
    """The user. Raises UserUnknown."""
    user = None if text in NO_SEGMENT else users.named(text)
    if user is None:
        raise UserUnknown(f"no user has the id or login {text!r}")
    return user


def find_group(groups: OktaGroups, text: str) -> OktaGroup:
    """The group. Raises GroupUnknown or NameAmbiguous."""
    found = _groups_called(groups, text)
    if not found:
        raise GroupUnknown(f"no group has the id or name {text!r}")
    return found[0]


def find_groups(groups: OktaGroups, texts: Sequence[str]) -> list[OktaGroup]:
    """All of the groups, each once. Raises GroupsUnknown that names every one that is missing, or NameAmbiguous."""
    found = {text: _groups_called(groups, text) for text in dict.fromkeys(texts)}
    if missing := [text for text, matches in found.items() if not matches]:
        raise GroupsUnknown("there are no groups " + ", ".join(repr(text) for text in missing))
    return list({matches[0].id: matches[0] for matches in found.values()}.values())


def _groups_called(groups: OktaGroups, text: str) -> list[OktaGroup]:
    """None or one. Raises NameAmbiguous."""
    if _can_be_an_id(text) and (group := groups.find(text)):
        return [group]
    named = groups.named(text)
    if len(named) > 1:
        ids = ", ".join(f"{group.id} ({group.type})" for group in named)
        raise NameAmbiguous(f"several groups are called {text!r}: {ids}")
    return named


def demand_editable(groups: Sequence[OktaGroup]) -> None:
    """Raise GroupNotEditable for groups whose members Okta does not let anybody change."""
    if foreign := [f"{group.name} ({group.type})" for group in groups if group.type != OKTA_GROUP]:
        raise GroupNotEditable(f"these are managed elsewhere: {', '.join(foreign)}")


def _can_be_an_id(text: str) -> bool:
    """`me` is Okta's word for the owner of the credential."""
    return text != "me" and _ID.fullmatch(text) is not None
