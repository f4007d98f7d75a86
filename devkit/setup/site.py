"""An org on its way: who asks, what is wanted, and the ids of what has been found or made so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from devkit.setup.wanted import Wanted
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.groups import OktaGroups

SERVERS, SERVER = "/authorizationServers", "/authorizationServers/{}"
PAGE_SIZE = 200


@dataclass
class Site:
    """One org. An id is empty as long as there is nothing that has it.

    `known` are all settings, `learned` those among them that Okta told us: they are to be written down after each
    step, so that a secret that Okta shows once is not lost with what comes after it.
    """

    api: OktaApi
    wanted: Wanted
    known: dict[str, str] = field(repr=False)
    learned: dict[str, str] = field(default_factory=dict, repr=False)
    server_id: str = ""
    policy_id: str = ""
    app_ids: dict[str, str] = field(default_factory=dict)
    """By the setting that names the application."""
    group_ids: dict[str, str] = field(default_factory=dict)
    """By the group's name."""

    @property
    def apps(self) -> OktaApps:
        return OktaApps(self.api)

    @property
    def groups(self) -> OktaGroups:
        return OktaGroups(self.api)

    def learn(self, **settings: str) -> None:
        """Note settings that the gateway needs."""
        self.known |= settings
        self.learned |= settings

    def named(self, name: str, template: str, *ids: str, **params: str | int) -> dict[str, Any] | None:
        """The record of a list that has this name, if the list's owner is there at all."""
        if not all(ids):
            return None
        records = self._records(template, *ids, **params)
        return next((record for record in records if record.get("name") == name), None)

    @property
    def scopes(self) -> list[dict[str, Any]]:
        """The scopes of the server, if that is there."""
        return list(self._records(f"{SERVER}/scopes", self.server_id, limit=PAGE_SIZE)) if self.server_id else []

    def claim(self, kind: str) -> dict[str, Any] | None:
        """The groups claim of a kind of tokens."""
        if not self.server_id:
            return None
        claims = self._records(f"{SERVER}/claims", self.server_id)
        return next((each for each in claims if (each.get("name"), each.get("claimType")) == ("groups", kind)), None)

    def _records(self, template: str, *ids: str, **params: str | int) -> Iterator[dict[str, Any]]:
        pages = self.api.pages(template, *ids, params=params)
        return (record for page in pages for record in page if isinstance(record, dict))
