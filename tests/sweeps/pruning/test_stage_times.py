"""How much of a trial's time each of its stages may take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome
from tests.sweeps.bench import Bench
from tests.sweeps.made_up import MadeUp
from tests.sweeps.pruning.staged import HALT, Halting, sweep_of


@dataclass(frozen=True)
class Hurried(MadeUp):
    """Of ten seconds a stage, half a one counts; notes how long each may take."""

    left: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    halves: list[Path] = field(default_factory=list)

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        for fit in pack.fits:
            assert fit.seconds is not None
            self.left.setdefault((fit.trial.number, fit.fold), []).append(fit.seconds)
            if fit.save_to is not None:
                self.halves.extend(Path(fit.save_to).parent.glob(".*.part"))
        outcomes = super().train(pack, problem, progress)
        return [replace(one, seconds=10.0, counted_seconds=0.5) for one in outcomes]


@pytest.mark.parametrize("halt", [False, True])
def test_a_stage_spends_of_a_trials_time_what_its_limit_has_counted(
    bench: Bench, *, halt: bool
) -> None:
    """Not what it took to load, trace and judge besides, stage after stage."""
    trainer = Hurried()
    bench.train_with(trainer)
    sweep = sweep_of("hyperband", budget={"trial_seconds": 16}, evaluate={"folds": 2})
    if halt:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError, match=HALT):
            Halting(patch, 1, kept=True)
            bench.run(sweep)
        ledger = bench.ledger()
        broken = ledger.sweeps()[-1].sweep_id
        ledger.close()
        half = bench.store.checkpoints(broken) / ".0-0-0-1.npz.abc.part"
        half.touch()
        bench.resume(broken)
    else:
        bench.run(sweep)
    assert not trainer.halves, "what was being written when the session broke off is gone"
    assert max(map(len, trainer.left.values())) > 2
    for left in trainer.left.values():
        assert left == [8.0 - 0.5 * stage for stage in range(len(left))]
