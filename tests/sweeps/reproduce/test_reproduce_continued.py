"""Reproductions that were broken off, and what `--continue` takes over from them."""

from __future__ import annotations

from dataclasses import replace
from signal import SIGINT, SIGTERM

import pytest

from sweeps import coordinator
from sweeps.watcher import Ending, Summary
from tests.sweeps.reproduce.bench import MadeUp, rows_of


def test_an_interruption_stops_cleanly_and_can_be_continued(bench):
    bench.train_with(MadeUp(interrupting=3))
    broken = bench.run("hidden", "layers", "units", points=5, repeats=1)
    assert broken.interrupted
    assert broken.exit_code(strict=True) == 130
    assert [summary.ending for summary in bench.watcher.summaries] == ["finished", "interrupted"]
    assert any("--continue" in line for line in bench.said)
    bench.train_with(MadeUp())
    done = bench.run("hidden", "layers", "units", points=5, repeats=1, go_on=True)
    assert not done.interrupted
    # hidden is taken over, layers goes on where it stopped, units is new.
    assert [result.trial.number for result in bench.watcher.results] == [3, 4, 0, 1, 2, 3, 4]
    assert any("penguins-hidden: taken from sweep" in line for line in bench.said)


def test_what_was_stopped_for_good_is_run_anew(bench):
    bench.train_with(MadeUp(interrupting=3))
    bench.run("layers", points=5, repeats=1)
    (broken,) = bench.watcher.summaries
    coordinator.conclude(
        broken.sweep_id, "stopped", store=bench.store, tracker=lambda: bench.tracker
    )
    bench.train_with(MadeUp())
    done = bench.run("layers", points=5, repeats=1, go_on=True)
    assert not done.interrupted
    assert [result.trial.number for result in bench.watcher.results] == [0, 1, 2, 3, 4]


def signalled(monkeypatch: pytest.MonkeyPatch, number: int, ending: Ending) -> None:
    """The signal comes while a sweep closes: its summary has it, whatever became of the sweep."""
    run = coordinator.run

    def with_signal(*args: object, **options: object) -> Summary:
        return replace(run(*args, **options), signal=number, ending=ending)  # type: ignore[arg-type]

    monkeypatch.setattr(coordinator, "run", with_signal)


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
@pytest.mark.parametrize("ending", ["finished", "out_of_time"])
def test_a_signal_while_a_sweep_closes_ends_the_whole(bench, monkeypatch, number, code, ending):
    with monkeypatch.context() as patch:
        signalled(patch, number, ending)
        broken = bench.run("hidden", "step_decay", repeats=1)
    assert broken.interrupted
    assert broken.exit_code(strict=True) == code
    assert len(bench.watcher.summaries) == 1
    assert any("--continue" in line for line in bench.said)
    # What was finished counts: its rows are in the table, and it is not trained again.
    assert {row[0] for row in rows_of(broken, "single_runs")} >= {"no hidden layer"}
    done = bench.run("hidden", "step_decay", repeats=1, go_on=True)
    assert done.exit_code(strict=False) == 0
    assert len(bench.watcher.results) == 1


def test_a_terminated_reproduction_says_so_by_its_exit_code(bench, monkeypatch):
    signalled(monkeypatch, SIGTERM, "interrupted")
    assert bench.run("hidden", repeats=1).exit_code(strict=False) == 143


def test_without_continue_everything_is_run_anew(bench):
    bench.run("step_decay", repeats=1)
    bench.run("step_decay", repeats=1)
    assert len(bench.watcher.results) == 1


def test_continue_does_not_take_over_a_sweep_of_other_settings(bench):
    bench.run("step_decay", repeats=1)
    bench.run("step_decay", repeats=2, go_on=True)
    assert len(bench.watcher.results) == 1
