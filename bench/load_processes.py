"""Watches processes by /proc: resident memory, open files and threads over time (proc_pid_status(5)); Linux only."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

PROC = Path("/proc")
STOP_SECONDS = 5.0


class Sample(NamedTuple):
    """One look at a process: seconds since the start, requests answered by then, and what it has."""

    at: float
    requests: int
    resident_kb: int
    files: int
    threads: int


class Memory(NamedTuple):
    """In kB. In `proportional_kb`, pages that n processes share count 1/n in each (proc_pid_smaps(5))."""

    resident_kb: int
    proportional_kb: int


def family(ancestor: int, proc: Path = PROC) -> list[int]:
    """The process and all below it that run now; none where there is no /proc."""
    parents = {}
    for status in proc.glob("[0-9]*/status"):
        with suppress(OSError):  # it has ended meanwhile
            parents[int(status.parent.name)] = int(_fields(status).get("PPid", "0"))
    found = [ancestor] if ancestor in parents else []
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found


def look(pid: int, at: float, requests: int, proc: Path = PROC) -> Sample | None:
    """A sample of the process; None when it runs no more."""
    try:
        fields = _fields(proc / str(pid) / "status")
        files = sum(1 for _ in (proc / str(pid) / "fd").iterdir())
        return Sample(at, requests, int(fields["VmRSS"].split()[0]), files, int(fields["Threads"]))
    except (OSError, KeyError):
        return None


def memory_of(pid: int, proc: Path = PROC) -> Memory:
    """The memory of a process now; zeros where there is no /proc."""
    try:
        resident = _fields(proc / str(pid) / "status")["VmRSS"]
        proportional = _fields(proc / str(pid) / "smaps_rollup")["Pss"]
    except OSError:
        return Memory(0, 0)
    return Memory(int(resident.split()[0]), int(proportional.split()[0]))


def working_folder(pid: int, proc: Path = PROC) -> str:
    """The name of the folder that a process runs in, which is the code's folder for a function's sandbox."""
    return (proc / str(pid) / "cwd").resolve().name


class Watch:
    """Takes a sample of each process every `interval` seconds until the block ends."""

    def __init__(
        self, processes: Mapping[str, int], count_requests: Callable[[], int], *, interval: float = 1.0
    ) -> None:
        self._processes = processes
        self._count_requests = count_requests
        self._interval = interval
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, name="watch", daemon=True)
        self.samples: dict[str, list[Sample]] = {name: [] for name in processes}

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(STOP_SECONDS)

    def _keep_looking(self) -> None:
        while not self._ended.is_set():
            at, requests = time.monotonic() - self._started, self._count_requests()
            for name, pid in self._processes.items():
                if sample := look(pid, at, requests):
                    self.samples[name].append(sample)
            self._ended.wait(self._interval)


class Growth(NamedTuple):
    """How a process grew. A third of the run is a minute of the full one; kB are of 1,024 bytes, as in /proc."""

    thirds_kb: tuple[float, float, float]
    """The median of each third."""
    noise_kb: float
    """The standard deviation of the samples of the last two thirds about their line."""
    kb_per_1000: float
    """The slope of that line: kB for each 1,000 requests."""
    files: tuple[int, int]
    """Open ones: the medians of the first and the last third."""
    threads: tuple[int, int]
    """Likewise."""


def growth(samples: Sequence[Sample]) -> Growth | None:
    """What the samples say; None for fewer than six, which say nothing.

    The line leaves the first third out: until then the caches fill up, which keep policies and decisions for 60 s.
    """
    if len(samples) < 6:
        return None
    end = samples[-1].at
    thirds = [[sample for sample in samples if _third(sample.at, end) == number] for number in range(3)]
    medians = [statistics.median(sample.resident_kb for sample in third) for third in thirds if third]
    later = [*thirds[1], *thirds[2]]
    requests = [float(sample.requests) for sample in later]
    resident = [float(sample.resident_kb) for sample in later]
    if len(medians) < 3 or len(set(requests)) < 2:
        return None
    line = statistics.linear_regression(requests, resident)
    residuals = (kb - line.slope * count - line.intercept for count, kb in zip(requests, resident, strict=True))
    return Growth(
        (medians[0], medians[1], medians[2]),
        statistics.pstdev(residuals),
        line.slope * 1000,
        _medians(thirds, lambda sample: sample.files),
        _medians(thirds, lambda sample: sample.threads),
    )


def _third(at: float, end: float) -> int:
    return min(int(3 * at / end), 2) if end else 0


def _medians(thirds: Sequence[Sequence[Sample]], figure: Callable[[Sample], int]) -> tuple[int, int]:
    first, last = (statistics.median_high(map(figure, thirds[number])) for number in (0, 2))
    return first, last


def _fields(status: Path) -> dict[str, str]:
    lines = status.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
