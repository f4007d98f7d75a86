"""What is the same after each start: the ids and the age of what the org file describes."""

import hashlib

SEEDED_AT = 1767225600.0
"""When an org of the laptop was set up: 2026-01-01, in epoch seconds."""


def seeded_id(prefix: str, *names: str) -> str:
    """The id of something of the org file, by its name and the names of what it belongs to."""
    return f"{prefix}1{hashlib.sha256(' '.join(names).encode()).hexdigest()[:16]}"
