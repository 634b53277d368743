"""That a fit which was broken off goes on as if it had not been."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps import checkpoints
from tests.sweeps.trainers.fitting import DEEP, EVERYTHING, Fitting, fit_of, same


class CheckpointContract(Fitting):
    """Three epochs and six more are nine, bit for bit."""

    @pytest.mark.parametrize("optimizer", ["adam", "sgd"])
    def test_three_epochs_and_six_more_are_nine(self, tmp_path: Path, optimizer: str) -> None:
        config = {**EVERYTHING, "optimizer": optimizer, "learning_rate": 0.1}
        if optimizer == "sgd":
            config |= {"optimizer.sgd.momentum": 0.9, "early_stopping.monitor": "accuracy"}
        rung, end, whole = (str(tmp_path / f"{name}.npz") for name in ("rung", "end", "whole"))
        seed = next(seed for seed in range(4, 50) if self._best_came_before(config, seed, rung))
        continued = self.train(fit_of(config, seed=seed, budget=9, resume_from=rung, save_to=end))
        unbroken = self.train(fit_of(config, seed=seed, budget=9, save_to=whole))
        assert unbroken.metrics["epochs"] > 3
        assert same(continued, unbroken)
        ends = [checkpoints.load(Path(path)) for path in (end, whole)]
        assert ends[0] is not None
        assert ends[1] is not None
        assert ends[0].state == ends[1].state
        for name, array in ends[1].arrays.items():
            assert ends[0].arrays[name].tobytes() == array.tobytes(), name

    def _best_came_before(self, config: dict[str, object], seed: int, rung: str) -> bool:
        """Whether this seed's third epoch is not its best, so that there is a best to carry on."""
        first = self.train(fit_of(config, seed=seed, budget=3, save_to=rung))
        return first.metrics["val_loss"] != first.history["val_loss"][-1]

    def test_training_goes_on_from_the_checkpoint(self, tmp_path: Path) -> None:
        """A checkpoint that was tampered with shows, so it is really used."""
        path = tmp_path / "rung.npz"
        self.train(fit_of(EVERYTHING, budget=3, save_to=str(path)))
        found = checkpoints.load(path)
        assert found is not None
        history = {name: [*values[:2], 0.125] for name, values in found.state["history"].items()}
        checkpoints.save(path, found.arrays, {**found.state, "history": history})
        outcome = self.train(fit_of(EVERYTHING, budget=4, resume_from=str(path)))
        assert outcome.history["loss"][2] == 0.125
        assert len(outcome.history["loss"]) == 4

    def test_what_stopped_early_stays_stopped(self, tmp_path: Path) -> None:
        path = str(tmp_path / "rung.npz")
        config = {**DEEP, "early_stopping.patience": 1, "early_stopping.min_delta": 100.0}
        stopped = self.train(fit_of(config, budget=3, save_to=path))
        assert stopped.metrics["epochs"] == 2
        assert same(stopped, self.train(fit_of(config, budget=9, resume_from=path)))

    def test_without_a_usable_checkpoint_the_result_is_the_same(self, tmp_path: Path) -> None:
        expected = self.train(fit_of(EVERYTHING, budget=5))
        torn, foreign, later = (tmp_path / name for name in ("torn", "foreign", "later"))
        self.train(fit_of(EVERYTHING, budget=3, save_to=str(torn)))
        torn.write_bytes(torn.read_bytes()[:-200])
        self.train(fit_of(EVERYTHING, seed=2, budget=3, save_to=str(foreign)))
        self.train(fit_of(EVERYTHING, budget=6, save_to=str(later)))
        for path in (tmp_path / "missing", torn, foreign, later):
            outcome = self.train(fit_of(EVERYTHING, budget=5, resume_from=str(path)))
            assert same(outcome, expected), path.name
