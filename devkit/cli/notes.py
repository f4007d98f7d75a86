"""What the product's code says in its log while a command runs: kept, to be shown below the answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if line not in self.lines:
            self.lines.append(line)


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Yield the list that the warnings of okta_gateway go to until the block ends."""
    logger, handler = logging.getLogger("okta_gateway"), _Kept()
    level = logger.level  # wiring sets it, as a function of its own would want it
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
