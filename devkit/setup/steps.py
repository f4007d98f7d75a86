"""A step of the setup: look whether something is there, and make it where it is not."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from devkit.setup.site import Site


class State(StrEnum):
    """What a look at Okta shows."""

    THERE = "is there"
    CREATE = "create"
    CHANGE = "change"
    INCLUDED = "comes along"
    """With what another step makes."""
    KEPT = "differs, stays as it is"


class Look(NamedTuple):
    """What was seen, and what it is about it that a person should know."""

    state: State
    note: str = ""


class Step(NamedTuple):
    """One step. `look` notes in the site the ids of what is there, `make` those of what it makes or changes."""

    title: str
    look: Callable[[Site], Look]
    make: Callable[[Site], None]


class Planned(NamedTuple):
    """A step, and what there is to do for it."""

    step: Step
    look: Look

    @property
    def is_to_do(self) -> bool:
        return self.look.state in (State.CREATE, State.CHANGE)


THERE, CREATE = Look(State.THERE), Look(State.CREATE)


def there_or(exists: object) -> Look:
    return THERE if exists else CREATE
