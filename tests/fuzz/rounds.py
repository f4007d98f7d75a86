"""How long to fuzz: a bounded number of the same examples each time, or random ones for FUZZ_SECONDS in all."""

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 0)
BOUNDED = settings(
    max_examples=150,
    deadline=None,
    derandomize=SECONDS == 0,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
"""Without a time limit for an example, which a busy machine would break: work is counted instead."""

_fuzzed: list[str] = []

type Check = Callable[[], None]


def fuzzed(check: Check) -> Check:
    """A test with hypothesis's `given`; with FUZZ_SECONDS it gets its share of them, in rounds of new examples."""
    _fuzzed.append(check.__name__)
    bounded = BOUNDED(check)
    if not SECONDS:
        return bounded

    @pytest.mark.timeout(0)
    def rounds() -> None:
        end = time.monotonic() + SECONDS / len(_fuzzed)
        bounded()
        while time.monotonic() < end:
            bounded()

    rounds.__name__, rounds.__doc__ = check.__name__, check.__doc__
    return rounds
