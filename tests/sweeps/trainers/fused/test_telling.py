"""When somebody is told of a lane's epochs: never later than the next one ends."""

from __future__ import annotations

import pytest

from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Trial
from tests.sweeps.trainers.fitting import problem_on

CONFIG = {"layer_count": 1, "width": 5, "batch_size": 8, "learning_rate": 0.02, "epochs": 6}
FIT = Fit(Trial(0, CONFIG), 0, 0, seed=3, budget=6)


@pytest.mark.parametrize("first", [1, 2, 4])
def test_epochs_are_told_before_the_next_is_begun(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are wanted from the `first` asking on; there is one before every epoch."""
    log: list[str] = []
    asked: list[int] = []
    train_epoch = LaneTraining._train_epoch

    def logged(lane: LaneTraining) -> None:
        log.append("trained")
        train_epoch(lane)

    def wanted() -> bool:
        asked.append(1)
        return len(asked) >= first

    monkeypatch.setattr(LaneTraining, "_train_epoch", logged)
    progress = Progress(lambda _, epoch, __: log.append(f"told {epoch}"), wanted)
    (outcome,) = FusedFit().train(Pack((FIT,)), problem_on(), progress)
    before = [f"told {epoch}" for epoch in range(1, first)]
    one_by_one = [word for epoch in range(first, 7) for word in ("trained", f"told {epoch}")]
    assert log == ["trained"] * (first - 1) + before + one_by_one
    unwatched = FusedFit().train(Pack((FIT,)), problem_on(), None)[0]
    assert outcome.history == unwatched.history
    assert outcome.metrics == unwatched.metrics
