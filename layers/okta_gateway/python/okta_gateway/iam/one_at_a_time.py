"""Changes that must not run side by side, over all sandboxes: each holds a lease in the store while it works."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from okta_gateway.errors import CheckFailed
from okta_gateway.iam.errors import ChangeUnderWay
from okta_gateway.store.leases import Leases

LEASE_SECONDS = 60
"""Longer than the function may run (28 s): a lease never ends while its holder works, only after it was killed."""
WAIT_SECONDS = 5.0
PAUSE_SECONDS = 0.1
_logger = logging.getLogger(__name__)


class OneAtATime:
    """Hands out the leases."""

    def __init__(
        self,
        leases: Leases,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        new_holder: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._sleep = sleep
        self._new_holder = new_holder

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Run the block while nobody else runs one for `what`. Raises ChangeUnderWay when that takes too long."""
        holder = self._new_holder()
        try:
            self._take(what, holder)
            yield
        finally:
            self._release(what, holder)

    def _release(self, what: str, holder: str) -> None:
        """A lease that cannot be given back ends by itself: what was done under it stands."""
        try:
            self._leases.release(what, holder)
        except CheckFailed as error:
            _logger.warning("the lease %r ends by itself in %s s: %s", what, LEASE_SECONDS, error)

    def _take(self, what: str, holder: str) -> None:
        give_up = self._clock() + WAIT_SECONDS
        while not self._leases.take(what, holder, LEASE_SECONDS):
            if self._clock() >= give_up:
                raise ChangeUnderWay(f"another change holds the lease {what!r}")
            self._sleep(PAUSE_SECONDS)
