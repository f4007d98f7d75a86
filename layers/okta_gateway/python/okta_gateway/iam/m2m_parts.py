"""What the use cases of machine clients work with."""

from typing import NamedTuple

from okta_gateway.access.rules import CurrentRules
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.iam.one_at_a_time import OneAtATime
from okta_gateway.store.m2m_registry import M2MRegistry
from okta_gateway.store.pending_creations import PendingCreations


class M2MParts(NamedTuple):
    """Okta, the two collections, the rules that say what groups open, and what every change needs."""

    okta: OktaNeeded
    registry: M2MRegistry
    pending: PendingCreations
    rules: CurrentRules
    one_at_a_time: OneAtATime
    audit: AuditTrail
    effects: Effects
    own_client_id: str | None
    """The service application by which this API itself calls Okta: hands off."""
