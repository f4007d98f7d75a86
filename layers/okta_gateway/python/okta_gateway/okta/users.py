"""Users of the org (Okta: "Users API")."""

import re
from collections.abc import Mapping, Sequence

from okta_gateway.okta.api import ONESELF, OktaApi, Parameters
from okta_gateway.okta.errors import OktaNotFound, OktaStateRefused
from okta_gateway.okta.models import OktaGroup, OktaUser, Page, read_all, read_group, read_user
from okta_gateway.okta.search import equals, starts_with

_SEARCHED = ("profile.login", "profile.email", "profile.firstName", "profile.lastName")
_IN_NO_LOGIN = re.compile(r"[\x00-\x1f\x7f]")
_ACTIVATED = frozenset({"ACTIVE", "PROVISIONED"})
_DEACTIVATED = frozenset({"DEPROVISIONED"})


class OktaUsers:
    """Every method raises what OktaApi raises; ids that cannot be one are a ValueError before anything is sent."""

    def __init__(self, api: OktaApi) -> None:
        self._api = api

    def find(self, id_or_login: str) -> OktaUser | None:
        """The user that Okta finds; it also takes the part of a login before the @, where that is unambiguous."""
        if id_or_login == ONESELF:
            return None
        try:
            return self._api.get("/users/{}", id_or_login).read(read_user)
        except OktaNotFound:
            return None

    def _filtered(self, login: str) -> OktaUser | None:
        """Logins with a slash cannot be asked for by a path (Okta: "Get a user")."""
        page = self._api.page("/users", read=read_user, params={"filter": equals("profile.login", login), "limit": 2})
        return next(iter(page.items), None)

    def named(self, id_or_login: str) -> OktaUser | None:
        """The user whose id or whole login this is; case matters in ids only."""
        if _IN_NO_LOGIN.search(id_or_login):
            return None
        user = self._filtered(id_or_login) if "/" in id_or_login else self.find(id_or_login)
        if user and (user.id == id_or_login or user.login.casefold() == id_or_login.casefold()):
            return user
        return None

    def search(self, text: str | None, limit: int, after: str | None) -> Page[OktaUser]:
        """One page, in one call, of those whose login, e-mail, first or last name starts with the text.

        A search lags behind changes and includes deactivated users; without a text neither is so (Okta: "List all
        users"). `limit` is at most 200.
        """
        search = None if text is None else starts_with(_SEARCHED, text)
        return self._api.page("/users", read=read_user, params={"search": search, "limit": limit, "after": after})

    def create(
        self, profile: Mapping[str, str], group_ids: Sequence[str], password: str | None, *, activate: bool
    ) -> OktaUser:
        """Create a user in these groups. Activated without a password, they get an e-mail and are PROVISIONED."""
        body: dict[str, object] = {"profile": dict(profile)}
        if group_ids:
            body["groupIds"] = list(group_ids)
        if password is not None:
            body["credentials"] = {"password": {"value": password}}
        secrets = () if password is None else (password,)
        answer = self._api.create("/users", body=body, params={"activate": str(activate).lower()}, secrets=secrets)
        return answer.read(read_user)

    def update(self, user_id: str, profile: Mapping[str, str]) -> OktaUser:
        """Change these members of the profile; the others stay."""
        return self._api.post("/users/{}", user_id, body={"profile": dict(profile)}).read(read_user)

    def activate(self, user_id: str) -> None:
        """Activate a user who was staged or deactivated, by e-mail. One whom that has happened to is no error."""
        # Without the e-mail Okta answers with a link that is as good as a password.
        self._become(_ACTIVATED, "/users/{}/lifecycle/activate", user_id, {"sendEmail": "true"})

    def deactivate(self, user_id: str) -> None:
        """Deactivate a user: DEPROVISIONED, whose sessions and tokens end. One who is that already is no error."""
        self._become(_DEACTIVATED, "/users/{}/lifecycle/deactivate", user_id)

    def _become(self, statuses: frozenset[str], template: str, user_id: str, params: Parameters | None = None) -> None:
        """Change a user's state. A refusal is none when that is the state already, as after an answer that was lost."""
        try:
            self._api.post(template, user_id, params=params)
        except OktaStateRefused:
            user = self.find(user_id)
            if user is None or user.status not in statuses:
                raise

    def delete(self, user_id: str) -> None:
        """One DELETE, which only deactivates a user who is not DEPROVISIONED; the next one deletes.

        Never repeated by itself, since a repetition does more. Raises OktaOutcomeUnknown when the answer was lost.
        """
        self._api.delete_once("/users/{}", user_id)

    def end_sessions(self, user_id: str) -> None:
        """End the user's sessions at Okta, and revoke their access and refresh tokens."""
        self._api.delete("/users/{}/sessions", user_id, params={"oauthTokens": "true"})

    def groups(self, user_id: str) -> list[OktaGroup]:
        """All groups of the user, those of directories and Everyone included."""
        pages = self._api.pages("/users/{}/groups", user_id)
        return [group for page in pages for group in read_all(page, read_group)]
