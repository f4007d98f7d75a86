"""The stopwatch, under a clock that the functions move."""

import types

import pytest

from bench import stopwatch
from bench.stopwatch import NO_OVERHEAD, Step, Stopwatch, profile
from tests.tokens import FakeClock


@pytest.fixture
def kitchen(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Functions that call each other: a meal takes 1 s, and in it a soup 10 s and a roast 100 s with a soup in it."""
    monkeypatch.setattr(stopwatch, "Stopwatch", lambda: Stopwatch(clock))
    monkeypatch.setattr(stopwatch, "_calibrated", lambda: NO_OVERHEAD)
    made = types.SimpleNamespace()

    def soup() -> str:
        clock.advance(10)
        return "soup"

    def roast() -> list[str]:
        clock.advance(100)
        return [made.soup(), "roast"]

    def meal(guest: str) -> list[str]:
        clock.advance(1)
        if guest == "nobody":
            raise LookupError(guest)
        return [made.soup(), *made.roast()]

    def serve(guest: str) -> list[str]:
        menu: list[str] = made.meal(guest)
        return menu

    made.soup, made.roast, made.meal, made.serve = soup, roast, meal, serve
    return made


def _steps(kitchen: types.SimpleNamespace) -> list[Step]:
    return [Step("meal", kitchen, "meal"), Step("roast", kitchen, "roast"), Step("soup", kitchen, "soup")]


def test_each_step_is_charged_with_its_own_time_in_all_its_calls(kitchen: types.SimpleNamespace) -> None:
    measured = profile(kitchen.serve, ["ada", "grace"], _steps(kitchen))

    assert measured == {"meal": 1, "roast": 100, "soup": 20}


def test_steps_of_one_name_are_one_row(kitchen: types.SimpleNamespace) -> None:
    steps = [step._replace(name="cooking") if step.name != "meal" else step for step in _steps(kitchen)]

    assert profile(kitchen.serve, ["ada"], steps) == {"meal": 1, "cooking": 120}


def test_a_step_that_is_never_called_costs_nothing(kitchen: types.SimpleNamespace) -> None:
    assert profile(lambda _guest: kitchen.soup(), ["ada"], _steps(kitchen)) == {"meal": 0, "roast": 0, "soup": 10}


def test_a_step_that_fails_is_charged_too(kitchen: types.SimpleNamespace) -> None:
    def call(guest: str) -> None:
        with pytest.raises(LookupError):
            kitchen.meal(guest)

    assert profile(call, ["nobody"], _steps(kitchen)) == {"meal": 1, "roast": 0, "soup": 0}


def test_the_functions_are_as_before_afterwards(kitchen: types.SimpleNamespace) -> None:
    before = vars(kitchen).copy()
    profile(kitchen.serve, ["ada"], _steps(kitchen))

    assert vars(kitchen) == before


def test_what_the_stopwatch_costs_is_taken_off(clock: FakeClock) -> None:
    watch = Stopwatch(clock)
    overhead = stopwatch.Overhead(inner=2, outer=3)

    def callee() -> None:
        clock.advance(10)

    measured = watch.timed("callee", callee, overhead)

    def caller() -> None:
        clock.advance(50)
        measured()
        clock.advance(3)  # leaving the callee, as the stopwatch was calibrated

    watch.timed("caller", caller, overhead)()

    assert watch.lap() == {"callee": 8, "caller": 48}
    assert watch.lap() == {}
