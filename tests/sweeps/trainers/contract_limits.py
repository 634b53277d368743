"""That fits end when their time is up, and that what fails besides training is told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sweeps.tasks.task import Rows
from sweeps.trainers import time_limit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, History, Outcome
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, Fitting, fit_of, problem_on, same


@dataclass(frozen=True)
class RaisingTask(TinyTask):
    """A task whose rows cannot be had; one frame down, as in real code."""

    error: type[Exception] = KeyError

    def rows(self, split: int) -> Rows:
        return self.read("species")

    def read(self, column: str) -> Rows:
        raise self.error(f"no column {column!r}")


class Pictures(TinyTask):
    """Rows of two by two pixels."""

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:
        return tuple(part.reshape(-1, 2, 2) for part in super().scaled(fitted_on, *parts))


class Clock:
    """Stands still but for a second an epoch, or so many a look."""

    def __init__(self, a_look: float = 0.0) -> None:
        self.now = 0.0
        self.a_look = a_look

    def __call__(self) -> float:
        self.now += self.a_look
        return self.now

    def epoch(self, fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        self.now += 1.0


def begins(history: History, whole: History, epochs: int) -> bool:
    """Whether it is the first so many epochs of the whole one, bit for bit."""
    return history == {name: values[:epochs] for name, values in whole.items()}


def late(outcome: Outcome) -> str:
    """What is said of an outcome whose time was up; it has no figures but its epochs."""
    assert outcome.error is not None
    assert outcome.error.reason == "timed_out"
    assert outcome.metrics.keys() == {"parameters", "epochs"}
    assert outcome.confusion == {}
    return outcome.error.message


class LimitContract(Fitting):
    """Time limits, and errors that are not the network's."""

    def timed(self, *fits: Fit, monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
        """The fits in one pack, by a clock that knows epochs only."""
        clock = Clock()
        monkeypatch.setattr(time_limit, "clock", clock)
        return self.trainer.train(Pack(fits), problem_on(), Progress(clock.epoch))

    def test_a_fit_ends_with_the_epoch_in_which_its_time_is_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (outcome,) = self.timed(fit_of(DEEP, seconds=2.5), monkeypatch=monkeypatch)
        assert late(outcome) == "took longer than 2.5 s; 3 of 9 epochs were trained"
        assert outcome.metrics["epochs"] == 3
        assert begins(outcome.history, self.train(fit_of(DEEP)).history, 3)

    def test_a_fit_that_has_its_last_epoch_behind_it_is_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (outcome,) = self.timed(fit_of(DEEP, budget=3, seconds=2.5), monkeypatch=monkeypatch)
        assert same(outcome, self.train(fit_of(DEEP, budget=3)))
        assert outcome.counted_seconds == pytest.approx(3.0), "its epochs, and nothing besides"

    def test_what_stopped_early_is_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        config = {**DEEP, "early_stopping.patience": 1, "early_stopping.min_delta": 100.0}
        (outcome,) = self.timed(fit_of(config, seconds=2.0), monkeypatch=monkeypatch)
        assert outcome.metrics["epochs"] == 2
        assert same(outcome, self.train(fit_of(config)))

    def test_a_packs_fits_share_the_sum_of_their_times(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Three seconds each: what the short one leaves is the long one's."""
        short = fit_of(DEEP, budget=2, seconds=3.0)
        long = fit_of(DEEP, seed=2, budget=6, seconds=3.0)
        whole, cut = self.timed(short, long, monkeypatch=monkeypatch)
        assert same(whole, self.train(replace(short, seconds=None)))
        together = "2 fits trained together took longer than 6.0 s"
        assert late(cut) == f"{together}; 4 of 6 epochs were trained"
        assert begins(cut.history, self.train(replace(long, seconds=None)).history, 4)

    def test_one_fit_without_a_limit_frees_its_pack(self) -> None:
        bound, free = fit_of(DEEP, budget=2, seconds=0.0), fit_of(DEEP, seed=2, budget=2)
        outcomes = self.trainer.train(Pack((bound, free)), problem_on(), None)
        assert [outcome.error for outcome in outcomes] == [None, None]

    def test_time_passes_without_anybody_watching(self, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = self.train(fit_of(DEEP, budget=200))
        monkeypatch.setattr(time_limit, "clock", Clock(a_look=1.0))
        outcome = self.train(fit_of(DEEP, budget=200, seconds=20.0))
        assert "of 200 epochs were trained" in late(outcome)
        epochs = int(outcome.metrics["epochs"])
        assert 0 < epochs < 200
        assert begins(outcome.history, expected.history, epochs)

    def test_no_time_at_all_leaves_what_a_checkpoint_had(self, tmp_path: Path) -> None:
        rung, end = tmp_path / "rung.npz", tmp_path / "end.npz"
        first = self.train(fit_of(DEEP, budget=3, save_to=str(rung)))
        outcome = self.train(fit_of(DEEP, resume_from=str(rung), save_to=str(end), seconds=0.0))
        assert late(outcome) == "took longer than 0.0 s; 3 of 9 epochs were trained"
        assert outcome.history == first.history
        assert not end.exists(), "a fit that failed is not gone on from"

    def test_a_divergence_is_one_however_late_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bad = fit_of({**DEEP, "optimizer": "sgd", "learning_rate": 1e30}, seconds=0.5)
        (outcome,) = self.timed(bad, monkeypatch=monkeypatch)
        assert outcome.error is not None
        assert (outcome.error.reason, outcome.metrics["epochs"]) == ("diverged", 0)

    def test_a_checkpoint_that_cannot_be_written_is_no_failure_of_the_fit(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        fit = fit_of(DEEP, budget=1, save_to=str(tmp_path / "file" / "end.npz"))
        with pytest.raises(OSError, match="file"):
            self.trainer.train(Pack((fit,)), problem_on(), None)

    @pytest.mark.parametrize("error", [TypeError, OSError, RuntimeError])
    def test_whatever_a_task_raises_is_the_users(self, error: type[Exception]) -> None:
        outcome = self.train(fit_of(DEEP), problem_on(task=RaisingTask(error=error)))
        assert outcome.error is not None
        assert outcome.error.reason == "user_error"
        place = "(in the rows of task 'tiny')"
        assert outcome.error.message == f"{error.__name__}: no column 'species' {place}"
        head, first, *_ = outcome.error.traceback.splitlines()
        assert head == "Traceback (most recent call last):"
        assert first.endswith("in rows"), "it starts in the task's own code"
        assert "in read" in outcome.error.traceback

    def test_rows_that_the_memory_is_not_enough_for(self) -> None:
        outcome = self.train(fit_of(DEEP), problem_on(task=RaisingTask(error=MemoryError)))
        assert outcome.error is not None
        assert outcome.error.reason == "out_of_memory"
        assert outcome.error.message == "MemoryError: no column 'species'"

    def test_pictures_are_no_rows_of_numbers(self) -> None:
        outcome = self.train(fit_of(DEEP), problem_on(task=Pictures()))
        assert outcome.error is not None
        assert outcome.error.reason == "bad_configuration"
        assert outcome.error.message.startswith("task 'tiny': a row has the shape (2, 2); ")
