"""Sends planned requests over several connections for a while, and compares every answer with the expected one."""

import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.traffic import Kind, Planned, Traffic, fault_of
from bench.traffic_tokens import NOT_ASKED

TIMEOUT = 40.0  # seconds; API Gateway itself gives up after 29
MAX_DESCRIBED = 20
"""Of wrong answers; all are counted."""

type Answer = tuple[int, bytes]
type Exchange = Callable[[Planned], Answer]
"""Sends a request over a connection of its own thread. Raises OSError and http.client.HTTPException."""


@dataclass
class Sent:
    """What was sent and what came back. Latencies are seconds, in the order of the answers."""

    seconds: float = 0.0
    latencies: dict[Kind, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    """By code of the authorizer's log: how many decisions it has to have logged, at least."""
    names: Counter[str] = field(default_factory=Counter)
    """By class of hostile request or caller."""
    wrong: int = 0
    described: list[str] = field(default_factory=list)
    """The first wrong answers in words, without tokens."""

    @property
    def requests(self) -> int:
        """All that were sent, answered or not."""
        return sum(self.names.values())

    def note(self, planned: Planned, status: int, fault: str, seconds: float) -> None:
        """Count an answer; status 0 stands for none."""
        self.names[planned.name] += 1
        self.statuses[status] += 1
        if planned.expected.code != NOT_ASKED:
            self.asked[planned.expected.code] += 1
        if status:
            self.latencies[planned.kind].append(seconds)
        if fault:
            self.wrong += 1
            if len(self.described) < MAX_DESCRIBED:
                self.described.append(f"{planned.name}: {planned.method} {planned.path}: {fault}")


class Sender:
    """Keeps `connections` threads busy: each sends its next request when its last one is answered."""

    def __init__(
        self,
        traffic: Traffic,
        connect: Callable[[], AbstractContextManager[Exchange]],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._traffic = traffic
        self._connect = connect
        self._clock = clock
        self._lock = threading.Lock()
        self._sent = Sent()

    def send(self, seconds: float, connections: int) -> Sent:
        """Send until the time is over and every request answered."""
        started = self._clock()
        with ThreadPoolExecutor(connections) as pool:
            # As a list: what goes wrong in a thread is raised here.
            list(pool.map(self._keep_sending, [started + seconds] * connections))
        self._sent.seconds = self._clock() - started
        return self._sent

    def count(self) -> int:
        """How many requests were answered so far."""
        with self._lock:
            return self._sent.requests

    def _keep_sending(self, until: float) -> None:
        with self._connect() as exchange:
            while self._clock() < until:
                self.send_one(self._traffic.next(), exchange)

    def send_one(self, planned: Planned, exchange: Exchange) -> None:
        """Send one request and judge its answer."""
        started = self._clock()
        try:
            status, body = exchange(planned)
        except (OSError, http.client.HTTPException) as error:
            status, fault = 0, f"no answer: {type(error).__name__}: {error}"
        else:
            fault = fault_of(planned.expected, status, _parsed(body))
        seconds = self._clock() - started
        with self._lock:
            self._sent.note(planned, status, fault, seconds)
        if not fault:
            self._traffic.answered(planned)


@contextmanager
def http_exchange(gateway: str) -> Iterator[Exchange]:
    """Exchanges over one connection, which is opened anew after a failure."""
    address = urlsplit(gateway)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)

    def exchange(planned: Planned) -> Answer:
        try:
            connection.putrequest(planned.method, planned.path, skip_accept_encoding=True)
            for value in planned.authorization:
                connection.putheader("Authorization", value)
            connection.putheader("Content-Length", "0")
            connection.endheaders()
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise

    with closing(connection):
        yield exchange


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
