"""Trials that fail in a reproduction: a table of their own, and seldom the whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.sweeps.reproduce.bench import MadeUp, rows_of


def test_failed_trials_are_told_in_a_table_of_their_own(bench):
    bench.train_with(MadeUp(failing=3))
    done = bench.run("hidden", "layers", points=5, repeats=1)
    reason = "trial 3: diverged: loss became nan"
    assert rows_of(done, "failures") == (("layers", "2 of 5", reason),)
    assert done.without_score == ()
    assert done.exit_code(strict=False) == 0
    assert "loss became nan" in (Path(done.folder) / "reproduction.md").read_text()


def test_an_experiment_without_any_score_fails_the_reproduction(bench):
    bench.train_with(MadeUp(failing=0))
    done = bench.run("baseline", "step_decay", "units", "hyperband", points=3, repeats=1)
    assert done.without_score == ("units", "step_decay", "hyperband")
    assert done.exit_code(strict=False) == done.exit_code(strict=True) == 1
    assert [row[0] for row in rows_of(done, "failures")] == ["units", "step_decay", "hyperband"]
    assert replace(done, interrupted=True).exit_code(strict=False) == 130


def test_nothing_is_said_of_failures_where_there_are_none(bench):
    done = bench.run("hidden", repeats=1)
    assert "failures" not in {table.name for table in done.tables}
