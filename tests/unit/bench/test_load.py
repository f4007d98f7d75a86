"""The load's verdicts: what the authorizer's log must say, and what counts as growth."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.load import Load, asked_again, log_faults, report
from bench.load_processes import Growth, Memory, Sample, family, growth, look, memory_of, working_folder
from bench.traffic import Expected, Kind, Planned
from bench.traffic_sender import Sent

ASKED = Counter({"none": 3, "no_groups": 1, "token_expired": 2})


@pytest.mark.parametrize(
    ("logged", "faults"),
    [
        ({"none": 3, "no_groups": 1, "token_expired": 2}, []),
        ({"none": 4, "no_groups": 2, "token_expired": 2}, []),
        ({"none": 4, "no_groups": 1, "token_expired": 1}, ["1 x token_expired instead of 2"]),
        (
            {"none": 3, "no_groups": 1, "token_expired": 1, "token_malformed": 1},
            ["1 x token_expired instead of 2", "1 x token_malformed instead of 0"],
        ),
        ({"none": 3, "no_groups": 1, "token_expired": 3}, ["3 x token_expired instead of 2"]),
        ({"none": 2, "no_groups": 1, "token_expired": 2}, ["2 x none instead of 3"]),
        ({**ASKED, "store_unavailable": 1}, ["1 x store_unavailable instead of 0"]),
        ({**ASKED, "groups_without_scopes": 1}, ["1 x groups_without_scopes instead of 0"]),
    ],
    ids=[
        "as sent",
        "asked again",
        "let in",
        "another code",
        "too often",
        "not logged",
        "could not check",
        "no such one",
    ],
)
def test_the_log_must_have_the_codes_that_the_requests_led_to(logged: dict[str, int], faults: list[str]) -> None:
    found = log_faults(ASKED, Counter(logged))
    assert found == [f"the authorizer logged {fault}" for fault in faults]


def a_load(*, wrong: bool = False, blocks: Sequence[int] = (), ended: tuple[str, ...] = ()) -> Load:
    sent = Sent(seconds=2.0)
    bad = Planned(Kind.REFUSED, "expired", "GET", "/api/servers", ("Bearer a.b.c",), Expected(401, "token_expired", {}))
    sent.note(bad, 401, "", 0.010)
    sent.note(bad, 200 if wrong else 401, "200 instead of 401" if wrong else "", 0.030)
    logged = Counter({"token_expired": 1, "none": 1} if wrong else {"token_expired": 2})
    return Load(sent, logged, {}, 3, blocks, ended)


def test_a_right_load_has_no_faults_and_a_report_says_how_fast_it_was() -> None:
    assert a_load().faults == []
    text = report(a_load(), 8)
    assert "- 2 requests in 2 s, 1 a second: 2 x 401" in text
    assert "| bad token | 2 | 10.0 | 30.0 | 30.0 | 30.0 | 30.0 |" in text
    assert "WRONG" not in text


def test_a_bad_token_that_was_let_in_is_told_by_its_answer_and_by_the_log() -> None:
    text = report(a_load(wrong=True), 8)
    assert "- 1 wrong answers" in text
    assert "- WRONG: expired: GET /api/servers: 200 instead of 401" in text
    assert "- WRONG: the authorizer logged 1 x token_expired instead of 2" in text


def test_the_report_says_what_is_in_use_in_each_third() -> None:
    text = report(a_load(blocks=[1000, 1000, 5000, 7000, 6000, 6000]), 8)
    assert "medians of the thirds: 1, 6, 6; within the second third 5 to 7." in text


def test_a_process_that_ended_is_a_fault() -> None:
    assert a_load(ended=("sandbox token_authorizer",)).faults == ["sandbox token_authorizer ended during the load"]


def test_policies_asked_for_again_are_those_beyond_the_new_tokens() -> None:
    sent = Sent(asked=Counter({"none": 3}))
    assert asked_again(Load(sent, Counter({"none": 5, "token_expired": 9}), {}, 0)) == 2


def samples(resident: list[int]) -> list[Sample]:
    """One a second, a hundred requests each."""
    return [Sample(float(second), second * 100, kb, 10 + second, 4) for second, kb in enumerate(resident)]


FILLING = [1000, 3000, 5000, 7000, 9000, 10000]
"""The first third, in which caches fill up."""


def test_caches_that_fill_in_the_first_third_are_no_growth() -> None:
    found = growth(samples(FILLING + [10000] * 12))
    assert found == Growth((6000, 10000, 10000), 0, 0, (13, 25), (4, 4))


def test_growth_after_that_is_so_many_kb_for_each_1000_requests() -> None:
    found = growth(samples(FILLING + [10000 + 50 * second for second in range(12)]))
    assert found
    assert found.kb_per_1000 == pytest.approx(500)
    assert found.noise_kb == pytest.approx(0, abs=1e-6)


def test_what_goes_up_and_down_is_noise() -> None:
    found = growth(samples(FILLING + [10000, 10400, 10400, 10000] * 3))
    assert found
    assert abs(found.kb_per_1000) < 10
    assert found.noise_kb == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize("few", [[], [1, 2, 3, 4, 5]], ids=["none", "five"])
def test_few_samples_say_nothing(few: list[int]) -> None:
    assert growth(samples(few)) is None


def test_samples_without_requests_say_nothing() -> None:
    assert growth([Sample(float(second), 0, 1000, 3, 1) for second in range(12)]) is None


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Process 20 with its child 30 and grandchild 40, a stranger 50, and 60, which has just ended."""
    for pid, parent in ((20, 1), (30, 20), (40, 30), (50, 1)):
        folder = tmp_path / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "fd" / "0").touch()
        (folder / "status").write_text(f"Name:\tpython\nPPid:\t{parent}\nVmRSS:\t{pid}000 kB\nThreads:\t{pid}\n")
        (folder / "smaps_rollup").write_text(f"Rss: {pid}000 kB\nPss:  {pid}00 kB\n")
        (folder / "cwd").symlink_to(tmp_path / f"code_{pid}")
    (tmp_path / "60").mkdir()
    return tmp_path


def test_a_family_is_a_process_and_all_below_it(proc: Path) -> None:
    assert family(20, proc) == [20, 30, 40]
    assert family(60, proc) == []
    assert family(20, proc / "nothing here") == []


def test_a_sample_is_what_the_kernel_says(proc: Path) -> None:
    assert look(30, 1.5, 7, proc) == Sample(1.5, 7, 30000, 1, 30)
    assert memory_of(30, proc) == Memory(30000, 3000)
    assert working_folder(30, proc) == "code_30"


def test_of_a_process_that_ended_there_is_no_sample(proc: Path) -> None:
    assert look(60, 1.5, 7, proc) is None
    assert memory_of(60, proc) == Memory(0, 0)
