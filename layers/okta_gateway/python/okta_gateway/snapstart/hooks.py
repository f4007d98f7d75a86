"""The two runtime hooks of SnapStart: one before Lambda takes the snapshot, one in each copy that it restores.

An exception in the first would fail the publication of the version, one in the second the invocation that waits for
the copy, and so would a second hook of more than 10 s (AWS: "Lambda SnapStart runtime hooks for Python"). Neither is
worth it: what a hook did not prepare, the first request that needs it does, as after any cold start.
"""

import gc
import os
import random
import ssl
import threading
from collections.abc import Callable

from okta_gateway.current_parts import survive
from okta_gateway.tokens.key_fetch import TOTAL_SECONDS

SEED_BYTES = 32
KEY_FETCH = "key-fetch"
"""The name of threads that fetch keys (`tokens/key_fetch.py`)."""


def register(before_snapshot: Callable[[], None], after_restore: Callable[[], None]) -> None:
    """Have Lambda's runtime client call these; what they raise is logged and survived."""
    # It comes with every Python runtime, and so with none of our packages.
    from snapshot_restore_py import (  # type: ignore[import-untyped]
        register_after_restore,
        register_before_snapshot,
    )

    def before() -> None:
        survive("before the snapshot", before_snapshot)
        _wait_for_key_fetches()
        # Clients of AWS are parts of reference cycles: their connections close when the collector finds them.
        gc.collect()

    def after() -> None:
        survive("after the restore, random numbers", _renew_randomness)
        survive("after the restore", after_restore)

    register_before_snapshot(before)
    register_after_restore(after)


def _wait_for_key_fetches() -> None:
    """One may be under way that a rehearsal began; its connection would be dead in every copy."""
    for thread in threading.enumerate():
        if thread.name == KEY_FETCH:
            thread.join(TOTAL_SECONDS)


def _renew_randomness() -> None:
    """Two sources that are alike in all copies: they spread retries (pymongo, botocore), and OpenSSL's make TLS keys.

    What the gateway itself draws comes from os.urandom, also by way of `secrets` and `uuid`, which differs (AWS:
    "Handling uniqueness with Lambda SnapStart").
    """
    random.seed()
    ssl.RAND_add(os.urandom(SEED_BYTES), SEED_BYTES)
