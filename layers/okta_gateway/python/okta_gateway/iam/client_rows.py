"""Machine clients as callers see them, and what to warn about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from okta_gateway.access.rules import CurrentRules
from okta_gateway.iam.answers import IncompleteClient
from okta_gateway.store.m2m_registry import M2MRecord
from okta_gateway.store.pending_creations import PendingCreation


def client_members(record: M2MRecord) -> dict[str, Any]:
    return {
        "client_id": record.client_id,
        "name": record.name,
        "description": record.description,
        "groups": list(record.groups),
        "enabled": record.enabled,
        "provider": record.provider,
        "okta_app_id": record.idp_app_id,
        "created_by": record.created_by,
        "created_at": shown_time(record.created_at),
        "updated_at": shown_time(record.updated_at),
    }


def incomplete_client(pending: PendingCreation) -> IncompleteClient:
    return IncompleteClient(
        name=pending.name,
        groups=list(pending.groups),
        created_by=pending.created_by or "",
        started_at=shown_time(pending.started_at) or "",
        okta_app_id=pending.app_id,
    )


def shown_time(seconds: float | None) -> str | None:
    """A time in seconds since 1970 as RFC 3339 writes it."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def group_warnings(rules: CurrentRules, groups: Sequence[str]) -> list[str]:
    """A client's groups are names in our store: one that no rule knows is allowed, and opens nothing yet."""
    known = rules().rules
    return [
        f"No access rule maps the group {group!r}: it opens nothing until one does."
        for group in groups
        if not known.scopes_of([group]).names
    ]
