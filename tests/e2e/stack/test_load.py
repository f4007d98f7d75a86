"""A short load and a small storm, for their decisions: how long they take is the benchmarks' affair."""

from pathlib import Path

from bench.load import measure
from bench.storm import WELL, prepared
from bench.storm_keys import Behaviour

SECONDS = 3.0


def test_under_load_every_decision_is_right() -> None:
    load = measure(SECONDS, connections=4)
    assert load.faults == []
    assert load.sent.requests == sum(map(len, load.sent.latencies.values()))
    assert load.logged


def test_sandboxes_that_start_at_once_ask_for_the_keys_once_each(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        storm = prepared(tmp_path, log).storm(WELL, 4)
    assert [(one.wrong, one.not_checked) for one in storm.survivors] == [([], 0)] * 4
    assert storm.fetches == [1] * 4


def test_without_keys_a_sandbox_lets_nobody_in_and_says_so(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        storm = prepared(tmp_path, log).storm(Behaviour("limits all", per_second=0), 2, patience=0.0)
    assert [(one.wrong, one.right_since, one.not_checked) for one in storm.survivors] == [([], None, 2)] * 2
