"""Keeps 38 grammars of IRIs, which no document here has, out of the start of the local document store."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMARS = "rfc3987_syntax"


@contextmanager
def without_iri_grammars() -> Iterator[None]:
    """For the import of mongoeco: its jsonschema compiles them whenever it finds that package, in 1.6 s of CPU time.

    A package that is not there it takes for one format less.
    """
    if GRAMMARS in sys.modules:
        yield
        return
    sys.modules[GRAMMARS] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[GRAMMARS]
