"""Interleaved rounds, under a clock that the operations move."""

import time

import pytest

from bench.interleaved import Operation, Spread, measure, multiples, spread


class Machine:
    """CPU time passes only in what it does."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[str] = []

    def __call__(self) -> float:
        return self.now

    def work(self, task: tuple[str, float]) -> None:
        self.done.append(task[0])
        self.now += task[1]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(time, "thread_time", machine)
    return machine


def test_each_operation_runs_its_batch_in_each_round_and_its_arguments_in_turn(machine: Machine) -> None:
    tasks = [("a", 1.0), ("b", 2.0), ("c", 6.0)]

    times = measure({"short": Operation(machine.work, tasks, batch=2)}, rounds=3)

    assert machine.done == ["a", "b", "c", "a", "b", "c"]
    assert times == {"short": [1.5, 3.5, 4.0]}


def test_what_is_done_before_a_batch_is_not_counted(machine: Machine) -> None:
    def before() -> None:
        machine.work(("before", 100.0))

    times = measure({"task": Operation(machine.work, [("task", 1.0)], batch=2, before=before)}, rounds=2)

    assert machine.done == ["before", "task", "task"] * 2
    assert times == {"task": [1.0, 1.0]}


def test_multiples_are_of_the_unit_in_the_same_round() -> None:
    times = {"unit": [1.0, 10.0, 2.0], "twice": [2.0, 20.0, 4.0]}

    assert multiples(times, "unit") == {"unit": Spread(1, 1, 1), "twice": Spread(2, 2, 2)}


def test_the_spread_leaves_a_tenth_out_on_either_side() -> None:
    assert spread([float(value) for value in range(101)]) == Spread(10, 50, 90)
