from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sweeps.executors.executor import Terms, TimedOutError
from sweeps.executors.where import Where
from sweeps.live import at_work
from sweeps.price.layout import laid_out
from sweeps.price.playback import played, stretched
from sweeps.price.stand_ins import Instead
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.fakes import FakeTrainer, MemoryTracker, Threads
from tests.sweeps.price.rehearsed import parts_of

MEASURED = Outcome(
    Fit(Trial(0, {}), 0, 0, 0, 2),
    {"val_accuracy": 0.5, "loss": 1.0, "epochs": 2.0},
    {"loss": (2.0, 1.0)},
    1.0,
)


def fit(number: int, budget: int) -> Fit:
    return Fit(Trial(number, {}), 0, 0, 0, budget)


def test_outcomes_are_stretched_to_what_a_fit_would_have() -> None:
    made = stretched([MEASURED], 0.5, seed=0)
    outcome = made(fit(3, 10))
    assert outcome.fit.trial.number == 3
    assert outcome.history == {"loss": (2.0, 1.0, 2.0, 1.0, 2.0)}
    assert outcome.metrics["epochs"] == 5.0
    assert 0.5 <= outcome.metrics["val_accuracy"] <= 0.52
    assert made(fit(4, 10)).metrics["val_accuracy"] != outcome.metrics["val_accuracy"]


def test_a_session_is_played_back_with_everything_but_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    search = {"backend": "random", "trials": 4, "pruner": "median"}
    parts = parts_of(
        monkeypatch, FakeTrainer(), search=search, budget={"epochs": 1}, notify={"command": "false"}
    )
    tracker = MemoryTracker()
    drawn: list[Any] = []
    trials = laid_out(parts_of(monkeypatch, FakeTrainer()), tmp_path).trials
    with Threads(1) as slots:
        found = played(
            parts,
            trials[::2],
            stretched([MEASURED], 1.0, seed=0),
            slots,
            tracker,
            lambda found, folder: drawn.append((found, folder)) or [],  # type: ignore[func-returns-value]
            tmp_path / "store",
            Where(),
        )
    assert found.trials == 3
    assert [trial.number for trial in tracker.trials] == [0, 1, 2]
    assert len(drawn[0][0].results) == 3
    assert found.kept_bytes > 300
    assert min(found.looping, found.sending, found.drawing, found.ending) >= 0
    assert not found.cut


def test_only_training_is_made_up() -> None:
    with Threads(1) as real:
        instead = Instead(real, lambda fit: MEASURED)
        answers = instead.submit_on(Terms(), at_work.train, None, Pack((fit(0, 1),)), None)  # type: ignore[arg-type]
        assert answers.result() == [MEASURED]
        assert instead.seconds == 0.0
        assert instead.submit_on(Terms(), lambda _: 7).result() == 7
        assert instead.submit(time.sleep, 0).result() is None
        assert instead.seconds > 0
        assert not instead.cut

        def stuck(_: Any) -> None:
            raise TimedOutError(30.0)

        instead.submit_on(Terms(300.0), stuck)
        assert instead.cut
