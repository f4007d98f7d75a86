"""What is different between the rules of a file and those of the store: group by group and scope by scope."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from okta_gateway.store.access_rules import Rules


class Change(NamedTuple):
    """A group or a permission that the two do not have alike; None where one of them has no such entry.

    `kind` is `groups` or `permissions`. The order of what an entry lists means nothing.
    """

    kind: str
    name: str
    in_file: tuple[str, ...] | None
    in_store: tuple[str, ...] | None


def differences(file: Rules, store: Rules) -> list[Change]:
    """All of them, groups first, by name."""
    return [change for kind in ("groups", "permissions") for change in _changes(kind, file[kind], store[kind])]


def _changes(kind: str, file: Mapping[str, Sequence[str]], store: Mapping[str, Sequence[str]]) -> list[Change]:
    changes = (Change(kind, name, _entry(file, name), _entry(store, name)) for name in sorted({*file, *store}))
    return [change for change in changes if change.in_file != change.in_store]


def _entry(rules: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...] | None:
    return tuple(sorted(rules[name])) if name in rules else None
