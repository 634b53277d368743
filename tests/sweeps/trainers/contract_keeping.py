"""That a fit under way is kept as often as it asks, and goes on from there when broken off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeps import checkpoints
from sweeps.trainers import under_way
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Keeping, Outcome
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import EVERYTHING, Fitting, fit_of, problem_on, same

Values = Mapping[str, float]


class Killed(BaseException):
    """What ends a process from outside."""


def kept_epoch(path: Path) -> int | None:
    found = checkpoints.load(path)
    return None if found is None else int(found.state["epoch"])


def tampered(path: Path) -> None:
    """Make it visible who goes on from there."""
    found = checkpoints.load(path)
    assert found is not None
    history = {name: [*values[:-1], 0.125] for name, values in found.state["history"].items()}
    checkpoints.save(path, found.arrays, {**found.state, "history": history})


class KeepingContract(Fitting):
    """A fit that is killed loses the epochs since it was last kept, and nothing else."""

    def kept(self, path: Path, epochs: int | None = None, **changes: Any) -> Fit:
        seconds = changes.pop("seconds_apart", None)
        keeping = Keeping(str(path), epochs, seconds)
        return fit_of(changes.pop("config", EVERYTHING), keeping=keeping, **changes)

    def told(
        self, fit: Fit, also: Callable[[int], None] = lambda epoch: None
    ) -> tuple[Outcome, list[int]]:
        """The outcome, and the epochs that were told of."""
        epochs: list[int] = []

        def tell(about: Fit, epoch: int, values: Values) -> None:
            epochs.append(epoch)
            also(epoch)

        (outcome,) = self.trainer.train(Pack((fit,)), problem_on(), Progress(tell))
        return outcome, epochs

    def break_off(self, fit: Fit, at: int) -> None:
        """Train until so many epochs were told of."""

        def kill(epoch: int) -> None:
            if epoch == at:
                raise Killed

        with pytest.raises(Killed):
            self.told(fit, kill)

    def test_what_was_broken_off_ends_as_if_it_had_not_been(self, tmp_path: Path) -> None:
        path, end, whole = (tmp_path / name for name in ("kept.npz", "end", "whole"))
        fit = self.kept(path, 2, save_to=str(end), seed=4)
        self.break_off(fit, at=6)
        assert kept_epoch(path) == 4
        continued, epochs = self.told(fit)
        unbroken = self.train(fit_of(EVERYTHING, seed=4, save_to=str(whole)))
        assert epochs == list(range(5, int(unbroken.metrics["epochs"]) + 1))
        assert same(continued, unbroken)
        assert not continued.notes
        ends = [checkpoints.load(at) for at in (end, whole)]
        assert ends[0] is not None
        assert ends[1] is not None
        assert ends[0].state == ends[1].state
        for name, array in ends[1].arrays.items():
            assert ends[0].arrays[name].tobytes() == array.tobytes(), name

    @pytest.mark.parametrize("seconds", [None, 3.0])
    def test_is_kept_as_often_as_it_asks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float | None
    ) -> None:
        path, clock = tmp_path / "kept.npz", Clock()
        monkeypatch.setattr(under_way, "clock", clock)
        config = {**EVERYTHING, "early_stopping.patience": 20}
        seen: list[int | None] = []

        def look(epoch: int) -> None:
            seen.append(kept_epoch(path))
            clock.now += 1.0

        fit = self.kept(path, None if seconds else 3, seconds_apart=seconds, config=config)
        self.told(fit, look)
        # An epoch is told of before it is kept, and the clock moves when it is told of.
        expected = [None] * 4 + [4] * 4 + [8] if seconds else [None] * 3 + [3] * 3 + [6] * 3
        assert seen == expected

    def test_nothing_is_written_where_nothing_is_due(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checkpoints, "save", self.fail)
        for epochs, seconds in ((9, 300.0), (None, None)):
            fit = self.kept(tmp_path / "kept.npz", epochs, seconds_apart=seconds)
            assert self.train(fit).error is None

    def fail(self, path: Path, *_: object) -> None:
        raise AssertionError(f"{path} was written")

    def test_goes_on_from_the_later_of_two(self, tmp_path: Path) -> None:
        """Of a rung's end and of what was kept after it, either may be the later one."""
        rung, kept = tmp_path / "rung.npz", tmp_path / "kept.npz"
        for rung_at, kept_at, expected in ((3, 5, kept), (5, 3, rung)):
            for path, epoch in ((rung, rung_at), (kept, kept_at)):
                self.train(fit_of(EVERYTHING, budget=epoch, save_to=str(path)))
            tampered(expected)
            fit = self.kept(kept, 50, budget=7, resume_from=str(rung))
            outcome, epochs = self.told(fit)
            assert epochs == [6, 7]
            assert outcome.history["loss"][4] == 0.125

    def test_what_is_no_past_of_it_is_left_and_said(self, tmp_path: Path) -> None:
        expected = self.train(fit_of(EVERYTHING, budget=5))
        torn, seed, recipe, rows, later = (tmp_path / name for name in "abcde")
        self.train(fit_of(EVERYTHING, budget=3, save_to=str(torn)))
        torn.write_bytes(torn.read_bytes()[:-200])
        self.train(fit_of(EVERYTHING, seed=2, budget=3, save_to=str(seed)))
        other = {**EVERYTHING, "learning_rate": 0.03}
        self.train(fit_of(other, budget=3, save_to=str(recipe)))
        fit = fit_of(EVERYTHING, budget=3, save_to=str(rows))
        self.train(fit, replace(problem_on(), seed=7))
        self.train(fit_of(EVERYTHING, budget=6, save_to=str(later)))
        said = {torn: "a torn one", seed: "another network, seed", recipe: "another", rows: "rows"}
        for path in (torn, seed, recipe, rows, later, tmp_path / "missing"):
            outcome = self.train(self.kept(path, budget=5))
            assert same(outcome, expected), path.name
            note = outcome.notes.get("not_continued", "")
            assert note.startswith(f"{path}: ") is (path in said)
            assert said.get(path, "") in note

    def test_members_of_a_pack_go_on_from_their_own(self, tmp_path: Path) -> None:
        """A pack is repeated whole, and some of its fits may have come further than others."""
        paths = [tmp_path / f"{seed}.npz" for seed in range(4)]
        fits = [self.kept(path, 2, seed=seed, budget=7) for seed, path in enumerate(paths)]
        for seed, epoch in ((0, 2), (2, 6)):
            self.train(fit_of(EVERYTHING, seed=seed, budget=epoch, save_to=str(paths[seed])))
        told: list[tuple[Fit, int]] = []
        progress = Progress(lambda fit, epoch, _: told.append((fit, epoch)))
        outcomes = self.trainer.train(Pack(tuple(fits)), problem_on(), progress)
        for fit, outcome, first in zip(fits, outcomes, (3, 1, 7, 1), strict=True):
            assert same(outcome, self.train(replace(fit, keeping=None)))
            last = int(outcome.metrics["epochs"])
            epochs = [epoch for about, epoch in told if about == fit]
            assert epochs == list(range(first, last + 1))
