from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sweeps.executors.inline import Inline
from sweeps.price.layout import laid_out
from sweeps.price.pace import Taken
from sweeps.price.trying import Found, Trying
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.price.rehearsed import parts_of


@dataclass(frozen=True)
class Clocked:
    """Takes 2 s at first, 0.1 s a fit and 0.5 s an epoch, by a clock that is turned by hand."""

    clock: list[float] = field(default_factory=lambda: [0.0])
    trained: list[tuple[int, int]] = field(default_factory=list)
    stops_at: int = 1000
    fit: float = 0.1

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        (fit,) = pack.fits
        epochs = min(fit.budget, self.stops_at)
        self.clock[0] += (0.0 if self.trained else 2.0) + self.fit + 0.5 * epochs
        self.trained.append((fit.trial.number, fit.budget))
        history = {"loss": tuple(1.0 for _ in range(epochs))}
        return [Outcome(fit, {"val_accuracy": 0.5, "epochs": float(epochs)}, history, 0.1)]


def tried(
    monkeypatch: pytest.MonkeyPatch, folder: Path, trainer: Clocked, seconds: float, **changes: Any
) -> Trying:
    monkeypatch.setattr(time, "monotonic", lambda: trainer.clock[0])
    parts = parts_of(monkeypatch, trainer, **changes)
    packs = [pack for batch in laid_out(parts, folder).batches for pack in batch]
    found = Trying(parts, Inline({}), packs, seconds)
    found.run()
    return found


def test_with_time_enough_every_pack_is_trained_to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trainer = Clocked()
    found = tried(monkeypatch, tmp_path, trainer, seconds=100.0).found
    assert sorted(found.whole) == list(range(6))
    assert all(taken.seconds == pytest.approx(2.1) for taken in found.whole.values())
    (loading,) = found.trials.loading.values()
    assert loading.seconds == pytest.approx(2.0)
    assert found.unseen == 0
    assert found.share == 1.0


def test_when_the_time_is_up_a_pace_stands_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trainer = Clocked()
    found = tried(monkeypatch, tmp_path, trainer, seconds=3.0)
    assert len(trainer.trained) == 4  # an epoch twice, and two to their end
    assert len(found.found.whole) == 2
    pace = found.found.trials.paces()[found.loads[0].kind]
    for load in found.loads:
        assert pace.taken(load).seconds == pytest.approx(2.1, rel=0.01)


def test_early_stopping_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = tried(monkeypatch, tmp_path, Clocked(stops_at=3), seconds=100.0).found
    assert found.share == pytest.approx(0.75)


def test_a_long_pack_is_tried_for_more_epochs_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trainer = Clocked(fit=1.0)
    space = {"layer_count": 1, "width": 8, "epochs": 1000, "batch_size": 8}
    found = tried(monkeypatch, tmp_path, trainer, seconds=12.0, space=space)
    budgets = [budget for _, budget in trainer.trained]
    assert budgets[:2] == [1, 1]
    assert budgets[2:] == sorted(set(budgets[2:]))
    assert len(budgets) > 3
    pace = found.found.trials.paces()[found.loads[0].kind]
    assert pace.taken(found.loads[0]).seconds == pytest.approx(501.0, rel=0.01)


def test_a_history_is_as_long_as_that_of_the_shortest_fit() -> None:
    def outcome(trial: int, fold: int, epochs: float) -> Outcome:
        return Outcome(Fit(Trial(trial, {}), fold, 0, 0, 10), {"epochs": epochs}, {}, 0.1)

    found = Found()
    found.ended(0, Taken(1.0, 1.0), [outcome(0, 0, 10.0), outcome(0, 1, 4.0), outcome(1, 0, 8.0)])
    assert found.share == pytest.approx(22 / 30)
    assert found.history == pytest.approx((0.4 + 0.8) / 2)
