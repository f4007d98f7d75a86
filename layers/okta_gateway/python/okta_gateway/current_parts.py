"""What a function makes of settings that hold secrets, kept right while it lives: the secrets may change meanwhile.

They are read again when the store refuses the credentials, and in a copy that was restored from a SnapStart snapshot.
"""

import logging
import threading
import time
from collections.abc import Callable

from okta_gateway.errors import OktaGatewayError, UnexpectedFailure

WAIT_SECONDS = 5.0
"""Half of what all hooks after a restore may take (AWS: "Lambda SnapStart runtime hooks for Python")."""
AGAIN_SECONDS = 10.0
"""While the secrets cannot be read, or are of no use, one request in this time tries it."""
READING = "settings-again"
"""The name of the thread that reads."""

_logger = logging.getLogger(__name__)


class CurrentParts[S, T]:
    """The parts that `make` makes of what `read` reads; it gives what closes their connections, too.

    When the settings are read again, other parts are made if they differ. While they cannot be read, those of before
    serve: most secrets do not change.
    """

    def __init__(
        self,
        read: Callable[[], S],
        make: Callable[[S], tuple[T, Callable[[], None]]],
        *,
        clock: Callable[[], float] = time.time,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        """Raises what `read` and `make` raise."""
        self._read = read
        self._make = make
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._settings = read()
        self._parts, self._close = make(self._settings)
        self._tried_at = clock()
        self._is_read = True

    def __call__(self) -> T:
        """The parts by the settings as they are, or where they could not be read yet, as they were."""
        if not self._is_read:
            self._renew_unless_tried_lately()
        return self._parts

    def credentials_refused(self) -> None:
        """Whoever worked with the parts was refused: have the next request work by what the secret says by then.

        The one that was refused may have done half of its work, and is not repeated.
        """
        self._renew_unless_tried_lately()

    def forget_connections(self) -> None:
        """Close what is connected, and make the parts anew by the same settings."""
        survive("connections not closed", self._close)
        self._parts, self._close = self._make(self._settings)

    def renew(self) -> None:
        """Read the settings again. Takes `wait_seconds` at most: a read that takes longer counts when it is through."""
        self._tried_at = self._clock()
        self._is_read = False
        reading = threading.Thread(
            target=survive, args=("settings not read again", self._read_again), name=READING, daemon=True
        )
        reading.start()
        reading.join(self._wait_seconds)
        if not self._is_read:
            _logger.warning("the secrets of before serve until they can be read again")

    def _renew_unless_tried_lately(self) -> None:
        if not 0 <= self._clock() - self._tried_at < AGAIN_SECONDS:
            self.renew()

    def _read_again(self) -> None:
        settings = self._read()
        if settings != self._settings:
            close = self._close
            self._parts, self._close = self._make(settings)
            self._settings = settings
            survive("connections not closed", close)
        self._is_read = True


def survive(what: str, step: Callable[[], object]) -> None:
    """Take a step that the function can live without; what it raises is logged."""
    try:
        step()
    except OktaGatewayError as error:
        _logger.warning("%s: %s", what, error)
    except Exception as error:  # noqa: BLE001 a defect must neither put a secret into a traceback nor fail a deployment
        _logger.error("%s: %s", what, UnexpectedFailure.of(error))  # noqa: TRY400 without the traceback
