"""Which scopes a group brings: shown always, changed where the rules are in the store (SCOPES_SOURCE=documentdb)."""

from collections.abc import Sequence
from typing import Literal

from okta_gateway.access.rules import CurrentRules
from okta_gateway.iam.actor import Actor
from okta_gateway.iam.administrators import Administrators, without_groups
from okta_gateway.iam.answers import ChangedGroupScopes, GroupScopes
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.errors import OktaCredentialMissing, RulesInFile, ScopesUnknown
from okta_gateway.iam.names import find_group
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.store.access_rules import AccessRuleCollections


class GroupScopeRules:
    """The rules of one group; `stored` is None where they are a file."""

    def __init__(
        self,
        okta: OktaNeeded,
        stored: AccessRuleCollections | None,
        rules_now: CurrentRules,
        administrators: Administrators,
        audit: AuditTrail,
        effects: Effects,
    ) -> None:
        self._okta = okta
        self._stored = stored
        self._rules_now = rules_now
        self._administrators = administrators
        self._audit = audit
        self._effects = effects

    def get(self, text: str) -> GroupScopes:
        name, _ = self._group(text)
        return GroupScopes(
            group=name, scopes=list(self._rules_now().rules.scopes_of([name]).names), source=self._source
        )

    def replace(self, actor: Actor, text: str, scopes: Sequence[str]) -> ChangedGroupScopes:
        """Exactly these scopes; none removes the rule. Raises RulesInFile or ScopesUnknown, or as the guard."""
        if self._stored is None:
            raise RulesInFile
        wanted = sorted(set(scopes))
        with self._administrators.alone() as guard:
            name, group_id = self._group(text)
            before = list(guard.rules.scopes_of([name]).names)
            if unknown := guard.rules.undefined(wanted):
                raise ScopesUnknown(f"not in idp_scope_permissions: {', '.join(unknown)}")
            if guard.makes_administrators(name) and guard.admin_scope not in wanted:
                if group_id is None:
                    raise OktaCredentialMissing(
                        f"whether {name!r} may lose {guard.admin_scope} depends on who is in it"
                    )
                same_name = self._okta().groups.named(name)
                guard.demand_some_left(actor, without_groups(frozenset(group.id for group in same_name)))
            with self._audit.change(actor, "group.scopes", name, before) as change:
                self._stored.set_group_scopes(name, wanted)
                change.after = wanted
        return ChangedGroupScopes(
            group=name, scopes=wanted, source=self._source, takes_effect=self._effects.of_rule_change()
        )

    @property
    def _source(self) -> Literal["file", "documentdb"]:
        return "file" if self._stored is None else "documentdb"

    def _group(self, text: str) -> tuple[str, str | None]:
        """Name and id. Without Okta the text is the name: rules are kept by it."""
        if not self._okta.is_there:
            return text, None
        group = find_group(self._okta().groups, text)
        return group.name, group.id
